//! What will be done: [`Plan`] is made from the settings in one pure step, and everything below it
//! reads nothing else.
//!
//! `convert` makes it and checks what shows only when values meet, `backend` and `destinations` say
//! where spans go and how, `fallbacks` where they go otherwise, `spool` where they wait.

mod backend;
mod convert;
mod destinations;
mod fallbacks;
mod spool;
#[cfg(test)]
mod tests;

pub(crate) use crate::settings::{
    Compression, ConsoleFormat, Headers, Propagator, Proxies, Scalar, Secret, SpanRule, Terminal,
};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;
use tracing_subscriber::filter::Targets;

/// All that the recorder, the pipeline and the exporters need to know. Made by [`Plan::new`],
/// changed by nobody.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The resource's attributes, `service.name` among them.
    pub(crate) resource: Vec<(String, Scalar)>,
    /// The part of all traces that is recorded, 0.0 to 1.0.
    pub(crate) sample_rate: f64,
    /// Which `tracing` spans and events are recorded.
    pub(crate) filter: Targets,
    pub(crate) limits: SpanLimits,
    /// Which headers carry trace context, in the order in which they are read.
    pub(crate) propagators: Vec<Propagator>,
    /// The paths whose requests are not traced.
    #[cfg_attr(
        not(feature = "tower"),
        expect(dead_code, reason = "there are no requests to trace")
    )]
    pub(crate) http_exclude: Vec<String>,
    /// The header in which responses name their trace.
    #[cfg_attr(
        not(feature = "tower"),
        expect(dead_code, reason = "there are no requests to trace")
    )]
    pub(crate) http_response_header: Option<http::HeaderName>,
    /// What is said of single spans.
    pub(crate) rules: Vec<SpanRule>,
    /// What hashes of redacted values depend on; `None`: something that no other process has.
    pub(crate) redaction_key: Option<Secret>,
    pub(crate) queue: QueueLimits,
    pub(crate) batch: BatchLimits,
    /// `None`: spans wait in memory only.
    pub(crate) spool: Option<SpoolPlan>,
    /// The primary one and its fallbacks, in the order in which spans go to them. Empty: tracing is disabled, nothing is
    /// installed.
    pub(crate) backends: Vec<Backend>,
    /// How often backends are asked whether they would accept spans; `None`: not while they are up.
    pub(crate) health_check_interval: Option<Duration>,
    /// How long the program's body may go on after it was asked to end.
    pub(crate) shutdown_grace: Duration,
    /// How long the end of the program may take after that, everything included.
    pub(crate) shutdown_timeout: Duration,
}

/// What one span may hold; what is over is dropped and counted in the span.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SpanLimits {
    pub(crate) attributes: u32,
    pub(crate) events: u32,
    pub(crate) links: u32,
    /// Bytes of one text; it is cut at a character boundary.
    pub(crate) value_bytes: usize,
}

/// What may wait for the backend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct QueueLimits {
    pub(crate) spans: u64,
    pub(crate) bytes: usize,
}

/// Where batches are kept on disk, and how many.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SpoolPlan {
    pub(crate) dir: PathBuf,
    /// The most bytes of all files of one process.
    pub(crate) max_bytes: u64,
}

/// When a batch is full or old enough to go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct BatchLimits {
    pub(crate) spans: u64,
    /// Uncompressed bytes of one request.
    pub(crate) bytes: usize,
    pub(crate) timeout: Duration,
}

/// Where spans go.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a program has few of it")]
pub(crate) enum Backend {
    /// The program's own standard error.
    Console(Console),
    /// A server.
    Remote(Remote),
}

/// How the console shows spans.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Console {
    pub(crate) format: ConsoleFormat,
    pub(crate) terminal: Terminal,
}

/// A server that takes spans, and how to speak to it.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(any(feature = "_remote", test)),
    expect(dead_code, reason = "there is no server to reach")
)]
pub(crate) struct Remote {
    /// What the settings call it: `jaeger`, `zipkin` or `otlp`.
    pub(crate) name: &'static str,
    /// Where it may listen, in the order in which they are tried; never empty.
    pub(crate) destinations: Vec<Destination>,
    pub(crate) headers: Headers,
    pub(crate) tls: Tls,
    pub(crate) compression: Compression,
    /// The most bytes of one request before it is packed.
    pub(crate) request_bytes: usize,
    /// How long one request may take, connecting included.
    pub(crate) timeout: Duration,
    pub(crate) proxies: Proxies,
}

/// An endpoint and what is spoken there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Destination {
    pub(crate) wire: Wire,
    pub(crate) endpoint: Endpoint,
}

/// What is spoken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Wire {
    OtlpGrpc,
    OtlpHttp,
    /// Jaeger's own protocol.
    #[cfg(feature = "jaeger")]
    JaegerGrpc,
    /// OTLP over HTTP with JSON bodies.
    #[cfg(feature = "http-json")]
    OtlpJson,
    /// Zipkin's second format over HTTP.
    #[cfg(feature = "zipkin")]
    ZipkinJson,
}

impl fmt::Display for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Wire::OtlpGrpc => "OTLP over gRPC",
            Wire::OtlpHttp => "OTLP over HTTP",
            #[cfg(feature = "jaeger")]
            Wire::JaegerGrpc => "Jaeger's own protocol over gRPC",
            #[cfg(feature = "http-json")]
            Wire::OtlpJson => "OTLP over HTTP as JSON",
            #[cfg(feature = "zipkin")]
            Wire::ZipkinJson => "Zipkin's own format over HTTP",
        })
    }
}

/// Where a server listens. The URI is whole: for OTLP/HTTP it ends in `/v1/traces`, for Zipkin in
/// `/api/v2/spans`, for gRPC it has no path.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Endpoint {
    Tcp(http::Uri),
    /// A Unix socket, with the path that a request over HTTP asks for.
    Unix {
        socket: PathBuf,
        uri: http::Uri,
    },
}

impl Endpoint {
    /// Whether the connection is encrypted.
    pub(crate) fn is_tls(&self) -> bool {
        matches!(self, Endpoint::Tcp(uri) if uri.scheme_str() == Some("https"))
    }
}

/// Whom to trust, and who we are.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tls {
    /// A PEM file of authorities that are trusted besides the operating system's.
    pub(crate) ca_file: Option<PathBuf>,
    /// Our certificate and its key, both PEM, where the server asks for one.
    pub(crate) client: Option<(PathBuf, PathBuf)>,
    /// The name that the server's certificate must hold, where it is not the endpoint's.
    pub(crate) server_name: Option<String>,
}
