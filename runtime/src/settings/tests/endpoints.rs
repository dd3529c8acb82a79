//! Endpoints from every source, up to the URL that a request goes to.

use super::support::*;
use crate::plan::{Backend, Destination, Endpoint, Wire};

fn destinations(case: &Case) -> Vec<Destination> {
    match case.plan().0.backends.into_iter().next() {
        Some(Backend::Remote(remote)) => remote.destinations,
        other => panic!("{other:?}"),
    }
}

/// Each place once, in however many wires it is tried.
fn urls(case: &Case) -> Vec<String> {
    let url = |destination: Destination| match destination.endpoint {
        Endpoint::Tcp(uri) => uri.to_string(),
        Endpoint::Unix { socket, uri } => format!("{} {uri}", socket.display()),
    };
    let mut urls: Vec<String> = destinations(case).into_iter().map(url).collect();
    urls.dedup();
    urls
}

/// The endpoint from the file, a standard variable and the builder.
fn everywhere(protocol: &str, endpoint: &str) -> [Case; 3] {
    let base = || keys(&format!("tracing_backend = 'otlp'\ntracing_protocol = '{protocol}'"));
    [
        keys(&format!(
            "tracing_backend = 'otlp'\ntracing_protocol = '{protocol}'\n\
             tracing_endpoint = '{endpoint}'"
        )),
        base().variable("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
        base().builder("tracing_endpoint", endpoint),
    ]
}

/// `//v1/traces`, or no path at all:
/// <https://github.com/open-telemetry/opentelemetry-rust/issues/997>,
/// <https://github.com/open-telemetry/opentelemetry-ruby/issues/1340>. And twice:
/// <https://github.com/open-telemetry/opentelemetry.io/issues/3627>.
#[test]
fn the_path_of_traces_is_there_exactly_once_from_every_source() {
    for (endpoint, url) in [
        ("http://h:4318", "http://h:4318/v1/traces"),
        ("http://h:4318/", "http://h:4318/v1/traces"),
        ("http://h:4318//", "http://h:4318/v1/traces"),
        ("http://h:4318/prefix", "http://h:4318/prefix/v1/traces"),
        ("http://h:4318/prefix/", "http://h:4318/prefix/v1/traces"),
        ("http://h:4318/v1/traces", "http://h:4318/v1/traces"),
        ("http://h:4318/v1/traces/", "http://h:4318/v1/traces"),
        ("http://h:4318/prefix//v1/traces", "http://h:4318/prefix/v1/traces"),
        ("https://h", "https://h/v1/traces"),
        ("http://[::1]:4318/v1/traces", "http://[::1]:4318/v1/traces"),
    ] {
        for case in everywhere("http", endpoint) {
            assert_eq!(urls(&case), [url], "{endpoint}");
        }
    }
}

#[cfg(feature = "http-json")]
#[test]
fn json_goes_where_protobuf_goes_from_every_source() {
    for case in everywhere("http/json", "http://h:4318/prefix/") {
        assert_eq!(destinations(&case)[0].wire, Wire::OtlpJson);
        assert_eq!(urls(&case), ["http://h:4318/prefix/v1/traces"]);
    }
    let case = variable("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json");
    assert_eq!(destinations(&case)[0].wire, Wire::OtlpJson);
    assert_eq!(urls(&case), ["http://localhost:4318/v1/traces"]);
}

#[test]
fn the_variable_of_the_signal_gives_the_whole_url() {
    let case = |url| {
        variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", url)
            .variable("OTEL_EXPORTER_OTLP_ENDPOINT", "http://other:4318")
            .variable("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    };
    for url in ["http://h:4318/", "http://h:4318/custom", "http://h:4318/v1/traces"] {
        assert_eq!(urls(&case(url)), [url]);
    }
    assert_eq!(urls(&case("http://h:4318")), ["http://h:4318/"]);
}

/// <https://github.com/open-telemetry/opentelemetry-rust/issues/1618>.
#[test]
fn a_grpc_endpoint_has_no_path() {
    for path in ["/v1/traces", "/prefix", "/prefix/"] {
        let endpoint = format!("http://h:4317{path}");
        let [file, variable, builder] = everywhere("grpc", &endpoint);
        for case in [file, builder] {
            assert_holds(
                &case.error(),
                &[
                    "`tracing_endpoint`",
                    path,
                    "gRPC endpoint has none",
                    "tracing_protocol = \"http\"",
                ],
            );
        }
        assert_holds(
            &variable.warning(),
            &["OTEL_EXPORTER_OTLP_ENDPOINT", path, "gRPC endpoint has none"],
        );
        assert_eq!(urls(&variable), ["http://h:4317/"]);
    }
    for case in everywhere("grpc", "http://h:4317/") {
        assert_eq!(urls(&case), ["http://h:4317/"]);
    }
}

#[test]
fn without_a_protocol_the_endpoint_says_what_is_spoken() {
    for (endpoint, wire) in [
        ("http://h:4318", Wire::OtlpHttp),
        ("http://h/v1/traces", Wire::OtlpHttp),
        ("http://h:4317", Wire::OtlpGrpc),
        ("http://h", Wire::OtlpGrpc),
    ] {
        let case = keys(&format!("tracing_endpoint = '{endpoint}'"));
        assert_eq!(destinations(&case)[0].wire, wire, "{endpoint}");
    }
    assert_holds(
        &keys("tracing_endpoint = 'http://h:1/prefix'").error(),
        &["`tracing_protocol` is not set"],
    );
}

/// What each place is tried in, as `port wire`.
#[cfg(feature = "jaeger")]
fn wires(case: &Case) -> Vec<String> {
    let wire = |Destination { wire, endpoint }| match endpoint {
        Endpoint::Tcp(uri) => format!("{} {wire:?}", uri.port_u16().unwrap_or_default()),
        Endpoint::Unix { .. } => format!("unix {wire:?}"),
    };
    destinations(case).into_iter().map(wire).collect()
}

/// What a Jaeger takes where: <https://www.jaegertracing.io/docs/2.0/apis/>.
#[cfg(feature = "jaeger")]
#[test]
fn a_jaeger_is_tried_in_its_own_wire_and_in_otlp_and_first_in_that_of_its_port() {
    for (endpoint, expected) in [
        ("http://jaeger:14250", ["14250 JaegerGrpc", "14250 OtlpGrpc"]),
        ("https://jaeger:14250", ["14250 JaegerGrpc", "14250 OtlpGrpc"]),
        ("http://jaeger:4317", ["4317 OtlpGrpc", "4317 JaegerGrpc"]),
        ("http://jaeger", ["0 OtlpGrpc", "0 JaegerGrpc"]),
        ("unix:///run/jaeger.sock", ["unix OtlpGrpc", "unix JaegerGrpc"]),
    ] {
        let case = keys(&format!("tracing_endpoint = '{endpoint}'"));
        assert_eq!(wires(&case), expected, "{endpoint}");
    }
    assert_eq!(
        wires(&keys("")),
        ["14250 JaegerGrpc", "14250 OtlpGrpc", "4317 OtlpGrpc", "4317 JaegerGrpc"]
    );
}

#[cfg(feature = "jaeger")]
#[test]
fn jaegers_own_wire_is_for_jaeger_over_grpc_alone() {
    for (keys_, expected) in [
        ("tracing_protocol = 'http'\ntracing_endpoint = 'http://h:14250'", "14250 OtlpHttp"),
        ("tracing_endpoint = 'http://h:4318'", "4318 OtlpHttp"),
        ("tracing_backend = 'otlp'\ntracing_endpoint = 'http://h:14250'", "14250 OtlpGrpc"),
        ("tracing_backend = 'otlp'", "4317 OtlpGrpc"),
    ] {
        assert_eq!(wires(&keys(keys_)), [expected], "{keys_}");
    }
}

#[test]
fn without_an_endpoint_each_backend_has_its_own() {
    for (keys_, expected) in [
        ("", &["http://localhost:14250/", "http://localhost:4317/"][..]),
        ("tracing_protocol = 'grpc'", &["http://localhost:14250/", "http://localhost:4317/"]),
        ("tracing_protocol = 'http'", &["http://localhost:4318/v1/traces"]),
        ("tracing_backend = 'otlp'", &["http://localhost:4317/"]),
        (
            "tracing_backend = 'otlp'\ntracing_protocol = 'http'",
            &["http://localhost:4318/v1/traces"],
        ),
    ] {
        assert_eq!(urls(&keys(keys_)), expected, "{keys_}");
    }
}

/// Brackets of IPv6 addresses: <https://github.com/open-telemetry/opentelemetry-js/issues/5768>,
/// <https://github.com/open-telemetry/opentelemetry-collector/issues/11565>.
#[test]
fn ipv6_addresses_stand_in_brackets() {
    for case in everywhere("grpc", "http://[::1]:4317") {
        assert_eq!(urls(&case), ["http://[::1]:4317/"]);
    }
    for protocol in ["grpc", "http"] {
        let [file, variable, builder] = everywhere(protocol, "http://::1:4317");
        assert_holds(
            &file.error(),
            &["`tracing_endpoint` is `'http://::1:4317'`", "`http://[::1]:4317`"],
        );
        assert_holds(&builder.error(), &["`http://[::1]:4317`"]);
        assert_holds(&variable.warning(), &["`http://[::1]:4317`"]);
        let [file, ..] = everywhere(protocol, "http://[fe80::1%25eth0]:4317");
        assert_holds(&file.error(), &["zone", "not supported"]);
    }
}

/// <https://github.com/open-telemetry/opentelemetry-rust/issues/486>,
/// <https://github.com/open-telemetry/opentelemetry-collector/issues/13826>.
#[cfg(unix)]
#[test]
fn unix_sockets_are_spoken_to_as_localhost() {
    for case in everywhere("http", "unix:///run/otel.sock") {
        assert_eq!(urls(&case), ["/run/otel.sock http://localhost/v1/traces"]);
    }
    for case in everywhere("grpc", "unix:///run/otel.sock") {
        assert_eq!(urls(&case), ["/run/otel.sock http://localhost/"]);
    }
    let case = keys("tracing_endpoint = 'unix:relative.sock'");
    let beside = case.sources.directory.join("relative.sock");
    assert_eq!(urls(&case), [format!("{} http://localhost/", beside.display())]);
    let case = variable("SYN_OBSERVABILITY__TRACING_ENDPOINT", "unix:relative.sock");
    assert_eq!(urls(&case), ["relative.sock http://localhost/"]);
}

#[test]
fn an_endpoint_without_scheme_is_an_error_that_shows_the_right_form() {
    for (endpoint, right) in
        [("localhost:4317", "`http://localhost:4317`"), ("jaeger", "`http://jaeger`")]
    {
        let error = keys(&format!("tracing_endpoint = '{endpoint}'")).error();
        assert_holds(
            &error,
            &["`tracing_endpoint` is", endpoint, "no scheme", right, "Synndicate.toml:2:20"],
        );
    }
}

/// <https://github.com/open-telemetry/opentelemetry-collector/issues/10456>.
#[test]
fn the_proxies_of_the_environment_are_in_the_plan() {
    let case = keys("tracing_endpoint = 'https://collector.example:4317'")
        .variable("HTTPS_PROXY", "http://127.0.0.1:3128")
        .variable("NO_PROXY", "localhost,127.0.0.1,.svc");
    match case.plan().0.backends.into_iter().next() {
        Some(Backend::Remote(remote)) => {
            assert_eq!(remote.proxies.https.as_deref(), Some("http://127.0.0.1:3128"));
            assert_eq!(remote.proxies.no.as_deref(), Some("localhost,127.0.0.1,.svc"));
        }
        other => panic!("{other:?}"),
    }
}
