//! A real `ConsoleLayer` beside the recorder, asked in the console's own protocol, while what is traced is recorded.

mod console;
mod program;

use console::Task;
use program::Program;
use std::collections::BTreeMap;
use synndicate::testing::Spans;

#[test]
fn the_console_counts_polls_and_wakes_as_without_us_and_spans_are_recorded() {
    let (program, without_us) = (Program::start("alone"), Program::start("without us"));
    assert_eq!(program.watch(), counted(&without_us));
    let outcome = program.end();
    assert_recorded(&outcome.spans);
    assert_eq!(outcome.stdout, "");
    assert!(without_us.end().spans.is_empty());
}

#[test]
fn the_console_stands_beside_a_log() {
    for way in ["joined to a log", "in a list with a log"] {
        let program = Program::start(way);
        counted(&program);
        let outcome = program.end();
        assert_recorded(&outcome.spans);
        assert_eq!(outcome.stdout, " INFO plan{steps=3}: synndicate_console: planned\n");
    }
}

#[test]
fn what_the_console_sees_is_left_out_of_traces_of_every_level() {
    let settings = [("tracing_filter", "trace,tokio=off,runtime=off")];
    let program = Program::start_with("alone", settings);
    counted(&program);
    assert_recorded(&program.end().spans);
}

#[test]
fn the_documentation_shows_what_is_tried_here() {
    let shown = "layers = ConsoleLayer::builder().with_default_env().spawn()";
    assert!(include_str!("../../src/main.rs").contains(shown));
    assert!(include_str!("../../../../runtime/src/service/attribute.rs").contains(shown));
}

/// What is listed of tasks that were polled and woken.
#[track_caller]
fn counted(program: &Program) -> BTreeMap<String, Task> {
    let tasks = program.watch();
    for (name, wakes) in [("planner", 3), ("waiter", 1)] {
        let task = &tasks[name];
        assert_eq!(task.wakes, wakes, "{task:?}");
        assert!(task.polls > wakes && task.wakers_cloned > 0, "{task:?}");
    }
    tasks
}

/// Nothing of tokio itself is.
#[track_caller]
fn assert_recorded(spans: &Spans) {
    spans.assert_tree(
        "
        wait
        plan steps=3
           step
           step
           step
        embed
           embedded",
    );
    let events: Vec<_> = spans.iter().flat_map(|span| &span.events).collect();
    assert_eq!(events.len(), 1, "{events:?}");
}
