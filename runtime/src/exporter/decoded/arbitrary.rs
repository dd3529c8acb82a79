//! Spans of every shape, for tests that hold for all of them.

use crate::batch::protobuf::put_bytes;
use crate::batch::{Batch, Chunk, Resource};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue, KeyValueList};
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{Span, Status};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use prost::Message as _;
use std::sync::Arc;

/// A batch of these spans, of the service `test`.
pub(in crate::exporter) fn batch_of(spans: &[Span]) -> Batch {
    let mut batch = Batch::empty(Arc::new(Resource::new([("service.name", "test")])));
    let mut bytes = Vec::new();
    spans.iter().for_each(|span| put_bytes(&mut bytes, 2, &span.encode_to_vec()));
    batch.push(Chunk::new(bytes.into(), spans.len() as u64));
    batch
}

pub(in crate::exporter) fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue {
        key: key.into(),
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    }
}

/// A text as an attribute.
pub(in crate::exporter) fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::StringValue(value.into()))
}

/// A span with proper ids and whatever else.
pub(in crate::exporter) fn spans() -> impl Strategy<Value = Span> {
    let ids = (id::<16>(), id::<8>(), prop_oneof![Just(Vec::new()), id::<8>()]);
    let times = (any::<u64>(), any::<u64>());
    let words = (".*", prop_oneof![Just(String::new()), ".*"]);
    let counts = (any::<u32>(), any::<u32>(), any::<u32>(), any::<u32>());
    let lists = (vec(attributes(), 0..5), vec(events(), 0..3), vec(links(), 0..3));
    (ids, -1..7_i32, times, words, counts, lists, option::of(statuses())).prop_map(span)
}

type Ids = (Vec<u8>, Vec<u8>, Vec<u8>);
type Lists = (Vec<KeyValue>, Vec<Event>, Vec<Link>);
type Parts = (Ids, i32, (u64, u64), (String, String), (u32, u32, u32, u32), Lists, Option<Status>);

fn span((ids, kind, times, words, counts, lists, status): Parts) -> Span {
    Span {
        trace_id: ids.0,
        span_id: ids.1,
        parent_span_id: ids.2,
        kind,
        start_time_unix_nano: times.0,
        end_time_unix_nano: times.1,
        name: words.0,
        trace_state: words.1,
        flags: counts.0,
        dropped_attributes_count: counts.1,
        dropped_events_count: counts.2,
        dropped_links_count: counts.3,
        attributes: lists.0,
        events: lists.1,
        links: lists.2,
        status,
    }
}

fn id<const LEN: usize>() -> impl Strategy<Value = Vec<u8>> {
    any::<[u8; LEN]>().prop_filter("an id is not zero", |id| *id != [0; LEN]).prop_map(Vec::from)
}

fn statuses() -> impl Strategy<Value = Status> {
    (".*", -1..4_i32).prop_map(|(message, code)| Status { message, code })
}

fn events() -> impl Strategy<Value = Event> {
    let parts = (any::<u64>(), ".*", vec(attributes(), 0..3), 0..3_u32);
    parts.prop_map(|(time_unix_nano, name, attributes, dropped_attributes_count)| Event {
        time_unix_nano,
        name,
        attributes,
        dropped_attributes_count,
    })
}

fn links() -> impl Strategy<Value = Link> {
    let parts = (id::<16>(), id::<8>(), ".*", vec(attributes(), 0..3), 0..3_u32, any::<u32>());
    parts.prop_map(|(trace_id, span_id, trace_state, attributes, dropped, flags)| Link {
        trace_id,
        span_id,
        trace_state,
        attributes,
        dropped_attributes_count: dropped,
        flags,
    })
}

/// Any value under any key; some keys are those that exporters look at.
fn attributes() -> impl Strategy<Value = KeyValue> {
    let keys = prop_oneof![
        4 => ".*",
        1 => prop_oneof![Just("server.address"), Just("server.port"), Just("error"), Just("peer.service")]
            .prop_map(String::from),
    ];
    (keys, option::weighted(0.9, values())).prop_map(|(key, value)| KeyValue {
        key,
        value,
        ..KeyValue::default()
    })
}

fn values() -> impl Strategy<Value = AnyValue> {
    let leaf = prop_oneof![
        Just(None),
        ".*".prop_map(|text| Some(Value::StringValue(text))),
        any::<bool>().prop_map(|flag| Some(Value::BoolValue(flag))),
        any::<i64>().prop_map(|number| Some(Value::IntValue(number))),
        any::<f64>().prop_map(|number| Some(Value::DoubleValue(number))),
        vec(any::<u8>(), 0..40).prop_map(|bytes| Some(Value::BytesValue(bytes))),
    ]
    .prop_map(|value| AnyValue { value });
    leaf.prop_recursive(4, 16, 4, |inner| {
        let entry = (".*", option::of(inner.clone())).prop_map(|(key, value)| KeyValue {
            key,
            value,
            ..KeyValue::default()
        });
        prop_oneof![
            vec(inner, 0..4).prop_map(|values| Value::ArrayValue(ArrayValue { values })),
            vec(entry, 0..4).prop_map(|values| Value::KvlistValue(KeyValueList { values })),
        ]
        .prop_map(|value| AnyValue { value: Some(value) })
    })
}
