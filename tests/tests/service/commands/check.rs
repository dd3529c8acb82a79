//! `check`: whether the settings are right, and whether backends take spans and show them.

use super::archive::Archive;
use super::{Desk, Done, desk};
use crate::support::{
    Arrived, COMMAND, Program, Receiver, Wire, nobody, refusing, status, taking, taking_over,
    text_of,
};
use serde_json::{Value, json};
use std::sync::Arc;

const ESCAPE: char = '\u{1b}';

/// The steps of a backend with their results.
fn steps(done: &Done, backend: usize) -> Vec<(String, String)> {
    let report = done.json();
    let steps = report["backends"][backend]["steps"].as_array().unwrap().clone();
    let text = |step: &Value, key: &str| step[key].as_str().unwrap().to_owned();
    steps.iter().map(|step| (text(step, "step"), text(step, "result"))).collect()
}

#[track_caller]
fn assert_steps(done: &Done, backend: usize, expected: &[(&str, &str)]) {
    let expected: Vec<_> =
        expected.iter().map(|(step, result)| ((*step).into(), (*result).into())).collect();
    assert_eq!(steps(done, backend), expected, "{done:#?}");
}

#[test]
fn a_backend_is_reached_sent_a_marked_trace_and_asked_for_it_over_every_wire() {
    for wire in Wire::EVERY {
        let backend = Arc::new(taking_over(wire));
        let archive = Archive::of(backend.clone());
        let desk = desk().sending(&backend).set("service_name", "shop");
        let words = format!("check --json --query {}", archive.endpoint());
        for requests in [1, 2] {
            let done = if requests == 1 { desk.command(&words) } else { desk.service(&words) };
            done.assert_code(0);
            assert_steps(&done, 0, &[("reach", "ok"), ("send", "ok"), ("read", "ok")]);
            assert_eq!(done.stderr, "", "the body did not run");
            let noted = backend.noted();
            let spans: Vec<_> = noted.spans().collect();
            assert_eq!(spans.len(), requests, "{wire:?}");
            assert_eq!(spans[0].name, "synndicate check");
            assert!(text_of(&spans[0].attributes, "synndicate.check").is_some(), "{spans:?}");
            assert!(backend.resource("service.name").iter().all(|name| name == "shop"));
            let report = done.json();
            assert_eq!((&report["ok"], &report["backends"][0]["ok"]), (&json!(true), &json!(true)));
            assert!(report["backends"][0]["wire"].is_string(), "{report}");
            assert!(report["backends"][0]["steps"][0]["microseconds"].is_u64(), "{report}");
        }
    }
}

#[test]
fn a_backend_that_takes_nothing_ends_with_1_and_says_why() {
    let backend = refusing(|_| status(401));
    let refused = desk().sending(&backend).command("check");
    refused
        .assert_code(1)
        .assert_shows("  reach   failed")
        .assert_shows("answered 401 Unauthorized");
    refused.assert_shows("hint: `tracing_headers`").assert_shows("result    1 of 1 backend failed");
    let away = desk().set("tracing_backend", "otlp").set("tracing_endpoint", &nobody());
    let unreachable = away.service("check --json");
    unreachable.assert_code(1);
    assert_steps(&unreachable, 0, &[("reach", "failed")]);
    assert_eq!(unreachable.json()["ok"], json!(false));
}

#[test]
fn a_backend_that_answers_but_refuses_the_span_fails() {
    let backend = Receiver::over(Wire::Http);
    let backend = backend
        .answering(|export| match export.spans().count() {
            0 => synndicate_tests::receiver::Answer::Taken,
            _ => synndicate_tests::receiver::Answer::Refused(status(400)),
        })
        .listen()
        .unwrap();
    let done = desk().sending(&backend).command("check --json");
    done.assert_code(1);
    assert_steps(&done, 0, &[("reach", "ok"), ("send", "failed")]);
}

#[test]
fn fallbacks_are_checked_as_the_first_backend_is() {
    let first = taking();
    let fallbacks = format!("[\"console\", \"{}\"]", nobody());
    let done = desk().sending(&first).set("tracing_fallbacks", &fallbacks).command("check --json");
    done.assert_code(1);
    assert_steps(&done, 0, &[("reach", "ok"), ("send", "ok"), ("read", "unknown")]);
    assert_steps(&done, 1, &[("reach", "ok")]);
    assert_steps(&done, 2, &[("reach", "failed")]);
    assert_eq!(first.names(), ["synndicate check"]);
}

