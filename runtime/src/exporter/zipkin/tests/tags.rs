//! What is said of a span beside its fields.

use super::{bare, encoded, one};
use crate::batch::protobuf::put_bytes;
use crate::batch::{Batch, Chunk, Resource};
use crate::exporter::decoded::arbitrary::{attribute, text};
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue, KeyValueList};
use opentelemetry_proto::tonic::trace::v1::span::Link;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{Span, Status};
use serde_json::{Value, json};
use std::sync::Arc;

fn tags(span: Span) -> Value {
    one(span)["tags"].clone()
}

fn with(attributes: Vec<KeyValue>) -> Span {
    Span { attributes, ..bare() }
}

fn any(value: Any) -> AnyValue {
    AnyValue { value: Some(value) }
}

#[test]
fn values_of_every_type_are_texts() {
    let list = Any::ArrayValue(ArrayValue {
        values: vec![
            any(Any::StringValue("a \"b\"".into())),
            any(Any::DoubleValue(f64::INFINITY)),
            any(Any::BytesValue(vec![0, 255])),
            AnyValue { value: None },
        ],
    });
    let inner = KeyValueList { values: vec![attribute("c", list.clone())] };
    let map = KeyValueList { values: vec![attribute("b", Any::KvlistValue(inner))] };
    for (value, expected) in [
        (Any::StringValue("plain \u{1b}[31m \"text\"".into()), "plain \u{1b}[31m \"text\""),
        (Any::StringValue(String::new()), ""),
        (Any::BoolValue(true), "true"),
        (Any::BoolValue(false), "false"),
        (Any::IntValue(i64::MIN), "-9223372036854775808"),
        (Any::DoubleValue(0.1), "0.1"),
        (Any::DoubleValue(-0.0), "-0.0"),
        (Any::DoubleValue(1e300), "1e300"),
        (Any::DoubleValue(f64::NAN), "NaN"),
        (Any::DoubleValue(f64::NEG_INFINITY), "-Infinity"),
        (Any::BytesValue(vec![0, 255, 16]), "AP8Q"),
        (list, r#"["a \"b\"","Infinity","AP8=",null]"#),
        (Any::KvlistValue(map), r#"{"b":{"c":["a \"b\"","Infinity","AP8=",null]}}"#),
    ] {
        assert_eq!(tags(with(vec![attribute("key", value)]))["key"], expected);
    }
    let nothing = KeyValue { key: "key".into(), ..KeyValue::default() };
    assert_eq!(tags(with(vec![nothing]))["key"], "");
}

#[test]
fn a_large_value_stays_whole() {
    let large = "é\u{0}".repeat(32 << 10);
    assert_eq!(tags(with(vec![text("large", &large)]))["large"], large);
}

#[test]
fn a_key_stands_once_and_its_last_value_counts() {
    let span = with(vec![text("a", "1"), text("a", "2"), text("", "no name")]);
    let (pieces, _) = super::request(&super::batch_of(&[span]));
    let body = String::from_utf8(pieces.concat()).unwrap();
    assert_eq!(body.matches("\"a\":").count(), 1, "{body}");
    assert!(body.contains("\"a\":\"2\"") && body.contains("\"\":\"no name\""), "{body}");
}

#[test]
fn the_resource_is_said_of_every_span_which_may_say_it_better() {
    let resource =
        [("service.name", "shop"), ("service.namespace", "eu"), ("team", "search"), ("host", "a")];
    let mut batch = Batch::empty(Arc::new(Resource::new(resource)));
    let mut bytes = Vec::new();
    let span = with(vec![text("host", "b")]);
    put_bytes(&mut bytes, 2, &prost::Message::encode_to_vec(&span));
    batch.push(Chunk::new(bytes.into(), 1));
    let span = encoded(&batch).0[0].clone();
    assert_eq!(span["localEndpoint"], json!({ "serviceName": "shop" }));
    let tags = &span["tags"];
    assert_eq!((&tags["team"], &tags["host"]), (&json!("search"), &json!("b")));
    assert_eq!(tags["service.namespace"], "eu");
    assert_eq!(tags["service.name"], Value::Null, "it is in the endpoint");
}

#[test]
fn the_status_is_told_by_two_tags() {
    let status = |code: StatusCode, message: &str, attributes| {
        let status = Some(Status { code: code as i32, message: message.into() });
        let tags = tags(Span { status, attributes, ..bare() });
        (tags["otel.status_code"].clone(), tags["error"].clone())
    };
    let nothing = Value::Null;
    let error = || vec![text("error", "mine")];
    let no_error = || vec![attribute("error", Any::BoolValue(false))];
    assert_eq!(status(StatusCode::Error, "no room", vec![]), (json!("ERROR"), json!("no room")));
    assert_eq!(status(StatusCode::Error, "", error()), (json!("ERROR"), json!("")));
    assert_eq!(status(StatusCode::Ok, "ignored", vec![]), (json!("OK"), nothing.clone()));
    assert_eq!(status(StatusCode::Unset, "", vec![]), (nothing.clone(), nothing.clone()));
    assert_eq!(status(StatusCode::Unset, "", error()), (nothing.clone(), json!("mine")));
    assert_eq!(status(StatusCode::Unset, "", no_error()), (nothing.clone(), nothing.clone()));
    assert_eq!(status(StatusCode::Ok, "", no_error()), (json!("OK"), nothing));
}

#[test]
fn what_was_dropped_is_counted() {
    let span = Span {
        dropped_attributes_count: 1,
        dropped_events_count: 2,
        dropped_links_count: u32::MAX,
        ..bare()
    };
    let tags = tags(span);
    assert_eq!(tags["otel.dropped_attributes_count"], "1");
    assert_eq!(tags["otel.dropped_events_count"], "2");
    assert_eq!(tags["otel.dropped_links_count"], "4294967295");
}

#[test]
fn links_and_the_trace_state_are_tags_that_a_collector_reads() {
    let link = |dropped_attributes_count, attributes| Link {
        trace_id: vec![0xab; 16],
        span_id: vec![0xcd; 8],
        trace_state: "a=1".into(),
        attributes,
        dropped_attributes_count,
        ..Link::default()
    };
    let links = vec![link(0, vec![]), link(2, vec![text("why", "retry")])];
    let tags = tags(Span { links, trace_state: "b=2".into(), ..bare() });
    let (trace, span) = ("ab".repeat(16), "cd".repeat(8));
    assert_eq!(tags["otlp.link.0"], format!("{trace}|{span}|a=1|{{}}|0"));
    assert_eq!(tags["otlp.link.1"], format!("{trace}|{span}|a=1|{{\"why\":\"retry\"}}|2"));
    assert_eq!(tags["w3c.tracestate"], "b=2");
}
