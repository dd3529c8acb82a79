//! JSON lines, read back by a parser that is not ours.

use super::*;
use opentelemetry_proto::tonic::common::v1::{ArrayValue, KeyValueList};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn console() -> Console {
    Console::new(ConsoleFormat::Json, Style::Colour)
}

#[track_caller]
fn parse(line: &str) -> Json {
    assert_eq!(line.matches('\n').count(), 1, "{line:?}");
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

#[test]
fn a_line_holds_all_that_is_known_of_a_span() {
    let mut call = span(0xf067, "Mail::call")
        .under_remote(7)
        .micros(5, 8)
        .with("attempt", int(3))
        .with("code.function.name", text("Mail::call"))
        .failed("connection refused")
        .event(event(6, "retry", [("level", text("WARN"))]))
        .link(0xb2, 0xa2);
    call.kind = SpanKind::Client.into();
    call.trace_state = "vendor=1".into();
    call.events[0].dropped_attributes_count = 4;
    (call.dropped_attributes_count, call.dropped_events_count, call.dropped_links_count) =
        (1, 2, 3);
    let expected = json!({
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        "span_id": "000000000000f067",
        "parent_span_id": "0000000000000007",
        "parent_is_remote": true,
        "trace_state": "vendor=1",
        "flags": 0x301,
        "name": "Mail::call",
        "kind": "client",
        "start": "2026-08-01T14:03:22.123005000Z",
        "start_unix_nano": 1_785_593_002_123_005_000_u64,
        "end_unix_nano": 1_785_593_002_123_008_000_u64,
        "duration_nano": 3_000,
        "status": "error",
        "status_message": "connection refused",
        "attributes": { "attempt": 3, "code.function.name": "Mail::call" },
        "events": [{
            "name": "retry",
            "time_unix_nano": 1_785_593_002_123_006_000_u64,
            "attributes": { "level": "WARN" },
            "dropped_attributes": 4,
        }],
        "links": [{
            "trace_id": "000000000000000000000000000000b2",
            "span_id": "00000000000000a2",
            "flags": 0,
            "attributes": {},
        }],
        "dropped_attributes": 1,
        "dropped_events": 2,
        "dropped_links": 3,
        "resource": { "service.name": "planner" },
    });
    assert_eq!(parse(&console().export([call])), expected);
}

#[test]
fn what_a_span_does_not_have_is_left_out() {
    let line = parse(&console().export([span(1, "plain")]));
    let mut keys: Vec<_> = line.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    let always = "attributes duration_nano end_unix_nano events flags kind links name parent_span_id resource span_id start \
        start_unix_nano status trace_id";
    assert_eq!(keys.join(" "), always);
    assert_eq!((&line["parent_span_id"], &line["status"]), (&Json::Null, &json!("unset")));
}

#[test]
fn spans_are_written_as_they_arrive() {
    let mut console = console();
    let lines = console.export([span(3, "orphan").under(2), span(1, "root")]);
    let names: Vec<_> =
        lines.split_inclusive('\n').map(|line| parse(line)["name"].clone()).collect();
    assert_eq!(names, ["orphan", "root"]);
    assert_eq!(console.flush(), "");
}

#[test]
fn values_keep_their_type() {
    let any = |value| AnyValue { value: Some(value) };
    let double = Value::DoubleValue;
    let list = ArrayValue { values: vec![any(int(1)), any(text("x")), AnyValue::default()] };
    let map = KeyValueList { values: vec![attribute("k", double(0.5)), attribute("l", int(2))] };
    let line = console().export([span(1, "values")
        .with("int", int(i64::MIN))
        .with("double", double(1e300))
        .with("whole", double(2.0))
        .with("nan", double(f64::NAN))
        .with("infinite", double(f64::INFINITY))
        .with("negative", double(f64::NEG_INFINITY))
        .with("bool", Value::BoolValue(true))
        .with("bytes", Value::BytesValue(vec![0, 255]))
        .with("list", Value::ArrayValue(list))
        .with("map", Value::KvlistValue(map))
        .with("{", text("[{"))]);
    let expected = json!({
        "int": i64::MIN, "double": 1e300, "whole": 2.0, "nan": "NaN", "infinite": "Infinity", "negative": "-Infinity",
        "bool": true, "bytes": "00ff", "list": [1, "x", null], "map": { "k": 0.5, "l": 2 }, "{": "[{",
    });
    assert_eq!(parse(&line)["attributes"], expected);
}

#[test]
fn values_as_deep_as_decoding_goes_are_written() {
    let deep = (0..40).fold(int(1), |value, _| {
        Value::ArrayValue(ArrayValue { values: vec![AnyValue { value: Some(value) }] })
    });
    let line = console().export([span(1, "deep").with("deep", deep)]);
    assert!(line.contains(&format!("{}1{}", "[".repeat(40), "]".repeat(40))), "{line}");
}

#[test]
fn bytes_that_are_no_span_are_a_line_of_their_own() {
    let mut batch = batch([]);
    batch.push(chunk([vec![0xff]]));
    let mut console = console();
    console.exporter.export(&batch).unwrap();
    let line = parse(&console.screen.take());
    assert_eq!(line["unreadable_spans"], 1);
    assert!(line["error"].as_str().unwrap().contains("Protobuf"), "{line}");
}

proptest! {
    #[test]
    fn any_text_comes_back_and_acts_on_no_terminal(raw in any::<String>()) {
        let line = console().export([span(1, &raw).failed(&raw).with(&raw, text(&raw)).event(event(0, &raw, []))]);
        let read = parse(&line);
        prop_assert_eq!(&read["name"], &raw);
        prop_assert_eq!(&read["attributes"][&raw], &raw);
        prop_assert_eq!(&read["events"][0]["name"], &raw);
        let acting = |char: char| char != '\n' && (char.is_control() || matches!(char, '\u{2028}'..='\u{202e}'));
        prop_assert!(!line.contains(acting), "{:?}", line);
    }

    #[test]
    fn any_number_comes_back(int_value: i64, double_value in prop::num::f64::ANY, start: u64) {
        let mut span = span(1, "n").with("i", int(int_value)).with("d", Value::DoubleValue(double_value));
        span.start_time_unix_nano = start;
        let line = console().export([span]);
        let read = parse(&line);
        prop_assert_eq!(&read["attributes"]["i"], &json!(int_value));
        prop_assert_eq!(&read["start_unix_nano"], &json!(start));
        if double_value.is_finite() {
            // The parser rounds, so the digits are read here.
            let (_, after) = line.split_once("\"d\":").unwrap();
            let (digits, _) = after.split_once('}').unwrap();
            prop_assert_eq!(digits.parse(), Ok(double_value));
        }
    }
}
