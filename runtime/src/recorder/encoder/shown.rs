//! Encoded values as text, in the form that `Debug` gives them in Rust.

use crate::batch::protobuf::{Fields, Value};
use std::fmt;

/// The bytes of an `AnyValue`. Its depth is that of what the recorder writes.
pub(crate) struct Shown<'a>(pub(crate) &'a [u8]);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(field) = Fields(self.0).next() else { return f.write_str("null") };
        match (field.number, field.value) {
            (1, Value::Bytes(text)) => String::from_utf8_lossy(text).fmt(f),
            (2, Value::Varint(boolean)) => (boolean != 0).fmt(f),
            (3, Value::Varint(integer)) => (integer as i64).fmt(f),
            (4, Value::Fixed64(bits)) => f64::from_bits(bits).fmt(f),
            (5, Value::Bytes(array)) => f
                .debug_list()
                .entries(Fields(array).map(|value| Shown(value.value.as_bytes())))
                .finish(),
            (6, Value::Bytes(map)) => f
                .debug_map()
                .entries(Fields(map).map(|entry| pair(entry.value.as_bytes())))
                .finish(),
            (_, value) => value.as_bytes().fmt(f),
        }
    }
}

/// The key and the value of an encoded `KeyValue`.
pub(crate) fn pair(key_value: &[u8]) -> (&str, Shown<'_>) {
    let mut parts = Fields(key_value).map(|part| part.value.as_bytes());
    let key = std::str::from_utf8(parts.next().unwrap_or_default()).unwrap_or_default();
    (key, Shown(parts.next().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recorder::Value as Recorded;
    use crate::recorder::encoder::{Content, Limits};
    use std::collections::BTreeMap;

    fn check(value: &dyn Recorded, expected: &str) {
        let mut content = Content::default();
        content.attributes(Limits::NONE).record_as("key", value);
        let attribute = Fields(content.bytes()).next().unwrap();
        let (key, shown) = pair(attribute.value.as_bytes());
        assert_eq!((key, &format!("{shown:?}")[..]), ("key", expected));
    }

    #[test]
    fn values_look_as_their_debug() {
        check(&"a \"b\"", r#""a \"b\"""#);
        check(&-1, "-1");
        check(&0.5, "0.5");
        check(b"ab", "[97, 98]");
        check(&(true, [1, 2], None::<u8>, "x"), r#"[true, [1, 2], null, "x"]"#);
        check(&BTreeMap::from([("a", vec!["b"]), ("c", vec![])]), r#"{"a": ["b"], "c": []}"#);
    }
}
