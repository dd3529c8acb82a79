//! Starts, ends and times of events.

use super::{enter, everywhere, on_thread, pending, poll, traced};
use crate::recorder::{clock, thread};
use crate::testing::Recording;
use tracing::{Span, info, info_span};

const HOUR: u64 = 3_600_000_000_000;

#[test]
fn children_lie_within_their_parents_and_events_within_their_spans() {
    site!(OUTER, "times_outer");
    site!(FUTURE, "times_future");
    everywhere(
        || {
            let _outer = enter(&OUTER);
            info_span!("times_slot").in_scope(|| info!("event"));
            let mut future = Box::pin(traced(&FUTURE, async {
                pending(2).await;
                info!("event");
            }));
            while poll(&mut future).is_pending() {}
            let handle = Span::current();
            on_thread(move || handle.in_scope(|| info!("event"))).join().unwrap();
        },
        |spans, ()| {
            let outer = spans.one("times_outer");
            for name in ["times_slot", "times_future"] {
                let inner = spans.one(name);
                assert!(outer.start <= inner.start && inner.end <= outer.end, "{name}");
            }
            for name in ["times_outer", "times_slot", "times_future"] {
                let span = spans.one(name);
                assert!((span.start..=span.end).contains(&span.events[0].time), "{name}");
            }
        },
    );
}

/// As if the clock had been set back by an hour while the parent was open.
#[test]
fn a_child_does_not_start_before_its_parent_when_the_clock_was_set_back() {
    site!(PARENT, "set_back_parent");
    site!(CHILD, "set_back_child");
    site!(FUTURE, "set_back_future");
    clock::pretend_that_it_has_stepped_back();
    let recording = Recording::new();
    recording.run(|| {
        let _parent = enter(&PARENT);
        thread::with(|thread| {
            let slot = thread.stack.top_frame().unwrap().slot();
            slot.open(slot.start() + HOUR);
        });
        drop(enter(&CHILD));
        info_span!("set_back_slot").in_scope(|| drop(enter(&CHILD)));
        let mut future = Box::pin(traced(&FUTURE, pending(1)));
        while poll(&mut future).is_pending() {}
        info_span!(parent: None, "set_back_root").in_scope(|| {});
    });
    let spans = super::valid(recording.spans());
    let parent = spans.one("set_back_parent");
    assert!(parent.end - parent.start < HOUR, "its length is monotonic time");
    for child in spans.iter().filter(|span| span.trace_id == parent.trace_id) {
        assert!(child.start >= parent.start, "{child:?}");
    }
    assert!(spans.one("set_back_root").start < parent.start, "a new trace follows the new clock");
    assert_eq!(spans.len(), 6);
}
