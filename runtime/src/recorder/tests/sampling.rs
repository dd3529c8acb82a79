//! Traces that are not sampled: ids and handles, and nothing else.

use super::{Panics, block_on, depth, enter, enter_with, named, on_thread, traced, traced_with};
use crate::recorder::current::context;
use crate::set_attribute;
use crate::testing::Recording;
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tracing::{Instrument, Span, info, info_span};

site!(ROOT, "unsampled_root", ["x"]);
site!(CHILD, "unsampled_child", ["x"]);

#[test]
fn an_unsampled_trace_has_ids_and_evaluates_nothing() {
    let recording = Recording::with_sample_rate(0.0);
    recording.run(|| {
        let root = enter_with(&ROOT, |_| panic!("evaluated"));
        let context_of_root = context().unwrap();
        assert!(!context_of_root.is_sampled());
        assert!(context_of_root.trace_id != 0 && context_of_root.span_id != 0);
        {
            let _child = enter_with(&CHILD, |_| panic!("evaluated"));
            assert_eq!(context(), Some(context_of_root), "the child makes nothing");
            info!(x = %Panics, "nobody formats this {Panics}");
            Span::current().record("x", tracing::field::debug(Panics));
            set_attribute("x", 1);
            info_span!("unsampled_slot", x = ?Panics)
                .in_scope(|| assert!(!context().unwrap().is_sampled()));
        }
        root.finish(&|_| panic!("evaluated"));
        block_on(traced_with(&CHILD, |_| panic!("evaluated"), async move {
            assert_eq!(context(), Some(context_of_root));
        }));
    });
    assert_eq!(depth(), 0);
    assert!(recording.spans().is_empty());
    assert_eq!(recording.late(), 0, "what is not wanted is not late");
}

/// Remembers that it was formatted; a panic would be caught.
struct Remembers;

static FORMATTED: AtomicBool = AtomicBool::new(false);

impl fmt::Debug for Remembers {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        FORMATTED.store(true, Relaxed);
        Ok(())
    }
}

#[test]
fn an_unsampled_root_that_is_a_tracing_span_evaluates_nothing() {
    let recording = Recording::with_sample_rate(0.0);
    recording.run(|| {
        info_span!("unsampled_slot_root", x = ?Remembers).in_scope(|| {
            drop(enter_with(&CHILD, |_| panic!("evaluated")));
            info!(x = ?Remembers, "{Remembers:?}");
            info_span!(parent: Span::current(), "unsampled_explicit", x = ?Remembers)
                .record("x", 1);
        });
    });
    assert!(recording.spans().is_empty());
    assert!(!FORMATTED.load(Relaxed));
}

#[test]
fn handles_carry_the_decision_to_other_threads_and_tasks() {
    let recording = Recording::with_sample_rate(0.0);
    recording.run(|| {
        let _root = enter(&ROOT);
        let (current, trace_id) = (Span::current(), context().unwrap().trace_id);
        assert!(!current.is_none());
        on_thread(move || {
            current.in_scope(|| {
                let _child = enter_with(&CHILD, |_| panic!("evaluated"));
                assert_eq!(context().unwrap().trace_id, trace_id);
            });
        })
        .join()
        .unwrap();
        let task = async move { assert_eq!(context().unwrap().trace_id, trace_id) };
        block_on(traced(&CHILD, task).instrument(Span::current()));
    });
    assert!(recording.spans().is_empty());
}

#[test]
fn a_trace_is_recorded_whole_or_not_at_all() {
    let (traces, likely) = if cfg!(miri) { (24, 1..24) } else { (2000, 500..1500) };
    let recording = Recording::with_sample_rate(0.5);
    recording.run(|| {
        for _ in 0..traces {
            let _root = enter(&ROOT);
            info_span!("sampled_slot").in_scope(|| drop(enter(&CHILD)));
            block_on(traced(&CHILD, async { drop(enter(&CHILD)) }));
        }
    });
    let spans = super::valid(recording.spans());
    let kept = named(&spans, "unsampled_root").len();
    assert!(likely.contains(&kept), "{kept} of {traces}");
    let mut sizes: HashMap<u128, usize> = HashMap::new();
    spans.iter().for_each(|span| *sizes.entry(span.trace_id).or_default() += 1);
    assert_eq!(sizes.len(), kept);
    assert!(sizes.values().all(|&size| size == 5));
}
