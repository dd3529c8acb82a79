//! The whole way to Zipkin: a program, its spans on the wire, and what a real Zipkin makes of them.
//!
//! Zipkin is fetched by `tests/backends/zipkin/build` and started by each test on a port of its own.
#![cfg(feature = "real-backends")]

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use synndicate::{Builder, set_attribute, traced};
use synndicate_tests::examples::run_example;
use synndicate_tests::jaeger::Jaeger;
use synndicate_tests::zipkin::Zipkin;
use tracing::{info, info_span};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// The most that one value may hold by default.
const LARGE: usize = 64 * 1024;

/// A trace with every part that a span can have.
fn run() {
    let order = info_span!("order 日本語", otel.kind = "server", team = "search");
    order.in_scope(|| {
        info!(number = 7, text = "x\n\u{1b}[31m", "went well");
        values();
        charge();
        let publish = info_span!("publish", otel.kind = "producer", peer.service = "mail");
        let consume = info_span!(
            "consume",
            otel.kind = "consumer",
            otel.status_code = "ERROR",
            otel.status_description = "out of paper"
        );
        consume.follows_from(&publish);
        let _ = refuse();
        many_attributes();
        large_value();
    });
}

#[traced]
fn values() {
    set_attribute("flag", true);
    set_attribute("number", i64::MIN);
    set_attribute("ratio", 0.1);
    set_attribute("none", f64::NAN);
    set_attribute("unicode", "日本語 🦀 e\u{301} \u{0} \"\\");
    set_attribute("bytes", &[0_u8, 255][..]);
    set_attribute("list", ["a", "b \"c\""]);
    set_attribute("map", BTreeMap::from([("a", vec![1, 2])]));
    set_attribute("otel.status_code", "OK");
}

#[traced(kind = client, fields(server.address = "redis", server.port = "6379", net.peer.port = 6379))]
fn charge() {}

#[traced]
fn refuse() -> std::result::Result<(), std::io::Error> {
    Err(std::io::Error::other("no paper"))
}

#[traced]
fn many_attributes() {
    (0..1_000).for_each(|number| set_attribute(&format!("attribute.{number}"), number));
}

#[traced]
fn large_value() {
    set_attribute("large", "é".repeat(LARGE / 2));
}

/// The spans by their names, which Zipkin writes small.
fn by_name(spans: &[Value]) -> BTreeMap<&str, &Value> {
    spans.iter().map(|span| (span["name"].as_str().unwrap_or_default(), span)).collect()
}

/// The tags that the program set.
fn own_tags(span: &Value) -> Value {
    let foreign = ["code.", "thread.", "otel.scope.", "otel.library.", "telemetry.sdk."];
    let mut tags = span["tags"].as_object().cloned().unwrap_or_default();
    tags.retain(|key, _| !foreign.iter().any(|prefix| key.starts_with(prefix)));
    tags.into()
}

#[test]
fn every_part_of_a_trace_is_found_again() -> Result {
    let zipkin = Zipkin::start()?;
    let tracing = Builder::new()
        .set("service_name", "shop")
        .set("service_namespace", "eu")
        .set("tracing_backend", "zipkin")
        .set("tracing_endpoint", zipkin.endpoint())
        .set("tracing_attribute_count_limit", "2000")
        .set("tracing_resource_detectors", "none")
        .start()?;
    run();
    let ledger = tracing.shutdown();
    assert_eq!((ledger.created, ledger.exported), (8, 8), "{ledger:?}");

    let traces = zipkin.traces("shop", 8)?;
    let id = traces[0][0]["traceId"].as_str().unwrap_or_default();
    assert_eq!((traces.len(), id.len()), (1, 32), "one trace with an id of 128 bits");
    let spans = zipkin.trace(id)?;
    let spans = by_name(&spans);
    let names: Vec<_> = spans.keys().copied().collect();
    let expected = [
        "charge",
        "consume",
        "large_value",
        "many_attributes",
        "order 日本語",
        "publish",
        "refuse",
        "values",
    ];
    assert_eq!(names, expected);
    check_what_all_share(&spans);
    check_kinds_and_endpoints(&spans);
    check_values(spans["values"]);
    check_events_and_links(&spans);
    check_large(&spans);
    for (name, error) in [("refuse", json!("")), ("consume", json!("out of paper"))] {
        let tags = &spans[name]["tags"];
        assert_eq!((&tags["otel.status_code"], &tags["error"]), (&json!("ERROR"), &error));
    }
    let calls = json!({ "parent": "shop", "child": "redis", "callCount": 1 });
    assert!(zipkin.dependencies()?.contains(&calls), "{:#?}", zipkin.dependencies()?);
    Ok(())
}

