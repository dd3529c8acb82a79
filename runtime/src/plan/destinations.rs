//! Where spans go, and what is spoken there.

use super::convert::Conversion;
use super::{Destination, Endpoint, Wire};
use crate::settings::{Address, BackendName, Origin, Problem, Protocol};
use http::Uri;

/// What every OTLP/HTTP receiver listens to:
/// <https://opentelemetry.io/docs/specs/otlp/#otlphttp-request>.
const TRACES_PATH: &str = "/v1/traces";

/// The variable whose path the specification takes as it is.
const WHOLE_URL: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

/// Where spans may go, in the order in which it is tried; `None` where an error was reported.
pub(super) fn destinations(conversion: &mut Conversion<'_>) -> Option<Vec<Destination>> {
    let wire = wire(conversion)?;
    match &conversion.settings.tracing_endpoint {
        Some(address) => {
            let endpoint = endpoint(conversion, wire, address)?;
            Some(vec![Destination { wire, endpoint }])
        }
        None => defaults(conversion.settings.tracing_backend, wire),
    }
}

fn defaults(backend: BackendName, wire: Wire) -> Option<Vec<Destination>> {
    let uris: &[&str] = match (backend, wire) {
        (_, Wire::OtlpHttp) => &["http://localhost:4318/v1/traces"],
        (BackendName::Jaeger, Wire::OtlpGrpc) => {
            &["http://localhost:14250", "http://localhost:4317"]
        }
        (_, Wire::OtlpGrpc) => &["http://localhost:4317"],
    };
    let destination =
        |uri: &&str| Some(Destination { wire, endpoint: Endpoint::Tcp(uri.parse().ok()?) });
    uris.iter().map(destination).collect()
}

fn wire(conversion: &mut Conversion<'_>) -> Option<Wire> {
    let settings = conversion.settings;
    let endpoint_says_http = settings.tracing_endpoint.as_ref().is_some_and(says_http);
    let wire = match settings.tracing_protocol {
        Some(Protocol::HttpJson) => return http_json(conversion),
        Some(Protocol::Http) => Wire::OtlpHttp,
        None if endpoint_says_http || !cfg!(feature = "grpc") => Wire::OtlpHttp,
        Some(Protocol::Grpc) | None => Wire::OtlpGrpc,
    };
    let (feature, is_there) = match wire {
        Wire::OtlpHttp => ("http", cfg!(feature = "http")),
        Wire::OtlpGrpc => ("grpc", cfg!(feature = "grpc")),
    };
    if !is_there {
        let message = format!("`tracing_protocol` `{feature}` needs the cargo feature `{feature}`");
        let origin = conversion.origins.of("tracing_protocol");
        conversion.report.error(Problem::new(origin, message));
    }
    is_there.then_some(wire)
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
        Wire::OtlpHttp if is_whole(conversion) => written.into(),
        Wire::OtlpHttp => {
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
