//! The files of the collectors: pipelines, ports, and what the tiers say to each other.

use serde_json::Value;
use std::collections::BTreeSet;
use synndicate_tests::deployment::{Service, collectors, document, files};

/// The kinds of components, and where a pipeline or the service names them.
const KINDS: [&str; 3] = ["receivers", "processors", "exporters"];

/// What a collector sees that is started with these files: maps are merged, everything else is replaced.
fn merged(files: &[&str]) -> Value {
    let mut whole = Value::Object(serde_json::Map::new());
    files.iter().for_each(|file| merge(&mut whole, document(file)));
    whole
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}

fn all() -> Vec<(String, Value)> {
    let collectors = collectors();
    let files = collectors.iter().map(Service::collector_files);
    files.map(|files| (files.join(" + "), merged(&files))).collect()
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn pipelines(config: &Value) -> impl Iterator<Item = &Value> {
    config["service"]["pipelines"].as_object().into_iter().flatten().map(|(_, pipeline)| pipeline)
}

#[test]
fn every_file_of_a_collector_is_given_to_one() {
    let collectors = collectors();
    let given: BTreeSet<_> = collectors.iter().flat_map(Service::collector_files).collect();
    let there = files(".yaml");
    let there = there.iter().map(String::as_str).filter(|file| *file != "k8s-tracing.yaml");
    let there: BTreeSet<_> = there.collect();
    assert_eq!(given, there);
}

#[test]
fn pipelines_name_what_is_declared_and_nothing_is_declared_in_vain() {
    for (name, config) in all() {
        for kind in KINDS {
            let used: BTreeSet<_> =
                pipelines(&config).flat_map(|pipeline| texts(&pipeline[kind])).collect();
            assert_eq!(used, keys(&config[kind]), "{kind} of {name}");
        }
        let used: BTreeSet<_> = texts(&config["service"]["extensions"]).into_iter().collect();
        assert_eq!(used, keys(&config["extensions"]), "extensions of {name}");
    }
}

#[test]
fn every_pipeline_begins_with_the_memory_limiter() {
    for (name, config) in all() {
        assert!(pipelines(&config).count() > 0, "{name}");
        for pipeline in pipelines(&config) {
            assert_eq!(texts(&pipeline["processors"]).first(), Some(&"memory_limiter"), "{name}");
        }
    }
}

#[test]
fn collectors_listen_on_the_usual_ports_of_every_address() {
    let usual = [
        ("/receivers/otlp/protocols/grpc/endpoint", 4317),
        ("/receivers/otlp/protocols/http/endpoint", 4318),
        ("/receivers/jaeger/protocols/grpc/endpoint", 14250),
        ("/extensions/health_check/endpoint", 13133),
        ("/extensions/healthcheckv2/http/endpoint", 13133),
        ("/extensions/jaeger_query/http/endpoint", 16686),
    ];
    for (name, config) in all() {
        for (pointer, port) in usual {
            if let Some(endpoint) = config.pointer(pointer) {
                assert_eq!(*endpoint, format!("0.0.0.0:{port}"), "{pointer} of {name}");
            }
        }
        let metrics = &config["service"]["telemetry"]["metrics"]["readers"][0]["pull"]["exporter"]
            ["prometheus"];
        let listens = (&metrics["host"], &metrics["port"]);
        assert_eq!(listens, (&"0.0.0.0".into(), &8888.into()), "{name}");
    }
}

#[test]
fn samplers_read_whole_traces_from_where_gateways_write_them() {
    let (gateway, sampler) = (document("scale-gateway.yaml"), document("scale-sampler.yaml"));
    let (writer, reader) = (&gateway["exporters"]["kafka"], &sampler["receivers"]["kafka"]);
    assert_eq!(writer["partition_traces_by_id"], true);
    assert_eq!(writer["producer"]["allow_auto_topic_creation"], false);
    for key in ["brokers", "traces"] {
        assert!(writer[key] == reader[key] && !writer[key].is_null(), "{key}");
    }
}

#[test]
fn samplers_keep_every_error() {
    let sampler = document("scale-sampler.yaml");
    let policies = sampler["processors"]["tail_sampling"]["policies"].as_array().unwrap();
    let errors = policies.iter().find(|policy| policy["type"] == "status_code").unwrap();
    assert_eq!(texts(&errors["status_code"]["status_codes"]), ["ERROR"]);
}
