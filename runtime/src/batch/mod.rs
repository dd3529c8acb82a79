//! Spans as bytes: what leaves the recorder, waits in the queue and goes to a backend.
//!
//! A [`Chunk`] is whole spans in OTLP protobuf. A [`Batch`] is chunks under the header of their resource, ready to be sent as
//! an `ExportTraceServiceRequest`. This room knows the framing and nothing of who makes or sends it.

pub(crate) mod protobuf;
mod resource;
pub(crate) mod scopes;

use bytes::Bytes;
use protobuf::{Fields, LEN, put_varint, tag};
#[cfg(any(feature = "jaeger", feature = "testing"))]
pub(crate) use resource::SCOPE_NAME;
#[cfg(feature = "jaeger")]
pub(crate) use resource::SCOPE_VERSION;
pub(crate) use resource::{Resource, key_value};
use std::sync::Arc;

/// The attribute of a span whose end was not seen.
pub(crate) const UNFINISHED: &str = "synndicate.unfinished";

/// Whole spans, each as one field `ScopeSpans.spans` (tag, length, span) of OTLP.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chunk {
    bytes: Bytes,
    spans: u64,
}

impl Chunk {
    /// The tag in front of each span.
    pub(crate) const SPAN: u8 = tag(2, LEN);

    /// `bytes` holds exactly `spans` spans.
    pub(crate) fn new(bytes: Bytes, spans: u64) -> Chunk {
        Chunk { bytes, spans }
    }

    /// The size in bytes, framing included.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The spans, framing included.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// How many spans it holds.
    pub(crate) fn spans(&self) -> u64 {
        self.spans
    }

    /// The same spans in memory of their own: one span of a chunk keeps the memory of all of it.
    pub(crate) fn copied(&self) -> Chunk {
        Chunk { bytes: Bytes::copy_from_slice(&self.bytes), spans: self.spans }
    }

    /// Takes spans from the front: at most `spans` of them in at most `bytes`, but one at least, so that a span that is larger
    /// than any limit goes alone.
    pub(crate) fn take(&mut self, spans: u64, bytes: usize) -> Chunk {
        if self.spans <= spans && self.len() <= bytes {
            return std::mem::take(self);
        }
        let (mut taken, mut end) = (0, 0);
        for field in Fields(&self.bytes) {
            if taken > 0 && (taken >= spans || end + field.bytes.len() > bytes) {
                break;
            }
            taken += 1;
            end += field.bytes.len();
        }
        self.spans = self.spans.saturating_sub(taken);
        Chunk { bytes: self.bytes.split_to(end), spans: taken }
    }
}

/// Spans under the header of their resource: one request to a backend.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    resource: Arc<Resource>,
    chunks: Vec<Chunk>,
    spans: u64,
    body: usize,
}

impl Batch {
    /// A batch without spans, which as a request asks a backend whether it would accept some.
    pub(crate) fn empty(resource: Arc<Resource>) -> Batch {
        Batch { resource, chunks: Vec::new(), spans: 0, body: 0 }
    }

    /// Adds `chunk` at the end.
    pub(crate) fn push(&mut self, chunk: Chunk) {
        self.spans += chunk.spans;
        self.body += chunk.len();
        self.chunks.push(chunk);
    }

    /// How many spans it holds.
    pub(crate) fn spans(&self) -> u64 {
        self.spans
    }

    /// The size of the spans in bytes, without the request's header.
    pub(crate) fn body_len(&self) -> usize {
        self.body
    }

