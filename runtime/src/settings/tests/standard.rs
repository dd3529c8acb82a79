//! The standard variables.

use super::support::*;
use crate::plan::Backend;
use crate::settings::{BackendName, Compression, Protocol};
use std::time::Duration;

/// Compose files and charts set variables to nothing:
/// <https://github.com/open-telemetry/opentelemetry-packaging/issues/120>,
/// <https://github.com/open-telemetry/opentelemetry-go/issues/8870>.
#[test]
fn empty_is_unset() {
    let names = [
        "OTEL_SERVICE_NAME",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        "OTEL_EXPORTER_OTLP_HEADERS",
        "OTEL_TRACES_SAMPLER",
        "OTEL_TRACES_SAMPLER_ARG",
        "OTEL_BSP_MAX_QUEUE_SIZE",
        "OTEL_SDK_DISABLED",
        "OTEL_TRACES_EXPORTER",
        "OTEL_RESOURCE_ATTRIBUTES",
        "OTEL_PROPAGATORS",
        "OTEL_METRICS_EXPORTER",
    ];
    let case = names.into_iter().fold(nothing(), |case, name| case.variable(name, ""));
    assert_eq!(case.settings().tracing_backend, BackendName::Jaeger);
    assert!(case.load().origins.iter().all(|(_, it)| !it.origin.is_standard_variable()));
}

