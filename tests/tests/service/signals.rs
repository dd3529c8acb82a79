//! Signals: a program that listens ends by itself, one that does not is ended, and a second signal ends both at once.

use crate::support::{
    ASYNC, Arrived, FORMS, Outcome, Program, Receiver, SYNC, Signal, Silent, is_true, sending,
    sending_to, taking,
};
use std::fs;
use std::io::{self, Write};
use std::process::Command;

const ALL: [(Signal, &str, i32); 3] =
    [(Signal::TERM, "SIGTERM", 143), (Signal::INT, "SIGINT", 130), (Signal::HUP, "SIGHUP", 129)];

/// Signals a program when its body runs, and waits for its end.
#[track_caller]
fn signalled(program: Program, signals: &[Signal]) -> Outcome {
    let running = program.start();
    running.wait_for("ready");
    for signal in signals {
        running.signal(*signal);
    }
    running.end()
}

/// A program that has next to no time to end by itself.
fn hasty(program: &str, does: &str, backend: &Receiver) -> Program {
    sending(Program::new(program, does), backend).set("shutdown_grace", "50ms")
}

/// A program that has more time than the test.
fn patient(program: &str, does: &str, endpoint: &str) -> Program {
    let program = sending_to(Program::new(program, does), endpoint);
    program.set("shutdown_grace", "10m").set("shutdown_timeout", "10m")
}

#[test]
fn a_body_that_listens_has_its_own_result() {
    for (signal, name, _) in ALL {
        for (program, code) in [(SYNC, 4), (ASYNC, 0)] {
            let backend = taking();
            let outcome = signalled(patient(program, "listen", &backend.endpoint()), &[signal]);
            outcome.assert_code(code);
            outcome.assert_says(&format!("synndicate: {name}: the program has 600s to end"));
            assert_eq!(backend.names(), ["step", "work"], "what it does meanwhile is recorded");
        }
    }
}

#[test]
fn a_body_that_does_not_listen_is_dropped_when_its_time_is_over() {
    for (signal, _, code) in ALL {
        let backend = taking();
        let outcome = signalled(hasty(ASYNC, "ignore", &backend), &[signal]);
        outcome.assert_code(code);
        assert_eq!(outcome.stdout, ["dropped"]);
        assert!(
            !is_true(&backend.one("ignore").attributes, "synndicate.unfinished"),
            "it ended with its future"
        );
    }
}

#[test]
fn tasks_are_dropped_with_the_body() {
    let backend = taking();
    let outcome = signalled(hasty(ASYNC, "tasks", &backend), &[Signal::TERM]);
    outcome.assert_code(143);
    assert_eq!(outcome.stdout, ["dropped"]);
    assert_eq!(backend.names(), ["ignore"]);
}

#[test]
fn a_main_that_never_returns_is_dropped_too() {
    let backend = taking();
    let outcome = signalled(hasty(FORMS, "never", &backend), &[Signal::TERM]);
    outcome.assert_code(143);
    assert_eq!(backend.names(), ["step", "work"]);
}

#[test]
fn a_body_that_holds_its_thread_is_ended_and_its_spans_are_sent() {
    for (program, does) in [(SYNC, "sleep"), (SYNC, "busy"), (ASYNC, "busy")] {
        let backend = taking();
        let outcome = signalled(hasty(program, does, &backend), &[Signal::TERM]);
        outcome.assert_code(143);
        assert!(is_true(&backend.one(does).attributes, "synndicate.unfinished"));
    }
}

#[test]
fn a_runtime_that_waits_for_what_blocks_has_no_more_time_than_the_body() {
    let backend = taking();
    let outcome = signalled(hasty(ASYNC, "blocked-task", &backend), &[Signal::TERM]);
    outcome.assert_code(143);
    assert_eq!(backend.names(), ["step", "work"]);
}

#[test]
fn a_second_signal_ends_the_program_at_once() {
    for (program, does) in [(SYNC, "sleep"), (SYNC, "busy"), (ASYNC, "ignore"), (ASYNC, "busy")] {
        let backend = taking();
        let running = patient(program, does, &backend.endpoint()).start();
        running.wait_for("ready");
        running.signal(Signal::TERM);
        running.signal(Signal::INT);
        let outcome = running.end();
        assert!(matches!(outcome.code, Some(130 | 143)), "whichever is seen last: {outcome:#?}");
    }
}

/// As `timeout` and some supervisors do it.
#[test]
fn a_signal_that_is_sent_to_the_program_and_to_its_group_counts_once() {
    let backend = taking();
    signalled(patient(SYNC, "listen", &backend.endpoint()), &[Signal::TERM; 2]).assert_code(4);
    assert_eq!(backend.names(), ["step", "work"]);
}

