//! Spans of OTLP as those of the OpenTelemetry SDK.

use crate::exporter::decoded::Decoded;
use crate::exporter::decoded::span::{self, Parent};
use crate::exporter::decoded::value::{as_json, hex};
use opentelemetry::trace as api;
use opentelemetry::{Array, InstrumentationScope, KeyValue, StringValue, Value};
use opentelemetry_proto::tonic::common::v1 as otlp;
use opentelemetry_proto::tonic::common::v1::any_value::Value as OtlpValue;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link, SpanKind};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{Span, Status};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use std::time::{Duration, SystemTime};

/// The attributes of the process.
pub(super) fn resource(attributes: &[otlp::KeyValue]) -> Resource {
    Resource::builder_empty().with_attributes(key_values(attributes.to_vec())).build()
}

/// The spans of a scope.
pub(super) fn spans(decoded: Decoded) -> impl Iterator<Item = SpanData> {
    let scope = instrumentation_scope(decoded.scope);
    decoded.spans.into_iter().map(move |it| span(it, scope.clone()))
}

/// A span. What the SDK has no type for, maps, bytes and mixed lists, is text: JSON, with bytes in hexadecimal.
fn span(span: Span, instrumentation_scope: InstrumentationScope) -> SpanData {
    let mut events = SpanEvents::default();
    events.dropped_count = span.dropped_events_count;
    let mut links = SpanLinks::default();
    links.dropped_count = span.dropped_links_count;
    let parent = span::parent(&span);
    let data = SpanData {
        span_context: context(&span.trace_id, &span.span_id, span.flags, &span.trace_state),
        parent_span_id: match parent {
            Parent::None => api::SpanId::INVALID,
            Parent::Local(id) | Parent::Remote(id) => id.into(),
        },
        parent_span_is_remote: matches!(parent, Parent::Remote(_)),
        span_kind: kind(span.kind()),
        name: span.name.into(),
        start_time: time(span.start_time_unix_nano),
        end_time: time(span.end_time_unix_nano),
        attributes: key_values(span.attributes),
        dropped_attributes_count: span.dropped_attributes_count,
        events,
        links,
        status: status(span.status),
        instrumentation_scope,
    };
    with(data, span.events, span.links)
}

fn instrumentation_scope(scope: otlp::InstrumentationScope) -> InstrumentationScope {
    let builder = InstrumentationScope::builder(scope.name);
    match scope.version {
        version if version.is_empty() => builder.build(),
        version => builder.with_version(version).build(),
    }
}

fn with(mut data: SpanData, events: Vec<Event>, links: Vec<Link>) -> SpanData {
    data.events.events = events.into_iter().map(event).collect();
    data.links.links = links.into_iter().map(link).collect();
    data
}

fn context(trace_id: &[u8], span_id: &[u8], flags: u32, state: &str) -> api::SpanContext {
    api::SpanContext::new(
        span::number(trace_id).into(),
        (span::number(span_id) as u64).into(),
        api::TraceFlags::new(flags as u8),
        false,
        state.parse().unwrap_or_default(),
    )
}

fn event(event: Event) -> api::Event {
    api::Event::new(
        event.name,
        time(event.time_unix_nano),
        key_values(event.attributes),
        event.dropped_attributes_count,
    )
}

fn link(link: Link) -> api::Link {
    api::Link::new(
        context(&link.trace_id, &link.span_id, link.flags, &link.trace_state),
        key_values(link.attributes),
        link.dropped_attributes_count,
    )
}

fn kind(kind: SpanKind) -> api::SpanKind {
    match kind {
        SpanKind::Unspecified | SpanKind::Internal => api::SpanKind::Internal,
        SpanKind::Server => api::SpanKind::Server,
        SpanKind::Client => api::SpanKind::Client,
        SpanKind::Producer => api::SpanKind::Producer,
        SpanKind::Consumer => api::SpanKind::Consumer,
    }
}

fn status(status: Option<Status>) -> api::Status {
    let status = status.unwrap_or_default();
    match status.code() {
        StatusCode::Unset => api::Status::Unset,
        StatusCode::Ok => api::Status::Ok,
        StatusCode::Error => api::Status::error(status.message),
    }
}

fn time(nanos: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos)
}

fn key_values(attributes: Vec<otlp::KeyValue>) -> Vec<KeyValue> {
    let with_value =
        |attribute: otlp::KeyValue| Some(KeyValue::new(attribute.key, value(attribute.value?)?));
    attributes.into_iter().filter_map(with_value).collect()
}

/// `None` for no value, which the SDK does not know.
fn value(value: otlp::AnyValue) -> Option<Value> {
    Some(match value.value? {
        OtlpValue::StringValue(text) => Value::String(text.into()),
        OtlpValue::BoolValue(value) => Value::Bool(value),
        OtlpValue::IntValue(value) => Value::I64(value),
        OtlpValue::DoubleValue(value) => Value::F64(value),
        OtlpValue::BytesValue(bytes) => Value::String(hex(&bytes).into()),
        OtlpValue::ArrayValue(array) => {
            list(&array.values).unwrap_or_else(|| as_text(OtlpValue::ArrayValue(array)))
        }
        other => as_text(other),
    })
}

