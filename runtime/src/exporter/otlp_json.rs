//! OTLP as JSON: the request, and what servers say of spans that they took only in part.
//!
//! Source: <https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>: ids in hexadecimal, enumerations as numbers, and
//! what has its default left out; the rest as in <https://protobuf.dev/programming-guides/json/>.

use super::Accepted;
use super::decoded::value::{hex, not_finite};
use super::decoded::{Decoded, left_out};
use super::wire::json_answer::{member, text as text_of, unsigned};
use crate::batch::Batch;
use crate::json::{key, list, number_if_any, object, raw, text, text_if_any};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{Span, Status};

/// The body of an `ExportTraceServiceRequest`, and what is not in it.
pub(super) fn request(batch: &Batch) -> (Vec<Bytes>, Accepted) {
    let mut scopes: Vec<_> = batch.by_scope().iter().map(Decoded::of).collect();
    let left_out = left_out(&scopes);
    scopes.retain(|scope| !scope.spans.is_empty());
    let mut body = String::new();
    object(&mut body, |out| {
        if let Some(Decoded { resource, .. }) = scopes.first() {
            list_if_any(out, "resourceSpans", &[(&resource[..], &scopes[..])], resource_spans);
        }
    });
    (vec![body.into()], left_out)
}

/// How many spans were not taken, and why: the `partialSuccess` of an `ExportTraceServiceResponse`. An answer that is none says
/// nothing.
pub(super) fn partial_success(response: &[u8]) -> (u64, String) {
    let partial = std::str::from_utf8(response).ok().and_then(|it| member(it, "partialSuccess"));
    let part = |name| partial.and_then(|partial| member(partial, name));
    let rejected = part("rejectedSpans").and_then(unsigned).unwrap_or_default();
    (rejected, part("errorMessage").and_then(text_of).unwrap_or_default())
}

fn resource_spans(out: &mut String, (resource, scopes): &(&[KeyValue], &[Decoded])) {
    object(out, |out| {
        key(out, "resource");
        object(out, |out| attributes(out, resource));
        list_if_any(out, "scopeSpans", scopes, scope_spans);
    });
}

fn scope_spans(out: &mut String, decoded: &Decoded) {
    object(out, |out| {
        key(out, "scope");
        scope(out, &decoded.scope);
        list_if_any(out, "spans", &decoded.spans, span);
    });
}

fn scope(out: &mut String, scope: &InstrumentationScope) {
    object(out, |out| {
        text_if_any(out, "name", &scope.name);
        text_if_any(out, "version", &scope.version);
        attributes(out, &scope.attributes);
        number_if_any(out, "droppedAttributesCount", scope.dropped_attributes_count);
    });
}

fn span(out: &mut String, span: &Span) {
    object(out, |out| {
        text(out, "traceId", &hex(&span.trace_id));
        text(out, "spanId", &hex(&span.span_id));
        text_if_any(out, "traceState", &span.trace_state);
        text_if_any(out, "parentSpanId", &hex(&span.parent_span_id));
        number_if_any(out, "flags", span.flags);
        text_if_any(out, "name", &span.name);
        enumeration(out, "kind", span.kind);
        long_if_any(out, "startTimeUnixNano", span.start_time_unix_nano);
        long_if_any(out, "endTimeUnixNano", span.end_time_unix_nano);
        attributes(out, &span.attributes);
        number_if_any(out, "droppedAttributesCount", span.dropped_attributes_count);
        list_if_any(out, "events", &span.events, event);
        number_if_any(out, "droppedEventsCount", span.dropped_events_count);
        list_if_any(out, "links", &span.links, link);
        number_if_any(out, "droppedLinksCount", span.dropped_links_count);
        span.status.iter().for_each(|it| status(out, it));
    });
}

fn event(out: &mut String, event: &Event) {
    object(out, |out| {
        long_if_any(out, "timeUnixNano", event.time_unix_nano);
        text_if_any(out, "name", &event.name);
        attributes(out, &event.attributes);
        number_if_any(out, "droppedAttributesCount", event.dropped_attributes_count);
    });
}

fn link(out: &mut String, link: &Link) {
    object(out, |out| {
        text(out, "traceId", &hex(&link.trace_id));
        text(out, "spanId", &hex(&link.span_id));
        text_if_any(out, "traceState", &link.trace_state);
        attributes(out, &link.attributes);
        number_if_any(out, "droppedAttributesCount", link.dropped_attributes_count);
        number_if_any(out, "flags", link.flags);
    });
}

fn status(out: &mut String, status: &Status) {
    key(out, "status");
    object(out, |out| {
        text_if_any(out, "message", &status.message);
        enumeration(out, "code", status.code);
    });
}