/// A value of the platform that this program does not know must not stop it:
/// <https://github.com/open-telemetry/opentelemetry-specification/issues/2962>,
/// <https://github.com/llm-d/llm-d-router/issues/2530>.
#[test]
fn a_value_that_is_not_understood_is_a_warning_that_says_what_is_used() {
    for (name, value, used) in [
        ("OTEL_TRACES_SAMPLER", "parentbased_jaeger_remote", "`tracing_sample_rate` = `1`"),
        ("OTEL_BSP_SCHEDULE_DELAY", "5s", "`tracing_batch_timeout` = `5 s`"),
        ("OTEL_BSP_SCHEDULE_DELAY", "-1", "`tracing_batch_timeout` = `5 s`"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "0", "`tracing_max_queue_size` = `2048`"),
        (
            "OTEL_PROPAGATORS",
            "xray,tracecontext",
            "`tracing_propagators` = `[tracecontext, baggage]`",
        ),
        ("OTEL_TRACES_EXPORTER", "otlp,logging", "`tracing_backend` = `otlp`"),
        ("OTEL_SDK_DISABLED", "yes", "`enable_tracing` = `true`"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "thrift", "`tracing_protocol` stays unset"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", "`tracing_compression` = `none`"),
        ("OTEL_SPAN_EVENT_COUNT_LIMIT", "many", "`tracing_event_count_limit` = `128`"),
        ("OTEL_TRACES_SAMPLER_ARG", "0.5", "`tracing_sample_rate` = `1`"),
    ] {
        let warning = variable(name, value).warning();
        assert_holds(&warning, &[&format!("`{name}`"), used]);
        assert!(warning.contains(&format!("`{value}`")) || name.ends_with("_ARG"), "{warning}");
    }
    let endpoint = variable("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317").warning();
    assert_holds(&endpoint, &["`collector:4317`", "no scheme", "`tracing_endpoint` stays unset"]);
}

#[test]
fn what_is_used_instead_is_what_counts_in_the_end() {
    let case = variable("OTEL_BSP_SCHEDULE_DELAY", "soon")
        .variable("SYN_OBSERVABILITY__TRACING_BATCH_TIMEOUT", "700");
    assert_holds(
        &case.warning(),
        &["`700 ms` of the variable `SYN_OBSERVABILITY__TRACING_BATCH_TIMEOUT` is used instead"],
    );
}

#[test]
fn samplers_become_rates() {
    let ratio = |value: &str| {
        variable("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
            .variable("OTEL_TRACES_SAMPLER_ARG", value)
    };
    for (case, rate) in [
        (variable("OTEL_TRACES_SAMPLER", "always_off"), 0.0),
        (variable("OTEL_TRACES_SAMPLER", "parentbased_always_off"), 0.0),
        (variable("OTEL_TRACES_SAMPLER", "Always_On"), 1.0),
        (variable("OTEL_TRACES_SAMPLER", "traceidratio"), 1.0),
        (ratio("0.25"), 0.25),
    ] {
        assert!((case.plan().0.sample_rate - rate).abs() < f64::EPSILON);
        assert!(case.warnings().is_empty());
    }
    for bad in ["2", "nan", "x"] {
        let case = ratio(bad);
        assert_holds(
            &case.warning(),
            &["`OTEL_TRACES_SAMPLER_ARG`", bad, "from 0.0 to 1.0", "`tracing_sample_rate` = `1`"],
        );
    }
    let over = variable("OTEL_TRACES_SAMPLER", "always_off")
        .variable("SYN_OBSERVABILITY__TRACING_SAMPLE_RATE", "0.5");
    assert!((over.plan().0.sample_rate - 0.5).abs() < f64::EPSILON);
}

/// The weaker of two variables named the service:
/// <https://github.com/quarkusio/quarkus/issues/34581>,
/// <https://github.com/MindfulSoftwareLLC/dartastic_opentelemetry/issues/205>.
#[test]
fn the_variable_of_the_name_is_stronger_than_the_one_of_the_attributes() {
    let attributes = "service.name=b,service.version=1.0,k=%C3%A9,x";
    let case = || keys("service_name = \"c\"").variable("OTEL_RESOURCE_ATTRIBUTES", attributes);
    let named = case().variable("OTEL_SERVICE_NAME", "a");
    assert_eq!(named.effective("service_name").0, "a");
    assert_eq!(case().effective("service_name").0, "b");
    let ours = named.variable("SYN_OBSERVABILITY__SERVICE_NAME", "d");
    assert_eq!(ours.effective("service_name").0, "d");

    assert_holds(&ours.warning(), &["`x`", "has no `=`", "OTEL_RESOURCE_ATTRIBUTES"]);
    let resource = ours.plan().0.resource;
    for (key, value) in [("service.name", "d"), ("service.version", "1.0"), ("k", "é")] {
        assert!(resource.contains(&(key.to_owned(), value.into())), "{resource:?}");
    }
}

#[test]
fn the_variable_of_the_signal_is_stronger_than_the_general_one() {
    let case = variable("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc")
        .variable("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
        .variable("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "1000")
        .variable("OTEL_EXPORTER_OTLP_TIMEOUT", "2000")
        .variable("OTEL_BSP_EXPORT_TIMEOUT", "3000")
        .variable("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "x-a=1")
        .variable("OTEL_EXPORTER_OTLP_HEADERS", "x-b=2")
        .variable("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
        .variable("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "7")
        .variable("OTEL_ATTRIBUTE_COUNT_LIMIT", "8");
    let settings = case.settings();
    assert_eq!(settings.tracing_protocol, Some(Protocol::Grpc));
    assert_eq!(settings.tracing_timeout, Duration::from_secs(1));
    assert_eq!(settings.tracing_compression, Compression::Gzip);
    assert_eq!(settings.tracing_attribute_count_limit, 7);
    let names: Vec<_> = settings.tracing_headers.0.keys().map(http::HeaderName::as_str).collect();
    assert_eq!(names, ["x-a"], "one list replaces the other, as the specification has it");
}

#[test]
fn a_bad_strong_variable_leaves_the_weak_one() {
    let case = variable("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "soon")
        .variable("OTEL_EXPORTER_OTLP_TIMEOUT", "2000");
    assert_holds(
        &case.warning(),
        &[
            "`OTEL_EXPORTER_OTLP_TRACES_TIMEOUT`",
            "`2 s` of the variable `OTEL_EXPORTER_OTLP_TIMEOUT`",
        ],
    );
}

#[test]
fn the_sdk_can_be_disabled_and_false_says_nothing() {
    assert!(variable("OTEL_SDK_DISABLED", "TRUE").plan().0.backends.is_empty());
    assert!(variable("OTEL_TRACES_EXPORTER", "none").plan().0.backends.is_empty());
    let off = keys("enable_tracing = false").variable("OTEL_SDK_DISABLED", "false");
    assert!(off.plan().0.backends.is_empty());
}

#[test]
fn an_endpoint_of_the_platform_asks_for_otlp_unless_somebody_chooses() {
    let endpoint = || variable("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317");
    assert!(
        matches!(&endpoint().plan().0.backends[..], [Backend::Remote(remote)] if remote.name == "otlp")
    );
    let origin = "the variable `OTEL_EXPORTER_OTLP_ENDPOINT`";
    assert_eq!(endpoint().effective("tracing_backend"), ("otlp".into(), origin.into()));

    let jaeger = endpoint().attribute(&[("tracing_backend", "jaeger")]);
    assert!(
        matches!(&jaeger.plan().0.backends[..], [Backend::Remote(remote)] if remote.name == "jaeger")
    );
    let console = endpoint().attribute(&[("tracing_backend", "console")]);
    assert_holds(
        &console.warning(),
        &["has no effect", "`console`", "src/main.rs:3", "OTEL_TRACES_EXPORTER=otlp"],
    );
    let meant = endpoint().variable("SYN_OBSERVABILITY__TRACING_BACKEND", "console");
    assert!(meant.warnings().is_empty());
}

#[test]
fn variables_that_nobody_reads_are_listed_once_without_their_values() {
    let case = variable("OTEL_METRICS_EXPORTER", "otlp")
        .variable("OTEL_BLRP_SCHEDULE_DELAY", "s3cret")
        .variable("OTEL_LOGS_EXPORTER", "none");
    let warning = case.warning();
    assert_holds(&warning, &["`OTEL_BLRP_SCHEDULE_DELAY`, `OTEL_METRICS_EXPORTER`"]);
    assert!(!warning.contains("s3cret") && !warning.contains("LOGS"), "{warning}");
}
