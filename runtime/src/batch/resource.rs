//! What all spans of a process have in common, encoded once.

use super::protobuf::{FIXED64, VARINT, put_bytes, put_varint, tag, varint_len};
use crate::settings::Scalar;

/// The instrumentation scope of all spans.
pub(crate) const SCOPE_NAME: &str = env!("CARGO_PKG_NAME");
/// Its version.
pub(crate) const SCOPE_VERSION: &str = env!("CARGO_PKG_VERSION");

/// The bytes of the longest varint.
const MOST_VARINT: usize = varint_len(u64::MAX);

/// The resource and the instrumentation scope of a request, each with all that stands beside it, ready to be copied.
///
/// Source: <https://opentelemetry.io/docs/specs/otel/resource/sdk/>.
#[derive(Debug)]
pub(crate) struct Resource {
    /// The fields of `ResourceSpans` that stand before its scopes.
    pub(super) resource: Vec<u8>,
    /// The fields of `ScopeSpans` that stand before its spans.
    pub(super) scope: Vec<u8>,
}

impl Resource {
    /// A resource with these attributes; of a key that stands twice the last value counts, since receivers may refuse a
    /// request over a duplicate.
    pub(crate) fn new<K: AsRef<str>, V: Into<Scalar>>(
        attributes: impl IntoIterator<Item = (K, V)>,
    ) -> Resource {
        let mut unique: Vec<(K, Scalar)> = Vec::new();
        for (key, value) in attributes {
            unique.retain(|(known, _)| known.as_ref() != key.as_ref());
            unique.push((key, value.into()));
        }
        let mut message = Vec::new();
        for (key, value) in &unique {
            put_bytes(&mut message, 1, &key_value(key.as_ref(), value));
        }
        let mut resource = Vec::new();
        put_bytes(&mut resource, 1, &message);
        Resource { resource, scope: scope() }
    }

    /// The most bytes that stand before the first span of a request: besides resource and scope two tags and two lengths.
    pub(crate) fn header_len(&self) -> usize {
        self.resource.len() + self.scope.len() + 2 * (1 + MOST_VARINT)
    }

    /// The fields of `ResourceSpans` before its scopes, and those of `ScopeSpans` before its spans.
    #[cfg(feature = "spool")]
    pub(crate) fn parts(&self) -> (&[u8], &[u8]) {
        (&self.resource, &self.scope)
    }

    /// What [`Resource::parts`] once gave, maybe in another process.
    #[cfg(feature = "spool")]
    pub(crate) fn from_parts(resource: Vec<u8>, scope: Vec<u8>) -> Resource {
        Resource { resource, scope }
    }

    /// The attributes as an OTLP `Resource` message.
    #[cfg_attr(
        not(any(feature = "_decoded", test)),
        expect(dead_code, reason = "only exporters that need structure read it")
    )]
    pub(crate) fn message(&self) -> &[u8] {
        first_field(&self.resource)
    }

    /// Who recorded the spans as an OTLP `InstrumentationScope` message.
    #[cfg_attr(
        not(feature = "_decoded"),
        expect(dead_code, reason = "only exporters that need structure read it")
    )]
    pub(crate) fn scope_message(&self) -> &[u8] {
        first_field(&self.scope)
    }
}

fn first_field(fields: &[u8]) -> &[u8] {
    super::Fields(fields).next().map_or(&[], |field| field.value.as_bytes())
}

/// An attribute, as an OTLP `KeyValue` message.
pub(crate) fn key_value(key: &str, value: &Scalar) -> Vec<u8> {
    let mut key_value = Vec::new();
    put_bytes(&mut key_value, 1, key.as_bytes());
    put_bytes(&mut key_value, 2, &any_value(value));
    key_value
}

fn any_value(value: &Scalar) -> Vec<u8> {
    let mut any_value = Vec::new();
    match value {
        Scalar::Text(text) => put_bytes(&mut any_value, 1, text.as_bytes()),
        Scalar::Flag(flag) => {
            any_value.push(tag(2, VARINT));
            put_varint(&mut any_value, u64::from(*flag));
        }
        Scalar::Integer(integer) => {
            any_value.push(tag(3, VARINT));
            put_varint(&mut any_value, *integer as u64);
        }
        Scalar::Float(float) => {
            any_value.push(tag(4, FIXED64));
            any_value.extend(float.to_le_bytes());
        }
    }
    any_value
}

fn scope() -> Vec<u8> {
    let mut message = Vec::new();
    put_bytes(&mut message, 1, SCOPE_NAME.as_bytes());
    put_bytes(&mut message, 2, SCOPE_VERSION.as_bytes());
    let mut scope = Vec::new();
    put_bytes(&mut scope, 1, &message);
    scope
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_types() {
        use opentelemetry_proto::tonic::common::v1::any_value::Value;
        let values = [
            (Scalar::Text("a".into()), Value::StringValue("a".into())),
            (Scalar::Flag(true), Value::BoolValue(true)),
            (Scalar::Integer(-3), Value::IntValue(-3)),
            (Scalar::Float(0.5), Value::DoubleValue(0.5)),
        ];
        for (given, expected) in values {
            let resource = Resource::new([("a", given)]);
            let message: opentelemetry_proto::tonic::resource::v1::Resource =
                prost::Message::decode(resource.message()).unwrap();
            assert_eq!(message.attributes[0].value.as_ref().unwrap().value, Some(expected));
        }
    }

    #[test]
    fn a_key_stands_once_and_the_last_value_counts() {
        let resource = Resource::new([("a", "1"), ("b", "2"), ("a", "3")]);
        let message: opentelemetry_proto::tonic::resource::v1::Resource =
            prost::Message::decode(resource.message()).unwrap();
        let keys: Vec<_> = message.attributes.iter().map(|attribute| &attribute.key[..]).collect();
        assert_eq!(keys, ["b", "a"]);
    }
}
