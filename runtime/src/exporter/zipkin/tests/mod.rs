//! What becomes of each part of a span.

mod endpoints;
mod properties;
mod schema;
mod tags;

use super::request;
use crate::batch::protobuf::put_bytes;
use crate::batch::{Batch, Chunk, Resource};
use crate::exporter::Accepted;
use crate::exporter::decoded::arbitrary::{batch_of, text};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::{Event, SpanKind};
use serde_json::{Value, json};
use std::sync::Arc;

const START: u64 = 1_700_000_000_000_000_000;

/// A span of a millisecond, without anything that it can do without.
fn bare() -> Span {
    Span {
        trace_id: (1..=16).collect(),
        span_id: (1..=8).collect(),
        start_time_unix_nano: START,
        end_time_unix_nano: START + 1_000_000,
        ..Span::default()
    }
}

fn client(attributes: Vec<KeyValue>) -> Span {
    Span { kind: SpanKind::Client as i32, attributes, ..bare() }
}

/// The body of a request with these spans, which is right whatever they hold, and what is not in it.
#[track_caller]
fn encoded(batch: &Batch) -> (Value, Accepted) {
    let (pieces, left_out) = request(batch);
    let body = serde_json::from_slice(&pieces.concat()).expect("JSON");
    schema::check(&body);
    (body, left_out)
}

/// One span as Zipkin gets it.
#[track_caller]
fn one(span: Span) -> Value {
    let (body, left_out) = encoded(&batch_of(&[span]));
    assert_eq!(left_out, Accepted::default());
    body[0].clone()
}

#[test]
fn a_bare_span_has_what_every_span_has_and_nothing_else() {
    let tag = |key: &str| one(bare())["tags"][key].clone();
    assert_eq!(tag("otel.scope.name"), env!("CARGO_PKG_NAME"));
    assert_eq!(
        one(bare()),
        json!({
            "traceId": "0102030405060708090a0b0c0d0e0f10",
            "id": "0102030405060708",
            "timestamp": 1_700_000_000_000_000_u64,
            "duration": 1_000,
            "localEndpoint": { "serviceName": "test" },
            "tags": {
                "otel.scope.name": env!("CARGO_PKG_NAME"),
                "otel.scope.version": env!("CARGO_PKG_VERSION"),
                "otel.library.name": env!("CARGO_PKG_NAME"),
                "otel.library.version": env!("CARGO_PKG_VERSION"),
            },
        })
    );
}

#[test]
fn an_empty_batch_is_an_empty_list() {
    assert_eq!(encoded(&batch_of(&[])).0, json!([]));
}

#[test]
fn kinds_have_their_names_and_internal_has_none() {
    for (kind, name) in [
        (SpanKind::Client as i32, json!("CLIENT")),
        (SpanKind::Server as i32, json!("SERVER")),
        (SpanKind::Producer as i32, json!("PRODUCER")),
        (SpanKind::Consumer as i32, json!("CONSUMER")),
        (SpanKind::Internal as i32, Value::Null),
        (SpanKind::Unspecified as i32, Value::Null),
        (99, Value::Null),
    ] {
        assert_eq!(one(Span { kind, ..bare() })["kind"], name);
    }
}

#[test]
fn a_root_has_no_parent_and_another_span_has_its_id() {
    let parent = |parent_span_id| one(Span { parent_span_id, ..bare() })["parentId"].clone();
    assert_eq!(parent(vec![]), Value::Null);
    assert_eq!(parent(vec![0; 8]), Value::Null);
    assert_eq!(parent(vec![0, 0, 0, 0, 0, 0, 0, 0x1f]), "000000000000001f");
    assert_eq!(parent(vec![0xab]), "00000000000000ab");
}

