//! Jaeger's own protocol over gRPC: what port 14250 speaks, where OTLP is not known. A batch becomes one request of `PostSpans`.
//!
//! The numbers of fields are those of `proto/api_v2/model.proto` and `collector.proto` of
//! <https://github.com/jaegertracing/jaeger-idl> (Apache License, Version 2.0). They are written by our own primitives: seven
//! small messages, of which nothing is ever read back, need no generated code in each user's program.
//!
//! What becomes of what: <https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/jaeger/> and
//! <https://opentelemetry.io/docs/specs/otel/common/mapping-to-non-otlp/>.

mod message;
mod span;
#[cfg(test)]
mod tests;
mod warning;

use super::Accepted;
use super::decoded::{Decoded, Unreadable};
use crate::batch::Batch;
use crate::batch::protobuf::{put_bytes, put_message};
use bytes::Bytes;
use message::put_tag;
use span::put_span;

/// The method of gRPC.
pub(super) const POST_SPANS: &str = "/jaeger.api_v2.CollectorService/PostSpans";

/// `batch` as a `PostSpansRequest`, and what becomes of its spans whose bytes are no span: they are not in it.
pub(super) fn request(batch: &Batch) -> (Vec<Bytes>, Accepted) {
    let decoded = Decoded::of(batch);
    let mut request = Vec::with_capacity(batch.body_len() * 3 / 2);
    put_message(&mut request, 1, |batch| {
        for span in &decoded.spans {
            put_message(batch, 1, |out| put_span(out, span));
        }
        put_message(batch, 2, |process| put_process(process, &decoded));
    });
    let unreadable = decoded.unreadable.map(left_out).unwrap_or_default();
    (vec![request.into()], unreadable)
}

fn put_process(out: &mut Vec<u8>, decoded: &Decoded) {
    put_bytes(out, 1, decoded.service().as_bytes());
    for attribute in decoded.resource.iter().filter(|attribute| attribute.key != "service.name") {
        put_tag(out, 2, &attribute.key, attribute.value.as_ref());
    }
}

fn left_out(Unreadable { spans, error }: Unreadable) -> Accepted {
    Accepted { rejected: spans, message: Some(format!("they could not be read: {error}")) }
}
