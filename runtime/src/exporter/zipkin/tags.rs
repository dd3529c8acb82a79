//! Tags: all that is said of a span and has no field of its own, as texts.
//!
//! Sources: <https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/zipkin/#attribute>, for values
//! <https://opentelemetry.io/docs/specs/otel/common/#anyvalue-representation-for-non-otlp-protocols>, and for what other
//! formats have no word for <https://opentelemetry.io/docs/specs/otel/common/mapping-to-non-otlp/>.

use crate::exporter::decoded::Decoded;
use crate::exporter::decoded::value::{as_json, hex, map_as_json, not_finite};
use crate::json::{key, number_if_any, object, text};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::Link;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A key stands once: JSON leaves open what a second one means.
pub(super) type Tags<'a> = BTreeMap<Cow<'a, str>, Cow<'a, str>>;

const DROPPED_ATTRIBUTES: &str = "otel.dropped_attributes_count";

/// What is said of the process, whose name is in the endpoint, and of who recorded the spans, also by the older keys.
pub(super) fn of_process(decoded: &Decoded) -> Tags<'_> {
    let mut tags = Tags::new();
    add(&mut tags, decoded.resource.iter().filter(|attribute| attribute.key != "service.name"));
    add(&mut tags, &decoded.scope.attributes);
    let (name, version) = (&decoded.scope.name, &decoded.scope.version);
    for (key, value) in [
        ("otel.scope.name", name),
        ("otel.scope.version", version),
        ("otel.library.name", name),
        ("otel.library.version", version),
    ] {
        if !value.is_empty() {
            tags.insert(key.into(), value.into());
        }
    }
    tags
}

/// All tags of `span`, those of its process among them. Its own win over those, and what it has fields for over its attributes.
pub(super) fn of_span<'a>(span: &'a Span, process: &Tags<'a>) -> Tags<'a> {
    let mut tags = process.clone();
    add(&mut tags, &span.attributes);
    if !span.trace_state.is_empty() {
        tags.insert("w3c.tracestate".into(), (&span.trace_state).into());
    }
    for (at, link) in span.links.iter().enumerate() {
        tags.insert(format!("otlp.link.{at}").into(), link_text(link).into());
    }
    for (key, count) in [
        (DROPPED_ATTRIBUTES, span.dropped_attributes_count),
        ("otel.dropped_events_count", span.dropped_events_count),
        ("otel.dropped_links_count", span.dropped_links_count),
    ] {
        if count > 0 {
            tags.insert(key.into(), count.to_string().into());
        }
    }
    add_status(&mut tags, span);
    tags
}

/// Appends the field for `tags`.
pub(super) fn write(out: &mut String, tags: &Tags<'_>) {
    if tags.is_empty() {
        return;
    }
    key(out, "tags");
    object(out, |out| tags.iter().for_each(|(key, value)| text(out, key, value)));
}

/// Attributes of an event as JSON, and how many of them were dropped.
pub(super) fn object_of(out: &mut String, attributes: &[KeyValue], dropped: u32) {
    object(out, |out| {
        for attribute in attributes {
            key(out, &attribute.key);
            as_json(out, attribute.value.as_ref(), base64);
        }
        number_if_any(out, DROPPED_ATTRIBUTES, dropped);
    });
}

fn add<'a>(tags: &mut Tags<'a>, attributes: impl IntoIterator<Item = &'a KeyValue>) {
    let attributes = attributes.into_iter();
    tags.extend(attributes.map(|it| (Cow::from(&it.key), text_of(it.value.as_ref()))));
}

/// Zipkin takes any span with a tag `error` for one that failed, whatever its value.
fn add_status<'a>(tags: &mut Tags<'a>, span: &'a Span) {
    let (code, message) = match &span.status {
        Some(status) => (status.code(), status.message.as_str()),
        None => (StatusCode::Unset, ""),
    };
    if tags.get("error").is_some_and(|error| error == "false") {
        tags.remove("error");
    }
    let name = match code {
        StatusCode::Unset => return,
        StatusCode::Ok => "OK",
        StatusCode::Error => {
            tags.insert("error".into(), message.into());
            "ERROR"
        }
    };
    tags.insert("otel.status_code".into(), name.into());
}

/// A value as text: primitive ones bare, lists and maps as JSON.
fn text_of(value: Option<&AnyValue>) -> Cow<'_, str> {
    match value.and_then(|value| value.value.as_ref()) {
        None => "".into(),
        Some(Value::StringValue(text)) => text.into(),
        Some(Value::BytesValue(bytes)) => base64(bytes).into(),
        Some(Value::DoubleValue(number)) if !number.is_finite() => not_finite(*number).into(),
        Some(_) => {
            let mut json = String::new();
            as_json(&mut json, value, base64);
            json.into()
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

/// A link in the form that the OpenTelemetry Collector's receiver of Zipkin spans reads.
fn link_text(link: &Link) -> String {
    let Link { trace_id, span_id, trace_state, .. } = link;
    let mut attributes = String::new();
    map_as_json(&mut attributes, &link.attributes, base64);
    let dropped = link.dropped_attributes_count;
    format!("{}|{}|{trace_state}|{attributes}|{dropped}", hex(trace_id), hex(span_id))
}
