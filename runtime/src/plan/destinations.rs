//! Where spans go, and what is spoken there.

use super::convert::Conversion;
use super::{Destination, Endpoint, Wire};
#[cfg(feature = "zipkin")]
use crate::settings::ZIPKIN_ENDPOINT;
use crate::settings::{Address, BackendName, Origin, Problem, Protocol};
use http::Uri;

/// What every OTLP/HTTP receiver listens to:
/// <https://opentelemetry.io/docs/specs/otlp/#otlphttp-request>.
const TRACES_PATH: &str = "/v1/traces";

/// The variable whose path the specification takes as it is.
const WHOLE_URL: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

/// Where Jaeger takes its own protocol, and no OTLP, unless it is told otherwise.
#[cfg(feature = "jaeger")]
const JAEGER_PORT: u16 = 14250;

/// What every Zipkin listens to, and every collector for it:
/// <https://github.com/openzipkin/zipkin-api/blob/master/zipkin2-api.yaml>.
#[cfg(feature = "zipkin")]
const SPANS_PATH: &str = "/api/v2/spans";

/// Where spans may go, in the order in which it is tried; `None` where an error was reported.
pub(super) fn destinations(conversion: &mut Conversion<'_>) -> Option<Vec<Destination>> {
    let backend = conversion.settings.tracing_backend;
    let wires = match backend {
        BackendName::Zipkin => wires_of_zipkin(conversion)?,
        _ => vec![wire(conversion)?],
    };
    let places: Option<Vec<Destination>> = match &conversion.settings.tracing_endpoint {
        Some(address) => {
            let destination = |wire: &Wire| {
                let endpoint = endpoint(conversion, *wire, address)?;
                Some(Destination { wire: *wire, endpoint })
            };
            wires.iter().map(destination).collect()
        }
        None => wires.into_iter().flat_map(|wire| defaults(backend, wire)).collect(),
    };
    let places = places?.into_iter();
    Some(match backend {
        BackendName::Jaeger => places.flat_map(in_wires_of_jaeger).collect(),
        _ => places.collect(),
    })
}

/// A Jaeger takes its own protocol at one port and OTLP over gRPC at another, and both may have been moved: both are tried, at
/// its own port its own first.
#[cfg(feature = "jaeger")]
fn in_wires_of_jaeger(place: Destination) -> Vec<Destination> {
    let wires: &[Wire] = match &place {
        Destination { wire: Wire::OtlpGrpc, endpoint: Endpoint::Tcp(uri) }
            if uri.port_u16() == Some(JAEGER_PORT) =>
        {
            &[Wire::JaegerGrpc, Wire::OtlpGrpc]
        }
        Destination { wire: Wire::OtlpGrpc, .. } => &[Wire::OtlpGrpc, Wire::JaegerGrpc],
        _ => return vec![place],
    };
    let spoken = |&wire: &Wire| Destination { wire, endpoint: place.endpoint.clone() };
    wires.iter().map(spoken).collect()
}

#[cfg(not(feature = "jaeger"))]
fn in_wires_of_jaeger(place: Destination) -> [Destination; 1] {
    [place]
}

/// Each would be `None` if it were no URI.
fn defaults(backend: BackendName, wire: Wire) -> impl Iterator<Item = Option<Destination>> {
    let uris: &[&str] = match (backend, wire) {
        (BackendName::Jaeger, Wire::OtlpGrpc) => {
            &["http://localhost:14250", "http://localhost:4317"]
        }
        (_, Wire::OtlpGrpc) => &["http://localhost:4317"],
        #[cfg(feature = "zipkin")]
        (_, Wire::ZipkinJson) => &["http://localhost:9411/api/v2/spans"],
        _ => &["http://localhost:4318/v1/traces"],
    };
    let destination =
        move |uri: &&str| Some(Destination { wire, endpoint: Endpoint::Tcp(uri.parse().ok()?) });
    uris.iter().map(destination)
}