fn attributes(out: &mut String, attributes: &[KeyValue]) {
    list_if_any(out, "attributes", attributes, key_value);
}

fn key_value(out: &mut String, attribute: &KeyValue) {
    object(out, |out| {
        text(out, "key", &attribute.key);
        if let Some(value) = &attribute.value {
            key(out, "value");
            any_value(out, value);
        }
    });
}

/// Recursion ends where decoding does, at 100 levels.
fn any_value(out: &mut String, value: &AnyValue) {
    object(out, |out| match &value.value {
        None | Some(Value::StringValueStrindex(_)) => {}
        Some(Value::StringValue(value)) => text(out, "stringValue", value),
        Some(Value::BoolValue(value)) => raw(out, "boolValue", &value.to_string()),
        Some(Value::IntValue(value)) => text(out, "intValue", &value.to_string()),
        Some(Value::DoubleValue(value)) if value.is_finite() => {
            raw(out, "doubleValue", &format!("{value:?}"));
        }
        Some(Value::DoubleValue(value)) => text(out, "doubleValue", not_finite(*value)),
        Some(Value::BytesValue(bytes)) => text(out, "bytesValue", &BASE64_STANDARD.encode(bytes)),
        Some(Value::ArrayValue(array)) => {
            values(out, "arrayValue", &array.values, any_value);
        }
        Some(Value::KvlistValue(list)) => values(out, "kvlistValue", &list.values, key_value),
    });
}

fn values<T>(out: &mut String, name: &str, values: &[T], write: fn(&mut String, &T)) {
    key(out, name);
    object(out, |out| list(out, "values", values, write));
}

fn list_if_any<T>(out: &mut String, name: &str, values: &[T], write: fn(&mut String, &T)) {
    if !values.is_empty() {
        list(out, name, values, write);
    }
}

/// A 64-bit number is a text: many readers of JSON know no whole numbers above 53 bits.
fn long_if_any(out: &mut String, name: &str, value: u64) {
    if value > 0 {
        text(out, name, &value.to_string());
    }
}

