//! The small messages of Jaeger's model as bytes.

use crate::batch::protobuf::{FIXED64, put_bytes, put_message, put_varint, tag};
use crate::exporter::decoded::span::{SpanId, TraceId};
use crate::exporter::decoded::value::{as_json, hex, not_finite};
use opentelemetry_proto::tonic::common::v1::AnyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;

/// How a span refers to another one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reference {
    ChildOf = 0,
    FollowsFrom = 1,
}

/// The type of a tag's value, by which its readers choose the field; 0 stands for a text.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Type {
    Bool = 1,
    Int64 = 2,
    Float64 = 3,
    Binary = 4,
}

/// Appends an attribute as a `KeyValue`. Lists and maps have no type of their own there: they become JSON. So do numbers that
/// are none, over which Jaeger could not show the trace: its answers are JSON too.
pub(super) fn put_tag(out: &mut Vec<u8>, field: u8, key: &str, value: Option<&AnyValue>) {
    match value.and_then(|value| value.value.as_ref()) {
        None | Some(Value::StringValueStrindex(_)) => put_text(out, field, key, ""),
        Some(Value::StringValue(text)) => put_text(out, field, key, text),
        Some(Value::BoolValue(value)) => put_bool(out, field, key, *value),
        Some(Value::IntValue(value)) => put_int(out, field, key, *value),
        Some(Value::DoubleValue(value)) if value.is_finite() => {
            put_typed(out, field, key, Type::Float64, |out| put_double(out, *value));
        }
        Some(Value::DoubleValue(value)) => put_text(out, field, key, not_finite(*value)),
        Some(Value::BytesValue(bytes)) => {
            put_typed(out, field, key, Type::Binary, |out| put_bytes(out, 7, bytes));
        }
        Some(Value::ArrayValue(_) | Value::KvlistValue(_)) => {
            let mut json = String::new();
            as_json(&mut json, value, hex);
            put_text(out, field, key, &json);
        }
    }
}

/// Appends a `KeyValue` that holds a text.
pub(super) fn put_text(out: &mut Vec<u8>, field: u8, key: &str, value: &str) {
    put_message(out, field, |out| {
        put_bytes(out, 1, key.as_bytes());
        put_bytes(out, 3, value.as_bytes());
    });
}

/// The same where the text is not empty.
pub(super) fn put_text_if_any(out: &mut Vec<u8>, field: u8, key: &str, value: &str) {
    if !value.is_empty() {
        put_text(out, field, key, value);
    }
}

/// Appends a `KeyValue` that is true or false.
pub(super) fn put_bool(out: &mut Vec<u8>, field: u8, key: &str, value: bool) {
    put_typed(out, field, key, Type::Bool, |out| put_number(out, 4, u64::from(value)));
}

/// Appends a `KeyValue` that says how often something happened, if it did.
pub(super) fn put_count_if_any(out: &mut Vec<u8>, field: u8, key: &str, count: u32) {
    if count > 0 {
        put_int(out, field, key, i64::from(count));
    }
}

/// Appends a `SpanRef`.
pub(super) fn put_reference(
    out: &mut Vec<u8>,
    field: u8,
    kind: Reference,
    (trace, span): (TraceId, SpanId),
) {
    put_message(out, field, |out| {
        put_bytes(out, 1, &trace.to_be_bytes());
        put_bytes(out, 2, &span.to_be_bytes());
        put_number(out, 3, kind as u64);
    });
}

/// Appends a `Timestamp` or a `Duration`, which have the same fields. It stands there even if it is 0: Jaeger takes a missing
/// one for the year 1.
pub(super) fn put_time(out: &mut Vec<u8>, field: u8, nanos: u64) {
    put_message(out, field, |out| {
        put_number(out, 1, nanos / 1_000_000_000);
        put_number(out, 2, nanos % 1_000_000_000);
    });
}

/// Appends a field that is an integer, a boolean or a choice.
pub(super) fn put_number(out: &mut Vec<u8>, field: u8, value: u64) {
    out.push(tag(field, VARINT));
    put_varint(out, value);
}

/// A field that holds an integer of whatever size.
const VARINT: u8 = 0;

fn put_int(out: &mut Vec<u8>, field: u8, key: &str, value: i64) {
    put_typed(out, field, key, Type::Int64, |out| put_number(out, 5, value.cast_unsigned()));
}

fn put_double(out: &mut Vec<u8>, value: f64) {
    out.push(tag(6, FIXED64));
    out.extend(value.to_le_bytes());
}

fn put_typed(
    out: &mut Vec<u8>,
    field: u8,
    key: &str,
    value_type: Type,
    put_value: impl FnOnce(&mut Vec<u8>),
) {
    put_message(out, field, |out| {
        put_bytes(out, 1, key.as_bytes());
        put_number(out, 2, value_type as u64);
        put_value(out);
    });
}
