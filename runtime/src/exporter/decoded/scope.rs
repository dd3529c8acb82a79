//! The scope of instrumentation that a span names, as those of the OpenTelemetry API do.

use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::trace::v1::Span;

/// Takes it out of the attributes; `None`: it is the one of the batch.
#[cfg(feature = "opentelemetry")]
pub(in crate::exporter) fn take(span: &mut Span) -> Option<InstrumentationScope> {
    use super::value::as_str;
    use crate::batch::scopes::{NAME, VERSION};

    let text = |wanted: &str| {
        let mut attributes = span.attributes.iter().filter(|attribute| attribute.key == wanted);
        attributes.find_map(as_str).map(str::to_owned)
    };
    let (name, version) = (text(NAME)?, text(VERSION).unwrap_or_default());
    let says_scope = |key: &str| [NAME, VERSION].contains(&key);
    span.attributes.retain(|attribute| !says_scope(&attribute.key) || as_str(attribute).is_none());
    Some(InstrumentationScope { name, version, ..InstrumentationScope::default() })
}

/// No span of that API is recorded.
#[cfg(not(feature = "opentelemetry"))]
pub(in crate::exporter) fn take(_: &mut Span) -> Option<InstrumentationScope> {
    None
}
