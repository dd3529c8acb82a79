//! Spans for the tests of exporters.

use crate::batch::{Batch, Chunk, Resource};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link, SpanKind};
use opentelemetry_proto::tonic::trace::v1::{Span, Status, status::StatusCode};
use prost::Message;
use std::sync::Arc;

/// 2026-08-01T14:03:22.123Z, when the spans of the tests start.
pub(in crate::exporter) const START: u64 = 1_785_593_002_123_000_000;
pub(in crate::exporter) const TRACE: u128 = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736;
/// A parent that belongs to another process.
pub(in crate::exporter) const REMOTE: u32 = 0x301;

pub(in crate::exporter) fn batch(spans: impl IntoIterator<Item = Span>) -> Batch {
    let mut batch = Batch::empty(Arc::new(Resource::new([("service.name", "planner")])));
    batch.push(chunk(spans.into_iter().map(|span| span.encode_to_vec())));
    batch
}

pub(in crate::exporter) fn chunk(spans: impl IntoIterator<Item = Vec<u8>>) -> Chunk {
    let (mut bytes, mut count) = (Vec::new(), 0);
    for span in spans {
        bytes.push(Chunk::SPAN);
        prost::encode_length_delimiter(span.len(), &mut bytes).unwrap();
        bytes.extend(span);
        count += 1;
    }
    Chunk::new(bytes.into(), count)
}

/// A span without a parent, from 0 to 1,000 µs.
pub(in crate::exporter) fn span(id: u64, name: &str) -> Span {
    let span = Span {
        trace_id: TRACE.to_be_bytes().to_vec(),
        span_id: id.to_be_bytes().to_vec(),
        flags: 0x101,
        name: name.into(),
        kind: SpanKind::Internal.into(),
        ..Span::default()
    };
    span.micros(0, 1_000)
}

pub(in crate::exporter) fn attribute(key: &str, value: impl Into<Value>) -> KeyValue {
    let value = Some(AnyValue { value: Some(value.into()) });
    KeyValue { key: key.into(), value, ..KeyValue::default() }
}

pub(in crate::exporter) fn text(text: &str) -> Value {
    Value::StringValue(text.into())
}

pub(in crate::exporter) fn int(number: i64) -> Value {
    Value::IntValue(number)
}

/// An event so many µs after the start.
pub(in crate::exporter) fn event<const N: usize>(
    micros: u64,
    name: &str,
    attributes: [(&str, Value); N],
) -> Event {
    Event {
        time_unix_nano: START + micros * 1_000,
        name: name.into(),
        attributes: attributes.into_iter().map(|(key, value)| attribute(key, value)).collect(),
        dropped_attributes_count: 0,
    }
}

/// A span is told as what is special about it.
pub(in crate::exporter) trait Told {
    fn in_trace(self, trace: u128) -> Self;
    fn under(self, parent: u64) -> Self;
    fn under_remote(self, parent: u64) -> Self;
    /// From and to so many µs after the start.
    fn micros(self, from: u64, to: u64) -> Self;
    fn with(self, key: &str, value: Value) -> Self;
    fn failed(self, message: &str) -> Self;
    fn event(self, event: Event) -> Self;
    fn link(self, trace: u128, span: u64) -> Self;
}

impl Told for Span {
    fn in_trace(self, trace: u128) -> Span {
        Span { trace_id: trace.to_be_bytes().to_vec(), ..self }
    }

    fn under(self, parent: u64) -> Span {
        Span { parent_span_id: parent.to_be_bytes().to_vec(), ..self }
    }

    fn under_remote(self, parent: u64) -> Span {
        Span { flags: REMOTE, ..self.under(parent) }
    }

    fn micros(self, from: u64, to: u64) -> Span {
        let (start_time_unix_nano, end_time_unix_nano) = (START + from * 1_000, START + to * 1_000);
        Span { start_time_unix_nano, end_time_unix_nano, ..self }
    }

    fn with(mut self, key: &str, value: Value) -> Span {
        self.attributes.push(attribute(key, value));
        self
    }

    fn failed(self, message: &str) -> Span {
        let status = Status { message: message.into(), code: StatusCode::Error.into() };
        Span { status: Some(status), ..self }
    }

    fn event(mut self, event: Event) -> Span {
        self.events.push(event);
        self
    }

    fn link(mut self, trace: u128, span: u64) -> Span {
        self.links.push(Link {
            trace_id: trace.to_be_bytes().to_vec(),
            span_id: span.to_be_bytes().to_vec(),
            ..Link::default()
        });
        self
    }
}
