//! `spool`: what waits on disk is listed, sent and deleted, beside programs that run.

use super::{Desk, desk};
use crate::support::{Arrived, COMMAND, Program, SYNC, Signal, nobody, refusing, status, taking};
use serde_json::json;

/// A desk in whose spool two spans wait that a service has left there.
fn left() -> Desk {
    let desk = desk();
    let spool = desk.path().join("spool").display().to_string();
    let desk = desk
        .set("tracing_spool_dir", &spool)
        .set("shutdown_timeout", "1s")
        .set("tracing_backend", "otlp")
        .set("tracing_endpoint", &nobody());
    desk.work().assert_code(7);
    desk
}

#[track_caller]
fn assert_waiting(desk: &Desk, spans: u64) {
    let listed = desk.command("spool list --json");
    listed.assert_code(0);
    assert_eq!(listed.json()["spans"], json!(spans), "{listed:#?}");
}

#[test]
fn what_a_service_has_left_is_listed_with_its_age_and_size() {
    let desk = left();
    assert_waiting(&desk, 2);
    let listed = desk.command("spool list");
    listed
        .assert_code(0)
        .assert_shows("segment")
        .assert_shows(".spool")
        .assert_shows("2 spans in ");
    assert_waiting(&desk, 2);
}

#[test]
fn a_command_that_is_carried_out_is_not_called_one_without_effect() {
    let desk = left();
    for done in [desk.service("spool list"), desk.env("SYN_COMMAND", "check").command("spool list")]
    {
        done.assert_code(0).assert_shows("2 spans in ");
        assert!(!done.stderr.contains("SYN_COMMAND"), "{done:#?}");
    }
}

#[test]
fn a_check_says_what_waits() {
    let backend = taking();
    let desk = left().sending(&backend);
    desk.command("check").assert_code(0).assert_shows("spool     ok       2 spans in `");
    assert_waiting(&desk, 2);
    assert_eq!(desk.service("check --json").json()["spool"]["result"], json!("ok"));
}

#[test]
fn a_check_fails_where_no_spool_can_be() {
    let backend = taking();
    let desk = desk().sending(&backend).file("[observability]\n");
    let file = desk.path().join("Synndicate.toml/spool").display().to_string();
    let desk = desk.set("tracing_spool_dir", &file);
    let done = desk.command("check");
    done.assert_code(1).assert_shows("spool     failed   the folder `");
    done.assert_shows("result    spans cannot wait on disk")
        .assert_shows("hint: let the program's");
    assert_eq!(desk.command("check --json").json()["ok"], json!(false));
}

#[test]
fn what_waits_stays_while_no_server_takes_it_and_is_sent_when_one_does() {
    let desk = left();
    desk.command("spool replay")
        .assert_code(1)
        .assert_says("what waits stays on disk: cannot reach");
    let refusing = refusing(|_| status(401));
    let refused = desk.command("spool replay --json");
    refused.assert_code(1);
    assert_eq!(refused.json(), json!({"sent": 0, "rejected": 0, "damaged": 0, "waiting": 2}));
    assert_eq!(refusing.names(), [""; 0]);
    let backend = taking();
    let desk = desk.sending(&backend);
    let sent = desk.command("spool replay --json");
    sent.assert_code(0);
    assert_eq!(sent.json(), json!({"sent": 2, "rejected": 0, "damaged": 0, "waiting": 0}));
    assert_eq!(backend.names(), ["step", "work"]);
    assert_eq!(backend.resource("service.name")[0], "synndicate-tests", "as they were recorded");
    assert_waiting(&desk, 0);
    desk.command("spool replay").assert_code(0).assert_shows("0 spans sent");
}

#[test]
fn a_fallback_is_sent_what_the_first_server_does_not_take() {
    let backend = taking();
    let desk = left()
        .set("tracing_fallbacks", &format!("[\"console\", \"{}/v1/traces\"]", backend.endpoint()));
    desk.service("spool replay").assert_code(0).assert_shows("2 spans sent");
    assert_eq!(backend.names(), ["step", "work"]);
}

#[test]
fn nothing_is_deleted_unasked() {
    let desk = left();
    desk.command("spool empty").assert_code(2).assert_says("`--yes`");
    assert_waiting(&desk, 2);
    let emptied = desk.command("spool empty --yes --json");
    emptied.assert_code(0);
    assert_eq!(emptied.json(), json!({"spans": 2, "segments": 1, "damaged": 0}));
    assert_waiting(&desk, 0);
}

#[test]
fn on_a_terminal_it_is_asked_whether_to_delete() {
    let desk = left();
    for (answer, code, spans) in [("n\n", 1, 2), ("\n", 1, 2), ("y\n", 0, 0)] {
        let program = Program::within(&[COMMAND, "spool", "empty"]).typed(answer);
        let variables = desk.variables.iter();
        let outcome =
            variables.fold(program, |program, (name, value)| program.env(name, value)).run();
        outcome.assert_code(code);
        outcome.assert_says("that no running program owns? y or n");
        assert_waiting(&desk, spans);
    }
}

#[test]
fn what_a_running_service_owns_is_left_to_it() {
    let backend = taking();
    let desk = left();
    let variables = desk.variables.iter();
    let service = variables
        .fold(Program::new(SYNC, "listen"), |program, (name, value)| program.env(name, value));
    // It takes over what the one before has left.
    let running = service.start();
    running.wait_for("ready");
    let listed = desk.command("spool list --json").json();
    assert_eq!(
        (&listed["spans"], &listed["segments"][0]["in_use"]),
        (&json!(2), &json!(true)),
        "{listed}"
    );
    desk.command("spool empty --yes").assert_code(0).assert_shows("deleted 0 spans");
    let desk = desk.sending(&backend);
    desk.command("spool replay").assert_code(0).assert_shows("0 spans sent");
    assert_waiting(&desk, 2);
    running.end_by(Signal::TERM);
    desk.command("spool replay").assert_code(0).assert_shows(" sent");
    assert!(backend.names().contains(&"work".to_owned()));
}

#[test]
fn without_a_folder_in_the_settings_there_is_nothing_to_look_into() {
    desk().command("spool list").assert_code(78).assert_says("`tracing_spool_dir` is not set");
}
