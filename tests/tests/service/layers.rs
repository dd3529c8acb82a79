//! Layers that are given to a service: they see what it does, before and after its end, and it is traced all the same.

use crate::support::{Arrived, LAYERED, Program, Wire, sending, taking, taking_over, text_of};

#[test]
fn layers_show_the_program_and_its_spans_arrive() {
    assert_shown_and_sent("fmt");
}

#[test]
fn a_stack_with_our_layer_shows_the_program_and_its_spans_arrive() {
    assert_shown_and_sent("stack");
}

#[test]
fn a_command_has_no_effect_without_the_attribute_and_that_is_told() {
    let backend = taking();
    let program = |does| sending(Program::new(LAYERED, does), &backend).env("SYN_COMMAND", "check");
    let told = "warning: `SYN_COMMAND` is set, but has no effect";
    let outcome = program("stack").run();
    outcome.assert_code(0);
    outcome.assert_says(told);
    outcome.assert_says("such as `synndicate check`");
    assert_eq!(backend.one("work").name, "work", "it runs");
    let checked = program("fmt").run();
    checked.assert_code(0);
    checked.assert_never_says(told);
}

#[track_caller]
fn assert_shown_and_sent(does: &str) {
    let backend = taking();
    let outcome = sending(Program::new(LAYERED, does), &backend).run();
    outcome.assert_code(0);
    let [working, step, failure, after] = &outcome.stdout[..] else { panic!("{outcome:#?}") };
    assert_eq!(working, " INFO work{steps=3}: layered_service: working");
    assert_eq!(step, " INFO work{steps=3}: layered_service: a step");
    assert!(failure.starts_with("ERROR work{steps=3 "), "{failure}");
    assert!(failure.ends_with("exception.message=\"nothing done in 3 steps\""), "{failure}");
    assert_eq!(after, " INFO layered_service: after the end");
    assert_eq!(backend.names(), ["work"]);
    let work = backend.one("work");
    let names: Vec<_> = work.events.iter().map(|event| &event.name[..]).collect();
    assert_eq!(names, ["working", "a step", "exception"]);
    assert_eq!(
        text_of(&work.attributes, "code.function.name").as_deref(),
        Some("layered_service::work")
    );
}

#[test]
fn records_come_to_a_stack_by_its_own_logger() {
    let backend = taking();
    let outcome = sending(Program::new(LAYERED, "stack with records"), &backend).run();
    outcome.assert_code(0);
    let [left, part, _after] = &outcome.stdout[..] else { panic!("{outcome:#?}") };
    assert_eq!(left, " WARN report{steps=3}: layered_service: 3 left");
    assert_eq!(part, " INFO report{steps=3}: layered_service::part: a part");
    let report = backend.one("report");
    let names: Vec<_> = report.events.iter().map(|event| &event.name[..]).collect();
    assert_eq!(names, ["3 left", "a part"]);
}

#[test]
fn records_come_to_layers_also_where_tracing_is_disabled() {
    for enabled in ["true", "false"] {
        let program = sending(Program::new(LAYERED, "fmt with records"), &taking());
        let outcome = program.set("enable_tracing", enabled).run();
        outcome.assert_code(0);
        let [left, part, _after] = &outcome.stdout[..] else { panic!("{outcome:#?}") };
        assert_eq!(left, " WARN report{steps=3}: layered_service: 3 left");
        assert_eq!(part, " INFO report{steps=3}: layered_service::part: a part");
    }
}

#[test]
fn layers_that_are_joined_each_have_their_filter() {
    let backend = taking();
    let outcome = sending(Program::new(LAYERED, "two"), &backend).run();
    outcome.assert_code(0);
    let lines = [" INFO layered_service: seen by one", " INFO layered_service: after the end"];
    assert_eq!(outcome.stdout, lines);
}

#[test]
fn a_filter_by_span_sees_traced_functions() {
    let backend = taking();
    let outcome = sending(Program::new(LAYERED, "span"), &backend).run();
    outcome.assert_code(0);
    let [working, hidden, step, ..] = &outcome.stdout[..] else { panic!("{outcome:#?}") };
    assert_eq!(working, " INFO work{steps=3}: layered_service: working");
    assert_eq!(hidden, "DEBUG work{steps=3}: layered_service: hidden");
    assert_eq!(step, " INFO work{steps=3}:step: layered_service: a step");
    assert!(outcome.stdout.iter().all(|line| line.contains("work{")), "{outcome:#?}");
    assert!(backend.names().contains(&"work".to_owned()), "{:?}", backend.names());
}

#[test]
fn layers_go_on_where_tracing_is_disabled() {
    let outcome = Program::new(LAYERED, "fmt").set("enable_tracing", "false").run();
    outcome.assert_code(0);
    outcome.assert_says("is disabled");
    assert_eq!(outcome.stdout[0], " INFO work{steps=3}: layered_service: working");
}

#[test]
fn a_layer_that_panics_ends_neither_the_program_nor_its_traces() {
    let outcome = Program::new(LAYERED, "panics").set("tracing_backend", "console").run();
    outcome.assert_code(0);
    outcome.assert_says("on purpose");
}

#[test]
fn layers_are_not_made_where_the_settings_are_wrong() {
    let outcome = Program::new(LAYERED, "fmt").set("tracing_backend", "x").run();
    outcome.assert_code(78);
    assert_eq!(outcome.stdout.len(), 0, "{outcome:#?}");
}

#[test]
fn spans_of_the_api_of_opentelemetry_arrive_under_the_scope_of_their_tracer() {
    for wire in [Wire::Grpc, Wire::Http] {
        let backend = taking_over(wire);
        sending(Program::new(LAYERED, "api"), &backend).run().assert_code(0);
        let exports = backend.noted().exports;
        let lists = exports.iter().flat_map(|export| &export.request.resource_spans);
        let of_api = lists
            .flat_map(|list| &list.scope_spans)
            .find(|list| list.spans.iter().any(|span| span.name == "in a library"))
            .unwrap();
        assert_eq!(of_api.scope.as_ref().unwrap().name, "library");
        assert_eq!(text_of(&of_api.spans[0].attributes, "otel.scope.name"), None);
    }
}