    /// The request as an `ExportTraceServiceRequest` in pieces that share the spans' bytes; nothing where there are no spans.
    #[cfg_attr(
        not(any(feature = "_remote", test)),
        expect(dead_code, reason = "there is no server to send it to")
    )]
    pub(crate) fn request(&self) -> Vec<Bytes> {
        if self.chunks.is_empty() {
            return Vec::new();
        }
        let batches = self.by_scope();
        let lists: Vec<_> = batches.iter().map(|list| (list.scope_header(), list)).collect();
        let mut header = self.header(&lists);
        let mut pieces = Vec::new();
        for (scope, list) in &lists {
            header.extend_from_slice(scope);
            pieces.push(std::mem::take(&mut header).into());
            pieces.extend(list.chunks.iter().map(|chunk| chunk.bytes.clone()));
        }
        pieces
    }

    /// The spans with their framing, in pieces.
    #[cfg(feature = "spool")]
    pub(crate) fn body(&self) -> impl Iterator<Item = &Bytes> {
        self.chunks.iter().map(|chunk| &chunk.bytes)
    }

    /// Each span as the bytes of an OTLP `Span` message.
    pub(crate) fn each_span(&self) -> impl Iterator<Item = &[u8]> {
        self.chunks
            .iter()
            .flat_map(|chunk| Fields(&chunk.bytes))
            .map(|field| field.value.as_bytes())
    }

    /// What the spans belong to.
    pub(crate) fn resource(&self) -> &Arc<Resource> {
        &self.resource
    }

    /// The first `count` spans and the others, or itself where one of the two parts would be empty.
    pub(crate) fn split(mut self, count: u64) -> Result<(Batch, Batch), Batch> {
        if count == 0 || count >= self.spans {
            return Err(self);
        }
        let mut first = Batch::empty(self.resource.clone());
        let mut second = Batch::empty(self.resource.clone());
        for mut chunk in self.chunks.drain(..) {
            let missing = count - first.spans;
            if missing > 0 {
                first.push(chunk.take(missing, usize::MAX));
            }
            if chunk.spans > 0 {
                second.push(chunk);
            }
        }
        Ok((first, second))
    }

    /// All that stands before the lists of scopes: `resource_spans` with its resource.
    fn header(&self, lists: &[(Vec<u8>, &Batch)]) -> Vec<u8> {
        let resource = &self.resource.resource;
        let scopes: usize = lists.iter().map(|(header, list)| header.len() + list.body).sum();
        let mut header = vec![tag(1, LEN)];
        put_varint(&mut header, (resource.len() + scopes) as u64);
        header.extend_from_slice(resource);
        header
    }

    /// All that stands before the first span of a scope: `scope_spans` with its scope. With [`Batch::header`] it is at most
    /// [`Resource::header_len`] bytes.
    fn scope_header(&self) -> Vec<u8> {
        let scope = &self.resource.scope;
        let mut header = vec![tag(2, LEN)];
        put_varint(&mut header, (scope.len() + self.body) as u64);
        header.extend_from_slice(scope);
        header
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(names: &[&str]) -> Chunk {
        let mut bytes = Vec::new();
        for name in names {
            let mut span = Vec::new();
            protobuf::put_bytes(&mut span, 5, name.as_bytes());
            protobuf::put_bytes(&mut bytes, 2, &span);
        }
        Chunk::new(bytes.into(), names.len() as u64)
    }

    fn names(batch: &Batch) -> Vec<String> {
        let name = |span| {
            Fields(span)
                .map(|field| String::from_utf8_lossy(field.value.as_bytes()).into_owned())
                .collect()
        };
        batch.each_span().map(name).collect()
    }

    fn batch(chunks: impl IntoIterator<Item = Chunk>) -> Batch {
        let mut batch = Batch::empty(Arc::new(Resource::new([("service.name", "test")])));
        chunks.into_iter().for_each(|chunk| batch.push(chunk));
        batch
    }

    #[test]
    fn take_obeys_both_limits_and_gives_one_span_at_least() {
        let mut all = chunk(&["a", "b", "c", "d"]);
        assert_eq!(all.take(2, usize::MAX).spans(), 2);
        assert_eq!((all.spans(), all.take(9, 6).spans()), (2, 1), "one span takes five bytes");
        assert_eq!(all.take(0, 0).spans(), 1);
        assert_eq!((all.spans(), all.len()), (0, 0));
    }

    #[test]
    fn split_goes_across_chunks_and_leaves_no_part_empty() {
        let (first, second) =
            batch([chunk(&["a"]), chunk(&["b", "c"]), chunk(&["d", "e"])]).split(2).unwrap();
        assert_eq!(
            (names(&first), names(&second)),
            (vec!["a".into(), "b".into()], vec!["c".into(), "d".into(), "e".into()])
        );
        assert_eq!((first.spans(), second.spans()), (2, 3));
        assert!(batch([chunk(&["a", "b"])]).split(0).is_err());
        assert!(batch([chunk(&["a", "b"])]).split(2).is_err());
    }

    #[test]
    fn the_request_is_read_by_the_generated_types() {
        use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
        let request = batch([chunk(&["one"]), chunk(&["two", "three"])]).request().concat();
        let request: ExportTraceServiceRequest = prost::Message::decode(&request[..]).unwrap();
        let spans = &request.resource_spans[0];
        assert_eq!(spans.resource.as_ref().unwrap().attributes[0].key, "service.name");
        assert_eq!(spans.scope_spans[0].scope.as_ref().unwrap().name, "synndicate");
        let names: Vec<_> = spans.scope_spans[0].spans.iter().map(|span| &span.name[..]).collect();
        assert_eq!(names, ["one", "two", "three"]);
        assert!(batch([]).request().is_empty());
    }
}
