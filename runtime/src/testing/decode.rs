//! Spans decoded by types that the recorder does not know.

use super::spans::{AttributeValue, Event, Link, Span, Spans, Status};
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1 as otlp;
use prost::Message;

impl Spans {
    /// Decodes spans that stand one after the other as `ScopeSpans.spans`.
    ///
    /// # Panics
    ///
    /// When they are not valid OTLP.
    #[expect(clippy::panic, reason = "spans that cannot be decoded are a failed test")]
    pub(crate) fn decode(bytes: &[u8]) -> Spans {
        match otlp::ScopeSpans::decode(bytes) {
            Ok(scope) => Spans(scope.spans.into_iter().map(Span::from).collect()),
            Err(error) => panic!("the recorder wrote invalid OTLP: {error}"),
        }
    }
}

impl From<otlp::Span> for Span {
    fn from(span: otlp::Span) -> Span {
        Span {
            name: span.name,
            trace_id: trace_id(&span.trace_id),
            span_id: span_id(&span.span_id).unwrap_or_default(),
            parent_span_id: span_id(&span.parent_span_id),
            kind: span.kind,
            flags: span.flags,
            start: span.start_time_unix_nano,
            end: span.end_time_unix_nano,
            attributes: attributes(span.attributes),
            events: span.events.into_iter().map(Event::from).collect(),
            links: span.links.iter().map(Link::from).collect(),
            status: span.status.map_or(Status::Unset, Status::from),
            dropped: [
                span.dropped_attributes_count,
                span.dropped_events_count,
                span.dropped_links_count,
            ],
        }
    }
}

fn trace_id(bytes: &[u8]) -> u128 {
    bytes.try_into().map_or(0, u128::from_be_bytes)
}

fn span_id(bytes: &[u8]) -> Option<u64> {
    bytes.try_into().map(u64::from_be_bytes).ok()
}

fn attributes(pairs: Vec<KeyValue>) -> Vec<(String, AttributeValue)> {
    let value = |pair: KeyValue| pair.value.and_then(|value| value.value).into();
    pairs.into_iter().map(|pair| (pair.key.clone(), value(pair))).collect()
}

impl From<otlp::span::Event> for Event {
    fn from(event: otlp::span::Event) -> Event {
        let attributes = attributes(event.attributes);
        Event { name: event.name, time: event.time_unix_nano, attributes }
    }
}

impl From<&otlp::span::Link> for Link {
    fn from(link: &otlp::span::Link) -> Link {
        Link {
            trace_id: trace_id(&link.trace_id),
            span_id: span_id(&link.span_id).unwrap_or_default(),
        }
    }
}

impl From<otlp::Status> for Status {
    fn from(status: otlp::Status) -> Status {
        match status.code {
            1 => Status::Ok,
            2 => Status::Error(status.message),
            _ => Status::Unset,
        }
    }
}

impl From<Option<any_value::Value>> for AttributeValue {
    fn from(value: Option<any_value::Value>) -> AttributeValue {
        use any_value::Value;
        match value {
            Some(Value::StringValue(text)) => AttributeValue::Text(text),
            Some(Value::BoolValue(boolean)) => AttributeValue::Boolean(boolean),
            Some(Value::IntValue(integer)) => AttributeValue::Integer(integer),
            Some(Value::DoubleValue(double)) => AttributeValue::Double(double),
            Some(Value::BytesValue(bytes)) => AttributeValue::Bytes(bytes),
            Some(Value::ArrayValue(array)) => {
                let values = array.values.into_iter().map(|value| value.value.into());
                AttributeValue::Array(values.collect())
            }
            Some(Value::KvlistValue(list)) => AttributeValue::Map(attributes(list.values)),
            _ => AttributeValue::Empty,
        }
    }
}
