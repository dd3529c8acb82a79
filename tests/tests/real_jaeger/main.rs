//! The whole way: a program, its spans on the wire, and what a real Jaeger makes of them.
//!
//! Jaeger is built by `tests/backends/jaeger/build` and started by each test on ports of its own.
#![cfg(feature = "real-backends")]

mod everything;
mod program;

use serde_json::Value;
use std::collections::HashMap;
use std::error::Error;
use synndicate_tests::examples::run_example;
use synndicate_tests::jaeger::Jaeger;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// Runs the example `agents` with these variables.
fn run_agents(variables: [(&str, &str); 5]) -> Result {
    let output = run_example("agents", variables)?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert!(!stderr.contains("dropped"), "{stderr}");
    Ok(())
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("no `{pointer}` in {value:#}"))
}

fn spans(trace: &Value) -> &Vec<Value> {
    trace["spans"].as_array().unwrap_or_else(|| panic!("no spans in {trace:#}"))
}

/// The tags of a span or an event by their keys.
fn tags(holder: &Value, list: &str) -> HashMap<String, Value> {
    let tags = holder[list].as_array().cloned().unwrap_or_default();
    tags.iter().map(|tag| (text(tag, "/key").to_owned(), tag["value"].clone())).collect()
}

/// The trace of `agents`: a planner that asks two tools at once, one of which fails.
fn check(trace: &Value) {
    let named = |name: &str| {
        let mut found = spans(trace).iter().filter(|span| text(span, "/operationName") == name);
        let span = found.next().unwrap_or_else(|| panic!("no span `{name}` in {trace:#}"));
        assert!(found.next().is_none(), "two spans `{name}`");
        span
    };
    let (planner, search, mail) =
        (named("Planner::process"), named("Search::process"), named("Mail::process"));
    assert_eq!(spans(trace).len(), 3);
    assert!(planner["references"].as_array().is_some_and(Vec::is_empty), "the planner is the root");
    for (span, agent) in [(planner, "Planner"), (search, "Search"), (mail, "Mail")] {
        let tags = tags(span, "tags");
        assert_eq!((&tags["agent_type"], &tags["agent_trait"]), (&agent.into(), &"Agent".into()));
        assert_eq!(tags["query_length"], "Lisbon in May".len());
        assert_eq!(tags["code.function.name"], format!("agents::{agent}::process"));
    }
    for tool in [search, mail] {
        assert_eq!(text(tool, "/references/0/refType"), "CHILD_OF");
        assert_eq!(text(tool, "/references/0/spanID"), text(planner, "/spanID"));
        assert!(within(tool, planner), "{tool:#}\nin\n{planner:#}");
    }
    check_success(planner);
    check_success(search);
    check_failure(mail);
    assert!(micros(search) >= 20_000 && micros(mail) >= 5_000 && micros(planner) >= micros(search));
}

/// The planner's answer is that of the only tool that has one.
fn check_success(span: &Value) {
    let tags = tags(span, "tags");
    assert_eq!(tags["result_length"], "three flights for Lisbon in May".len());
    assert!(!tags.contains_key("error") && !tags.contains_key("otel.status_code"), "{tags:?}");
    assert_eq!(span["logs"].as_array().map(Vec::len), Some(0), "nothing else happened");
}

fn check_failure(mail: &Value) {
    let failed = tags(mail, "tags");
    assert_eq!(
        (&failed["error"], &failed["otel.status_code"]),
        (&Value::Bool(true), &"ERROR".into())
    );
    assert!(!failed.contains_key("result_length"));
    let event = tags(&mail["logs"][0], "fields");
    assert_eq!(
        (&event["event"], &event["exception.message"]),
        (&"exception".into(), &"the mailbox is full, 13 more bytes do not fit".into())
    );
}

fn micros(span: &Value) -> u64 {
    span["duration"].as_u64().unwrap_or_default()
}

fn within(inner: &Value, outer: &Value) -> bool {
    let start = |span: &Value| span["startTime"].as_u64().unwrap_or_default();
    start(inner) >= start(outer) && start(inner) + micros(inner) <= start(outer) + micros(outer) + 1
}

#[test]
fn a_trace_arrives_whole_over_every_wire_that_jaeger_speaks() -> Result {
    let jaeger = Jaeger::start()?;
    let (own, grpc, http) = (jaeger.jaeger_grpc(), jaeger.otlp_grpc(), jaeger.otlp_http());
    let ways = [
        ("jaeger-own", "jaeger", "grpc", &own, "none"),
        ("jaeger-grpc", "jaeger", "grpc", &grpc, "none"),
        ("jaeger-http", "jaeger", "http", &http, "none"),
        ("otlp-grpc", "otlp", "grpc", &grpc, "gzip"),
        ("otlp-http", "otlp", "http", &http, "gzip"),
        ("otlp-json", "otlp", "http/json", &http, "none"),
        ("otlp-json-packed", "otlp", "http/json", &http, "gzip"),
    ];
    for (service, backend, protocol, endpoint, compression) in ways {
        run_agents([
            ("SYN_OBSERVABILITY__SERVICE_NAME", service),
            ("SYN_OBSERVABILITY__TRACING_BACKEND", backend),
            ("SYN_OBSERVABILITY__TRACING_PROTOCOL", protocol),
            ("SYN_OBSERVABILITY__TRACING_ENDPOINT", endpoint),
            ("SYN_OBSERVABILITY__TRACING_COMPRESSION", compression),
        ])?;
        let traces = jaeger.traces(service, 3)?;
        assert_eq!(traces.len(), 1, "{service}: {traces:#?}");
        check(&traces[0]);
    }
    Ok(())
}
