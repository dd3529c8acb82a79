//! The log of a service: its events on standard error, each with the trace and the span it belongs to.

use crate::support::{Arrived, LAYERED, Outcome, Program, sending, taking};
use opentelemetry_proto::tonic::trace::v1::Span;

/// What the log says, without when.
fn logged(outcome: &Outcome) -> Vec<&str> {
    let lines = outcome.stderr.lines().filter(|line| line.contains(" layered_service: "));
    lines.filter_map(|line| line.split_once("Z ")).map(|(_, said)| said).collect()
}

/// How the log names a span.
fn place(span: &Span) -> String {
    let trace = u128::from_be_bytes(span.trace_id[..].try_into().unwrap());
    let id = u64::from_be_bytes(span.span_id[..].try_into().unwrap());
    format!("trace_id={trace:032x} span_id={id:016x} span={}", span.name)
}

#[test]
fn events_are_logged_with_their_trace_and_span() {
    let backend = taking();
    let outcome = sending(Program::new(LAYERED, "log"), &backend).run();
    outcome.assert_code(0);
    let (work, asked) = (place(&backend.one("work")), place(&backend.one("asked")));
    assert_eq!(
        logged(&outcome),
        [
            " INFO layered_service: outside".to_owned(),
            format!(" INFO layered_service: working {work}"),
            format!(" INFO layered_service: a step {work}"),
            format!(" WARN layered_service: told answer=42 {asked}"),
            " INFO layered_service: after the end".to_owned(),
        ]
    );
    assert_eq!(backend.one("work").events.len(), 3, "they are in the span, too");
}

#[test]
fn rust_log_says_which_events_are_logged() {
    let backend = taking();
    let run =
        |levels| sending(Program::new(LAYERED, "log"), &backend).env("RUST_LOG", levels).run();
    assert_eq!(logged(&run("off")), [""; 0]);
    assert_eq!(logged(&run("info,layered_service=warn")).len(), 1);
    assert_eq!(logged(&run("debug")).len(), 6);
}

#[test]
fn a_rust_log_that_says_nothing_clear_is_told_and_info_counts() {
    let backend = taking();
    let program = sending(Program::new(LAYERED, "log"), &backend);
    let outcome = program.env("RUST_LOG", "[span]=debug").run();
    outcome.assert_code(0);
    outcome.assert_says("warning: `RUST_LOG` is `[span]=debug`: ");
    outcome.assert_says("the log shows `info`");
    assert_eq!(logged(&outcome).len(), 5);
}

#[test]
fn what_the_console_shows_is_not_logged_besides() {
    let outcome = Program::new(LAYERED, "log").set("tracing_backend", "console").run();
    outcome.assert_code(0);
    let lines = [" INFO layered_service: outside", " INFO layered_service: after the end"];
    assert_eq!(logged(&outcome), lines);
    outcome.assert_says("working");
}

#[test]
fn layers_of_ones_own_take_the_place_of_the_log() {
    let backend = taking();
    let outcome = sending(Program::new(LAYERED, "fmt"), &backend).run();
    assert_eq!(logged(&outcome), [""; 0]);
    assert_eq!(outcome.stdout.len(), 4);
}
