//! A span that says of itself that it is none.

use crate::batch::protobuf::{FIXED64, put_bytes, tag};
use crate::batch::{Batch, Chunk, Resource, key_value};
use crate::plan::Scalar;
use crate::recorder::{IdGenerator, wall_clock};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

/// What the span is called.
const NAME: &str = "synndicate check";

/// The attribute that says what it is.
const MARK: (&str, &str) = (
    "synndicate.check",
    "sent by `synndicate check` to see whether spans arrive; no call of the program stands behind it",
);

/// `SPAN_KIND_INTERNAL` of OTLP.
const INTERNAL: u8 = 1;

/// The root, and all, of a trace of its own.
pub(super) struct Marked {
    trace_id: u128,
    span_id: u64,
}

impl Marked {
    pub(super) fn new() -> Marked {
        let mut ids = IdGenerator::UNSEEDED;
        Marked { trace_id: ids.trace_id(), span_id: ids.span_id() }
    }

    /// The trace's id in hexadecimal.
    pub(super) fn trace(&self) -> String {
        format!("{:032x}", self.trace_id)
    }

    /// The span's id in hexadecimal.
    pub(super) fn span(&self) -> String {
        format!("{:016x}", self.span_id)
    }

    /// A batch with this span, which begins and ends now.
    ///
    /// Source: <https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto>.
    pub(super) fn batch(&self, resource: Arc<Resource>) -> Batch {
        let since = wall_clock().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = u64::try_from(since.as_nanos()).unwrap_or_default();
        let mut span = Vec::new();
        put_bytes(&mut span, 1, &self.trace_id.to_be_bytes());
        put_bytes(&mut span, 2, &self.span_id.to_be_bytes());
        put_bytes(&mut span, 5, NAME.as_bytes());
        span.extend([tag(6, 0), INTERNAL]);
        for (field, time) in [(7, now), (8, now + 1)] {
            span.push(tag(field, FIXED64));
            span.extend(time.to_le_bytes());
        }
        put_bytes(&mut span, 9, &key_value(MARK.0, &Scalar::Text(MARK.1.into())));
        let mut chunk = Vec::new();
        put_bytes(&mut chunk, 2, &span);
        let mut batch = Batch::empty(resource);
        batch.push(Chunk::new(chunk.into(), 1));
        batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::trace::v1::Span;

    #[test]
    fn the_span_is_a_whole_root_that_says_what_it_is() {
        let marked = Marked::new();
        let batch = marked.batch(Arc::new(Resource::new([("service.name", "shop")])));
        let span: Span = prost::Message::decode(batch.each_span().next().unwrap()).unwrap();
        assert_eq!((span.name.as_str(), span.kind), (NAME, 1));
        assert_eq!(span.trace_id, marked.trace_id.to_be_bytes());
        assert_eq!(span.span_id, marked.span_id.to_be_bytes());
        assert!(
            span.parent_span_id.is_empty() && span.start_time_unix_nano < span.end_time_unix_nano
        );
        assert_eq!(span.attributes[0].key, MARK.0);
    }
}
