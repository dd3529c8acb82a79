//! What goes in are spans of OTLP, what comes out is read by code that was generated from Jaeger's own definitions.

use super::request;
use crate::batch::{Batch, Resource};
use crate::exporter::Accepted;
use crate::exporter::decoded::samples::*;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValueList};
use opentelemetry_proto::tonic::trace::v1::span::{Link, SpanKind};
use opentelemetry_proto::tonic::trace::v1::{Span, Status, status::StatusCode};
use proptest::prelude::*;
use prost::Message;
use std::sync::Arc;
use synndicate_tests_jaeger as jaeger;

/// What all spans have.
const OWN: [&str; 3] = ["otel.scope.name", "otel.scope.version", "span.kind"];

fn decode(batch: &Batch) -> jaeger::Batch {
    let (message, accepted) = request(batch);
    assert_eq!(accepted, Accepted::default());
    jaeger::PostSpansRequest::decode(&message.concat()[..]).unwrap().batch.unwrap()
}

/// What becomes of one span.
fn sent(span: Span) -> jaeger::Span {
    let mut spans = decode(&batch([span])).spans;
    assert_eq!(spans.len(), 1);
    spans.remove(0)
}

/// Tags as `key=value`, as their type says.
fn shown(tags: &[jaeger::KeyValue]) -> Vec<String> {
    let value = |tag: &jaeger::KeyValue| match tag.v_type() {
        jaeger::ValueType::String => format!("{:?}", tag.v_str),
        jaeger::ValueType::Bool => tag.v_bool.to_string(),
        jaeger::ValueType::Int64 => tag.v_int64.to_string(),
        jaeger::ValueType::Float64 => format!("{:?}", tag.v_float64),
        jaeger::ValueType::Binary => format!("{:?}", tag.v_binary),
    };
    tags.iter().map(|tag| format!("{}={}", tag.key, value(tag))).collect()
}

/// The tags of a span besides those that all spans have.
fn tags(span: &jaeger::Span) -> Vec<String> {
    let tags = span.tags.iter().filter(|tag| !OWN.contains(&&*tag.key)).cloned();
    shown(&tags.collect::<Vec<_>>())
}

fn references(span: &jaeger::Span) -> Vec<(&'static str, u128, u64)> {
    let ids = |reference: &jaeger::SpanRef| {
        let trace = u128::from_be_bytes(reference.trace_id[..].try_into().unwrap());
        let span = u64::from_be_bytes(reference.span_id[..].try_into().unwrap());
        (reference.ref_type().as_str_name(), trace, span)
    };
    span.references.iter().map(ids).collect()
}

fn list(values: impl IntoIterator<Item = Value>) -> Value {
    let values = values.into_iter().map(|value| AnyValue { value: Some(value) }).collect();
    Value::ArrayValue(ArrayValue { values })
}

fn map(values: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let values = values.into_iter().map(|(key, value)| attribute(key, value)).collect();
    Value::KvlistValue(KeyValueList { values })
}

#[test]
fn the_process_is_the_service_and_the_other_attributes_of_the_resource() {
    let resource = [("service.version", "1.2"), ("service.name", "planner"), ("host.name", "a")];
    let process = decode(&Batch::empty(Arc::new(Resource::new(resource)))).process.unwrap();
    assert_eq!(process.service_name, "planner");
    assert_eq!(shown(&process.tags), ["service.version=\"1.2\"", "host.name=\"a\""]);
    let nameless = Batch::empty(Arc::new(Resource::new([("host.name", "a")])));
    assert_eq!(decode(&nameless).process.unwrap().service_name, "unknown_service");
}

#[test]
fn a_span_keeps_its_ids_name_times_and_flags() {
    let sent = sent(span(0x102, "größe").micros(1, 3));
    assert_eq!(sent.trace_id, TRACE.to_be_bytes());
    assert_eq!(sent.span_id, [0, 0, 0, 0, 0, 0, 1, 2]);
    assert_eq!((sent.operation_name.as_str(), sent.flags), ("größe", 1));
    let start = sent.start_time.unwrap();
    let nanos =
        u64::try_from(start.seconds).unwrap() * 1_000_000_000 + u64::try_from(start.nanos).unwrap();
    assert_eq!(nanos, START + 1_000);
    let duration = sent.duration.unwrap();
    assert_eq!((duration.seconds, duration.nanos), (0, 2_000));
    assert_eq!((sent.process, sent.process_id, sent.warnings), (None, String::new(), vec![]));
}