#[test]
fn a_trace_that_is_not_shown_is_a_failure_where_somebody_should_know_it() {
    let backend = taking();
    let desk = desk().sending(&backend);
    let check = |query: &str| desk.command(&format!("check --json --wait 0.2 --query {query}"));
    for query in [Archive::empty().endpoint(), &nobody()] {
        let done = check(query);
        done.assert_code(1);
        assert_steps(&done, 0, &[("reach", "ok"), ("send", "ok"), ("read", "failed")]);
    }
    // The host of the backend may have no Jaeger that answers queries.
    let jaeger = taking_over(Wire::Jaeger);
    let done = super::desk().sending(&jaeger).command("check --json --wait 0");
    let steps = steps(&done, 0);
    assert_eq!(steps[1], ("send".into(), "ok".into()), "{done:#?}");
    assert_eq!(steps[2].0, "read");
}

#[test]
fn mistakes_in_the_settings_end_with_78_and_nothing_is_sent() {
    let backend = taking();
    let desk = desk().sending(&backend).file("[observability]\ntracing_sampel_rate = 1.0\n");
    for done in [desk.command("check --json"), desk.service("check --json")] {
        done.assert_code(78).assert_says("the nearest key is `tracing_sample_rate`");
        let report = done.json();
        assert_eq!(report["settings"]["valid"], json!(false));
        let problem = &report["settings"]["problems"][0];
        assert_eq!(problem["message"], "`tracing_sampel_rate` is not a known key");
        assert!(problem["source"].as_str().unwrap().ends_with("Synndicate.toml:2:1"), "{problem}");
    }
    desk.command("check").assert_code(78);
    assert_eq!(backend.requests(), 0);
}

#[test]
fn warnings_and_the_file_are_part_of_the_report() {
    let backend = taking();
    let desk = desk().file("[observability]\nservice_name = 'shop'\n").sending(&backend);
    let done = desk.env("OTEL_BSP_SCHEDULE_DELAY", "soon").command("check");
    done.assert_code(0)
        .assert_shows("Synndicate.toml")
        .assert_shows("warning: `OTEL_BSP_SCHEDULE_DELAY`");
    done.assert_shows("service            shop").assert_shows("result    all is well");
}

#[test]
fn a_filter_that_wants_nothing_is_a_warning_in_every_report() {
    let backend = taking();
    let desk = || desk().set("tracing_filter", "off").sending(&backend);
    let told = "warning: `tracing_filter` is `off`: nothing is ever recorded";
    for done in [desk().command("check"), desk().service("check")] {
        done.assert_code(0).assert_shows(told).assert_shows("result    all is well");
    }
    assert_eq!(
        desk().command("check --json").json()["settings"]["warnings"].as_array().unwrap().len(),
        1
    );
    desk().command("config").assert_code(0).assert_says(told);
}

#[test]
fn who_has_disabled_tracing_is_named() {
    let done = desk().set("enable_tracing", "false").command("check");
    done.assert_code(0)
        .assert_shows("tracing is disabled: `enable_tracing` is `false` in the variable");
    desk().set("tracing_backend", "disabled").service("check --json").assert_code(0);
}

#[test]
fn secrets_are_neither_shown_nor_sent_to_another_server() {
    let backend = refusing(|export| {
        let echoed = export.header("authorization").unwrap_or_default().to_owned();
        synndicate_tests::receiver::Refusal::new(403, tonic::Code::Unknown, &echoed)
    });
    let taking = Arc::new(taking());
    let archive = Archive::of(taking.clone());
    let secret = |desk: Desk| desk.set("tracing_headers", "authorization=s3cret-s3cret");
    let query = format!("--query {}", archive.endpoint());
    for words in ["check", "check --json"] {
        let refused = secret(desk()).sending(&backend).command(words);
        refused.assert_code(1);
        let well = secret(desk()).sending(&taking).command(&format!("{words} {query}"));
        well.assert_code(0);
        for done in [refused, well] {
            assert!(!format!("{done:?}").contains("s3cret"), "{done:#?}");
        }
    }
    assert!(!archive.requests().is_empty());
    assert!(archive.requests().iter().all(|request| !request.contains("s3cret")));
    let password = desk().command("check --query http://u:s3cret@host");
    password.assert_code(2);
    assert!(!password.stderr.contains("s3cret"), "{}", password.stderr);
}

#[test]
fn colours_are_for_terminals_whose_people_want_them() {
    let backend = taking();
    let program = || crate::support::sending(Program::new(COMMAND, "check"), &backend);
    let shown = |program: Program| {
        let outcome = program.run();
        outcome.assert_code(0);
        outcome.stdout.join("\n")
    };
    assert!(shown(program().on_a_screen()).contains("\u{1b}[32mok\u{1b}[0m"));
    assert!(!shown(program()).contains(ESCAPE));
    assert!(!shown(program().on_a_terminal()).contains(ESCAPE), "that is standard error");
    for (variable, value) in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        assert!(!shown(program().on_a_screen().env(variable, value)).contains(ESCAPE));
    }
}
