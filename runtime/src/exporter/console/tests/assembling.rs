//! When a trace is shown, and what of it.

use super::*;
use crate::exporter::console::traces::{Fragment, Limits, State, Traces};
use proptest::prelude::*;

#[test]
fn a_trace_waits_for_its_root_over_several_batches() {
    let mut console = Console::tree();
    assert_eq!(console.export([span(3, "grandchild").under(2)]), "");
    assert_eq!(console.export([span(2, "child").under(1)]), "");
    check(
        &console.export([span(1, "root")]),
        r"
planner  4bf92f3577b34da6a3ce929d0e0e4736  1.0ms  3 spans  14:03:22.123Z
└─ root                1.0ms ━━━━━━━━━━━━
   └─ child            1.0ms ━━━━━━━━━━━━
      └─ grandchild    1.0ms ━━━━━━━━━━━━

",
    );
    assert_eq!(console.flush(), "", "nothing is left");
}

#[test]
fn the_order_within_a_batch_does_not_matter_and_siblings_stand_by_their_start() {
    check(
        &Console::tree().export([
            span(1, "root"),
            span(3, "second").under(1).micros(600, 700),
            span(2, "first").under(1).micros(100, 900),
        ]),
        r"
planner  4bf92f3577b34da6a3ce929d0e0e4736  1.0ms  3 spans  14:03:22.123Z
└─ root         1.0ms ━━━━━━━━━━━━
   ├─ first     800µs  ━━━━━━━━━━
   └─ second    100µs        ━╸

",
    );
}

#[test]
fn traces_that_run_at_once_are_kept_apart() {
    let mut console = Console::tree();
    assert_eq!(
        console.export([span(2, "a's").under(1), span(2, "b's").in_trace(0xb).under(1)]),
        ""
    );
    check(
        &console.export([span(1, "b").in_trace(0xb)]),
        r"
planner  0000000000000000000000000000000b  1.0ms  2 spans  14:03:22.123Z
└─ b         1.0ms ━━━━━━━━━━━━
   └─ b's    1.0ms ━━━━━━━━━━━━

",
    );
    let shown = console.export([span(1, "a")]);
    assert!(shown.contains("└─ a's") && !shown.contains("b's"), "{shown}");
}

#[test]
fn what_ends_after_its_root_follows_under_the_name_of_its_parent() {
    let mut console = Console::tree();
    console.export([span(2, "spawn").under(1), span(1, "root")]);
    assert_eq!(console.export([span(4, "step").under(3)]), "", "its parent is still open");
    check(
        &console.export([span(3, "late").under(2).micros(500, 3_000)]),
        r"
planner  4bf92f3577b34da6a3ce929d0e0e4736  3.0ms  2 spans  late, the rest is above  14:03:22.123Z
under spawn 0000000000000002, shown above
└─ late       2.5ms   ━━━━━━━━━━
   └─ step    1.0ms ━━━━

",
    );
    let again = console.export([span(5, "later").under(3)]);
    assert!(again.contains("\nunder late 0000000000000003, shown above\n└─ later"), "{again}");
}

#[test]
fn a_remote_parent_makes_a_local_root() {
    let mut console = Console::tree();
    let handler = span(2, "POST /plan").under_remote(0xabc);
    check(
        &console.export([span(3, "work").under(2), handler]),
        r"
planner  4bf92f3577b34da6a3ce929d0e0e4736  1.0ms  2 spans  14:03:22.123Z
under 0000000000000abc of another process
└─ POST /plan    1.0ms ━━━━━━━━━━━━
   └─ work       1.0ms ━━━━━━━━━━━━

",
    );
    let second = console.export([span(4, "POST /next").under_remote(0xabc)]);
    assert!(second.contains("1 span  continued from above"), "{second}");
}

#[test]
fn a_root_does_not_take_along_what_waits_for_another_one() {
    let mut console = Console::tree();
    let first = console.export([
        span(3, "of the second").under(2),
        span(4, "of the first").under(1),
        span(1, "first").under_remote(0xabc),
    ]);
    assert!(first.contains("of the first") && !first.contains("of the second"), "{first}");
    let second = console.export([span(2, "second").under_remote(0xabc)]);
    assert!(second.contains("└─ second") && second.contains("└─ of the second"), "{second}");
}

#[test]
fn a_request_of_a_process_to_itself_is_one_tree() {
    let handler = span(3, "handler").under_remote(2);
    let shown = Console::tree().export([handler, span(2, "request").under(1), span(1, "root")]);
    assert!(shown.contains("   └─ request") && shown.contains("      └─ handler"), "{shown}");
    assert!(!shown.contains("another process"), "{shown}");
}

#[test]
fn a_flush_shows_what_is_incomplete_and_the_root_goes_on_from_there() {
    let mut console = Console::tree();
    console.export([span(3, "c").under(2), span(4, "d").under(0xff), span(5, "e").under(2)]);
    check(
        &console.flush(),
        r"
planner  4bf92f3577b34da6a3ce929d0e0e4736  1.0ms  3 spans  incomplete  14:03:22.123Z
under 0000000000000002, which has not arrived
├─ c    1.0ms ━━━━━━━━━━━━
└─ e    1.0ms ━━━━━━━━━━━━
under 00000000000000ff, which has not arrived
└─ d    1.0ms ━━━━━━━━━━━━

",
    );
    let root = console.export([span(2, "b").under(1), span(1, "a")]);
    assert!(root.contains("2 spans  continued from above"), "{root}");
    assert_eq!(console.flush(), "");
}

