//! The settings as types: what the rest of the runtime may ask for.

use super::{Address, Fallback, Headers, Proxies, Scalar, Secret, SpanRule, Terminal};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use tracing_subscriber::filter::Targets;

/// The value of every key. Made by [`super::load`], which fills in the defaults of the table of
/// keys.
///
/// Its `Debug` shows no secret: the values of headers and the key of redaction are left out, and an
/// address can hold neither user nor password.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// Its values are already in the other fields.
    pub(crate) tracing_preset: Option<Preset>,
    pub(crate) enable_tracing: bool,
    pub(crate) service_name: String,
    pub(crate) service_version: Option<String>,
    pub(crate) service_namespace: Option<String>,
    pub(crate) resource_attributes: BTreeMap<String, Scalar>,
    /// Who adds what to `resource_attributes`, where nobody else says it.
    pub(crate) tracing_resource_detectors: Vec<Detector>,
    pub(crate) tracing_backend: BackendName,
    pub(crate) tracing_protocol: Option<Protocol>,
    pub(crate) tracing_endpoint: Option<Address>,
    /// `None`: nobody said where spans go when the first backend fails.
    pub(crate) tracing_fallbacks: Option<Vec<Fallback>>,
    pub(crate) tracing_headers: Headers,
    pub(crate) tracing_tls: TlsFiles,
    pub(crate) tracing_compression: Compression,
    pub(crate) tracing_timeout: Duration,
    pub(crate) tracing_max_request_bytes: u64,
    pub(crate) tracing_sample_rate: f64,
    pub(crate) tracing_filter: Targets,
    pub(crate) tracing_propagators: Vec<Propagator>,
    pub(crate) tracing_http_exclude: Vec<String>,
    pub(crate) tracing_http_response_header: Option<http::HeaderName>,
    pub(crate) tracing_attribute_count_limit: u64,
    pub(crate) tracing_event_count_limit: u64,
    pub(crate) tracing_link_count_limit: u64,
    pub(crate) tracing_attribute_value_limit: u64,
    pub(crate) tracing_redaction_key: Option<Secret>,
    pub(crate) tracing_batch_timeout: Duration,
    pub(crate) tracing_max_batch_size: u64,
    pub(crate) tracing_max_queue_size: u64,
    pub(crate) tracing_max_queue_bytes: u64,
    pub(crate) tracing_spool_dir: Option<PathBuf>,
    pub(crate) tracing_spool_max_bytes: u64,
    pub(crate) tracing_health_check: bool,
    pub(crate) tracing_health_check_interval: Duration,
    pub(crate) tracing_console_format: ConsoleFormat,
    pub(crate) shutdown_grace: Duration,
    pub(crate) shutdown_timeout: Duration,
    /// Rules for single spans; where several are for one span, the last that says something counts.
    pub(crate) span_rules: Vec<SpanRule>,
    /// The proxies of the environment. No key of ours sets them.
    pub(crate) proxies: Proxies,
    /// What standard error is. No key of ours sets it.
    pub(crate) terminal: Terminal,
}

/// The PEM files and the name that TLS uses; nobody has opened them yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TlsFiles {
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) cert_file: Option<PathBuf>,
    pub(crate) key_file: Option<PathBuf>,
    pub(crate) server_name: Option<String>,
}

/// An enumeration whose values have names in the settings.
macro_rules! choices {
    ($(#[$outer:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        pub(crate) enum $name { $($(#[$inner])* $variant,)+ }

        impl $name {
            /// The names, as the settings spell them.
            pub(crate) const NAMES: &[&str] = &[$($text),+];

            /// The value of this name.
            pub(crate) fn named(name: &str) -> Option<$name> {
                match name {
                    $($text => Some($name::$variant),)+
                    _ => None,
                }
            }
        }

        impl From<$name> for &'static str {
            fn from(value: $name) -> &'static str {
                match value {
                    $($name::$variant => $text,)+
                }
            }
        }
    };
}

choices! {
    /// Which headers carry trace context.
    Propagator {
        #[default]
        TraceContext = "tracecontext",
        Baggage = "baggage",
        B3 = "b3",
        B3Multi = "b3multi",
        Jaeger = "jaeger",
    }
}

choices! {
    /// What a process can find out about where it runs.
    Detector {
        #[default]
        Process = "process",
        Host = "host",
        Container = "container",
        Kubernetes = "kubernetes",
    }
}

choices! {
    /// Values for several keys at once, see [`super::presets`].
    Preset {
        #[default]
        HighThroughput = "high-throughput",
        LowMemory = "low-memory",
        Debug = "debug",
    }
}

choices! {
    /// What takes the spans.
    BackendName {
        #[default]
        Jaeger = "jaeger",
        Zipkin = "zipkin",
        Otlp = "otlp",
        Console = "console",
        Disabled = "disabled",
    }
}

choices! {
    /// What is spoken to a server.
    Protocol {
        #[default]
        Grpc = "grpc",
        Http = "http",
        HttpJson = "http/json",
    }
}

choices! {
    /// How request bodies are packed.
    Compression {
        #[default]
        None = "none",
        Gzip = "gzip",
    }
}

choices! {
    /// How the console shows spans.
    ConsoleFormat {
        /// The finished trace as a tree.
        #[default]
        Tree = "tree",
        /// One JSON object a line and span.
        Json = "json",
    }
}
