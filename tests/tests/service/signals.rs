//! Signals: a program that listens ends by itself, one that does not is ended, and a second signal ends both at once.

use crate::support::{
    ASYNC, Arrived, ENDING, FORMS, Hanging, Outcome, Program, Receiver, SYNC, Signal, Silent, Wire,
    is_true, sending, sending_over, taking, taking_over,
};

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
fn patient(program: &str, does: &str, wire: Wire, endpoint: &str) -> Program {
    let program = sending_over(wire, Program::new(program, does), endpoint);
    program.set("shutdown_grace", "10m").set("shutdown_timeout", "10m")
}

/// A program and the body that it has, over each wire.
fn over_each_wire<const COUNT: usize>(
    bodies: [(&'static str, &'static str); COUNT],
) -> impl Iterator<Item = (Wire, &'static str, &'static str)> {
    bodies.into_iter().flat_map(|(program, does)| Wire::ALL.map(move |wire| (wire, program, does)))
}

#[test]
fn a_body_that_listens_has_its_own_result() {
    for (signal, name, _) in ENDING {
        for (wire, program, does) in over_each_wire([(SYNC, "listen"), (ASYNC, "listen")]) {
            let backend = taking_over(wire);
            let outcome = signalled(patient(program, does, wire, &backend.endpoint()), &[signal]);
            outcome.assert_code(if program == SYNC { 4 } else { 0 });
            outcome.assert_says(&format!("synndicate: {name}: the program has 600s to end"));
            assert_eq!(backend.names(), ["step", "work"], "what it does meanwhile is recorded");
        }
    }
}

#[test]
fn a_body_that_does_not_listen_is_dropped_when_its_time_is_over() {
    for (signal, _, code) in ENDING {
        for backend in Wire::ALL.map(taking_over) {
            let outcome = signalled(hasty(ASYNC, "ignore", &backend), &[signal]);
            outcome.assert_code(code);
            assert_eq!(outcome.stdout, ["dropped"]);
            assert!(
                !is_true(&backend.one("ignore").attributes, "synndicate.unfinished"),
                "it ended with its future"
            );
        }
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
    for (wire, program, does) in over_each_wire([(SYNC, "sleep"), (SYNC, "busy"), (ASYNC, "busy")])
    {
        let backend = taking_over(wire);
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

const STUBBORN: [(&str, &str); 4] =
    [(SYNC, "sleep"), (SYNC, "busy"), (ASYNC, "ignore"), (ASYNC, "busy")];

#[test]
fn a_second_signal_ends_the_program_at_once() {
    for (wire, program, does) in over_each_wire(STUBBORN) {
        let backend = taking_over(wire);
        let program = patient(program, does, wire, &backend.endpoint());
        let outcome = signalled(program, &[Signal::TERM, Signal::INT]);
        assert!(matches!(outcome.code, Some(130 | 143)), "whichever is seen last: {outcome:#?}");
    }
}

#[test]
fn the_same_signal_again_ends_the_program_at_once() {
    for (wire, program, does) in over_each_wire(STUBBORN) {
        let backend = taking_over(wire);
        let running = patient(program, does, wire, &backend.endpoint()).start();
        running.wait_for("ready");
        running.signal(Signal::TERM);
        running.wait_until_it_says("SIGTERM: the program has");
        running.end_by(Signal::TERM).assert_code(143);
    }
}

/// As `timeout` and some supervisors do it.
#[test]
fn a_signal_that_is_sent_to_the_program_and_to_its_group_counts_once() {
    let backend = taking();
    let program = patient(SYNC, "listen", backend.wire(), &backend.endpoint());
    signalled(program, &[Signal::TERM; 2]).assert_code(4);
    assert_eq!(backend.names(), ["step", "work"]);
}

#[test]
fn a_second_signal_ends_the_last_spans_attempt_at_once_too() {
    let (silent, hanging) = (Silent::listen(), Hanging::listen());
    for (wire, program, does) in over_each_wire([(SYNC, "listen"), (ASYNC, "listen")]) {
        for endpoint in [silent.endpoint(), hanging.endpoint()] {
            let program = || patient(program, does, wire, &endpoint);
            let outcome = signalled(program(), &[Signal::TERM, Signal::INT]);
            assert!(matches!(outcome.code, Some(130 | 143)), "{outcome:#?}");

            let running = program().start();
            running.wait_for("ready");
            running.end_by(Signal::TERM).assert_code(143);
        }
    }
}

#[test]
fn the_first_signal_at_the_end_of_the_program_changes_nothing() {
    for wire in Wire::ALL {
        let backend = Silent::listen();
        let program = sending_over(wire, Program::new(SYNC, "last"), &backend.endpoint());
        let outcome = signalled(program.set("shutdown_timeout", "2s"), &[Signal::TERM]);
        outcome.assert_code(7);
        outcome.assert_says("2 dropped: the program ended before the backend took them");
    }
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
