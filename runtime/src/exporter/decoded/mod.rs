//! A batch's bytes as the generated types of OTLP, for exporters that need the structure of spans.

#[cfg(test)]
pub(super) mod samples;
#[cfg_attr(
    not(feature = "console"),
    expect(dead_code, reason = "only the console asks how a span stands to its trace")
)]
pub(super) mod span;
pub(super) mod value;

use crate::batch::Batch;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;

/// What a batch holds.
pub(in crate::exporter) struct Decoded {
    pub(in crate::exporter) spans: Vec<Span>,
    /// The attributes of the process.
    pub(in crate::exporter) resource: Vec<KeyValue>,
    pub(in crate::exporter) unreadable: Option<Unreadable>,
}

/// Spans of a batch whose bytes are no span.
pub(in crate::exporter) struct Unreadable {
    pub(in crate::exporter) spans: u64,
    /// What is wrong with the last of them.
    pub(in crate::exporter) error: String,
}

impl Decoded {
    pub(in crate::exporter) fn of(batch: &Batch) -> Decoded {
        let (mut spans, mut last_error) = (Vec::new(), None);
        for bytes in batch.each_span() {
            match Span::decode(bytes) {
                Ok(span) => spans.push(span),
                Err(error) => last_error = Some(error.to_string()),
            }
        }
        let missing = batch.spans().saturating_sub(spans.len() as u64);
        let error = last_error.unwrap_or_else(|| "the batch is cut".to_owned());
        let unreadable = (missing > 0).then_some(Unreadable { spans: missing, error });
        let resource = Resource::decode(batch.resource().message()).unwrap_or_default();
        Decoded { spans, resource: resource.attributes, unreadable }
    }

    /// The service's name, or what the convention says where it has none.
    ///
    /// Source: <https://opentelemetry.io/docs/specs/semconv/resource/#service>.
    pub(in crate::exporter) fn service(&self) -> &str {
        let name = self.resource.iter().find(|attribute| attribute.key == "service.name");
        name.and_then(value::as_str).filter(|name| !name.is_empty()).unwrap_or("unknown_service")
    }
}