#[test]
fn a_second_signal_ends_the_last_spans_attempt_at_once_too() {
    let backend = Silent::listen();
    let outcome =
        signalled(patient(SYNC, "listen", &backend.endpoint()), &[Signal::TERM, Signal::INT]);
    assert!(matches!(outcome.code, Some(130 | 143)), "{outcome:#?}");
}

#[test]
fn the_first_signal_at_the_end_of_the_program_changes_nothing() {
    let backend = Silent::listen();
    let program =
        sending_to(Program::new(SYNC, "last"), &backend.endpoint()).set("shutdown_timeout", "2s");
    let outcome = signalled(program, &[Signal::TERM]);
    outcome.assert_code(7);
    outcome.assert_says("2 dropped: the program ended before they could be sent");
}

#[test]
fn what_a_program_is_started_to_ignore_stays_ignored() {
    let cases = [
        ("HUP", Signal::HUP, "SIGHUP"),
        ("INT", Signal::INT, "SIGINT"),
        ("TERM", Signal::TERM, "SIGTERM"),
    ];
    for (word, signal, name) in cases {
        let script = format!("trap '' {word}; exec {SYNC} listen");
        let program = Program::within(&["sh", "-c", &script]).set("tracing_backend", "console");
        let other = if signal == Signal::TERM { Signal::INT } else { Signal::TERM };
        let outcome = signalled(program, &[signal, other]);
        outcome.assert_code(4);
        outcome.assert_never_says(name);
    }
}

#[test]
fn nohup_keeps_a_service_from_the_hangup() {
    let program = Program::within(&["nohup", SYNC, "listen"]).set("tracing_backend", "console");
    let outcome = signalled(program, &[Signal::HUP, Signal::TERM]);
    outcome.assert_code(4);
    outcome.assert_never_says("SIGHUP");
}

#[test]
fn signals_mean_the_same_where_tracing_is_disabled() {
    let disabled = |does| Program::new(SYNC, does).set("enable_tracing", "false");
    signalled(disabled("listen"), &[Signal::TERM]).assert_code(4);
    signalled(disabled("sleep").set("shutdown_grace", "0"), &[Signal::TERM]).assert_code(143);
}

#[test]
fn nobody_who_reads_standard_error_is_waited_for() {
    let backend = taking();
    let program = hasty(SYNC, "flood", &backend).set("shutdown_timeout", "500ms");
    let running = program.start_unread();
    running.wait_for("ready");
    running.signal(Signal::TERM);
    let outcome = running.end();
    outcome.assert_code(143);
    assert!(is_true(&backend.one("sleep").attributes, "synndicate.unfinished"));
}

/// The first process of a container gets only those signals that it catches: nothing else would end it.
#[test]
fn every_signal_that_ends_a_program_is_caught() {
    let running = Program::new(SYNC, "listen").set("tracing_backend", "console").start();
    running.wait_for("ready");
    let status =
        fs::read_to_string(format!("/proc/{}/status", running.pid().as_raw_nonzero())).unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
    let caught = u64::from_str_radix(mask.trim(), 16).unwrap();
    for (signal, name, _) in ALL {
        assert_eq!(caught >> (signal.as_raw() - 1) & 1, 1, "{name}");
    }
    running.signal(Signal::TERM);
    running.end().assert_code(4);
}

#[test]
fn the_first_process_of_a_container_ends_like_any_other() {
    let Some(unshare) = unshare() else {
        let said = "nobody may make a PID namespace here: only `every_signal_that_ends_a_program_is_caught` was tried\n";
        io::stderr().write_all(said.as_bytes()).unwrap();
        return;
    };
    for (program, does, code) in
        [(SYNC, "sleep", 143), (SYNC, "busy", 143), (ASYNC, "ignore", 143), (SYNC, "listen", 4)]
    {
        let backend = taking();
        let words: Vec<&str> = unshare.iter().copied().chain([program, does]).collect();
        let program = sending(Program::within(&words), &backend).set("shutdown_grace", "50ms");
        let running = program.start();
        running.wait_for("ready");
        running.signal_child(Signal::TERM);
        let outcome = running.end();
        outcome.assert_code(code);
        assert!(!backend.names().is_empty(), "{does}");
    }
}

/// How a program becomes the first process of a namespace: as root, or as root of a user namespace.
fn unshare() -> Option<&'static [&'static str]> {
    const WAYS: [&[&str]; 2] = [&["unshare", "-p", "-f"], &["unshare", "-r", "-p", "-f"]];
    WAYS.into_iter().find(|way| {
        let tried = Command::new(way[0]).args(&way[1..]).args(["sh", "-c", "test $$ = 1"]).output();
        tried.is_ok_and(|output| output.status.success())
    })
}
