//! Zipkin as the backend: where its spans go, and what is spoken there.

use super::support::*;
use crate::plan::{Backend, Endpoint, Wire};
use crate::settings::{BackendName, Origin};

/// What is spoken at which URL, in the order in which it is tried.
fn places(case: &Case) -> Vec<(Wire, String)> {
    let destinations = match case.plan().0.backends.into_iter().next() {
        Some(Backend::Remote(remote)) => remote.destinations,
        other => panic!("{other:?}"),
    };
    let place = |endpoint| match endpoint {
        Endpoint::Tcp(uri) => uri.to_string(),
        Endpoint::Unix { socket, uri } => format!("{} {uri}", socket.display()),
    };
    destinations.into_iter().map(|it| (it.wire, place(it.endpoint))).collect()
}

fn zipkin(url: &str) -> (Wire, String) {
    (Wire::ZipkinJson, url.into())
}

fn otlp(url: &str) -> (Wire, String) {
    (Wire::OtlpHttp, url.into())
}

/// The endpoint from the file, from variables of both kinds and from the builder.
fn everywhere(endpoint: &str) -> [Case; 4] {
    let base = || keys("tracing_backend = 'zipkin'");
    [
        keys(&format!("tracing_backend = 'zipkin'\ntracing_endpoint = '{endpoint}'")),
        base().variable("SYN_OBSERVABILITY__TRACING_ENDPOINT", endpoint),
        variable("OTEL_TRACES_EXPORTER", "zipkin")
            .variable("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
        base().builder("tracing_endpoint", endpoint),
    ]
}

#[test]
fn without_an_endpoint_zipkin_is_looked_for_and_then_a_collector() {
    let [first, second] =
        [zipkin("http://localhost:9411/api/v2/spans"), otlp("http://localhost:4318/v1/traces")];
    for more in ["", "\ntracing_protocol = 'http'"] {
        let case = keys(&format!("tracing_backend = 'zipkin'{more}"));
        assert_eq!(places(&case), [first.clone(), second.clone()]);
    }
    let case = variable("OTEL_TRACES_EXPORTER", "zipkin");
    assert_eq!(case.settings().tracing_backend, BackendName::Zipkin);
    assert_eq!(places(&case), [first, second]);
}

#[test]
fn the_standard_variable_of_its_endpoint_names_the_whole_url() {
    const NAME: &str = "OTEL_EXPORTER_ZIPKIN_ENDPOINT";
    let chosen = || {
        [
            keys("tracing_backend = 'zipkin'"),
            variable("OTEL_TRACES_EXPORTER", "zipkin"),
            variable("SYN_OBSERVABILITY__TRACING_BACKEND", "zipkin"),
        ]
    };
    for (endpoint, url) in [
        ("http://h:9411/api/v2/spans", "http://h:9411/api/v2/spans"),
        ("http://h/custom", "http://h/custom"),
    ] {
        for case in chosen() {
            let case = case.variable("OTEL_EXPORTER_OTLP_ENDPOINT", "http://other:4317");
            assert_eq!(places(&case.variable(NAME, endpoint)), [zipkin(url)]);
        }
    }
    for case in chosen() {
        let case = case.variable(NAME, "http://h:9411");
        assert_eq!(places(&case)[0], zipkin("http://h:9411/api/v2/spans"));
    }
}

#[test]
fn the_standard_variable_of_its_endpoint_says_nothing_of_other_backends() {
    let case = variable("OTEL_EXPORTER_ZIPKIN_ENDPOINT", "http://h:9411/api/v2/spans");
    assert_eq!(case.load().settings.tracing_backend, BackendName::Jaeger);
    assert_holds(&case.warning(), &["without effect", "`OTEL_EXPORTER_ZIPKIN_ENDPOINT`"]);
    let case = case.variable("OTEL_EXPORTER_OTLP_ENDPOINT", "http://h:4317");
    let loaded = case.load();
    assert_eq!(loaded.settings.tracing_backend, BackendName::Otlp);
    let endpoint = loaded.origins.get("tracing_endpoint").unwrap();
    assert_eq!(endpoint.origin, Origin::Variable("OTEL_EXPORTER_OTLP_ENDPOINT".into()));
}

#[test]
fn an_endpoint_without_a_path_may_be_either() {
    for endpoint in ["http://zipkin:9411", "http://zipkin:9411/", "http://zipkin:9411//"] {
        let expected =
            [zipkin("http://zipkin:9411/api/v2/spans"), otlp("http://zipkin:9411/v1/traces")];
        for case in everywhere(endpoint) {
            assert_eq!(places(&case), expected, "{endpoint}");
        }
    }
}

#[test]
fn the_path_of_spans_is_there_exactly_once_from_every_source() {
    for (endpoint, url) in [
        ("http://h:9411/api/v2/spans", "http://h:9411/api/v2/spans"),
        ("http://h:9411/api/v2/spans/", "http://h:9411/api/v2/spans"),
        ("http://h:9411//api/v2/spans", "http://h:9411/api/v2/spans"),
        ("http://h/prefix", "http://h/prefix/api/v2/spans"),
        ("http://h/prefix/", "http://h/prefix/api/v2/spans"),
        ("http://h/prefix//api/v2/spans", "http://h/prefix/api/v2/spans"),
        ("https://[::1]/prefix", "https://[::1]/prefix/api/v2/spans"),
        ("http://h:4318/api/v2/spans", "http://h:4318/api/v2/spans"),
    ] {
        for case in everywhere(endpoint) {
            assert_eq!(places(&case), [zipkin(url)], "{endpoint}");
        }
    }
}

#[test]
fn an_endpoint_of_otlp_is_spoken_to_in_otlp() {
    for (endpoint, url) in [
        ("http://collector:4318", "http://collector:4318/v1/traces"),
        ("http://collector/v1/traces", "http://collector/v1/traces"),
        ("http://collector:9411/v1/traces/", "http://collector:9411/v1/traces"),
    ] {
        for case in everywhere(endpoint) {
            assert_eq!(places(&case), [otlp(url)], "{endpoint}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_socket_may_be_either() {
    let [case, ..] = everywhere("unix:///run/zipkin.sock");
    let expected = [
        zipkin("/run/zipkin.sock http://localhost/api/v2/spans"),
        otlp("/run/zipkin.sock http://localhost/v1/traces"),
    ];
    assert_eq!(places(&case), expected);
}

#[test]
fn zipkin_is_not_spoken_over_grpc() {
    let case = keys("tracing_backend = 'zipkin'\ntracing_protocol = 'grpc'");
    assert_holds(
        &case.error(),
        &[
            "`tracing_protocol` is `grpc`, but Zipkin is spoken over HTTP",
            "`tracing_backend` is `zipkin` in",
            "Synndicate.toml:3:20",
            "leave `tracing_protocol` out",
        ],
    );
    // What the platform sets for the programs of all languages must not stop this one.
    let case = keys("tracing_backend = 'zipkin'").variable("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
    assert_holds(&case.warning(), &["`tracing_protocol` is `grpc`", "OTEL_EXPORTER_OTLP_PROTOCOL"]);
    assert_eq!(places(&case)[0], zipkin("http://localhost:9411/api/v2/spans"));
}

#[test]
fn a_collector_in_the_place_of_zipkin_can_be_sent_json() {
    let case = keys("tracing_backend = 'zipkin'\ntracing_protocol = 'http/json'");
    let collector = (Wire::OtlpJson, "http://localhost:4318/v1/traces".into());
    assert_eq!(places(&case), [zipkin("http://localhost:9411/api/v2/spans"), collector]);
}

#[test]
fn tls_belongs_to_zipkin_as_to_the_others() {
    let tls = "tracing_tls.ca_file = 'ca.pem'";
    let case = keys(&format!("tracing_backend = 'zipkin'\n{tls}"));
    assert_holds(&case.error(), &["`tracing_tls.ca_file` has no effect without `https`"]);
    keys(&format!("tracing_backend = 'zipkin'\ntracing_endpoint = 'https://h'\n{tls}")).plan();
}
