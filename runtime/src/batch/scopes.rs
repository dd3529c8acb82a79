//! Spans that name a scope of their own, as those of the OpenTelemetry API do, whose tracers have names. Over OTLP the spans of each
//! scope are a list under it, and do not say it themselves.

use super::Batch;
use super::protobuf::{Field, Fields, LEN, put_bytes, put_varint, tag};
use bytes::Bytes;

/// The attributes that name a scope where it has no place of its own.
///
/// Source: <https://opentelemetry.io/docs/specs/otel/common/mapping-to-non-otlp/#instrumentationscope>.
pub(crate) const NAME: &str = "otel.scope.name";
pub(crate) const VERSION: &str = "otel.scope.version";

/// Where the attributes of a span stand in it.
const ATTRIBUTES: u64 = 9;

/// The request of a batch with such spans; `None` where it has none, so that its bytes can go as they are. It is no longer than that
/// would be: what a span loses is longer than what stands before a list.
pub(super) fn request(batch: &Batch) -> Option<Vec<Bytes>> {
    if !batch.each_span().any(|span| Scope::of(span).is_some()) {
        return None;
    }
    let mut lists: Vec<(Option<Scope<'_>>, Vec<u8>)> = Vec::new();
    for span in batch.each_span() {
        let scope = Scope::of(span);
        let known = lists.iter_mut().find(|(known, _)| *known == scope);
        let (_, list) = match known {
            Some(known) => known,
            None => {
                let own = || batch.resource.scope.clone();
                let begun = scope.as_ref().map_or_else(own, Scope::encoded);
                lists.push((scope.clone(), begun));
                lists.last_mut()?
            }
        };
        match scope {
            None => put_bytes(list, 2, span),
            Some(_) => put_bytes(list, 2, &without_scope(span)),
        }
    }
    let mut body = batch.resource.resource.clone();
    lists.iter().for_each(|(_, list)| put_bytes(&mut body, 2, list));
    let mut header = vec![tag(1, LEN)];
    put_varint(&mut header, body.len() as u64);
    Some(vec![header.into(), body.into()])
}

/// The scope that a span names.
#[derive(Clone, Debug, PartialEq)]
struct Scope<'a> {
    name: &'a [u8],
    /// Empty where it has none.
    version: &'a [u8],
}

impl<'a> Scope<'a> {
    fn of(span: &'a [u8]) -> Option<Scope<'a>> {
        let text = |wanted: &str| {
            let mut attributes = Fields(span).filter(|field| field.number == ATTRIBUTES);
            attributes.find_map(|field| text_of(&field, wanted))
        };
        Some(Scope { name: text(NAME)?, version: text(VERSION).unwrap_or_default() })
    }

    /// As the field that stands before the spans.
    fn encoded(&self) -> Vec<u8> {
        let (mut message, mut field) = (Vec::new(), Vec::new());
        put_bytes(&mut message, 1, self.name);
        if !self.version.is_empty() {
            put_bytes(&mut message, 2, self.version);
        }
        put_bytes(&mut field, 1, &message);
        field
    }
}

/// The text of an attribute, where it is the one that is wanted.
fn text_of<'a>(attribute: &Field<'a>, wanted: &str) -> Option<&'a [u8]> {
    let mut parts = Fields(attribute.value.as_bytes());
    let key = parts.next().filter(|key| key.value.as_bytes() == wanted.as_bytes());
    let value = key.and_then(|_| parts.next())?;
    Fields(value.value.as_bytes())
        .next()
        .filter(|text| text.number == 1)
        .map(|text| text.value.as_bytes())
}

fn without_scope(span: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(span.len());
    let says_scope = |field: &Field<'_>| {
        field.number == ATTRIBUTES
            && [NAME, VERSION].iter().any(|key| text_of(field, key).is_some())
    };
    for field in Fields(span).filter(|field| !says_scope(field)) {
        out.extend_from_slice(field.bytes);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{Chunk, Resource, key_value};
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use prost::Message as _;

    fn chunk(spans: &[(&str, &[(&str, &str)])]) -> Chunk {
        let mut bytes = Vec::new();
        for (name, attributes) in spans {
            let mut span = Vec::new();
            put_bytes(&mut span, 5, name.as_bytes());
            for (key, value) in *attributes {
                put_bytes(&mut span, 9, &key_value(key, &(*value).into()));
            }
            put_bytes(&mut bytes, 2, &span);
        }
        Chunk::new(bytes.into(), spans.len() as u64)
    }

    fn batch(spans: &[(&str, &[(&str, &str)])]) -> Batch {
        let mut batch = Batch::empty(Resource::new([("service.name", "test")]).into());
        batch.push(chunk(spans));
        batch
    }

    /// Each scope with the names of its spans and of their attributes.
    fn read(batch: &Batch) -> Vec<String> {
        let request = batch.request().concat();
        assert!(request.len() <= batch.body_len() + batch.resource().header_len());
        let request = ExportTraceServiceRequest::decode(&request[..]).unwrap();
        let [spans] = &request.resource_spans[..] else { panic!("{request:#?}") };
        assert_eq!(spans.resource.as_ref().unwrap().attributes[0].key, "service.name");
        let told = |list: &opentelemetry_proto::tonic::trace::v1::ScopeSpans| {
            let scope = list.scope.as_ref().unwrap();
            let spans = list.spans.iter().map(|span| {
                let keys = span.attributes.iter().map(|attribute| &*attribute.key);
                format!("{}({})", span.name, keys.collect::<Vec<_>>().join(" "))
            });
            format!("{} {}: {}", scope.name, scope.version, spans.collect::<Vec<_>>().join(" "))
        };
        spans.scope_spans.iter().map(told).collect()
    }

    #[test]
    fn spans_stand_under_the_scope_that_they_name_and_do_not_say_it_themselves() {
        let batch = batch(&[
            ("a", &[("x", "1")]),
            ("b", &[(NAME, "lib"), (VERSION, "2"), ("x", "1")]),
            ("c", &[]),
            ("d", &[(NAME, "lib")]),
            ("e", &[("x", "1"), (VERSION, "2"), (NAME, "lib")]),
            ("f", &[(VERSION, "3")]),
        ]);
        let own = format!("synndicate {}", env!("CARGO_PKG_VERSION"));
        assert_eq!(
            read(&batch),
            [
                format!("{own}: a(x) c() f(otel.scope.version)"),
                "lib 2: b(x) e(x)".into(),
                "lib : d()".into()
            ]
        );
    }

    #[test]
    fn a_batch_of_one_foreign_scope_has_no_other_and_an_ordinary_one_goes_as_it_is() {
        assert_eq!(read(&batch(&[("a", &[(NAME, "l")])])), ["l : a()"]);
        assert!(request(&batch(&[("a", &[("x", "1")])])).is_none());
    }
}
