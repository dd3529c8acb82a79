//! The log of a service: its events on standard error, each with the trace and the span it belongs to.

use crate::support::{Arrived, LAYERED, Outcome, Program, sending, taking};
use opentelemetry_proto::tonic::trace::v1::Span;

/// What the log says, without when.
fn logged(outcome: &Outcome) -> Vec<&str> {
    let lines = outcome.stderr.lines().filter(|line| line.contains(" layered_service"));
    lines.filter_map(|line| line.split_once("Z ")).map(|(_, said)| said).collect()
}

/// How the log names a span.
fn place(span: &Span) -> String {
    let trace = u128::from_be_bytes(span.trace_id[..].try_into().unwrap());
    let id = u64::from_be_bytes(span.span_id[..].try_into().unwrap());
    format!("trace_id={trace:032x} span_id={id:016x} span={}", span.name)
}

fn events_of(span: &Span) -> Vec<&str> {
    span.events.iter().map(|event| &event.name[..]).collect()
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
fn an_event_in_a_span_of_the_api_of_opentelemetry_names_it() {
    let backend = taking();
    let outcome = sending(Program::new(LAYERED, "api"), &backend).run();
    outcome.assert_code(0);
    let asked = place(&backend.one("in a library"));
    assert_eq!(logged(&outcome)[0], format!(" INFO layered_service: asked {asked}"));
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
fn a_rust_log_that_is_nearly_a_level_is_told_what_it_may_mean() {
    let backend = taking();
    let outcome = sending(Program::new(LAYERED, "log"), &backend).env("RUST_LOG", "inof").run();
    outcome.assert_code(0);
    outcome.assert_says("warning: `RUST_LOG` is `inof`: the level nearest to `inof` is `info`");
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
fn what_the_console_does_not_show_is_logged() {
    let program = Program::new(LAYERED, "log").set("tracing_backend", "console");
    let outcome = program.env("RUST_LOG", "debug").run();
    let hidden: Vec<_> =
        logged(&outcome).into_iter().filter(|line| line.starts_with("DEBUG")).collect();
    let [hidden] = hidden[..] else { panic!("{outcome:#?}") };
    assert!(hidden.starts_with("DEBUG layered_service: hidden trace_id="), "{hidden}");
}

#[test]
fn records_are_logged_with_their_own_target_and_level() {
    let backend = taking();
    let outcome = sending(Program::new(LAYERED, "records"), &backend).run();
    outcome.assert_code(0);
    let report = place(&backend.one("report"));
    assert_eq!(
        logged(&outcome),
        [
            format!(" WARN layered_service: 3 left {report}"),
            format!(" INFO layered_service::part: a part {report}"),
            " INFO layered_service: after the end".to_owned(),
        ]
    );
    assert_eq!(
        events_of(&backend.one("report")),
        ["3 left", "a part"],
        "they are in the span, too"
    );
}

#[test]
fn rust_log_knows_records_by_target_and_level_and_spans_keep_what_is_recorded() {
    let backend = taking();
    let run = |levels| {
        let program = sending(Program::new(LAYERED, "records"), &backend);
        let outcome = program.env("RUST_LOG", levels).run();
        let said = |line: &str| line.split(" trace_id=").next().unwrap_or_default().to_owned();
        logged(&outcome).into_iter().map(said).collect::<Vec<_>>()
    };
    let detailed = run("error,layered_service::part=debug");
    let part = [" INFO layered_service::part: a part", "DEBUG layered_service::part: in detail"];
    assert_eq!(detailed, part);
    assert_eq!(run("warn,layered_service::part=off"), [" WARN layered_service: 3 left"]);
    let noted = backend.noted();
    let spans: Vec<_> = noted.spans().collect();
    assert_eq!(spans.len(), 2);
    for span in spans {
        assert_eq!(events_of(span), ["3 left", "a part"], "as `tracing_filter` says");
    }
}

#[test]
fn layers_of_ones_own_take_the_place_of_the_log() {
    let backend = taking();
    let outcome = sending(Program::new(LAYERED, "fmt"), &backend).run();
    assert_eq!(logged(&outcome), [""; 0]);
    assert_eq!(outcome.stdout.len(), 4);
}
