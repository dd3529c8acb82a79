//! Spans as JSON, one object a line. The keys are listed at the top of the console's module.

use crate::display::units;
use crate::exporter::decoded::span::{self, Parent};
use crate::exporter::decoded::value;
use crate::json::{key, list, number, number_if_any, object, raw, text, text_if_any};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;

/// Appends the line of `span`.
pub(super) fn span_line(out: &mut String, span: &Span, resource: &[KeyValue]) {
    object(out, |out| {
        identity(out, span);
        times(out, span);
        status(out, span);
        attributes(out, "attributes", &span.attributes);
        list(out, "events", &span.events, event_object);
        list(out, "links", &span.links, link_object);
        number_if_any(out, "dropped_attributes", span.dropped_attributes_count);
        number_if_any(out, "dropped_events", span.dropped_events_count);
        number_if_any(out, "dropped_links", span.dropped_links_count);
        attributes(out, "resource", resource);
    });
    out.push('\n');
}

/// Appends a line about spans whose bytes are no span.
pub(super) fn unreadable_line(out: &mut String, spans: u64, error: &str) {
    object(out, |out| {
        number(out, "unreadable_spans", spans);
        text(out, "error", error);
    });
    out.push('\n');
}

fn identity(out: &mut String, span: &Span) {
    text(out, "trace_id", &value::hex(&span.trace_id));
    text(out, "span_id", &value::hex(&span.span_id));
    match span::parent(span) {
        Parent::None => raw(out, "parent_span_id", "null"),
        _ => text(out, "parent_span_id", &value::hex(&span.parent_span_id)),
    }
    if matches!(span::parent(span), Parent::Remote(_)) {
        raw(out, "parent_is_remote", "true");
    }
    text_if_any(out, "trace_state", &span.trace_state);
    number(out, "flags", span.flags);
    text(out, "name", &span.name);
    text(out, "kind", span::kind(span));
}

fn times(out: &mut String, span: &Span) {
    text(out, "start", &units::rfc3339(span.start_time_unix_nano));
    number(out, "start_unix_nano", span.start_time_unix_nano);
    number(out, "end_unix_nano", span.end_time_unix_nano);
    number(out, "duration_nano", span::duration(span));
}

fn status(out: &mut String, span: &Span) {
    let status = span.status.clone().unwrap_or_default();
    let word = match status.code() {
        StatusCode::Unset => "unset",
        StatusCode::Ok => "ok",
        StatusCode::Error => "error",
    };
    text(out, "status", word);
    text_if_any(out, "status_message", &status.message);
}

fn event_object(out: &mut String, event: &Event) {
    object(out, |out| {
        text(out, "name", &event.name);
        number(out, "time_unix_nano", event.time_unix_nano);
        attributes(out, "attributes", &event.attributes);
        number_if_any(out, "dropped_attributes", event.dropped_attributes_count);
    });
}

fn link_object(out: &mut String, link: &Link) {
    object(out, |out| {
        text(out, "trace_id", &value::hex(&link.trace_id));
        text(out, "span_id", &value::hex(&link.span_id));
        text_if_any(out, "trace_state", &link.trace_state);
        number(out, "flags", link.flags);
        attributes(out, "attributes", &link.attributes);
        number_if_any(out, "dropped_attributes", link.dropped_attributes_count);
    });
}

fn attributes(out: &mut String, name: &str, attributes: &[KeyValue]) {
    key(out, name);
    value::map_as_json(out, attributes, value::hex);
}
