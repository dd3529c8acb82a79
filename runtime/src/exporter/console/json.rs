//! Spans as JSON, one object a line. The keys are listed at the top of the console's module.

use super::span::{self, Parent};
use super::text::acts_on_terminal;
use super::{units, value};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use std::fmt::Write as _;

/// Appends the line of `span`.
pub(super) fn span_line(out: &mut String, span: &Span, resource: &[KeyValue]) {
    object(out, |out| {
        identity(out, span);
        times(out, span);
        status(out, span);
        attributes(out, "attributes", &span.attributes);
        list(out, "events", &span.events, event_object);
        list(out, "links", &span.links, link_object);
        number_if_any(out, "dropped_attributes", span.dropped_attributes_count);
        number_if_any(out, "dropped_events", span.dropped_events_count);
        number_if_any(out, "dropped_links", span.dropped_links_count);
        attributes(out, "resource", resource);
    });
    out.push('\n');
}

/// Appends a line about spans whose bytes are no span.
pub(super) fn unreadable_line(out: &mut String, spans: u64, error: &str) {
    object(out, |out| {
        number(out, "unreadable_spans", spans);
        text(out, "error", error);
    });
    out.push('\n');
}

fn identity(out: &mut String, span: &Span) {
    text(out, "trace_id", &value::hex(&span.trace_id));
    text(out, "span_id", &value::hex(&span.span_id));
    match span::parent(span) {
        Parent::None => raw(out, "parent_span_id", "null"),
        _ => text(out, "parent_span_id", &value::hex(&span.parent_span_id)),
    }
    if matches!(span::parent(span), Parent::Remote(_)) {
        raw(out, "parent_is_remote", "true");
    }
    text_if_any(out, "trace_state", &span.trace_state);
    number(out, "flags", span.flags);
    text(out, "name", &span.name);
    text(out, "kind", span::kind(span));
}

fn times(out: &mut String, span: &Span) {
    text(out, "start", &units::rfc3339(span.start_time_unix_nano));
    number(out, "start_unix_nano", span.start_time_unix_nano);
    number(out, "end_unix_nano", span.end_time_unix_nano);
    number(out, "duration_nano", span::duration(span));
}

fn status(out: &mut String, span: &Span) {
    let status = span.status.clone().unwrap_or_default();
    let word = match status.code() {
        StatusCode::Unset => "unset",
        StatusCode::Ok => "ok",
        StatusCode::Error => "error",
    };
    text(out, "status", word);
    text_if_any(out, "status_message", &status.message);
}

fn event_object(out: &mut String, event: &Event) {
    object(out, |out| {
        text(out, "name", &event.name);
        number(out, "time_unix_nano", event.time_unix_nano);
        attributes(out, "attributes", &event.attributes);
        number_if_any(out, "dropped_attributes", event.dropped_attributes_count);
    });
}

fn link_object(out: &mut String, link: &Link) {
    object(out, |out| {
        text(out, "trace_id", &value::hex(&link.trace_id));
        text(out, "span_id", &value::hex(&link.span_id));
        text_if_any(out, "trace_state", &link.trace_state);
        number(out, "flags", link.flags);
        attributes(out, "attributes", &link.attributes);
        number_if_any(out, "dropped_attributes", link.dropped_attributes_count);
    });
}

fn attributes(out: &mut String, name: &str, attributes: &[KeyValue]) {
    key(out, name);
    entries(out, attributes);
}

fn entries(out: &mut String, attributes: &[KeyValue]) {
    object(out, |out| {
        for attribute in attributes {
            key(out, &attribute.key);
            any_value(out, attribute.value.as_ref());
        }
    });
}

/// Recursion ends where decoding does, at 100 levels.
fn any_value(out: &mut String, value: Option<&AnyValue>) {
    let _ = match value.and_then(|value| value.value.as_ref()) {
        None | Some(Value::StringValueStrindex(_)) => write!(out, "null"),
        Some(Value::StringValue(text)) => return string(out, text),
        Some(Value::BoolValue(value)) => write!(out, "{value}"),
        Some(Value::IntValue(value)) => write!(out, "{value}"),
        Some(Value::DoubleValue(value)) if value.is_finite() => write!(out, "{value:?}"),
        Some(Value::DoubleValue(value)) => return string(out, not_finite(*value)),
        Some(Value::BytesValue(bytes)) => return string(out, &value::hex(bytes)),
        Some(Value::KvlistValue(list)) => return entries(out, &list.values),
        Some(Value::ArrayValue(array)) => {
            return array_of(out, &array.values, |out, value| any_value(out, Some(value)));
        }
    };
}

/// JSON has no such numbers; these are the words of protobuf's own mapping.
///
/// Source: <https://protobuf.dev/programming-guides/json/>.
fn not_finite(value: f64) -> &'static str {
    if value.is_nan() {
        "NaN"
    } else if value > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    }
}

fn object(out: &mut String, fields: impl FnOnce(&mut String)) {
    out.push('{');
    fields(out);
    out.push('}');
}

fn list<T>(out: &mut String, name: &str, values: &[T], write: impl Fn(&mut String, &T)) {
    key(out, name);
    array_of(out, values, write);
}

fn array_of<T>(out: &mut String, values: &[T], write: impl Fn(&mut String, &T)) {
    out.push('[');
    for value in values {
        separate(out);
        write(out, value);
    }
    out.push(']');
}

fn key(out: &mut String, name: &str) {
    separate(out);
    string(out, name);
    out.push(':');
}

/// What opens an object or a list is followed by its first entry; texts end in quotes, so nothing else looks like it.
fn separate(out: &mut String) {
    if !out.ends_with(['{', '[']) {
        out.push(',');
    }
}

fn text(out: &mut String, name: &str, value: &str) {
    key(out, name);
    string(out, value);
}

fn text_if_any(out: &mut String, name: &str, value: &str) {
    if !value.is_empty() {
        text(out, name, value);
    }
}

fn number(out: &mut String, name: &str, value: impl Into<u64>) {
    raw(out, name, &value.into().to_string());
}

fn number_if_any(out: &mut String, name: &str, value: u32) {
    if value > 0 {
        number(out, name, value);
    }
}

fn raw(out: &mut String, name: &str, value: &str) {
    key(out, name);
    out.push_str(value);
}

/// Escapes what JSON asks for, and what would act on a terminal that shows the line.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc8259#section-7>.
fn string(out: &mut String, text: &str) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if acts_on_terminal(char) => {
                for unit in char.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            _ => out.push(char),
        }
    }
    out.push('"');
}
