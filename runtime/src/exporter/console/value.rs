//! The values of attributes as text.

use crate::exporter::decoded::value::hex;
use opentelemetry_proto::tonic::common::v1::AnyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use std::fmt::Write as _;

/// The value as a reader of a tree wants it: texts bare where they are one word, in quotes otherwise.
pub(super) fn as_text(value: Option<&AnyValue>) -> String {
    let mut out = String::new();
    write_value(&mut out, value);
    out
}

/// Recursion ends where decoding does, at 100 levels.
fn write_value(out: &mut String, value: Option<&AnyValue>) {
    let _ = match value.and_then(|value| value.value.as_ref()) {
        None | Some(Value::StringValueStrindex(_)) => write!(out, "null"),
        Some(Value::StringValue(text)) => return write_string(out, text),
        Some(Value::BoolValue(value)) => write!(out, "{value}"),
        Some(Value::IntValue(value)) => write!(out, "{value}"),
        Some(Value::DoubleValue(value)) => write!(out, "{value:?}"),
        Some(Value::BytesValue(bytes)) => write!(out, "0x{}", hex(bytes)),
        Some(Value::ArrayValue(array)) => {
            return write_list(out, ['[', ']'], &array.values, |out, value| {
                write_value(out, Some(value));
            });
        }
        Some(Value::KvlistValue(list)) => {
            return write_list(out, ['{', '}'], &list.values, |out, entry| {
                write_string(out, &entry.key);
                out.push('=');
                write_value(out, entry.value.as_ref());
            });
        }
    };
}

fn write_list<T>(
    out: &mut String,
    [open, close]: [char; 2],
    entries: &[T],
    write: impl Fn(&mut String, &T),
) {
    out.push(open);
    for (at, entry) in entries.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { ", " });
        write(out, entry);
    }
    out.push(close);
}

fn write_string(out: &mut String, text: &str) {
    let bare = !text.is_empty() && !text.starts_with('"') && !text.contains(char::is_whitespace);
    if bare {
        out.push_str(text);
    } else {
        out.push('"');
        out.push_str(&text.replace('"', "\\\""));
        out.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::common::v1::{ArrayValue, KeyValue, KeyValueList};

    fn any(value: Value) -> AnyValue {
        AnyValue { value: Some(value) }
    }

    fn string(text: &str) -> AnyValue {
        any(Value::StringValue(text.into()))
    }

    #[test]
    fn values_of_every_type_are_text() {
        let entry = |key: &str, value| KeyValue {
            key: key.into(),
            value: Some(value),
            ..KeyValue::default()
        };
        let list = vec![entry("a", any(Value::IntValue(1))), entry("b c", string("d"))];
        for (value, text) in [
            (string("word"), "word"),
            (string("two words"), "\"two words\""),
            (string("say \"hi\" = 1"), "\"say \\\"hi\\\" = 1\""),
            (string("{\"a\":1}"), "{\"a\":1}"),
            (string("\"x"), "\"\\\"x\""),
            (string(""), "\"\""),
            (any(Value::BoolValue(true)), "true"),
            (any(Value::IntValue(i64::MIN)), "-9223372036854775808"),
            (any(Value::DoubleValue(1.0)), "1.0"),
            (any(Value::DoubleValue(1e300)), "1e300"),
            (any(Value::DoubleValue(f64::NAN)), "NaN"),
            (any(Value::BytesValue(vec![0, 255])), "0x00ff"),
            (
                any(Value::ArrayValue(ArrayValue { values: vec![string("x"), string("y z")] })),
                "[x, \"y z\"]",
            ),
            (any(Value::KvlistValue(KeyValueList { values: list })), "{a=1, \"b c\"=d}"),
            (AnyValue { value: None }, "null"),
        ] {
            assert_eq!(as_text(Some(&value)), text);
        }
        assert_eq!(as_text(None), "null");
    }
}
