//! However a body ends, its spans arrive, and its own result is that of the program.

use crate::support::{
    ASYNC, Arrived, FORMS, Outcome, Program, Receiver, SYNC, is_true, sending, taking, text_of,
};
use opentelemetry_proto::tonic::trace::v1::{Span, status::StatusCode};

/// Runs a program to its end.
fn run(program: &str, does: &str) -> (Outcome, Receiver) {
    let backend = taking();
    let outcome = sending(Program::new(program, does), &backend).run();
    (outcome, backend)
}

#[track_caller]
fn assert_child(child: &Span, parent: &Span) {
    assert_eq!((&child.trace_id, &child.parent_span_id), (&parent.trace_id, &parent.span_id));
}

/// What the exception event of a failed span says.
#[track_caller]
fn exception(span: &Span) -> String {
    assert_eq!(
        span.status.as_ref().map(|status| status.code),
        Some(StatusCode::Error as i32),
        "{span:#?}"
    );
    let event = span.events.iter().find(|event| event.name == "exception").unwrap();
    text_of(&event.attributes, "exception.message").unwrap()
}

#[test]
fn spans_of_a_body_that_comes_to_its_end_arrive() {
    for (program, does, code) in
        [(SYNC, "work", 7), (SYNC, "return", 0), (ASYNC, "work", 0), (ASYNC, "return", 0)]
    {
        let (outcome, backend) = run(program, does);
        outcome.assert_code(code);
        assert_eq!(backend.names(), ["step", "work"], "{does}");
        assert_child(&backend.one("step"), &backend.one("work"));
        assert_eq!(outcome.stderr.lines().count(), 1, "nothing was lost: {}", outcome.stderr);
    }
}

/// They run when tracing has ended, and maybe when the recorder's own have been destroyed.
#[test]
fn what_destructors_of_mains_thread_locals_record_is_too_late_and_harms_nobody() {
    for does in ["tls-first", "tls-last"] {
        let (outcome, backend) = run(SYNC, does);
        outcome.assert_code(7);
        assert_eq!(outcome.stdout, ["closed"]);
        let said = outcome.stderr.lines().filter(|line| !line.contains(" INFO sync_service: "));
        assert_eq!(said.count(), 1, "nobody panicked: {}", outcome.stderr);
        assert_eq!(backend.names(), ["step", "work"], "{does}");
    }
}

#[test]
fn the_body_gets_the_runtime_that_it_asks_for() {
    let runtimes = [
        ("current_thread", "CurrentThread 0"),
        ("one_worker", "MultiThread 1"),
        ("many_workers", "MultiThread 3"),
        ("tokio_above", "CurrentThread 0"),
        ("tokio_below", "MultiThread 1"),
        ("foreign_runtime", "CurrentThread 0"),
        ("actix_below", "CurrentThread 0"),
        ("actix_above", "CurrentThread 0"),
    ];
    for (form, runtime) in runtimes {
        let (outcome, backend) = run(FORMS, form);
        outcome.assert_code(0);
        assert_eq!(outcome.stdout, [runtime], "{form}");
        assert_eq!(backend.names(), ["spawned", "step", "work"], "{form}");
    }
}

#[test]
fn the_result_of_the_body_is_that_of_the_program() {
    let results = [
        ("unit", 0, ""),
        ("exit_code", 9, ""),
        ("boxed_error", 1, "Error: ParseIntError { kind: InvalidDigit }"),
        ("anyhow", 1, "Error: out of ink"),
        ("termination", 8, ""),
    ];
    for (form, code, says) in results {
        let (outcome, backend) = run(FORMS, form);
        outcome.assert_code(code);
        outcome.assert_says(says);
        assert_eq!(backend.names(), ["step", "work"], "{form}");
    }
}

#[test]
fn an_error_with_its_causes_is_shown_by_rust_itself() {
    let (outcome, backend) = run(ASYNC, "error");
    outcome.assert_code(1);
    outcome.assert_says("Error: the letter cannot be read\n\nCaused by:\n    no such file");
    assert_eq!(backend.names(), ["step", "work"]);
}

#[test]
fn spans_of_a_body_that_panics_arrive_with_what_the_panic_said() {
    for program in [SYNC, ASYNC] {
        let (outcome, backend) = run(program, "panic");
        outcome.assert_code(101);
        outcome.assert_says("panicked at");
        assert_eq!(backend.names(), ["fail", "step"], "{}", outcome.stderr);
        assert!(exception(&backend.one("fail")).starts_with("out of ink"));
    }
}

#[test]
fn a_panic_elsewhere_ends_its_span_and_not_the_program() {
    for (program, does, code) in [(SYNC, "thread-panic", 7), (ASYNC, "task-panic", 0)] {
        let (outcome, backend) = run(program, does);
        outcome.assert_code(code);
        assert_eq!(backend.names(), ["fail", "step"]);
        assert!(exception(&backend.one("fail")).starts_with("out of ink"));
    }
}

