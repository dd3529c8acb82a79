//! The files of `config/tracing` are what collectors accept, and spans pass through them: the real collector of every container is
//! given its files as the container is.
#![cfg(feature = "real-backends")]

use serde_json::Value;
use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;
use synndicate_tests::collector::{Collector, complaint};
use synndicate_tests::deployment::{collectors, replaced, service};
use synndicate_tests::examples::Web;
use synndicate_tests::free_ports;
use synndicate_tests::jaeger::Jaeger;
use synndicate_tests::zipkin::Zipkin;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

#[test]
fn a_collector_accepts_the_files_of_every_container() -> Result {
    let collectors = collectors();
    assert_eq!(collectors.len(), 6, "{collectors:?}");
    for container in collectors {
        assert_eq!(complaint(&container, &[])?, None, "{container}");
    }
    Ok(())
}

#[test]
fn a_collector_refuses_a_key_that_it_does_not_know() -> Result {
    for (file, name, key) in [
        ("scale-docker-compose.yml", "gateway", "partition_traces_by_id"),
        ("scale-docker-compose.yml", "sampler", "decision_wait"),
        ("docker-compose.yml", "otel-collector", "send_batch_max_size"),
    ] {
        let misspelt = format!("{key}x");
        let complaint =
            complaint(&service(file, name), &[(&format!("{key}:"), &format!("{misspelt}:"))])?;
        let complaint = complaint.ok_or("it was accepted")?;
        assert!(complaint.contains(&misspelt), "{complaint}");
    }
    Ok(())
}

/// A span as both backends know it: its id, its parent's, and its name, which Zipkin writes small.
type Known = (String, Option<String>, String);

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("`{value}` is no text")).to_owned()
}

fn span_of_jaeger(span: &Value) -> Known {
    let parent = span["references"].get(0).map(|parent| text(&parent["spanID"]));
    (text(&span["spanID"]), parent, text(&span["operationName"]).to_lowercase())
}

fn span_of_zipkin(span: &Value) -> Known {
    (text(&span["id"]), span.get("parentId").map(text), text(&span["name"]))
}

/// The spans of a trace.
fn spans(trace: &Value, known: fn(&Value) -> Known) -> BTreeSet<Known> {
    trace.as_array().into_iter().flatten().map(known).collect()
}

/// Asks the example `web`, which sends its spans to this endpoint; the id of the trace.
fn ask(service: &str, protocol: &str, endpoint: &str) -> Result<String> {
    let web = Web::start(
        &[],
        [
            ("SYN_OBSERVABILITY__SERVICE_NAME", service),
            ("SYN_OBSERVABILITY__TRACING_BACKEND", "otlp"),
            ("SYN_OBSERVABILITY__TRACING_PROTOCOL", protocol),
            ("SYN_OBSERVABILITY__TRACING_ENDPOINT", endpoint),
        ],
    )?;
    let answer = ureq::get(&format!("{}/api/query?query=Lisbon", web.address())).call()?;
    let id = answer.headers().get("x-trace-id").ok_or("no trace id")?.to_str()?.to_owned();
    let output = web.stop()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(id)
}

#[test]
fn a_request_is_one_whole_trace_in_both_backends_behind_the_collector() -> Result {
    let (jaeger, zipkin) = (Jaeger::start()?, Zipkin::start()?);
    let container = service("docker-compose.yml", "otel-collector");
    let replacements = [
        ("jaeger:4317", &*jaeger.otlp_grpc().replace("http://", "")),
        ("zipkin:9411", &*zipkin.endpoint().replace("http://", "")),
    ];
    let collector = Collector::start(&container, &replacements)?;
    for (protocol, endpoint) in [("grpc", collector.otlp_grpc()), ("http", collector.otlp_http())] {
        let service = format!("web-over-{protocol}");
        let id = ask(&service, protocol, &endpoint)?;

        let in_jaeger = jaeger.traces(&service, 4)?;
        let in_zipkin = zipkin.traces(&service, 4)?;
        assert_eq!((in_jaeger.len(), in_zipkin.len()), (1, 1), "{protocol}");
        assert_eq!(in_jaeger[0]["traceID"], id);
        assert_eq!(in_zipkin[0][0]["traceId"], id);
        let spans = spans(&in_jaeger[0]["spans"], span_of_jaeger);
        assert_eq!(spans, self::spans(&in_zipkin[0], span_of_zipkin));
        check_family(&spans);
    }
    Ok(())
}

/// From the request to the search: each span is the child of the one before.
fn check_family(spans: &BTreeSet<Known>) {
    let names = ["get /api/query", "planner::process", "get", "get /api/search"];
    let mut parent = None;
    for name in names {
        let found = spans.iter().find(|span| (&span.1, &*span.2) == (&parent, name));
        let (id, ..) = found.unwrap_or_else(|| panic!("no `{name}` in {spans:#?}"));
        parent = Some(id.clone());
    }
    assert_eq!(spans.len(), names.len());
}

#[test]
fn spans_of_production_outlive_the_service_while_the_collector_is_away() -> Result {
    let container = |name: &str| service("docker-compose.prod.yml", name);
    let (volume, store) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let store = store.path().to_str().ok_or("no text")?;
    let jaeger = Jaeger::start_in(&container("jaeger"), &[("/badger", store)])?;
    let address = jaeger.otlp_grpc().replace("http://", "");
    let collector = Collector::start(&container("otel-collector"), &[("jaeger:4317", &address)])?;
    let [nobody] = free_ports()?;

    let web = start_as_in_production(&format!("http://127.0.0.1:{nobody}"), volume.path())?;
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let request = ureq::get(format!("{}/api/query?query=Lisbon", web.address()));
    request.header("traceparent", parent).call()?;
    assert!(web.stop()?.status.success());

    let web = start_as_in_production(&collector.otlp_grpc(), volume.path())?;
    let traces = jaeger.traces("synndicate", 4)?;
    assert_eq!(traces[0]["traceID"], parent[3..35]);
    assert!(web.stop()?.status.success());
    Ok(())
}

/// The example `web` with the variables of its container, but for the address of the collector and the place of the volume.
fn start_as_in_production(collector: &str, volume: &Path) -> Result<Web> {
    let container = service("docker-compose.prod.yml", "synndicate");
    let replacements = [
        ("http://otel-collector:4317", collector),
        ("/var/lib/synndicate", volume.to_str().ok_or("no text")?),
    ];
    let variables = container.variables().into_iter();
    let variables = variables.map(|(name, value)| (name, replaced(value, &replacements)));
    let variables: Vec<_> = variables.collect();
    Ok(Web::start(&[], variables.iter().map(|(name, value)| (*name, value.as_str())))?)
}
