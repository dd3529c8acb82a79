//! Spans that are still open when the program ends.

use super::{
    assert_child, enter, enter_with, event, named, on_thread, pending, poll, traced_with, valid,
};
use crate::set_attribute;
use crate::testing::{Recording, Status};
use std::sync::mpsc;
use tracing::{Span, error, info, info_span};

site!(OPEN, "unfinished_open", ["x", "y"]);

#[test]
fn open_spans_are_handed_over_with_what_others_can_see_of_them() {
    let recording = Recording::new();
    let (ready, is_ready) = mpsc::channel();
    let (end, is_end) = mpsc::channel::<()>();
    let open = move || {
        let _function = enter_with(&OPEN, |attributes| attributes.record_as("x", &1));
        let _slot = info_span!("unfinished_slot", y = 1, otel.kind = "server").entered();
        info!("in a slot");
        ready.send(()).unwrap();
        is_end.recv().unwrap_err();
    };
    let thread = recording.run(|| on_thread(open));
    is_ready.recv().unwrap();

    assert_eq!(recording.end_open_spans(), 2);
    let spans = valid(recording.spans());
    let (function, slot) = (spans.one("unfinished_open"), spans.one("unfinished_slot"));
    for span in [function, slot] {
        assert_eq!(span.attribute("synndicate.unfinished"), Some(&true.into()));
        assert_eq!(span.status, Status::Unset);
    }
    assert_child(slot, function);
    assert_eq!((slot.attribute("y"), slot.kind), (Some(&1.into()), 2));
    event(slot, "in a slot");
    assert_eq!(function.attribute("x"), None, "a lane span's own attributes stay with its thread");

    drop(end);
    thread.join().unwrap();
    assert_eq!(recording.spans().len(), 2, "they are not written again");
    assert_eq!(recording.end_open_spans(), 0);
}

#[test]
fn what_handles_wrote_comes_out_with_the_span() {
    let recording = Recording::new();
    recording.run(|| {
        let mut future =
            Box::pin(traced_with(&OPEN, |attributes| attributes.record_as("x", &1), pending(1)));
        assert!(poll(&mut future).is_pending());
        let _function = enter(&OPEN);
        let handle = Span::current();
        on_thread(move || {
            handle.record("y", 2).record("y", 3);
            handle.in_scope(|| error!("from a thread"));
        })
        .join()
        .unwrap();
        assert_eq!(recording.end_open_spans(), 2);
        set_attribute("late", 1);
        while poll(&mut future).is_pending() {}
    });
    let spans = valid(recording.spans());
    assert_eq!(spans.len(), 2);
    let written = spans.iter().find(|span| span.attribute("y").is_some()).unwrap();
    assert_eq!(written.attribute("y"), Some(&3.into()));
    assert_eq!(written.status, Status::Error(String::new()));
    event(written, "from a thread");
}

#[test]
fn unsampled_remote_and_ended_spans_are_not_among_them() {
    use crate::recorder::remote::{RemoteParent, Sampled};
    let unsampled = Recording::with_sample_rate(0.0);
    unsampled.run(|| {
        let _root = enter(&OPEN);
        let _slot = info_span!("unfinished_unsampled").entered();
        assert_eq!(unsampled.end_open_spans(), 0);
    });
    let recording = Recording::new();
    recording.run(|| {
        let _remote = RemoteParent::enter(1 << 64 | 1, 2, Sampled::Yes, None);
        let handle = {
            let _function = enter(&OPEN);
            Span::current()
        };
        assert_eq!(recording.end_open_spans(), 0);
        drop(handle);
    });
    assert_eq!(named(&recording.spans(), "unfinished_open").len(), 1);
}

#[test]
fn spans_of_another_recorder_stay_open() {
    let (one, other) = (Recording::new(), Recording::new());
    let _open = one.run(|| enter(&OPEN));
    other.run(|| {
        let slot = info_span!("unfinished_other").entered();
        assert_eq!(one.end_open_spans(), 1);
        slot.exit();
    });
    assert_eq!(other.spans().one("unfinished_other").attribute("synndicate.unfinished"), None);
}

/// Threads end spans all the time while they are handed over. Each span comes out, and never under another one's id.
#[test]
fn handing_over_while_spans_begin_and_end_loses_none() {
    const SPANS: usize = if cfg!(miri) { 6 } else { 20_000 };
    let recording = Recording::new();
    let (done, is_done) = mpsc::channel();
    for _ in 0..2 {
        let done = done.clone();
        recording.run(|| {
            on_thread(move || {
                for _ in 0..SPANS {
                    drop(enter(&OPEN));
                    info_span!("unfinished_busy").in_scope(|| {});
                }
                done.send(()).unwrap();
            })
        });
    }
    drop(done);
    let mut ended = 0;
    while ended < 2 {
        recording.end_open_spans();
        ended += is_done.try_iter().count();
    }
    let spans = valid(recording.spans());
    for name in ["unfinished_open", "unfinished_busy"] {
        let ids: std::collections::HashSet<_> =
            spans.named(name).map(|span| span.span_id).collect();
        assert_eq!(ids.len(), 2 * SPANS, "{name}");
    }
}
