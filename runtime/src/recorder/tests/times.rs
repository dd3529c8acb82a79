//! Starts and ends of spans.

use super::{enter, pending, poll, traced};
use crate::recorder::{clock, slots, thread};
use crate::testing::Recording;
use tracing::info_span;

const HOUR: u64 = 3_600_000_000_000;

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

#[test]
fn a_span_that_is_handed_over_after_the_clock_was_set_back_does_not_end_before_it_began() {
    site!(OPEN, "set_back_open");
    let recording = Recording::new();
    recording.run(|| {
        let _open = enter(&OPEN);
        let slot_span = info_span!("set_back_open_slot");
        for slot in [
            thread::with(|thread| thread.stack.top_frame().unwrap().slot()),
            slots::find(slot_span.id().unwrap().into_u64()).unwrap(),
        ] {
            slot.open(slot.start() + HOUR);
        }
        assert_eq!(recording.end_open_spans(), 2);
    });
    let spans = super::valid(recording.spans());
    assert_eq!(spans.len(), 2);
    assert!(spans.iter().all(|span| span.end == span.start), "{spans:?}");
}