fn check_what_all_share(spans: &BTreeMap<&str, &Value>) {
    let root = spans["order 日本語"];
    assert_eq!(root["parentId"], Value::Null);
    let micros = |span: &Value, key: &str| span[key].as_u64().unwrap_or_default();
    for (name, span) in spans {
        assert_eq!(span["traceId"], root["traceId"]);
        assert_eq!(span["localEndpoint"], json!({ "serviceName": "shop" }), "{name}");
        assert_eq!(span["tags"]["service.namespace"], "eu", "{name}");
        assert_eq!(span["tags"]["otel.scope.name"], "synndicate", "{name}");
        assert!(micros(span, "timestamp") >= micros(root, "timestamp"), "{name}");
        assert!((1..=micros(root, "duration")).contains(&micros(span, "duration")), "{name}");
        if span != &root {
            assert_eq!(span["parentId"], root["id"], "{name}");
        }
        assert_eq!((&span["shared"], &span["debug"]), (&Value::Null, &Value::Null));
    }
}

fn check_kinds_and_endpoints(spans: &BTreeMap<&str, &Value>) {
    let redis = json!({ "serviceName": "redis", "port": 6379 });
    let mail = json!({ "serviceName": "mail" });
    for (name, kind, remote) in [
        ("order 日本語", json!("SERVER"), Value::Null),
        ("charge", json!("CLIENT"), redis),
        ("publish", json!("PRODUCER"), mail),
        ("consume", json!("CONSUMER"), Value::Null),
        ("values", Value::Null, Value::Null),
    ] {
        let span = spans[name];
        assert_eq!((&span["kind"], &span["remoteEndpoint"]), (&kind, &remote), "{name}");
    }
}

fn check_values(span: &Value) {
    assert_eq!(
        own_tags(span),
        json!({
            "service.namespace": "eu",
            "flag": "true",
            "number": "-9223372036854775808",
            "ratio": "0.1",
            "none": "NaN",
            "unicode": "日本語 🦀 e\u{301} \u{0} \"\\",
            "bytes": "AP8=",
            "list": r#"["a","b \"c\""]"#,
            "map": r#"{"a":[1,2]}"#,
            "otel.status_code": "OK",
        })
    );
}

fn check_events_and_links(spans: &BTreeMap<&str, &Value>) {
    let said = spans["order 日本語"]["annotations"][0]["value"].as_str().unwrap_or_default();
    assert!(said.starts_with(r#""went well":{"#), "{said}");
    assert!(said.contains(r#""number":7"#) && said.contains(r#""text":"x\n\u001b[31m""#), "{said}");
    let refused = spans["refuse"]["annotations"][0]["value"].as_str().unwrap_or_default();
    assert!(refused.starts_with(r#""exception":{"#) && refused.contains("no paper"), "{refused}");
    let (publish, consume) = (spans["publish"], spans["consume"]);
    let text = |key: &str| publish[key].as_str().unwrap_or_default();
    let link = consume["tags"]["otlp.link.0"].as_str().unwrap_or_default();
    assert!(link.starts_with(&format!("{}|{}|", text("traceId"), text("id"))), "{link}");
}

fn check_large(spans: &BTreeMap<&str, &Value>) {
    let many = spans["many_attributes"];
    for number in 0..1_000 {
        assert_eq!(many["tags"][format!("attribute.{number}")], number.to_string());
    }
    assert_eq!(spans["large_value"]["tags"]["large"], "é".repeat(LARGE / 2));
}

/// Runs the example `agents` with Zipkin as its backend.
fn run_agents(service: &str, endpoint: &str, compression: &str) -> Result {
    let output = run_example(
        "agents",
        [
            ("SYN_OBSERVABILITY__SERVICE_NAME", service),
            ("SYN_OBSERVABILITY__TRACING_BACKEND", "zipkin"),
            ("SYN_OBSERVABILITY__TRACING_ENDPOINT", endpoint),
            ("SYN_OBSERVABILITY__TRACING_COMPRESSION", compression),
        ],
    )?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !stderr.contains("dropped"), "{stderr}");
    Ok(())
}

#[test]
fn every_form_of_the_endpoint_reaches_it_packed_and_plain() -> Result {
    let zipkin = Zipkin::start()?;
    let paths = ["", "/", "/api/v2/spans", "/api/v2/spans/"];
    for (number, path) in paths.into_iter().enumerate() {
        let service = format!("agents-{number}");
        let compression = if number % 2 == 0 { "gzip" } else { "none" };
        run_agents(&service, &format!("{}{path}", zipkin.endpoint()), compression)?;
        let traces = zipkin.traces(&service, 3)?;
        assert_eq!(traces.len(), 1, "{path}: {traces:#?}");
    }
    Ok(())
}

#[test]
fn a_collector_in_its_place_gets_otlp() -> Result {
    let jaeger = Jaeger::start()?;
    run_agents("agents", &jaeger.otlp_http(), "none")?;
    assert_eq!(jaeger.traces("agents", 3)?.len(), 1);
    Ok(())
}
