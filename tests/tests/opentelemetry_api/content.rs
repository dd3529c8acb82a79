//! What is recorded of a span of the API.

use super::{leaf, outer, tracer};
use opentelemetry::trace::{
    Event, Link, Span as _, SpanContext, SpanKind, Status, TraceFlags, TraceState, Tracer as _,
    TracerProvider as _, get_active_span,
};
use opentelemetry::{Array, InstrumentationScope, KeyValue, Value};
use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use synndicate::opentelemetry::TracerProvider;
use synndicate::testing::{AttributeValue, Span, Status as Recorded, capture};

/// The only span that `work` records.
fn recorded(work: impl FnOnce()) -> Span {
    let spans = capture(work);
    assert_eq!(spans.len(), 1, "{spans}");
    spans.iter().next().unwrap().clone()
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

#[test]
fn attributes_of_every_type_are_what_they_are() {
    let span = recorded(|| {
        let mut span = tracer().start("typed");
        span.set_attributes([
            KeyValue::new("text", "a"),
            KeyValue::new("boolean", true),
            KeyValue::new("integer", -7),
            KeyValue::new("double", 0.5),
            KeyValue::new("texts", Value::Array(Array::String(vec!["a".into(), "b".into()]))),
            KeyValue::new("booleans", Value::Array(vec![true, false].into())),
            KeyValue::new("integers", Value::Array(vec![1, -2].into())),
            KeyValue::new("doubles", Value::Array(Array::F64(vec![0.5]))),
        ]);
    });
    let array = |values: &[AttributeValue]| AttributeValue::Array(values.to_vec());
    for (key, value) in [
        ("text", "a".into()),
        ("boolean", true.into()),
        ("integer", (-7).into()),
        ("double", 0.5.into()),
        ("texts", array(&["a".into(), "b".into()])),
        ("booleans", array(&[true.into(), false.into()])),
        ("integers", array(&[1.into(), (-2).into()])),
        ("doubles", array(&[0.5.into()])),
    ] {
        assert_eq!(span.attribute(key), Some(&value), "{key}");
    }
}

#[test]
fn a_key_stands_once_with_the_value_that_was_written_last() {
    let span = recorded(|| {
        let mut span = tracer()
            .span_builder("keys")
            .with_attributes([KeyValue::new("key", 1), KeyValue::new("key", 2)])
            .start(&tracer());
        span.set_attribute(KeyValue::new("key", 3));
        span.add_event("event", vec![KeyValue::new("key", 1), KeyValue::new("key", 2)]);
    });
    let values = |attributes: &[(String, AttributeValue)]| {
        let of_key = attributes.iter().filter(|(key, _)| key == "key");
        of_key.map(|(_, value)| value.clone()).collect::<Vec<_>>()
    };
    assert_eq!(values(&span.attributes), [3.into()]);
    assert_eq!(values(&span.events[0].attributes), [2.into()]);
}

#[test]
fn a_builder_says_kind_times_attributes_events_and_links() {
    let other = SpanContext::new(
        7.into(),
        8.into(),
        TraceFlags::SAMPLED,
        true,
        TraceState::from_key_value([("vendor", "x")]).unwrap(),
    );
    let span = recorded(|| {
        let event = Event::new("built", at(11), vec![KeyValue::new("n", 1)], 0);
        let mut span = tracer()
            .span_builder("built")
            .with_kind(SpanKind::Producer)
            .with_start_time(at(10))
            .with_attributes([KeyValue::new("key", "value")])
            .with_events(vec![event])
            .with_links(vec![Link::new(other, vec![KeyValue::new("why", "it")], 0)])
            .start(&tracer());
        span.add_event_with_timestamp("added", at(12), vec![]);
        span.end_with_timestamp(at(20));
    });
    let second = 1_000_000_000;
    assert_eq!((span.kind, span.start, span.end), (4, 10 * second, 20 * second));
    assert_eq!(span.attribute("key"), Some(&"value".into()));
    let events: Vec<_> =
        span.events.iter().map(|event| (&event.name[..], event.time / second)).collect();
    assert_eq!(events, [("built", 11), ("added", 12)]);
    assert_eq!(span.events[0].attribute("n"), Some(&1.into()));
    let links: Vec<_> = span.links.iter().map(|link| (link.trace_id, link.span_id)).collect();
    assert_eq!(links, [(7, 8)]);
}

#[test]
fn every_kind_has_its_number() {
    for (kind, number) in [
        (SpanKind::Internal, 1),
        (SpanKind::Server, 2),
        (SpanKind::Client, 3),
        (SpanKind::Producer, 4),
        (SpanKind::Consumer, 5),
    ] {
        let span = recorded(|| drop(tracer().span_builder("k").with_kind(kind).start(&tracer())));
        assert_eq!(span.kind, number);
    }
}

#[test]
fn a_span_that_ends_before_it_began_takes_no_time() {
    let span = recorded(|| {
        let mut span = tracer().span_builder("odd").with_start_time(at(10)).start(&tracer());
        span.end_with_timestamp(at(5));
    });
    assert_eq!((span.start, span.end), (10_000_000_000, 10_000_000_000));
}

#[test]
fn times_are_those_of_the_spans_around() {
    let spans = capture(|| outer(|| tracer().in_span("api", |_| leaf())));
    let [outer, api, leaf] = ["outer", "api", "leaf"].map(|name| spans.one(name));
    assert!(outer.start <= api.start && api.start <= leaf.start);
    assert!(leaf.end <= api.end && api.end <= outer.end);
}

#[test]
fn the_scope_is_told() {
    let span = recorded(|| {
        let scope = InstrumentationScope::builder("library").with_version("1.2").build();
        drop(TracerProvider::new().tracer_with_scope(scope).start("scoped"));
    });
    assert_eq!(span.attribute("otel.scope.name"), Some(&"library".into()));
    assert_eq!(span.attribute("otel.scope.version"), Some(&"1.2".into()));
    let nameless = recorded(|| drop(TracerProvider::new().tracer("").start("nameless")));
    assert!(nameless.attributes.is_empty(), "{:?}", nameless.attributes);
}

#[test]
fn the_last_name_counts() {
    let span = recorded(|| tracer().start("first").update_name("second"));
    assert_eq!(span.name, "second");
}

#[test]
fn a_success_is_final_and_an_error_is_not_taken_back() {
    let told = |statuses: &[Status]| {
        let span = recorded(|| {
            let mut span = tracer().start("told");
            statuses.iter().for_each(|status| span.set_status(status.clone()));
        });
        span.status
    };
    let error = Status::error("broken");
    let failed = Recorded::Error("broken".into());
    assert_eq!(told(&[]), Recorded::Unset);
    assert_eq!(told(std::slice::from_ref(&error)), failed);
    assert_eq!(told(&[error.clone(), Status::Unset]), failed);
    assert_eq!(told(&[error.clone(), Status::error("again")]), failed);
    assert_eq!(told(&[error.clone(), Status::Ok]), Recorded::Ok);
    assert_eq!(told(&[Status::Ok, error]), Recorded::Ok);
}

#[test]
fn an_error_that_is_recorded_is_an_exception_event() {
    let span = recorded(|| tracer().start("failing").record_error(&io::Error::other("no disk")));
    assert_eq!(span.events[0].name, "exception");
    assert_eq!(span.events[0].attribute("exception.message"), Some(&"no disk".into()));
    assert_eq!(span.status, Recorded::Unset, "who records an error may have dealt with it");
}

#[test]
fn what_comes_after_the_end_is_nothing_and_the_end_counts_once() {
    let span = recorded(|| {
        let mut span = tracer().start("ended");
        span.end_with_timestamp(SystemTime::now() + Duration::from_secs(60));
        assert!(!span.is_recording());
        span.set_attribute(KeyValue::new("late", true));
        span.update_name("late");
        span.end();
    });
    assert_eq!((&span.name[..], span.attribute("late")), ("ended", None));
    assert!(span.end > span.start + 50_000_000_000);
}

#[test]
fn events_and_attributes_of_others_go_to_the_active_span() {
    let span = recorded(|| {
        tracer().in_span("active", |_| {
            tracing::info!(n = 1, "told");
            synndicate::set_attribute("ours", 2);
            get_active_span(|span| span.set_attribute(KeyValue::new("theirs", 3)));
        });
    });
    assert_eq!(span.events[0].name, "told");
    assert_eq!(span.attribute("ours"), Some(&2.into()));
    assert_eq!(span.attribute("theirs"), Some(&3.into()));
}
