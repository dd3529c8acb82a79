//! Limits, sampling, and where nothing is recorded.

use super::{leaf, outer, tracer};
use opentelemetry::trace::{
    Span as _, SpanContext, TraceContextExt as _, TraceFlags, TraceState, Tracer as _,
};
use opentelemetry::{Context, KeyValue};
use synndicate::testing::{Recording, capture};
use tracing::subscriber::{NoSubscriber, with_default};

#[test]
fn a_trace_is_sampled_at_its_root_whichever_kind_that_is() {
    let recording = Recording::with_sample_rate(0.0);
    recording.run(|| {
        tracer().in_span("root", |root| {
            let root = root.span().span_context().clone();
            assert!(root.is_valid() && !root.is_sampled());
            outer(|| {
                let span = tracer().start("below");
                assert_eq!(span.span_context().trace_id(), root.trace_id());
                assert!(!span.is_recording());
            });
        });
        outer(|| assert!(!tracer().start("below").is_recording()));
    });
    assert!(recording.spans().is_empty());
}

#[test]
fn what_is_over_a_limit_is_counted() {
    let spans = capture(|| {
        let mut span = tracer().start("full");
        let other = tracer().start("other").span_context().clone();
        for n in 0..200 {
            span.set_attribute(KeyValue::new(format!("key {n}"), n));
            span.add_event("event", vec![]);
            span.add_link(other.clone(), vec![]);
        }
    });
    let full = spans.one("full");
    assert_eq!((full.attributes.len(), full.events.len(), full.links.len()), (128, 128, 128));
    // The scope has one of the places.
    assert_eq!(full.dropped, [73, 72, 72]);
}

#[test]
fn without_a_recorder_a_span_stands_for_its_parent() {
    with_default(NoSubscriber::new(), || {
        let span = tracer().start("nobody's");
        assert!(!span.is_recording() && !span.span_context().is_valid());
    });
    let recording = Recording::new();
    let kept = recording.run(|| Context::new().with_span(tracer().start("kept")));
    with_default(NoSubscriber::new(), || {
        let below = tracer().start_with_context("below", &kept);
        assert_eq!(below.span_context(), kept.span().span_context());
    });
}

#[test]
fn debug_does_not_show_what_vendors_pass_on() {
    capture(|| {
        let state = TraceState::from_key_value([("vendor", "s3cret")]).unwrap();
        let caller = SpanContext::new(7.into(), 8.into(), TraceFlags::SAMPLED, true, state);
        let caller = Context::new().with_remote_span_context(caller);
        let shown = format!("{:?}", tracer().start_with_context("span", &caller));
        assert!(shown.contains("trace_id: 00000000000000000000000000000007"), "{shown}");
        assert!(!shown.contains("s3cret"), "{shown}");
    });
}

#[test]
fn a_context_that_suppresses_telemetry_does() {
    let spans = capture(|| {
        let _suppressed = Context::enter_telemetry_suppressed_scope();
        tracer().in_span("suppressed", |_| leaf());
    });
    spans.assert_tree("leaf");
}

#[test]
fn rules_silence_them_and_their_children_belong_to_the_parent() {
    let recording = Recording::new();
    recording.set_rules("[[observability.span]]\nfunction = \"opentelemetry\"\nenabled = false");
    recording.run(|| outer(|| tracer().in_span("silent", |_| leaf())));
    recording.spans().assert_tree("outer\n  leaf");
}

#[test]
fn spans_that_are_open_at_the_end_are_handed_over() {
    let recording = Recording::new();
    recording.run(|| {
        let mut open = tracer().start("open");
        open.set_attribute(KeyValue::new("key", 1));
        assert_eq!(recording.end_open_spans(), 1);
        drop(open);
    });
    let spans = recording.spans();
    let open = spans.one("open");
    assert_eq!(open.attribute("key"), Some(&1.into()));
    assert_eq!(open.attribute("synndicate.unfinished"), Some(&true.into()));
}

#[test]
fn spans_of_two_recorders_do_not_mix() {
    let (first, second) = (Recording::new(), Recording::new());
    first.run(|| {
        tracer().in_span("first", |_| second.run(leaf));
    });
    first.spans().assert_tree("first");
    second.spans().assert_tree("leaf");
}