/// <https://github.com/openzipkin/zipkin-api/issues/19> is about the same in another protocol.
#[test]
fn a_span_that_took_less_than_a_microsecond_or_nothing_keeps_its_nanoseconds() {
    for nanos in [0, 1, 300, 999] {
        let end_time_unix_nano = START + nanos;
        let sent = sent(Span { end_time_unix_nano, ..span(1, "fast").micros(0, 0) });
        let duration = sent.duration.expect("a duration of 0 is one");
        assert_eq!((duration.seconds, u64::try_from(duration.nanos).unwrap()), (0, nanos));
    }
    let sent = sent(Span { start_time_unix_nano: 0, end_time_unix_nano: 0, ..span(1, "epoch") });
    assert!(sent.start_time.is_some() && sent.duration.is_some(), "{sent:?}");
}

#[test]
fn of_the_flags_only_sampled_means_the_same_to_jaeger() {
    for (flags, expected) in [(0, 0), (1, 1), (0x102, 0), (0x3ff, 1)] {
        assert_eq!(sent(Span { flags, ..span(1, "a") }).flags, expected, "{flags:x}");
    }
}

#[test]
fn every_kind_is_a_tag() {
    let kinds = [
        (SpanKind::Unspecified, "internal"),
        (SpanKind::Internal, "internal"),
        (SpanKind::Server, "server"),
        (SpanKind::Client, "client"),
        (SpanKind::Producer, "producer"),
        (SpanKind::Consumer, "consumer"),
    ];
    for (kind, expected) in kinds {
        let sent = sent(Span { kind: kind.into(), ..span(1, "a") });
        assert!(shown(&sent.tags).contains(&format!("span.kind={expected:?}")), "{sent:?}");
    }
}

#[test]
fn the_scope_is_two_tags() {
    let tags = shown(&sent(span(1, "a")).tags);
    let version = format!("otel.scope.version={:?}", env!("CARGO_PKG_VERSION"));
    assert_eq!(tags[..2], ["otel.scope.name=\"synndicate\"".to_owned(), version]);
}

#[test]
fn a_span_that_names_its_scope_has_no_other() {
    let tags = shown(
        &sent(span(1, "a").with("otel.scope.name", Value::StringValue("library".into()))).tags,
    );
    let scopes: Vec<_> = tags.iter().filter(|tag| tag.starts_with("otel.scope.")).collect();
    assert_eq!(scopes, ["otel.scope.name=\"library\""]);
}

#[test]
fn the_parent_is_the_first_reference_and_links_follow() {
    let child = span(1, "a").under(7).link(TRACE, 8).link(0x9, 9);
    let expected = [("CHILD_OF", TRACE, 7), ("FOLLOWS_FROM", TRACE, 8), ("FOLLOWS_FROM", 0x9, 9)];
    assert_eq!(references(&sent(child.clone())), expected);
    assert_eq!(references(&sent(Span { flags: REMOTE, ..child })), expected);
    assert_eq!(references(&sent(span(1, "root"))), []);
}

#[test]
fn what_a_reference_has_no_place_for_is_a_log_at_the_start() {
    let mut span = span(1, "a").link(2, 3).link(0x4, 5);
    let full = Link {
        trace_state: "a=1".into(),
        attributes: vec![attribute("why", text("retry"))],
        dropped_attributes_count: 2,
        ..span.links[1].clone()
    };
    span.links[1] = full;
    let sent = sent(span);
    assert_eq!(references(&sent).len(), 2);
    assert_eq!(sent.logs.len(), 1, "the other link says no more than its reference");
    assert_eq!(sent.logs[0].timestamp, sent.start_time);
    let expected = [
        "event=\"link\"",
        "trace_id=\"00000000000000000000000000000004\"",
        "span_id=\"0000000000000005\"",
        "w3c.tracestate=\"a=1\"",
        "why=\"retry\"",
        "otel.dropped_attributes_count=2",
    ];
    assert_eq!(shown(&sent.logs[0].fields), expected);
}