#[test]
fn each_panic_is_told_of_by_its_own_span() {
    let (_, backend) = run(SYNC, "panic-again");
    assert!(exception(&backend.one("first")).starts_with("the first"));
    assert!(exception(&backend.one("second")).starts_with("the second"));
}

#[test]
fn process_exit_loses_what_was_not_sent_and_a_shutdown_before_it_keeps_all() {
    let (outcome, backend) = run(SYNC, "exit");
    outcome.assert_code(5);
    assert_eq!(backend.names(), [""; 0], "the documentation says so");

    let (outcome, backend) = run(SYNC, "shutdown-exit");
    outcome.assert_code(5);
    assert_eq!(backend.names(), ["step", "work"]);
}

#[test]
fn a_function_that_ends_the_program_is_exported_by_a_shutdown_before() {
    let (outcome, backend) = run(SYNC, "leave");
    outcome.assert_code(6);
    assert_eq!(backend.names(), ["leave", "step"]);
    assert_child(&backend.one("step"), &backend.one("leave"));
    assert!(is_true(&backend.one("leave").attributes, "synndicate.unfinished"));
}

#[test]
fn a_panic_hook_that_ends_the_program_can_flush_before() {
    let (outcome, backend) = run(SYNC, "hook");
    outcome.assert_code(3);
    assert_eq!(backend.names(), ["fail", "step"]);
    let (fail, step) = (backend.one("fail"), backend.one("step"));
    assert_child(&step, &fail);
    assert!(is_true(&fail.attributes, "synndicate.unfinished"));
}

#[test]
fn a_panic_hook_can_flush_on_a_worker_and_in_the_middle_of_recording() {
    let (outcome, backend) = run(ASYNC, "task-hook");
    outcome.assert_code(3);
    assert_eq!(backend.names(), ["fail", "step"]);

    let (outcome, _) = run(SYNC, "hook-while-recording");
    outcome.assert_code(3);
}

#[test]
fn tracing_can_be_ended_from_anywhere() {
    let (outcome, backend) = run(FORMS, "shutdown_inside");
    outcome.assert_code(0);
    assert_eq!((outcome.stdout, backend.names().len()), (vec!["Ok(2)".to_owned()], 2));

    let (outcome, backend) = run(SYNC, "shutdown-together");
    outcome.assert_code(7);
    assert_eq!((outcome.stdout, backend.names().len()), (vec!["Ok(2)".to_owned(); 4], 2));
}

#[test]
fn a_panic_hook_that_flushes_cuts_nothing_short_on_other_threads() {
    let (outcome, backend) = run(SYNC, "flush-in-task-hook");
    outcome.assert_code(7);
    outcome.assert_says("panicked at");
    assert_eq!(backend.names(), ["fail", "other", "step"]);
    assert!(is_true(&backend.one("other").attributes, "went.on"));
    assert!(!is_true(&backend.one("other").attributes, "synndicate.unfinished"));
}

#[test]
fn what_blocks_in_the_runtime_is_waited_for_and_hears_of_the_end() {
    let (outcome, backend) = run(ASYNC, "listening-thread");
    outcome.assert_code(0);
    assert_eq!(backend.names(), ["step", "work"]);

    let (outcome, backend) = run(ASYNC, "panic-beside-listening-thread");
    outcome.assert_code(101);
    assert_eq!(backend.names(), ["fail", "step"]);
}

#[test]
fn attributes_of_other_macros_go_with_the_body() {
    let (outcome, backend) = run(FORMS, "traced");
    outcome.assert_code(0);
    assert_eq!(backend.names(), ["step", "traced_main", "work"]);
    assert_child(&backend.one("work"), &backend.one("traced_main"));
}

#[test]
fn services_run_after_one_another_in_one_process() {
    let (outcome, backend) = run(FORMS, "series");
    outcome.assert_code(0);
    assert_eq!(backend.names(), ["step", "step", "step", "work", "work", "work"]);
    assert_eq!(backend.resource("service.name"), ["first", "second", "first"]);
}

#[test]
fn a_service_within_another_is_part_of_it_and_ends_nothing() {
    let (outcome, backend) = run(FORMS, "nested");
    outcome.assert_code(0);
    outcome.assert_says("tracing runs already in this process");
    assert_eq!(backend.names(), ["step", "step", "work", "work"]);
    assert_eq!(backend.resource("service.name"), ["outer"]);
}

#[test]
fn a_service_does_not_end_tracing_that_somebody_else_has_started() {
    let (outcome, backend) = run(FORMS, "beside");
    outcome.assert_code(0);
    assert_eq!(outcome.stdout, ["4 of 4"]);
    assert_eq!(backend.names(), ["step", "step", "work", "work"]);
}
