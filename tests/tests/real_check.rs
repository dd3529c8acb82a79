//! `check` against a real Jaeger and a real Zipkin: spans are taken, and the marked trace is read back.
//!
//! Both are built or fetched by `tests/backends` and started by each test on ports of their own.
#![cfg(feature = "real-backends")]

use serde_json::Value;
use std::error::Error;
use std::process::Command;
use synndicate_tests::jaeger::Jaeger;
use synndicate_tests::program::variable;
use synndicate_tests::zipkin::Zipkin;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// The report of `check --json`, which must find all well.
fn check(settings: &[(&str, &str)], words: &[&str]) -> Result<Value> {
    let folder = tempfile::tempdir()?;
    let output = Command::new(env!("CARGO_BIN_EXE_synndicate-command"))
        .args(["check", "--json"])
        .args(words)
        .env_clear()
        .envs(settings.iter().map(|(key, value)| (variable(key), value)))
        .current_dir(folder.path())
        .output()?;
    let report: Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(output.status.code(), Some(0), "{report:#}");
    Ok(report["backends"][0].clone())
}

#[track_caller]
fn assert_shown(backend: &Value, wire: &str) {
    assert_eq!(backend["wire"], wire, "{backend:#}");
    let steps = backend["steps"].as_array().into_iter().flatten();
    let results: Vec<_> = steps.map(|step| step["result"].clone()).collect();
    assert_eq!(results, ["ok", "ok", "ok"], "{backend:#}");
}

#[test]
fn jaeger_takes_and_shows_the_marked_trace_over_each_of_its_wires() -> Result {
    let jaeger = Jaeger::start()?;
    let query = ["--query", &jaeger.query()];
    for (endpoint, protocol, wire) in [
        (jaeger.otlp_grpc(), "grpc", "OTLP over gRPC"),
        (jaeger.otlp_http(), "http", "OTLP over HTTP"),
        (jaeger.jaeger_grpc(), "grpc", "Jaeger's own protocol over gRPC"),
    ] {
        let settings = [
            ("tracing_endpoint", &*endpoint),
            ("tracing_protocol", protocol),
            ("service_name", "checked"),
        ];
        assert_shown(&check(&settings, &query)?, wire);
    }
    let traces = jaeger.traces("checked", 3)?;
    let span = &traces[0]["spans"][0];
    assert_eq!(span["operationName"], "synndicate check");
    let tags = span["tags"].as_array().into_iter().flatten();
    assert!(tags.into_iter().any(|tag| tag["key"] == "synndicate.check"), "{span:#}");
    Ok(())
}

#[test]
fn zipkin_takes_and_shows_the_marked_trace_where_it_takes_spans() -> Result {
    let zipkin = Zipkin::start()?;
    let settings = [("tracing_backend", "zipkin"), ("tracing_endpoint", &*zipkin.endpoint())];
    let backend = check(&settings, &[])?;
    assert_shown(&backend, "Zipkin's own format over HTTP");
    let trace = zipkin.trace(backend["trace_id"].as_str().unwrap_or_default())?;
    assert_eq!(trace[0]["name"], "synndicate check");
    Ok(())
}
