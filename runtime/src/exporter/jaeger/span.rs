//! A span of OTLP as one of Jaeger's.

use super::message::{
    Reference, put_bool, put_count_if_any, put_number, put_reference, put_tag, put_text,
    put_text_if_any, put_time,
};
use super::warning::warnings;
use crate::batch::protobuf::{put_bytes, put_message};
use crate::batch::{SCOPE_NAME, SCOPE_VERSION};
use crate::exporter::decoded::span::{
    Parent, SpanId, TraceId, duration, kind, number, parent, span_id, trace_id,
};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{Span, SpanFlags, Status, status::StatusCode};

/// Where the tags of a span stand.
const TAGS: u8 = 8;
/// Where its references stand.
const REFERENCES: u8 = 4;
/// Where its logs stand.
const LOGS: u8 = 9;
/// Where the fields of a log stand.
const FIELDS: u8 = 2;

/// The trace is recorded: the only flag of W3C that Jaeger has too. The next one says that the trace id is random, and would
/// ask Jaeger to keep the trace whatever its sampling says.
const SAMPLED: u32 = 1;

/// The longest duration that Jaeger reads: it refuses a whole request over a longer one.
pub(super) const MAX_DURATION: u64 = i64::MAX as u64;

/// What the OpenTelemetry Collector calls it.
const TRACE_STATE: &str = "w3c.tracestate";
const DROPPED_ATTRIBUTES: &str = "otel.dropped_attributes_count";

/// Appends the fields of a `Span`.
pub(super) fn put_span(out: &mut Vec<u8>, span: &Span) {
    put_bytes(out, 1, &trace_id(span).to_be_bytes());
    put_bytes(out, 2, &span_id(span).to_be_bytes());
    put_bytes(out, 3, span.name.as_bytes());
    put_references(out, span);
    put_number(out, 5, u64::from(span.flags & SpanFlags::TraceFlagsMask as u32 & SAMPLED));
    put_time(out, 6, span.start_time_unix_nano);
    put_time(out, 7, duration(span).min(MAX_DURATION));
    put_tags(out, span);
    span.events.iter().for_each(|event| put_event(out, event));
    span.links.iter().filter(|link| says_more(link)).for_each(|link| put_link(out, span, link));
    warnings(span).iter().for_each(|warning| put_bytes(out, 12, warning.as_bytes()));
}

/// The parent comes first: Jaeger takes the first reference within the trace for it.
fn put_references(out: &mut Vec<u8>, span: &Span) {
    match parent(span) {
        Parent::None => {}
        Parent::Remote(id) | Parent::Local(id) => {
            put_reference(out, REFERENCES, Reference::ChildOf, (trace_id(span), id));
        }
    }
    for link in &span.links {
        put_reference(out, REFERENCES, Reference::FollowsFrom, target(link));
    }
}

/// What is ours stands behind what is the user's: of a key that is there twice, Jaeger shows the last.
fn put_tags(out: &mut Vec<u8>, span: &Span) {
    put_attributes(out, TAGS, &span.attributes);
    // Spans of the OpenTelemetry API name the scope that they come from.
    if !span.attributes.iter().any(|attribute| attribute.key == "otel.scope.name") {
        put_text(out, TAGS, "otel.scope.name", SCOPE_NAME);
        put_text(out, TAGS, "otel.scope.version", SCOPE_VERSION);
    }
    put_text(out, TAGS, "span.kind", kind(span));
    span.status.iter().for_each(|status| put_status(out, status));
    put_text_if_any(out, TAGS, TRACE_STATE, &span.trace_state);
    put_count_if_any(out, TAGS, DROPPED_ATTRIBUTES, span.dropped_attributes_count);
    put_count_if_any(out, TAGS, "otel.dropped_events_count", span.dropped_events_count);
    put_count_if_any(out, TAGS, "otel.dropped_links_count", span.dropped_links_count);
}

fn put_status(out: &mut Vec<u8>, status: &Status) {
    let code = match status.code() {
        StatusCode::Unset => return,
        StatusCode::Ok => "OK",
        StatusCode::Error => "ERROR",
    };
    put_text(out, TAGS, "otel.status_code", code);
    put_text_if_any(out, TAGS, "otel.status_description", &status.message);
    if status.code() == StatusCode::Error {
        put_bool(out, TAGS, "error", true);
    }
}

/// An attribute of the name `event` counts more than the event's own name.
fn put_event(out: &mut Vec<u8>, event: &Event) {
    put_message(out, LOGS, |out| {
        put_time(out, 1, event.time_unix_nano);
        if !event.attributes.iter().any(|attribute| attribute.key == "event") {
            put_text(out, FIELDS, "event", &event.name);
        }
        put_attributes(out, FIELDS, &event.attributes);
        put_count_if_any(out, FIELDS, DROPPED_ATTRIBUTES, event.dropped_attributes_count);
    });
}

/// Whether a link holds what a reference has no place for.
fn says_more(link: &Link) -> bool {
    !link.attributes.is_empty() || !link.trace_state.is_empty() || link.dropped_attributes_count > 0
}

/// What a reference has no place for becomes a log.
fn put_link(out: &mut Vec<u8>, span: &Span, link: &Link) {
    let (trace, id) = target(link);
    put_message(out, LOGS, |out| {
        put_time(out, 1, span.start_time_unix_nano);
        put_text(out, FIELDS, "event", "link");
        put_text(out, FIELDS, "trace_id", &format!("{trace:032x}"));
        put_text(out, FIELDS, "span_id", &format!("{id:016x}"));
        put_text_if_any(out, FIELDS, TRACE_STATE, &link.trace_state);
        put_attributes(out, FIELDS, &link.attributes);
        put_count_if_any(out, FIELDS, DROPPED_ATTRIBUTES, link.dropped_attributes_count);
    });
}

fn target(link: &Link) -> (TraceId, SpanId) {
    (number(&link.trace_id), number(&link.span_id) as SpanId)
}

fn put_attributes(out: &mut Vec<u8>, field: u8, attributes: &[KeyValue]) {
    for attribute in attributes {
        put_tag(out, field, &attribute.key, attribute.value.as_ref());
    }
}