/// A duration of 0 is none: <https://github.com/openzipkin/zipkin-api/issues/19>.
#[test]
fn what_takes_less_than_a_microsecond_takes_one() {
    for (start, end, timestamp, duration) in [
        (START, START + 300, json!(START / 1_000), json!(1)),
        (START, START, json!(START / 1_000), json!(1)),
        (START, START + 1_999, json!(START / 1_000), json!(1)),
        (START, START - 5, json!(START / 1_000), json!(1)),
        (1, 300, json!(1), json!(1)),
        (0, START, Value::Null, Value::Null),
        (START, 0, json!(START / 1_000), Value::Null),
        (u64::MAX - 1, u64::MAX, json!(u64::MAX / 1_000), json!(1)),
    ] {
        let times = Span { start_time_unix_nano: start, end_time_unix_nano: end, ..bare() };
        let span = one(times);
        assert_eq!((&span["timestamp"], &span["duration"]), (&timestamp, &duration), "{start}");
    }
}

#[test]
fn a_name_stays_as_it_is_and_an_empty_one_is_absent() {
    let name = |name: &str| one(Span { name: name.into(), ..bare() })["name"].clone();
    assert_eq!(name("GET /café \u{0}\u{202e}"), "GET /café \u{0}\u{202e}");
    assert_eq!(name(""), Value::Null);
}

#[test]
fn events_are_annotations_with_their_attributes_in_the_text() {
    let event = |name: &str, attributes, dropped_attributes_count| Event {
        time_unix_nano: START + 1_500,
        name: name.into(),
        attributes,
        dropped_attributes_count,
    };
    let events = vec![
        event("plain", vec![], 0),
        event("my \"event\"", vec![text("key1", "value1"), text("key2", "a\nb")], 0),
        event("full", vec![], 3),
        event("plain", vec![], 0),
        Event::default(),
    ];
    let at = START / 1_000 + 1;
    assert_eq!(
        one(Span { events, ..bare() })["annotations"],
        json!([
            { "timestamp": at, "value": "plain" },
            { "timestamp": at, "value": r#""my \"event\"":{"key1":"value1","key2":"a\nb"}"# },
            { "timestamp": at, "value": r#""full":{"otel.dropped_attributes_count":3}"# },
            { "timestamp": 1, "value": "" },
        ])
    );
}

#[test]
fn a_span_that_zipkin_cannot_read_is_counted_and_costs_no_other() {
    let with_ids = |trace_id: &[u8], span_id: &[u8]| Span {
        trace_id: trace_id.into(),
        span_id: span_id.into(),
        ..bare()
    };
    let spans = [
        with_ids(&[1; 8], &[1; 8]),
        with_ids(&[1; 16], &[1; 16]),
        with_ids(&[0; 16], &[1; 8]),
        with_ids(&[1; 16], &[0; 8]),
        with_ids(&[], &[]),
        bare(),
    ];
    let (body, left_out) = encoded(&batch_of(&spans));
    assert_eq!(body.as_array().unwrap().len(), 1);
    let message =
        "5 of the spans could not be read: an id is all zeros or has the wrong length".to_owned();
    assert_eq!(left_out, Accepted { rejected: 5, message: Some(message) });
}

#[test]
fn bytes_that_are_no_span_are_counted_with_the_others() {
    let mut batch = batch_of(&[bare(), Span::default()]);
    let mut bytes = Vec::new();
    put_bytes(&mut bytes, 2, b"\xff\xff\xff");
    batch.push(Chunk::new(bytes.into(), 1));
    let (body, left_out) = encoded(&batch);
    assert_eq!((body.as_array().unwrap().len(), left_out.rejected), (1, 2));
}

#[test]
fn a_process_without_a_name_is_unknown() {
    let mut batch = Batch::empty(Arc::new(Resource::new([("service.name", "")])));
    let mut bytes = Vec::new();
    put_bytes(&mut bytes, 2, &prost::Message::encode_to_vec(&bare()));
    batch.push(Chunk::new(bytes.into(), 1));
    assert_eq!(encoded(&batch).0[0]["localEndpoint"], json!({ "serviceName": "unknown_service" }));
}