/// Zipkin's own wire, and OTLP for the collector that may listen in its place; one of the two where the endpoint says which.
#[cfg(feature = "zipkin")]
fn wires_of_zipkin(conversion: &mut Conversion<'_>) -> Option<Vec<Wire>> {
    let otlp = match conversion.settings.tracing_protocol {
        Some(Protocol::Grpc) => {
            refuse_grpc(conversion);
            Wire::OtlpHttp
        }
        Some(Protocol::HttpJson) => wire(conversion)?,
        Some(Protocol::Http) | None => Wire::OtlpHttp,
    };
    let path = match &conversion.settings.tracing_endpoint {
        Some(Address::Url(uri)) => segments(uri.path()),
        Some(Address::Socket(_)) | None => String::new(),
    };
    Some(match &conversion.settings.tracing_endpoint {
        _ if path.ends_with(SPANS_PATH) => vec![Wire::ZipkinJson],
        Some(address) if says_http(address) => vec![otlp],
        _ if !path.is_empty() => vec![Wire::ZipkinJson],
        _ => vec![Wire::ZipkinJson, otlp],
    })
}

#[cfg(feature = "zipkin")]
fn refuse_grpc(conversion: &mut Conversion<'_>) {
    let cited = conversion.cite("tracing_backend");
    let message = format!("`tracing_protocol` is `grpc`, but Zipkin is spoken over HTTP; {cited}");
    let problem = Problem::new(conversion.origins.of("tracing_protocol"), message);
    conversion.refuse(problem.hint("leave `tracing_protocol` out, or choose another backend"));
}

#[cfg(not(feature = "zipkin"))]
fn wires_of_zipkin(conversion: &mut Conversion<'_>) -> Option<Vec<Wire>> {
    let message = "`tracing_backend` is `zipkin`, which needs the cargo feature `zipkin`";
    conversion.report.error(Problem::new(conversion.origins.of("tracing_backend"), message));
    None
}

fn wire(conversion: &mut Conversion<'_>) -> Option<Wire> {
    let settings = conversion.settings;
    let endpoint_says_http = settings.tracing_endpoint.as_ref().is_some_and(says_http);
    let wire = match settings.tracing_protocol {
        #[cfg(feature = "http-json")]
        Some(Protocol::HttpJson) => return Some(Wire::OtlpJson),
        #[cfg(not(feature = "http-json"))]
        Some(Protocol::HttpJson) => return http_json(conversion),
        Some(Protocol::Http) => Wire::OtlpHttp,
        None if endpoint_says_http || !cfg!(feature = "grpc") => Wire::OtlpHttp,
        Some(Protocol::Grpc) | None => Wire::OtlpGrpc,
    };
    let (feature, is_there) = if wire == Wire::OtlpGrpc {
        ("grpc", cfg!(feature = "grpc"))
    } else {
        ("http", cfg!(feature = "http"))
    };
    if !is_there {
        let message = format!("`tracing_protocol` `{feature}` needs the cargo feature `{feature}`");
        let origin = conversion.origins.of("tracing_protocol");
        conversion.report.error(Problem::new(origin, message));
    }
    is_there.then_some(wire)
}

#[cfg(not(feature = "http-json"))]
fn http_json<T>(conversion: &mut Conversion<'_>) -> Option<T> {
    let message = "`tracing_protocol` `http/json` needs the cargo feature `http-json`";
    conversion.report.error(Problem::new(conversion.origins.of("tracing_protocol"), message));
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

fn endpoint(conversion: &mut Conversion<'_>, wire: Wire, address: &Address) -> Option<Endpoint> {
    let path = path(conversion, wire, address);
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

fn path(conversion: &mut Conversion<'_>, wire: Wire, address: &Address) -> String {
    let written = match address {
        Address::Url(uri) => uri.path(),
        Address::Socket(_) => "/",
    };
    match wire {
        Wire::OtlpGrpc => {
            if written != "/" && !conversion.is_doubtful(&["tracing_protocol"]) {
                refuse_path(conversion, written);
            }
            "/".into()
        }
        #[cfg(feature = "zipkin")]
        Wire::ZipkinJson if written != "/" && is_whole(conversion, ZIPKIN_ENDPOINT) => {
            written.into()
        }
        #[cfg(feature = "zipkin")]
        Wire::ZipkinJson => ending_in(SPANS_PATH, written),
        _ if is_whole(conversion, WHOLE_URL) => written.into(),
        _ => ending_in(TRACES_PATH, written),
    }
}

/// `path` with `end` behind it, unless it is there already.
fn ending_in(end: &str, path: &str) -> String {
    let base = segments(path);
    if base.ends_with(end) { base } else { base + end }
}

/// Whether the endpoint is what this variable says, which names a whole URL.
fn is_whole(conversion: &Conversion<'_>, variable: &str) -> bool {
    conversion.origins.of("tracing_endpoint") == Origin::Variable(variable.into())
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
