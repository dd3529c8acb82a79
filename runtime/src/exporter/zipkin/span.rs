//! One span.

use super::{Process, endpoint, tags};
use crate::exporter::decoded::span::{Parent, duration, number as as_number, parent};
use crate::exporter::decoded::value::hex;
use crate::json::{key, list, number, object, string, text, text_if_any};
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::{Event, SpanKind};
use std::collections::HashSet;

/// Whether the ids are what Zipkin takes for some.
pub(super) fn has_ids(span: &Span) -> bool {
    let is_id = |id: &[u8], len| id.len() == len && as_number(id) != 0;
    is_id(&span.trace_id, 16) && is_id(&span.span_id, 8)
}

/// Appends `span`. What it does not know is absent, and so is `debug`, which asks a server to overrule its sampling; and
/// `shared`, since a span of ours never takes its id from a caller's.
pub(super) fn object_of(out: &mut String, span: &Span, process: &Process<'_>) {
    object(out, |out| {
        identity(out, span);
        text_if_any(out, "name", &span.name);
        if let Some(kind) = kind(span) {
            text(out, "kind", kind);
        }
        times(out, span);
        key(out, "localEndpoint");
        object(out, |out| text(out, "serviceName", process.service));
        if let Some(remote) = endpoint::remote(span) {
            key(out, "remoteEndpoint");
            remote.write(out);
        }
        annotations(out, &span.events);
        tags::write(out, &tags::of_span(span, &process.tags));
    });
}

fn identity(out: &mut String, span: &Span) {
    text(out, "traceId", &hex(&span.trace_id));
    match parent(span) {
        Parent::None => {}
        Parent::Local(id) | Parent::Remote(id) => text(out, "parentId", &format!("{id:016x}")),
    }
    text(out, "id", &hex(&span.span_id));
}

/// Nothing for what happens within the process.
fn kind(span: &Span) -> Option<&'static str> {
    match span.kind() {
        SpanKind::Client => Some("CLIENT"),
        SpanKind::Server => Some("SERVER"),
        SpanKind::Producer => Some("PRODUCER"),
        SpanKind::Consumer => Some("CONSUMER"),
        SpanKind::Internal | SpanKind::Unspecified => None,
    }
}

/// Zipkin takes a 0 for an unknown time, so what is shorter than a microsecond is rounded up to one.
fn times(out: &mut String, span: &Span) {
    if span.start_time_unix_nano > 0 {
        micros(out, "timestamp", span.start_time_unix_nano);
    }
    if span.start_time_unix_nano > 0 && span.end_time_unix_nano > 0 {
        micros(out, "duration", duration(span));
    }
}

fn micros(out: &mut String, name: &str, nanos: u64) {
    number(out, name, (nanos / 1_000).max(1));
}

/// The schema asks for a set: of what is said twice in the same microsecond once is enough.
fn annotations(out: &mut String, events: &[Event]) {
    let mut seen = HashSet::new();
    let annotations: Vec<_> = events
        .iter()
        .map(|event| (event.time_unix_nano / 1_000, annotation(event)))
        .filter(|annotation| seen.insert(annotation.clone()))
        .collect();
    if annotations.is_empty() {
        return;
    }
    list(out, "annotations", &annotations, |out, (micros, value)| {
        object(out, |out| {
            number(out, "timestamp", (*micros).max(1));
            text(out, "value", value);
        });
    });
}

/// The name alone, or `"name":{"key":"value"}` where there is more to say.
///
/// Source: <https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/zipkin/#events>.
fn annotation(event: &Event) -> String {
    if event.attributes.is_empty() && event.dropped_attributes_count == 0 {
        return event.name.clone();
    }
    let mut value = String::new();
    string(&mut value, &event.name);
    value.push(':');
    tags::object_of(&mut value, &event.attributes, event.dropped_attributes_count);
    value
}
