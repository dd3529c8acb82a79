//! The whole way: a program, its spans on the wire, and what a real Jaeger makes of them.
//!
//! Jaeger is built by `tests/backends/jaeger/build` and started by each test on ports of its own.
#![cfg(feature = "real-backends")]

mod everything;
mod program;

use serde_json::Value;
use std::collections::HashMap;
use std::error::Error;
use std::sync::{Mutex, MutexGuard, PoisonError};
use synndicate_tests::examples::{Web, run_example};
use synndicate_tests::jaeger::Jaeger;
use synndicate_tests::two_services;

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

/// Kinds by their names in Jaeger, and parents by theirs.
fn family(trace: &Value) -> Vec<(String, String, String)> {
    let name_of = |id: &str| {
        let parent = spans(trace).iter().find(|span| text(span, "/spanID") == id);
        parent.map_or("", |parent| text(parent, "/operationName")).to_owned()
    };
    let mut family: Vec<_> = spans(trace)
        .iter()
        .map(|span| {
            let parent = span.pointer("/references/0/spanID").and_then(Value::as_str);
            let process = format!("/processes/{}/serviceName", text(span, "/processID"));
            let name = text(span, "/operationName").to_owned();
            (name, parent.map(name_of).unwrap_or_default(), text(trace, &process).to_owned())
        })
        .collect();
    family.sort();
    family
}

/// The right to trace this process: tracing belongs to the whole of it.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn two_services_with_a_queue_between_them_are_one_trace_by_every_propagator() -> Result {
    let jaeger = Jaeger::start()?;
    let endpoint = jaeger.otlp_grpc();
    let _turn = turn();
    for propagator in ["tracecontext", "b3", "b3multi", "jaeger"] {
        let settings = [
            ("tracing_backend", "jaeger"),
            ("tracing_endpoint", &endpoint),
            ("tracing_propagators", propagator),
        ];
        let services = ["ordering", "billing"].map(|service| format!("{service}-{propagator}"));
        let [ordering, billing] = services.each_ref().map(String::as_str);
        let (_, ledgers) = two_services::run(&settings, [ordering, billing])?;
        assert_eq!(ledgers.map(|ledger| ledger.exported), [2, 2]);
        let traces = jaeger.traces(ordering, 4)?;
        assert_eq!(traces.len(), 1, "{traces:#?}");
        let expected = [
            ("bill", "publish", billing),
            ("charge", "bill", billing),
            ("publish", "take_order", ordering),
            ("take_order", "", ordering),
        ];
        let expected = expected.map(|(name, parent, service)| {
            (name.to_owned(), parent.to_owned(), service.to_owned())
        });
        assert_eq!(family(&traces[0]), expected, "{propagator}");
    }
    Ok(())
}

#[test]
fn a_request_and_what_it_causes_are_one_trace() -> Result {
    let jaeger = Jaeger::start()?;
    let endpoint = jaeger.otlp_grpc();
    let variables = [
        ("SYN_OBSERVABILITY__TRACING_BACKEND", "jaeger"),
        ("SYN_OBSERVABILITY__TRACING_ENDPOINT", &endpoint),
        ("SYN_OBSERVABILITY__SERVICE_NAME", "web"),
    ];
    let web = Web::start(&[], variables)?;
    let answer = ureq::get(format!("{}/api/query?query=Lisbon", web.address())).call()?;
    let trace_id = answer.headers()["x-trace-id"].to_str()?.to_owned();
    ureq::get(format!("{}/health", web.address())).call()?;
    assert!(web.stop()?.status.success());
    let traces = jaeger.traces("web", 4)?;
    assert_eq!((traces.len(), text(&traces[0], "/traceID")), (1, &trace_id[..]));
    let family = family(&traces[0]);
    let parents: Vec<_> = family.iter().map(|(name, parent, _)| (&name[..], &parent[..])).collect();
    let expected = [
        ("GET", "Planner::process"),
        ("GET /api/query", ""),
        ("GET /api/search", "GET"),
        ("Planner::process", "GET /api/query"),
    ];
    assert_eq!(parents, expected);
    Ok(())
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
