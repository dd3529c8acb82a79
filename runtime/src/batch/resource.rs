//! What all spans of a process have in common, encoded once.

use super::protobuf::{put_bytes, varint_len};

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
    pub(crate) fn new<K: AsRef<str>, V: AsRef<str>>(
        attributes: impl IntoIterator<Item = (K, V)>,
    ) -> Resource {
        let mut unique: Vec<(K, V)> = Vec::new();
        for (key, value) in attributes {
            unique.retain(|(known, _)| known.as_ref() != key.as_ref());
            unique.push((key, value));
        }
        let mut message = Vec::new();
        for (key, value) in &unique {
            put_bytes(&mut message, 1, &key_value(key.as_ref(), value.as_ref()));
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
        not(feature = "_decoded"),
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

/// An attribute with a text, as an OTLP `KeyValue` message.
pub(crate) fn key_value(key: &str, value: &str) -> Vec<u8> {
    let mut any_value = Vec::new();
    put_bytes(&mut any_value, 1, value.as_bytes());
    let mut key_value = Vec::new();
    put_bytes(&mut key_value, 1, key.as_bytes());
    put_bytes(&mut key_value, 2, &any_value);
    key_value
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
    fn a_key_stands_once_and_the_last_value_counts() {
        let resource = Resource::new([("a", "1"), ("b", "2"), ("a", "3")]);
        let message: opentelemetry_proto::tonic::resource::v1::Resource =
            prost::Message::decode(resource.message()).unwrap();
        let keys: Vec<_> = message.attributes.iter().map(|attribute| &attribute.key[..]).collect();
        assert_eq!(keys, ["b", "a"]);
    }
}
