//! Zipkin's list of spans as the OTLP that the tests look at: ids, names, times, and tags as attributes.

use http::StatusCode;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use serde_json::{Map, Value};
use std::io;

/// Where Zipkin takes spans.
pub(super) const PATH: &str = "/api/v2/spans";

/// What it answers to those that it takes.
pub(super) const TAKEN: StatusCode = StatusCode::ACCEPTED;

/// Reads a list; as Zipkin does, nothing of it where one span is wrong.
pub(super) fn decode(body: &[u8]) -> io::Result<ExportTraceServiceRequest> {
    let list: Vec<Map<String, Value>> = serde_json::from_slice(body)?;
    let spans: Option<Vec<Span>> = list.iter().map(span).collect();
    let spans = spans.ok_or_else(|| io::Error::other("this is no span of Zipkin's"))?;
    let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
    let resource_spans = vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }];
    Ok(ExportTraceServiceRequest { resource_spans })
}

fn span(span: &Map<String, Value>) -> Option<Span> {
    let start = nanos(span, "timestamp")?;
    Some(Span {
        trace_id: id(span, "traceId")?,
        span_id: id(span, "id")?,
        parent_span_id: id(span, "parentId").unwrap_or_default(),
        name: span.get("name")?.as_str()?.to_owned(),
        start_time_unix_nano: start,
        end_time_unix_nano: start + nanos(span, "duration")?,
        attributes: span.get("tags")?.as_object()?.iter().filter_map(attribute).collect(),
        ..Span::default()
    })
}

fn nanos(span: &Map<String, Value>, name: &str) -> Option<u64> {
    span.get(name)?.as_u64().filter(|&micros| micros > 0).map(|micros| micros * 1_000)
}

fn id(span: &Map<String, Value>, name: &str) -> Option<Vec<u8>> {
    let digits = span.get(name)?.as_str()?;
    let byte = |at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    (0..digits.len()).step_by(2).map(byte).collect()
}

/// A tag; one that looks like a whole number is one.
fn attribute((key, value): (&String, &Value)) -> Option<KeyValue> {
    let text = value.as_str()?;
    let number = text.parse().map(Any::IntValue);
    let value = Some(number.unwrap_or_else(|_| Any::StringValue(text.to_owned())));
    Some(KeyValue { key: key.clone(), value: Some(AnyValue { value }), ..KeyValue::default() })
}
