//! What exporters ask of a span, whatever form its bytes gave it.

pub(in crate::exporter) use crate::batch::UNFINISHED;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::{Span, SpanFlags, span::SpanKind, status::StatusCode};

pub(in crate::exporter) type TraceId = u128;
pub(in crate::exporter) type SpanId = u64;

/// Who started a span.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::exporter) enum Parent {
    /// Nobody: it is the root of its trace.
    None,
    /// A span of another process.
    Remote(SpanId),
    /// A span of this process.
    Local(SpanId),
}

pub(in crate::exporter) fn trace_id(span: &Span) -> TraceId {
    number(&span.trace_id)
}

pub(in crate::exporter) fn span_id(span: &Span) -> SpanId {
    number(&span.span_id) as SpanId
}

pub(in crate::exporter) fn parent(span: &Span) -> Parent {
    const REMOTE: u32 =
        SpanFlags::ContextHasIsRemoteMask as u32 | SpanFlags::ContextIsRemoteMask as u32;
    match number(&span.parent_span_id) as SpanId {
        0 => Parent::None,
        id if span.flags & REMOTE == REMOTE => Parent::Remote(id),
        id => Parent::Local(id),
    }
}

/// Whether nothing above it in its trace belongs to this process.
pub(in crate::exporter) fn is_local_root(span: &Span) -> bool {
    !matches!(parent(span), Parent::Local(_))
}

pub(in crate::exporter) fn duration(span: &Span) -> u64 {
    span.end_time_unix_nano.saturating_sub(span.start_time_unix_nano)
}

/// The status message, where the status is an error.
pub(in crate::exporter) fn error(span: &Span) -> Option<&str> {
    let status = span.status.as_ref()?;
    (status.code() == StatusCode::Error).then_some(&status.message)
}

pub(in crate::exporter) fn is_unfinished(span: &Span) -> bool {
    let is_mark = |attribute: &KeyValue| attribute.key == UNFINISHED;
    span.attributes.iter().any(|attribute| is_mark(attribute) && is_true(attribute))
}

/// The kind as one word; a kind that we do not know is told as what OTLP says to take it for.
pub(in crate::exporter) fn kind(span: &Span) -> &'static str {
    match span.kind() {
        SpanKind::Unspecified | SpanKind::Internal => "internal",
        SpanKind::Server => "server",
        SpanKind::Client => "client",
        SpanKind::Producer => "producer",
        SpanKind::Consumer => "consumer",
    }
}

fn is_true(attribute: &KeyValue) -> bool {
    let value = attribute.value.as_ref().and_then(|value| value.value.as_ref());
    matches!(value, Some(Value::BoolValue(true)))
}

/// An id as a number. One of a wrong length is cut or filled up rather than refused: it still tells spans apart.
pub(in crate::exporter) fn number(id: &[u8]) -> u128 {
    id.iter().fold(0, |number, &byte| number << 8 | u128::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parent_of(parent_span_id: &[u8], flags: u32) -> Parent {
        parent(&Span { parent_span_id: parent_span_id.to_vec(), flags, ..Span::default() })
    }

    #[test]
    fn a_parent_is_remote_only_where_the_flags_know_and_say_so() {
        let id = [0, 0, 0, 0, 0, 0, 1, 2];
        assert_eq!(parent_of(&id, 0x301), Parent::Remote(0x102));
        assert_eq!(parent_of(&id, 0x101), Parent::Local(0x102));
        assert_eq!(parent_of(&id, 0x201), Parent::Local(0x102), "is-remote without has-remote");
        assert_eq!(parent_of(&id, 0), Parent::Local(0x102));
        assert_eq!(parent_of(&[], 0x301), Parent::None);
        assert_eq!(parent_of(&[0; 8], 0x301), Parent::None);
    }

    #[test]
    fn ids_of_any_length_are_numbers() {
        assert_eq!(number(&[]), 0);
        assert_eq!(number(&[1, 0]), 256);
        assert_eq!(number(&[0xff; 40]), u128::MAX);
    }

    #[test]
    fn a_span_that_ends_before_it_starts_takes_no_time() {
        let span = Span { start_time_unix_nano: 5, end_time_unix_nano: 3, ..Span::default() };
        assert_eq!(duration(&span), 0);
    }
}