#[test]
fn a_batch_without_spans_writes_nothing() {
    assert_eq!(Console::tree().export([]), "");
}

#[test]
fn the_oldest_trace_is_shown_early_when_too_many_wait() {
    let mut console = Console::tree();
    let most = Limits::default().traces as u64;
    let waiting =
        |trace: u64| span(2, "waits").under(1).in_trace(trace.into()).micros(trace, trace);
    assert_eq!(console.export((1..=most).map(waiting)), "");
    let shown = console.export([waiting(most + 1)]);
    assert!(shown.starts_with("planner  00000000000000000000000000000001  0ns  1 span  incomplete, shown early to make room"), "{shown}");
    assert_eq!(console.flush().matches("waits").count() as u64, most);
}

const LIMITS: Limits = Limits { traces: 9, spans: 9, bytes: 9_000, age: 1_000_000, remembered: 9 };

#[track_caller]
fn check_due(limits: Limits, spans: impl IntoIterator<Item = Span>, expected: &[(u128, State)]) {
    let mut traces = Traces::new(limits);
    for span in spans {
        traces.add(span);
    }
    let due: Vec<_> = traces.take_due().iter().map(|due| (due.trace, due.state)).collect();
    assert_eq!(due, expected);
}

#[test]
fn each_limit_alone_makes_the_oldest_trace_go() {
    let waiting = |trace, micros| span(2, "w").under(1).in_trace(trace).micros(0, micros);
    let three = || [waiting(1, 7), waiting(2, 5), waiting(3, 6)];
    check_due(LIMITS, three(), &[]);
    let crowded = [(2, State::Crowded), (3, State::Crowded)];
    check_due(Limits { traces: 1, ..LIMITS }, three(), &crowded);
    check_due(Limits { spans: 1, ..LIMITS }, three(), &crowded);
    check_due(Limits { bytes: waiting(1, 7).encoded_len(), ..LIMITS }, three(), &crowded);
}

#[test]
fn a_trace_is_too_old_by_the_clock_of_the_spans() {
    let waiting = |trace, micros| span(2, "w").under(1).in_trace(trace).micros(0, micros);
    check_due(LIMITS, [waiting(1, 10), waiting(2, 1_010)], &[]);
    check_due(LIMITS, [waiting(1, 10), waiting(2, 1_011)], &[(1, State::Aged)]);
}

#[test]
fn a_parent_that_is_forgotten_is_no_longer_named() {
    let mut traces = Traces::new(Limits { remembered: 1, ..LIMITS });
    traces.add(span(1, "root"));
    traces.add(span(2, "child").under(1));
    assert_eq!(traces.take_due().len(), 1);
    traces.add(span(3, "late").under(1));
    assert!(traces.take_due().is_empty(), "it waits like any other");
    let all = traces.take_all();
    assert_eq!((all.len(), all[0].state, all[0].shown_parents.len()), (1, State::Flushed, 0));
}

/// Spans of few traces and ids, so that circles, duplicates and orphans are common.
fn any_span() -> impl Strategy<Value = Span> {
    let ids = (1..4_u128, 1..12_u64, 0..12_u64, any::<bool>(), 0..3_000_u64);
    ids.prop_map(|(trace, id, parent, is_remote, end)| {
        let span = span(id, "span").in_trace(trace).under(parent).micros(0, end);
        if is_remote { Span { flags: REMOTE, ..span } } else { span }
    })
}

proptest! {
    #[test]
    fn every_span_is_shown_exactly_once(
        batches in prop::collection::vec(prop::collection::vec(any_span(), 0..12), 1..8),
        columns in prop::option::of(0..200_usize),
    ) {
        let mut sent: Vec<Vec<u8>> = Vec::new();
        let mut traces = Traces::new(LIMITS);
        let mut shown = Vec::new();
        let mut console = Console::tree();
        if let Some(columns) = columns {
            console = console.fit(columns);
        }
        let mut text = String::new();
        for batch in batches {
            sent.extend(batch.iter().map(Message::encode_to_vec));
            text += &console.export(batch.clone());
            for span in batch {
                traces.add(span);
            }
            shown.extend(traces.take_due());
        }
        shown.extend(traces.take_all());
        text += &console.flush();
        prop_assert_eq!(text.matches("─ span").count(), sent.len());
        sent.sort();
        prop_assert_eq!(encoded(&shown), sent);
    }
}

fn encoded(fragments: &[Fragment]) -> Vec<Vec<u8>> {
    let spans = fragments.iter().flat_map(|fragment| &fragment.spans);
    let mut encoded: Vec<_> = spans.map(Message::encode_to_vec).collect();
    encoded.sort();
    encoded
}
