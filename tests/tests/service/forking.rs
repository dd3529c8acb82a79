//! A fork without `exec` while tracing runs: the child goes its way and exports nothing, the parent loses nothing.

use crate::support::{Arrived, COMMAND, Outcome, Program, Receiver, Wire, sending, taking};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use synndicate_tests::built::built;

static PROGRAM: LazyLock<String> = LazyLock::new(|| {
    let name = "synndicate-tests-forking";
    built(name, name).unwrap()
});

const NO_EXPORT: &str = "a forked child exports nothing";

fn run(does: &str, backend: &Receiver) -> Outcome {
    logging("off", does, backend)
}

/// The same with a log of these events.
fn logging(levels: &str, does: &str, backend: &Receiver) -> Outcome {
    let outcome = sending(Program::new(&PROGRAM, does), backend).env("RUST_LOG", levels).run();
    outcome.assert_code(0);
    outcome
}

/// That the child came to this end by itself.
#[track_caller]
fn assert_child_ended(outcome: &Outcome, code: i32) {
    let ended = format!("the child has ended with Some({code})");
    assert!(outcome.stdout.contains(&ended), "{outcome:#?}");
}

/// That the child was told once that nothing is exported, in the one way and the other.
#[track_caller]
fn assert_child_told(outcome: &Outcome) {
    assert_eq!(outcome.stderr.matches(NO_EXPORT).count(), 1, "{}", outcome.stderr);
    outcome.assert_says("hint: start tracing after the fork");
    let said = |text: &str| outcome.stdout.iter().any(|line| line.starts_with(text));
    assert!(said("flush: false") && said("backends: 0"), "{outcome:#?}");
    let ledger = outcome.stdout.iter().find(|line| line.starts_with("ledger: ")).unwrap();
    let numbers: Vec<u64> =
        ledger.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [created, exported, dropped, waiting] = numbers[..] else { panic!("{ledger}") };
    assert_eq!((exported, dropped, waiting), (0, created, 0));
    assert!(created > 0, "what finds no room is counted");
}

#[test]
fn a_child_ends_at_once_and_its_parents_spans_arrive_once() {
    let spans: [(&str, i32, &[&str]); 5] = [
        ("service", 0, &["after", "before"]),
        ("async", 0, &["after", "before", "before", "before"]),
        ("exit", 3, &["after", "before"]),
        ("manager", 0, &["after", "before"]),
        ("guard", 0, &["after", "before"]),
    ];
    for (does, code, names) in spans {
        let backend = taking();
        let outcome = run(does, &backend);
        assert_child_ended(&outcome, code);
        assert_child_told(&outcome);
        assert_eq!(backend.names(), names, "{does}");
    }
}

#[test]
fn a_child_that_panics_ends_with_its_panic() {
    let backend = taking();
    let outcome = run("panic", &backend);
    assert_child_ended(&outcome, 101);
    assert_eq!(outcome.stderr.matches(NO_EXPORT).count(), 1, "{}", outcome.stderr);
    assert_eq!(backend.names(), ["after", "before", "before"]);
}

#[test]
fn a_signal_to_a_child_is_none_to_its_parent_and_does_not_end_the_child() {
    let backend = taking();
    let outcome = run("signal", &backend);
    assert_child_ended(&outcome, 0);
    outcome.assert_never_says("SIGTERM");
    assert_eq!(backend.names(), ["after", "before"]);
}

#[test]
fn a_child_logs_without_the_lock_of_standard_error() {
    let outcome = logging("info", "log", &taking());
    assert_child_ended(&outcome, 0);
    for line in ["INFO synndicate_tests_forking: in the child", "in the parent", NO_EXPORT] {
        assert_eq!(outcome.stderr.matches(line).count(), 1, "{}", outcome.stderr);
    }
}

#[test]
fn a_child_cannot_start_tracing_beside_that_of_its_parent_and_is_told_what_to_do() {
    let outcome = run("guard", &taking());
    let refusal = "tracing cannot be started: this process was forked from one that traces";
    assert!(outcome.stdout.iter().any(|line| line == refusal), "{outcome:#?}");
}

#[test]
fn the_end_of_a_child_leaves_its_parents_spool_alone() {
    let backend = Receiver::over(Wire::Http).away().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| {
        let program = sending(Program::within(words), &backend);
        let program = program.set("tracing_spool_dir", folder.path().to_str().unwrap());
        let outcome = program.set("shutdown_timeout", "1").run();
        outcome.assert_code(0);
        outcome
    };
    let outcome = run(&[&PROGRAM, "spool"]);
    assert_child_ended(&outcome, 0);
    assert!(outcome.stdout.iter().any(|line| line == "the spool is locked: true"), "{outcome:#?}");
    backend.come_back().unwrap();
    run(&[COMMAND, "spool", "replay"]);
    assert_eq!(backend.names(), ["after", "before"], "nothing of the child's is there");
}

#[test]
fn who_traces_on_both_sides_of_a_fork_starts_after_it_or_ends_before_it() {
    for (does, spans) in
        [("early", &["after", "after"][..]), ("late", &["after", "after", "before"])]
    {
        let backend = taking();
        let program = sending(Program::new(&PROGRAM, does), &backend);
        let outcome = program.set("tracing_resource_detectors", "process").run();
        outcome.assert_code(0);
        assert_child_ended(&outcome, 0);
        outcome.assert_never_says(NO_EXPORT);
        assert_eq!(backend.names(), spans, "{does}");
        assert_eq!(senders_of_after(&backend).len(), 2, "{does}: each under an id of its own");
        let noted = backend.noted();
        let traces: BTreeSet<_> = noted.spans().map(|span| &span.trace_id).collect();
        assert_eq!(traces.len(), spans.len(), "{does}: both go on with ids of their own");
    }
}

/// The ids of the processes that have sent spans called `after`.
fn senders_of_after(backend: &Receiver) -> BTreeSet<i64> {
    let exports = backend.noted().exports;
    let ours = exports.iter().filter(|export| export.spans().any(|span| span.name == "after"));
    ours.filter_map(|export| {
        let resource = export.request.resource_spans.first()?.resource.as_ref()?;
        let pid = resource.attributes.iter().find(|attribute| attribute.key == "process.pid")?;
        match pid.value.as_ref()?.value.as_ref()? {
            Value::IntValue(pid) => Some(*pid),
            _ => None,
        }
    })
    .collect()
}

#[test]
fn a_program_that_is_started_with_exec_traces_by_itself() {
    let backend = taking();
    let outcome = run("exec", &backend);
    assert_child_ended(&outcome, 0);
    outcome.assert_never_says(NO_EXPORT);
    assert_eq!(backend.names(), ["after", "after", "before"]);
}

#[test]
fn no_lock_of_a_thread_that_stayed_with_the_parent_stops_a_child() {
    let backend = Receiver::over(Wire::Http).counting().listen().unwrap();
    let outcome = run("crowd", &backend);
    assert!(!outcome.stdout.iter().any(|line| line.contains("hangs")), "{outcome:#?}");
    let sent = format!("the parent has sent {}", backend.noted().taken);
    assert!(outcome.stdout.contains(&sent), "{sent}: {outcome:#?}");
    assert_eq!(outcome.stderr.matches(NO_EXPORT).count(), 30, "each child is told once");
}
