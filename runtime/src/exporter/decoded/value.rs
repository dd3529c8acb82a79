//! The values of attributes.

use crate::json::{array_of, key, object, string};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use std::fmt::Write as _;

/// The content of a text, nothing for other values.
pub(in crate::exporter) fn as_str(attribute: &KeyValue) -> Option<&str> {
    match attribute.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text),
        _ => None,
    }
}

/// Bytes in hexadecimal.
pub(in crate::exporter) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// How bytes are written, for which JSON has no form of its own.
pub(in crate::exporter) type BytesAs = fn(&[u8]) -> String;

/// Attributes as an object.
pub(in crate::exporter) fn map_as_json(
    out: &mut String,
    attributes: &[KeyValue],
    bytes_as: BytesAs,
) {
    object(out, |out| {
        for attribute in attributes {
            key(out, &attribute.key);
            as_json(out, attribute.value.as_ref(), bytes_as);
        }
    });
}

/// A value as JSON. Recursion ends where decoding does, at 100 levels.
pub(in crate::exporter) fn as_json(out: &mut String, value: Option<&AnyValue>, bytes_as: BytesAs) {
    let _ = match value.and_then(|value| value.value.as_ref()) {
        None | Some(Value::StringValueStrindex(_)) => write!(out, "null"),
        Some(Value::StringValue(text)) => return string(out, text),
        Some(Value::BoolValue(value)) => write!(out, "{value}"),
        Some(Value::IntValue(value)) => write!(out, "{value}"),
        Some(Value::DoubleValue(value)) if value.is_finite() => write!(out, "{value:?}"),
        Some(Value::DoubleValue(value)) => return string(out, not_finite(*value)),
        Some(Value::BytesValue(bytes)) => return string(out, &bytes_as(bytes)),
        Some(Value::KvlistValue(list)) => return map_as_json(out, &list.values, bytes_as),
        Some(Value::ArrayValue(array)) => {
            return array_of(out, &array.values, |out, value| as_json(out, Some(value), bytes_as));
        }
    };
}

/// A number that is infinite or none. JSON has no such numbers; these are the words of protobuf's own mapping.
///
/// Source: <https://protobuf.dev/programming-guides/json/>.
pub(in crate::exporter) fn not_finite(value: f64) -> &'static str {
    if value.is_nan() {
        "NaN"
    } else if value > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    }
}