fn enumeration(out: &mut String, name: &str, value: i32) {
    if value != 0 {
        raw(out, name, &value.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exporter::decoded::arbitrary::{attribute, batch_of, spans};
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use opentelemetry_proto::tonic::common::v1::{ArrayValue, KeyValueList};
    use proptest::collection::vec;
    use proptest::prelude::*;
    use prost::Message;
    use serde_json::json;

    fn body(batch: &Batch) -> String {
        let (pieces, left_out) = request(batch);
        assert_eq!(left_out, Accepted::default());
        String::from_utf8(pieces.concat()).unwrap()
    }

    /// Numbers that are none as zeros: they equal nothing, and the generated types do not read them in this form.
    fn without_strange_numbers(value: &mut AnyValue) {
        match &mut value.value {
            Some(Value::DoubleValue(number)) if !number.is_finite() => *number = 0.0,
            Some(Value::ArrayValue(ArrayValue { values })) => {
                values.iter_mut().for_each(without_strange_numbers);
            }
            Some(Value::KvlistValue(KeyValueList { values })) => tame(values),
            _ => {}
        }
    }

    fn tame(attributes: &mut [KeyValue]) {
        attributes.iter_mut().filter_map(|it| it.value.as_mut()).for_each(without_strange_numbers);
    }

    fn tamed(mut span: Span) -> Span {
        tame(&mut span.attributes);
        span.events.iter_mut().for_each(|event| tame(&mut event.attributes));
        span.links.iter_mut().for_each(|link| tame(&mut link.attributes));
        span
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn both_encodings_are_the_same_request(spans in vec(spans().prop_map(tamed), 0..3)) {
            let batch = batch_of(&spans);
            let batch = if spans.is_empty() { Batch::empty(batch.resource().clone()) } else { batch };
            let json: ExportTraceServiceRequest = serde_json::from_str(&body(&batch)).unwrap();
            let binary = ExportTraceServiceRequest::decode(&batch.request().concat()[..]).unwrap();
            prop_assert_eq!(json, binary);
        }
    }

    #[test]
    fn spans_stand_under_the_scope_that_they_name_in_both_encodings() {
        let text = |key: &str, text: &str| attribute(key, Value::StringValue(text.into()));
        let scoped = vec![text("otel.scope.name", "library"), text("otel.scope.version", "2")];
        let spans = [
            Span { name: "ours".into(), ..Span::default() },
            Span { name: "theirs".into(), attributes: scoped, ..Span::default() },
        ];
        let json: ExportTraceServiceRequest =
            serde_json::from_str(&body(&batch_of(&spans))).unwrap();
        let binary = batch_of(&spans).request().concat();
        assert_eq!(json, ExportTraceServiceRequest::decode(&binary[..]).unwrap());
        let [ours, theirs] = &json.resource_spans[0].scope_spans[..] else { panic!("{json:#?}") };
        assert_eq!(ours.scope.as_ref().unwrap().name, "synndicate");
        let scope = theirs.scope.as_ref().unwrap();
        assert_eq!((&*scope.name, &*scope.version), ("library", "2"));
        assert!(theirs.spans[0].attributes.is_empty());
    }

    #[test]
    fn a_span_that_cannot_be_read_is_counted_also_beside_those_of_other_scopes() {
        let attributes = vec![attribute("otel.scope.name", Value::StringValue("library".into()))];
        let mut batch = batch_of(&[Span { attributes, ..Span::default() }]);
        batch.push(crate::batch::Chunk::new((&b"\x12\x01\xff"[..]).into(), 1));
        let (pieces, left_out) = request(&batch);
        assert_eq!(left_out.rejected, 1);
        let json: ExportTraceServiceRequest = serde_json::from_slice(&pieces.concat()).unwrap();
        let [theirs] = &json.resource_spans[0].scope_spans[..] else { panic!("{json:#?}") };
        assert_eq!(
            (theirs.scope.as_ref().unwrap().name.as_str(), theirs.spans.len()),
            ("library", 1)
        );
    }

    #[test]
    fn an_empty_batch_is_an_empty_request() {
        assert_eq!(body(&batch_of(&[])), "{}");
    }

    #[test]
    fn ids_are_in_hexadecimal_long_numbers_are_texts_and_kinds_are_numbers() {
        let span = Span {
            trace_id: vec![0xab; 16],
            span_id: vec![0xcd; 8],
            kind: 3,
            start_time_unix_nano: u64::MAX,
            status: Some(Status { code: 2, message: String::new() }),
            ..Span::default()
        };
        let body: serde_json::Value = serde_json::from_str(&body(&batch_of(&[span]))).unwrap();
        assert_eq!(
            body["resourceSpans"][0]["scopeSpans"][0]["spans"],
            json!([{
                "traceId": "ab".repeat(16),
                "spanId": "cd".repeat(8),
                "kind": 3,
                "startTimeUnixNano": "18446744073709551615",
                "status": { "code": 2 },
            }])
        );
    }

    #[test]
    fn each_value_says_its_type() {
        for (value, expected) in [
            (Value::IntValue(-7), json!({ "intValue": "-7" })),
            (Value::DoubleValue(1.0), json!({ "doubleValue": 1.0 })),
            (Value::DoubleValue(f64::NAN), json!({ "doubleValue": "NaN" })),
            (Value::DoubleValue(f64::INFINITY), json!({ "doubleValue": "Infinity" })),
            (Value::DoubleValue(f64::NEG_INFINITY), json!({ "doubleValue": "-Infinity" })),
            (Value::BytesValue(vec![0, 255]), json!({ "bytesValue": "AP8=" })),
            (Value::BoolValue(false), json!({ "boolValue": false })),
        ] {
            let span = Span { attributes: vec![attribute("key", value)], ..Span::default() };
            let body: serde_json::Value = serde_json::from_str(&body(&batch_of(&[span]))).unwrap();
            let span = &body["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
            assert_eq!(span["attributes"], json!([{ "key": "key", "value": expected }]));
        }
    }

    #[test]
    fn bytes_that_are_no_span_are_counted() {
        let mut batch = batch_of(&[Span { name: "good".into(), ..Span::default() }]);
        let mut bytes = Vec::new();
        crate::batch::protobuf::put_bytes(&mut bytes, 2, b"\xff\xff\xff");
        batch.push(crate::batch::Chunk::new(bytes.into(), 1));
        let (pieces, left_out) = request(&batch);
        assert!(pieces.concat().windows(6).any(|name| name == b"\"good\""));
        assert_eq!(left_out.rejected, 1);
    }

    #[test]
    fn a_partial_success_is_read() {
        let answer = |json: &str| partial_success(json.as_bytes());
        let long = r#"{"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}}"#;
        assert_eq!(answer(long), (3, "too old".into()));
        assert_eq!(answer(r#"{"partialSuccess":{"rejectedSpans":3}}"#), (3, String::new()));
        let warning = r#"{ "partialSuccess" : { "errorMessage" : "deprecated" } }"#;
        assert_eq!(answer(warning), (0, "deprecated".into()));
        assert_eq!(answer(r#"{"partialSuccess":{"rejectedSpans":-3}}"#), (0, String::new()));
        for nothing in ["", "{}", "OK", "<html>", r#"{"partialSuccess":null}"#, "{\"partialSuccess"]
        {
            assert_eq!(answer(nothing), (0, String::new()), "{nothing}");
        }
        assert_eq!(partial_success(&[0xff; 20]), (0, String::new()));
    }
}