#[test]
fn an_event_is_a_log_that_names_it() {
    let mut late = event(9, "exception", [("exception.message", text("no")), ("at", int(3))]);
    late.dropped_attributes_count = 4;
    let sent = sent(span(1, "a").event(late));
    let timestamp = sent.logs[0].timestamp.unwrap();
    assert_eq!(u64::try_from(timestamp.nanos).unwrap(), (START + 9_000) % 1_000_000_000);
    let expected = [
        "event=\"exception\"",
        "exception.message=\"no\"",
        "at=3",
        "otel.dropped_attributes_count=4",
    ];
    assert_eq!(shown(&sent.logs[0].fields), expected);
}

#[test]
fn an_attribute_of_the_name_event_counts_more_than_the_events_name() {
    let sent = sent(span(1, "a").event(event(0, "name", [("event", text("attribute"))])));
    assert_eq!(shown(&sent.logs[0].fields), ["event=\"attribute\""]);
}

#[test]
fn a_status_is_said_unless_it_is_unset() {
    let with = |code: StatusCode, message: &str| {
        let status = Status { message: message.into(), code: code.into() };
        tags(&sent(Span { status: Some(status), ..span(1, "a") }))
    };
    assert!(with(StatusCode::Unset, "ignored").is_empty());
    assert_eq!(with(StatusCode::Ok, ""), ["otel.status_code=\"OK\""]);
    assert_eq!(
        with(StatusCode::Error, "no"),
        ["otel.status_code=\"ERROR\"", "otel.status_description=\"no\"", "error=true"]
    );
    assert_eq!(with(StatusCode::Error, ""), ["otel.status_code=\"ERROR\"", "error=true"]);
}

#[test]
fn every_value_has_its_type() {
    let span = span(1, "a")
        .with("text", text("größe \u{1f980}\0"))
        .with("empty", text(""))
        .with("yes", Value::BoolValue(true))
        .with("no", Value::BoolValue(false))
        .with("least", int(i64::MIN))
        .with("most", int(i64::MAX))
        .with("float", Value::DoubleValue(-0.1))
        .with("bytes", Value::BytesValue(vec![0, 255]));
    let expected = [
        "text=\"größe \u{1f980}\\0\"",
        "empty=\"\"",
        "yes=true",
        "no=false",
        "least=-9223372036854775808",
        "most=9223372036854775807",
        "float=-0.1",
        "bytes=[0, 255]",
    ];
    assert_eq!(tags(&sent(span)), expected);
}