/// A list whose values are all of one type that the SDK has lists of.
fn list(values: &[otlp::AnyValue]) -> Option<Value> {
    let values = || values.iter().map(|value| value.value.as_ref());
    let texts = values().map(|value| match value {
        Some(OtlpValue::StringValue(text)) => Some(StringValue::from(text.clone())),
        _ => None,
    });
    let numbers = values().map(|value| match value {
        Some(OtlpValue::IntValue(number)) => Some(*number),
        _ => None,
    });
    let floats = values().map(|value| match value {
        Some(OtlpValue::DoubleValue(number)) => Some(*number),
        _ => None,
    });
    let booleans = values().map(|value| match value {
        Some(OtlpValue::BoolValue(value)) => Some(*value),
        _ => None,
    });
    let array = texts.collect::<Option<_>>().map(Array::String);
    let array = array.or_else(|| numbers.collect::<Option<_>>().map(Array::I64));
    let array = array.or_else(|| floats.collect::<Option<_>>().map(Array::F64));
    array.or_else(|| booleans.collect::<Option<_>>().map(Array::Bool)).map(Value::Array)
}

fn as_text(value: OtlpValue) -> Value {
    let mut text = String::new();
    as_json(&mut text, Some(&otlp::AnyValue { value: Some(value) }), hex);
    Value::String(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Batch;
    use crate::exporter::decoded::arbitrary::{attribute, batch_of};
    use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValueList};

    fn array(values: impl IntoIterator<Item = OtlpValue>) -> OtlpValue {
        let values = values.into_iter().map(|value| AnyValue { value: Some(value) }).collect();
        OtlpValue::ArrayValue(ArrayValue { values })
    }

    fn converted(of: OtlpValue) -> Value {
        value(AnyValue { value: Some(of) }).unwrap()
    }

    #[test]
    fn lists_of_one_type_stay_lists_and_the_rest_becomes_text() {
        let text = |text: &str| OtlpValue::StringValue(text.into());
        let lists = [
            (array([text("a"), text("b")]), Array::String(vec!["a".into(), "b".into()])),
            (array([OtlpValue::IntValue(1)]), Array::I64(vec![1])),
            (array([OtlpValue::DoubleValue(0.5)]), Array::F64(vec![0.5])),
            (array([OtlpValue::BoolValue(true)]), Array::Bool(vec![true])),
        ];
        for (list, expected) in lists {
            assert_eq!(converted(list), Value::Array(expected));
        }
        let entry = otlp::KeyValue {
            key: "k".into(),
            value: Some(AnyValue { value: Some(OtlpValue::IntValue(1)) }),
            ..otlp::KeyValue::default()
        };
        let texts = [
            (array([text("a"), OtlpValue::IntValue(1)]), r#"["a",1]"#),
            (array([array([OtlpValue::IntValue(1)])]), "[[1]]"),
            (OtlpValue::KvlistValue(KeyValueList { values: vec![entry] }), r#"{"k":1}"#),
            (OtlpValue::BytesValue(vec![1, 255]), "01ff"),
        ];
        for (value, expected) in texts {
            assert_eq!(converted(value), Value::String(expected.into()));
        }
        assert_eq!(value(AnyValue { value: None }), None);
    }

    #[test]
    fn the_scope_that_a_span_names_is_its_scope_and_no_attribute() {
        let text = |key: &str, text: &str| attribute(key, OtlpValue::StringValue(text.into()));
        let named = vec![text("otel.scope.name", "library"), text("x", "1")];
        let of = |attributes| Span { attributes, ..Span::default() };
        let batch = batch_of(&[of(named), of(vec![])]);
        let [ours, theirs] = &batch.by_scope()[..] else { panic!("{batch:?}") };
        let converted = |batch: &Batch| spans(Decoded::of(batch)).next().unwrap();
        let (ours, theirs) = (converted(ours).instrumentation_scope, converted(theirs));
        assert_eq!((ours.name(), ours.version()), ("synndicate", Some(env!("CARGO_PKG_VERSION"))));
        let scope = &theirs.instrumentation_scope;
        assert_eq!((scope.name(), scope.version()), ("library", None));
        assert_eq!(theirs.attributes, [KeyValue::new("x", "1")]);
    }

    #[test]
    fn what_is_malformed_is_no_panic() {
        let wild = Span {
            trace_id: vec![1; 40],
            span_id: vec![2],
            trace_state: "no=t,valid,,=".into(),
            start_time_unix_nano: u64::MAX,
            kind: 77,
            ..Span::default()
        };
        let data = span(wild, InstrumentationScope::default());
        assert_eq!(
            (data.span_kind, data.parent_span_id),
            (api::SpanKind::Internal, api::SpanId::INVALID)
        );
        assert_eq!(data.span_context.trace_state(), &api::TraceState::default());
    }

    #[test]
    fn a_parent_in_another_process_is_told_from_one_in_this() {
        let parent = |flags| {
            let span =
                Span { parent_span_id: vec![0, 0, 0, 0, 0, 0, 0, 7], flags, ..Span::default() };
            let data = super::span(span, InstrumentationScope::default());
            (data.parent_span_id, data.parent_span_is_remote)
        };
        assert_eq!(parent(0x301), (7.into(), true));
        assert_eq!(parent(0x101), (7.into(), false));
    }
}
