//! Where spans go, and what is spoken there.

use super::convert::Conversion;
use super::{Destination, Endpoint, Wire};
use crate::settings::{Address, BackendName, Origin, Problem, Protocol};
use http::Uri;

/// What every OTLP/HTTP receiver listens to:
/// <https://opentelemetry.io/docs/specs/otlp/#otlphttp-request>.
const TRACES_PATH: &str = "/v1/traces";

/// Where Jaeger takes its own protocol, and no OTLP, unless it is told otherwise.
#[cfg(feature = "jaeger")]
const JAEGER_PORT: u16 = 14250;

/// The variable whose path the specification takes as it is.
const WHOLE_URL: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

/// What requests travel in; several wires may share it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Carrier {
    Grpc,
    Http,
}

/// Where spans may go, in the order in which it is tried; `None` where an error was reported.
pub(super) fn destinations(conversion: &mut Conversion<'_>) -> Option<Vec<Destination>> {
    let carrier = carrier(conversion)?;
    let backend = conversion.settings.tracing_backend;
    let endpoints = match &conversion.settings.tracing_endpoint {
        Some(address) => vec![endpoint(conversion, carrier, address)?],
        None => defaults(backend, carrier)?,
    };
    let in_each_wire = |endpoint: Endpoint| {
        let wires = wires(backend, carrier, &endpoint).iter();
        wires.map(move |&wire| Destination { wire, endpoint: endpoint.clone() })
    };
    Some(endpoints.into_iter().flat_map(in_each_wire).collect())
}

/// What may be spoken at an endpoint, in the order in which it is tried.
fn wires(backend: BackendName, carrier: Carrier, endpoint: &Endpoint) -> &'static [Wire] {
    match (backend, carrier) {
        (_, Carrier::Http) => &[Wire::OtlpHttp],
        (BackendName::Jaeger, Carrier::Grpc) => wires_of_jaeger(endpoint),
        (_, Carrier::Grpc) => &[Wire::OtlpGrpc],
    }
}

/// A Jaeger takes its own protocol at one port and OTLP at another, and both may have been moved.
#[cfg(feature = "jaeger")]
fn wires_of_jaeger(endpoint: &Endpoint) -> &'static [Wire] {
    match endpoint {
        Endpoint::Tcp(uri) if uri.port_u16() == Some(JAEGER_PORT) => {
            &[Wire::JaegerGrpc, Wire::OtlpGrpc]
        }
        _ => &[Wire::OtlpGrpc, Wire::JaegerGrpc],
    }
}

#[cfg(not(feature = "jaeger"))]
fn wires_of_jaeger(_: &Endpoint) -> &'static [Wire] {
    &[Wire::OtlpGrpc]
}

fn defaults(backend: BackendName, carrier: Carrier) -> Option<Vec<Endpoint>> {
    let uris: &[&str] = match (backend, carrier) {
        (_, Carrier::Http) => &["http://localhost:4318/v1/traces"],
        (BackendName::Jaeger, Carrier::Grpc) => {
            &["http://localhost:14250", "http://localhost:4317"]
        }
        (_, Carrier::Grpc) => &["http://localhost:4317"],
    };
    uris.iter().map(|uri| Some(Endpoint::Tcp(uri.parse().ok()?))).collect()
}

fn carrier(conversion: &mut Conversion<'_>) -> Option<Carrier> {
    let settings = conversion.settings;
    let endpoint_says_http = settings.tracing_endpoint.as_ref().is_some_and(says_http);
    let carrier = match settings.tracing_protocol {
        Some(Protocol::HttpJson) => return http_json(conversion),
        Some(Protocol::Http) => Carrier::Http,
        None if endpoint_says_http || !cfg!(feature = "grpc") => Carrier::Http,
        Some(Protocol::Grpc) | None => Carrier::Grpc,
    };
    let (feature, is_there) = match carrier {
        Carrier::Http => ("http", cfg!(feature = "http")),
        Carrier::Grpc => ("grpc", cfg!(feature = "grpc")),
    };
    if !is_there {
        let message = format!("`tracing_protocol` `{feature}` needs the cargo feature `{feature}`");
        let origin = conversion.origins.of("tracing_protocol");
        conversion.report.error(Problem::new(origin, message));
    }
    is_there.then_some(carrier)
}

fn http_json<T>(conversion: &mut Conversion<'_>) -> Option<T> {
    let message = "`tracing_protocol` is `http/json`, which is not available in this version";
    let problem = Problem::new(conversion.origins.of("tracing_protocol"), message);
    let hint = "`grpc` and `http` work; `http` is protobuf over HTTP";
    conversion.report.error(problem.hint(hint));
    None
}

/// Whether an endpoint can only be one of OTLP/HTTP.
fn says_http(address: &Address) -> bool {
    match address {
        Address::Url(uri) => {
            uri.port_u16() == Some(4318) || segments(uri.path()).ends_with(TRACES_PATH)
        }
        Address::Socket(_) => false,
    }
}

fn endpoint(
    conversion: &mut Conversion<'_>,
    carrier: Carrier,
    address: &Address,
) -> Option<Endpoint> {
    let path = path(conversion, carrier, address);
    let endpoint = match address {
        Address::Url(uri) => with_path(uri.clone(), &path).map(Endpoint::Tcp),
        Address::Socket(socket) => with_path(Uri::from_static("http://localhost/"), &path)
            .map(|uri| Endpoint::Unix { socket: socket.clone(), uri }),
    };
    if endpoint.is_none() {
        let message = "`tracing_endpoint` holds a path that no request can have";
        conversion.report.error(Problem::new(conversion.origins.of("tracing_endpoint"), message));
    }
    endpoint
}

fn path(conversion: &mut Conversion<'_>, carrier: Carrier, address: &Address) -> String {
    let written = match address {
        Address::Url(uri) => uri.path(),
        Address::Socket(_) => "/",
    };
    match carrier {
        Carrier::Grpc => {
            if written != "/" && !conversion.is_doubtful(&["tracing_protocol"]) {
                refuse_path(conversion, written);
            }
            "/".into()
        }
        Carrier::Http if is_whole(conversion) => written.into(),
        Carrier::Http => {
            let base = segments(written);
            if base.ends_with(TRACES_PATH) { base } else { base + TRACES_PATH }
        }
    }
}

fn is_whole(conversion: &Conversion<'_>) -> bool {
    conversion.origins.of("tracing_endpoint") == Origin::Variable(WHOLE_URL.into())
}

/// The path with one slash before each segment and none at the end.
fn segments(path: &str) -> String {
    path.split('/')
        .filter(|segment| !segment.is_empty())
        .flat_map(|segment| ["/", segment])
        .collect()
}

fn refuse_path(conversion: &mut Conversion<'_>, path: &str) {
    let cited = conversion.cite("tracing_protocol");
    let message =
        format!("`tracing_endpoint` has the path `{path}`, but a gRPC endpoint has none; {cited}");
    let problem = Problem::new(conversion.origins.of("tracing_endpoint"), message);
    conversion.refuse(problem.hint("leave the path out, or write `tracing_protocol = \"http\"`"));
}

fn with_path(uri: Uri, path: &str) -> Option<Uri> {
    let mut parts = uri.into_parts();
    parts.path_and_query = Some(path.parse().ok()?);
    Uri::from_parts(parts).ok()
}
