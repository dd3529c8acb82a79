//! A batch's bytes as the generated types of OTLP, for exporters that need the structure of spans.

#[cfg(test)]
pub(super) mod arbitrary;
#[cfg(test)]
pub(super) mod samples;
#[cfg_attr(
    not(feature = "console"),
    expect(dead_code, reason = "most of it is asked by the console only")
)]
pub(super) mod span;
#[cfg_attr(
    not(any(feature = "console", feature = "jaeger", feature = "zipkin")),
    expect(dead_code, reason = "OTLP has JSON of its own for them")
)]
pub(super) mod value;

#[cfg(any(feature = "zipkin", feature = "http-json", feature = "sdk"))]
use super::Accepted;
use crate::batch::Batch;
use opentelemetry_proto::tonic::common::v1::{InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;

/// What a batch holds.
pub(in crate::exporter) struct Decoded {
    pub(in crate::exporter) spans: Vec<Span>,
    /// The attributes of the process.
    pub(in crate::exporter) resource: Vec<KeyValue>,
    /// Who recorded them.
    #[cfg_attr(
        not(any(feature = "zipkin", feature = "http-json", feature = "sdk")),
        expect(dead_code, reason = "people know it")
    )]
    pub(in crate::exporter) scope: InstrumentationScope,
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
        let scope =
            InstrumentationScope::decode(batch.resource().scope_message()).unwrap_or_default();
        Decoded { spans, resource: resource.attributes, scope, unreadable }
    }

    /// Leaves out the spans that are not `fit`, which `error` says of them.
    #[cfg(feature = "zipkin")]
    pub(in crate::exporter) fn keep(&mut self, fit: fn(&Span) -> bool, error: &str) {
        let before = self.spans.len();
        self.spans.retain(fit);
        let unfit = (before - self.spans.len()) as u64;
        if unfit > 0 {
            let spans = self.unreadable.take().map_or(0, |unreadable| unreadable.spans) + unfit;
            self.unreadable = Some(Unreadable { spans, error: error.to_owned() });
        }
    }

    /// The service's name, or what the convention says where it has none.
    ///
    /// Source: <https://opentelemetry.io/docs/specs/semconv/resource/#service>.
    #[cfg(any(feature = "console", feature = "jaeger", feature = "zipkin"))]
    pub(in crate::exporter) fn service(&self) -> &str {
        let name = self.resource.iter().find(|attribute| attribute.key == "service.name");
        name.and_then(value::as_str).filter(|name| !name.is_empty()).unwrap_or("unknown_service")
    }
}

/// What the backend will miss of these, whatever it answers.
#[cfg(any(feature = "zipkin", feature = "http-json", feature = "sdk"))]
pub(in crate::exporter) fn left_out(decoded: &[Decoded]) -> Accepted {
    let unreadable = || decoded.iter().filter_map(|decoded| decoded.unreadable.as_ref());
    let rejected = unreadable().map(|unreadable| unreadable.spans).sum();
    let message = unreadable().next_back().map(|Unreadable { error, .. }| {
        format!("{rejected} of the spans could not be read: {error}")
    });
    Accepted { rejected, message }
}
