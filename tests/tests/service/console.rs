//! What the console shows of a whole program: a tree in a pipe, colours on a terminal, and lines for machines.

use crate::support::{Outcome, Program, SYNC};
use serde_json::Value;

const ESCAPE: char = '\u{1b}';

/// A program that shows its spans.
fn showing() -> Program {
    Program::new(SYNC, "work").set("tracing_backend", "console")
}

#[track_caller]
fn shown(program: Program) -> Outcome {
    let outcome = program.run();
    outcome.assert_code(7);
    outcome
}

/// The lines below that about where traces go.
fn spans(outcome: &Outcome) -> Vec<&str> {
    outcome.stderr.lines().skip(1).collect()
}

#[test]
fn a_pipe_gets_a_tree_without_colours() {
    let outcome = shown(showing());
    outcome.assert_never_says(&ESCAPE.to_string());
    let [header, work, step, ""] = spans(&outcome)[..] else { panic!("{outcome:#?}") };
    assert!(header.starts_with("synndicate-tests  ") && header.contains("  2 spans  "), "{header}");
    assert!(work.starts_with("└─ work "), "{work}");
    assert!(step.starts_with("   └─ step "), "{step}");
}

#[test]
fn colours_can_be_forced_into_a_pipe() {
    for variable in ["FORCE_COLOR", "CLICOLOR_FORCE"] {
        shown(showing().env(variable, "1")).assert_says("\u{1b}[1mwork\u{1b}[0m");
        shown(showing().env(variable, "0")).assert_never_says(&ESCAPE.to_string());
    }
}

#[test]
fn a_terminal_gets_colours_unless_nobody_wants_them() {
    let outcome = shown(showing().on_a_terminal());
    outcome.assert_says("\u{1b}[1mwork\u{1b}[0m");
    assert!(!outcome.place().contains(ESCAPE), "{outcome:#?}");
    for (variable, value) in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let outcome = shown(showing().on_a_terminal().env(variable, value));
        outcome.assert_never_says(&ESCAPE.to_string());
        outcome.assert_says("└─ work");
    }
}

#[test]
fn json_is_a_line_for_each_span_also_on_a_terminal() {
    for program in [showing(), showing().on_a_terminal().env("FORCE_COLOR", "1")] {
        let outcome = shown(program.set("tracing_console_format", "json"));
        let lines = spans(&outcome).into_iter().map(serde_json::from_str);
        let spans: Vec<Value> = lines.collect::<Result<_, _>>().unwrap();
        let [step, work] = &spans[..] else { panic!("{spans:#?}") };
        assert_eq!((&step["name"], &work["name"]), (&"step".into(), &"work".into()));
        assert_eq!(step["parent_span_id"], work["span_id"]);
        assert_eq!(step["trace_id"], work["trace_id"]);
    }
}
