//! Zipkin's own wire: a batch as a JSON list of spans in Zipkin's second format.
//!
//! Sources: <https://github.com/openzipkin/zipkin-api/blob/master/zipkin2-api.yaml> for the format, and for what becomes of
//! each part of a span <https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/zipkin/>. Where that says nothing (links,
//! trace state, the resource) the tags are those of the OpenTelemetry Collector, which reads them back.

mod endpoint;
mod span;
mod tags;
#[cfg(test)]
mod tests;

use super::Accepted;
use super::decoded::{Decoded, left_out};
use crate::batch::Batch;
use crate::json::array_of;
use bytes::Bytes;
use tags::Tags;

/// What all spans of a request share.
struct Process<'a> {
    service: &'a str,
    /// What is said of the process and of who recorded the spans.
    tags: Tags<'a>,
}

/// The body of a request, and what is not in it. One span that Zipkin cannot read would cost the whole list, so spans without
/// proper ids are left out. An empty list is a valid request.
pub(super) fn request(batch: &Batch) -> (Vec<Bytes>, Accepted) {
    let mut decoded = Decoded::of(batch);
    decoded.keep(span::has_ids, "an id is all zeros or has the wrong length");
    let process = Process { service: decoded.service(), tags: tags::of_process(&decoded) };
    let mut body = String::new();
    array_of(&mut body, &decoded.spans, |out, span| span::object_of(out, span, &process));
    (vec![body.into()], left_out(std::slice::from_ref(&decoded)))
}