#[test]
fn lists_and_maps_are_json() {
    let nested =
        map([("list", list([int(1), text("\"")])), ("bytes", Value::BytesValue(vec![171]))]);
    let span = span(1, "a").with("list", list([])).with("map", nested);
    let expected = ["list=\"[]\"", r#"map="{\"list\":[1,\"\\\"\"],\"bytes\":\"ab\"}""#];
    assert_eq!(tags(&sent(span)), expected);
}

#[test]
fn numbers_that_are_none_are_words() {
    let words = [(f64::NAN, "NaN"), (f64::INFINITY, "Infinity"), (f64::NEG_INFINITY, "-Infinity")];
    for (number, word) in words {
        let span = span(1, "a").with("n", Value::DoubleValue(number));
        assert_eq!(tags(&sent(span)), [format!("n={word:?}")]);
    }
}

#[test]
fn a_value_that_is_missing_is_an_empty_text() {
    let mut span = span(1, "a").with("nothing", int(0));
    span.attributes[0].value = None;
    assert_eq!(tags(&sent(span)), ["nothing=\"\""]);
}

#[test]
fn what_is_ours_stands_behind_an_attribute_of_the_same_name() {
    let span = span(1, "a").with("error", text("mine")).with("span.kind", text("mine"));
    let tags = shown(&sent(span.failed("no")).tags);
    let last = |key: &str| tags.iter().rfind(|tag| tag.starts_with(key)).unwrap().as_str();
    assert_eq!((last("error="), last("span.kind=")), ("error=true", "span.kind=\"internal\""));
}

#[test]
fn what_the_limits_took_is_counted_and_warned_of() {
    let span = Span {
        dropped_attributes_count: 1,
        dropped_events_count: 2,
        dropped_links_count: 3,
        trace_state: "a=1".into(),
        ..span(1, "a")
    };
    let sent = sent(span);
    let expected = [
        "w3c.tracestate=\"a=1\"",
        "otel.dropped_attributes_count=1",
        "otel.dropped_events_count=2",
        "otel.dropped_links_count=3",
    ];
    assert_eq!(tags(&sent), expected);
    let expected = [
        "attributes that were over the limits and dropped: 1",
        "events that were over the limits and dropped: 2",
        "links that were over the limits and dropped: 3",
    ];
    assert_eq!(sent.warnings, expected);
}

/// Jaeger refuses a request over one id of another length: <https://github.com/jaegertracing/jaeger-idl/blob/main/model/v1/ids.go>.
#[test]
fn ids_of_a_wrong_length_are_fitted_and_warned_of() {
    let mut span = span(1, "a").link(1, 2);
    span.trace_id = vec![9; 8];
    span.span_id = vec![7; 20];
    span.parent_span_id = vec![5];
    span.links[0].span_id = vec![];
    let sent = sent(span);
    assert_eq!((sent.trace_id.len(), sent.span_id), (16, vec![7; 8]));
    let trace = u128::from_be_bytes(sent.trace_id[..].try_into().unwrap());
    assert_eq!(trace, 0x0909_0909_0909_0909);
    let (child, link) = (sent.references[0].clone(), sent.references[1].clone());
    assert_eq!((child.span_id, link.span_id), (vec![0, 0, 0, 0, 0, 0, 0, 5], vec![0; 8]));
    let expected = [
        "the trace id had a length of 8 and was fitted into 16 bytes",
        "the span id had a length of 20 and was fitted into 8 bytes",
        "the parent's span id had a length of 1 and was fitted into 8 bytes",
        "the span id of a link had a length of 0 and was fitted into 8 bytes",
    ];
    assert_eq!(sent.warnings, expected);
}

#[test]
fn times_that_jaeger_cannot_show_are_warned_of() {
    let backwards = sent(span(1, "a").micros(5, 3));
    assert_eq!(backwards.duration.map(|duration| (duration.seconds, duration.nanos)), Some((0, 0)));
    assert_eq!(backwards.warnings, ["it ended before it started, and is shown without a duration"]);
    let endless = Span { start_time_unix_nano: 0, end_time_unix_nano: u64::MAX, ..span(1, "a") };
    let endless = sent(endless);
    let duration = endless.duration.unwrap();
    let nanos = i128::from(duration.seconds) * 1_000_000_000 + i128::from(duration.nanos);
    assert_eq!(nanos, i128::from(i64::MAX), "the longest duration of Go");
    assert_eq!(endless.warnings, ["it took longer than Jaeger can show"]);
}

#[test]
fn a_span_that_cannot_be_read_is_left_out_and_counted() {
    let mut batch = batch([span(1, "before")]);
    batch.push(chunk([vec![0xff; 3], span(2, "after").encode_to_vec()]));
    let (message, accepted) = request(&batch);
    let sent = jaeger::PostSpansRequest::decode(&message.concat()[..]).unwrap().batch.unwrap();
    let names: Vec<_> = sent.spans.iter().map(|span| span.operation_name.as_str()).collect();
    assert_eq!((names, accepted.rejected), (vec!["before", "after"], 1));
    let message = accepted.message.unwrap();
    assert!(message.starts_with("they could not be read: "), "{message}");
}

#[test]
fn without_spans_there_is_a_request_that_asks() {
    assert!(decode(&batch([])).spans.is_empty());
}

proptest! {
    #[test]
    fn whatever_a_batch_holds_the_request_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut all = batch([span(1, "good")]);
        all.push(chunk([bytes]));
        let (message, accepted) = request(&all);
        let sent = jaeger::PostSpansRequest::decode(&message.concat()[..]).unwrap().batch.unwrap();
        prop_assert_eq!(sent.spans.len() as u64 + accepted.rejected, 2);
        prop_assert!(sent.spans.iter().all(|span| (span.trace_id.len(), span.span_id.len()) == (16, 8)));
    }
}
