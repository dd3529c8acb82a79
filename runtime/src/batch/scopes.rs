//! Spans that name a scope of their own, as those of the OpenTelemetry API do, whose tracers have names. Over OTLP the spans of each
//! scope are a list under it, and do not say it themselves. They come from the spool too, maybe from another program.

use super::protobuf::{Field, Fields, put_bytes};
use super::{Batch, Chunk, Resource};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The attributes that name a scope where it has no place of its own.
///
/// Source: <https://opentelemetry.io/docs/specs/otel/common/mapping-to-non-otlp/#instrumentationscope>.
pub(crate) const NAME: &str = "otel.scope.name";
pub(crate) const VERSION: &str = "otel.scope.version";

/// Where the attributes of a span stand in it.
const ATTRIBUTES: u64 = 9;

impl Batch {
    /// The same spans as one batch for each scope, ours first; itself, without a copy, where no span names one. Together they make no
    /// longer a request than it would: what a span loses is longer than what stands before a list.
    pub(crate) fn by_scope(&self) -> Vec<Batch> {
        // Most batches have none, and are not parsed to find that out.
        if !self.chunks.iter().any(|chunk| says_name(&chunk.bytes)) {
            return vec![self.clone()];
        }
        // Sorted, since nobody bounds how many scopes there are.
        let mut lists: BTreeMap<Option<Scope<'_>>, (Vec<u8>, u64)> = BTreeMap::new();
        for span in self.each_span() {
            let scope = Scope::of(span);
            let without = scope.is_some().then(|| without_scope(span));
            let (list, spans) = lists.entry(scope).or_default();
            put_bytes(list, 2, without.as_deref().unwrap_or(span));
            *spans += 1;
        }
        let mut batches: Vec<_> = lists
            .into_iter()
            .map(|(scope, (list, spans))| self.of_scope(scope, Chunk::new(list.into(), spans)))
            .collect();
        let found: u64 = batches.iter().map(Batch::spans).sum();
        let Some(last) = batches.last_mut() else { return vec![self.clone()] };
        // Those that are cut off are missed by who reads the last one.
        last.spans += self.spans.saturating_sub(found);
        batches
    }

    fn of_scope(&self, scope: Option<Scope<'_>>, spans: Chunk) -> Batch {
        let of_scope = |scope: Scope<'_>| {
            let resource = self.resource.resource.clone();
            Arc::new(Resource { resource, scope: scope.encoded() })
        };
        let mut batch = Batch::empty(scope.map_or_else(|| self.resource.clone(), of_scope));
        batch.push(spans);
        batch
    }
}

/// Whether [`NAME`] is anywhere in these bytes, by the search of Horspool: a look at every tenth byte or so.
fn says_name(bytes: &[u8]) -> bool {
    let name = NAME.as_bytes();
    let mut rest = bytes;
    while let Some(last) = rest.get(name.len() - 1) {
        if rest.starts_with(name) {
            return true;
        }
        // So far that the same byte of the name would stand there, or behind it.
        let skipped = name.iter().rev().skip(1).position(|byte| byte == last);
        rest = rest.get(skipped.map_or(name.len(), |before| before + 1)..).unwrap_or_default();
    }
    false
}

/// The scope that a span names.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Scope<'a> {
    name: &'a [u8],
    /// Empty where it has none.
    version: &'a [u8],
}

impl<'a> Scope<'a> {
    fn of(span: &'a [u8]) -> Option<Scope<'a>> {
        let (mut name, mut version) = (None, None);
        for (key, text) in Fields(span).filter_map(|field| text_attribute(&field)) {
            if key == NAME.as_bytes() {
                name = Some(text);
            } else if key == VERSION.as_bytes() {
                version = Some(text);
            }
        }
        Some(Scope { name: name?, version: version.unwrap_or_default() })
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

/// Key and text of a span's field that is an attribute with a text.
fn text_attribute<'a>(field: &Field<'a>) -> Option<(&'a [u8], &'a [u8])> {
    if field.number != ATTRIBUTES {
        return None;
    }
    let mut parts = Fields(field.value.as_bytes()).map(|part| part.value.as_bytes());
    let (key, value) = (parts.next()?, parts.next()?);
    let text = Fields(value).next().filter(|text| text.number == 1)?;
    Some((key, text.value.as_bytes()))
}

fn without_scope(span: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(span.len());
    let says_scope = |field: &Field<'_>| {
        text_attribute(field)
            .is_some_and(|(key, _)| [NAME, VERSION].iter().any(|it| it.as_bytes() == key))
    };
    for field in Fields(span).filter(|field| !says_scope(field)) {
        out.extend_from_slice(field.bytes);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::key_value;
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
                "lib : d()".into(),
                "lib 2: b(x) e(x)".into(),
            ]
        );
    }

    #[test]
    fn a_batch_of_one_foreign_scope_has_no_other_and_an_ordinary_one_goes_as_it_is() {
        assert_eq!(read(&batch(&[("a", &[(NAME, "l")])])), ["l : a()"]);
        let ordinary = batch(&[("a", &[("x", NAME)]), ("b", &[(VERSION, "1")])]);
        let own = format!("synndicate {}", env!("CARGO_PKG_VERSION"));
        assert_eq!(read(&ordinary), [format!("{own}: a(x) b(otel.scope.version)")]);
        let ordinary = batch(&[("a", &[("x", "1")])]);
        let place = |batch: &Batch| batch.chunks[0].bytes.as_ptr();
        assert_eq!(place(&ordinary.by_scope()[0]), place(&ordinary), "no copy");
    }

    #[test]
    fn the_name_is_found_wherever_it_stands() {
        for before in 0..40 {
            for after in ["", "o", "otel.scope.nam"] {
                for filling in ["e", "otel.scope.nam", "x", "m.name"] {
                    let filling = &filling.repeat(before)[..before];
                    let text = |name: &str| format!("{filling}{name}{after}");
                    assert!(says_name(text(NAME).as_bytes()), "{}", text(NAME));
                    assert!(!says_name(text("otel_scope.name").as_bytes()));
                }
            }
        }
    }

    /// Those that are missing are counted by who reads the batches.
    #[test]
    fn no_span_of_a_batch_that_is_cut_is_forgotten() {
        let mut cut = Batch::empty(Resource::new([("service.name", "test")]).into());
        let whole = chunk(&[("a", &[(NAME, "lib")]), ("b", &[])]);
        cut.push(Chunk::new(whole.bytes.slice(..whole.len() - 1), 2));
        assert_eq!(cut.by_scope().iter().map(Batch::spans).sum::<u64>(), 2);
    }
}
