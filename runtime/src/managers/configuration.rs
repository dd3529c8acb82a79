//! What a manager is told, as settings.

use super::DistributedTracingManager;
use crate::Builder;
use std::fmt;
use std::time::Duration;

/// What takes the spans: `tracing_backend`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TracingBackend {
    /// A Jaeger: its own gRPC on port 14250, or OTLP.
    #[default]
    Jaeger,
    /// A Zipkin on port 9411, or a collector's OTLP over HTTP.
    Zipkin,
    /// Whatever takes OTLP.
    Otlp,
    /// The program's own standard error.
    Console,
    /// None: nothing is installed.
    Disabled,
}

impl fmt::Display for TracingBackend {
    /// The name as it stands in the settings.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TracingBackend::Jaeger => "jaeger",
            TracingBackend::Zipkin => "zipkin",
            TracingBackend::Otlp => "otlp",
            TracingBackend::Console => "console",
            TracingBackend::Disabled => "disabled",
        })
    }
}

/// What is spoken to the backend: `tracing_protocol`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TracingProtocol {
    /// gRPC.
    Grpc,
    /// Protobuf over HTTP.
    Http,
    /// JSON over HTTP.
    HttpJson,
}

impl fmt::Display for TracingProtocol {
    /// The name as it stands in the settings.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TracingProtocol::Grpc => "grpc",
            TracingProtocol::Http => "http",
            TracingProtocol::HttpJson => "http/json",
        })
    }
}

/// Makes a [`DistributedTracingManager`].
///
/// What is not set here is what the settings say: `Synndicate.toml` and the variables, as with `#[traced_service]`. What is
/// set here wins over them. Values are checked by [`setup`](DistributedTracingManager::setup), all at once.
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is set up before `build` and `setup`"]
pub struct DistributedTracingManagerBuilder {
    settings: Builder,
}

impl DistributedTracingManagerBuilder {
    /// What takes the spans; `jaeger` by default.
    pub fn backend(self, backend: TracingBackend) -> Self {
        self.set("tracing_backend", backend)
    }

    /// What is spoken to it; by default what the endpoint suggests, and otherwise gRPC.
    pub fn protocol(self, protocol: TracingProtocol) -> Self {
        self.set("tracing_protocol", protocol)
    }

    /// Where it listens, as `http://jaeger:14250`; by default the backend's usual port on this machine.
    pub fn endpoint(self, endpoint: impl fmt::Display) -> Self {
        self.set("tracing_endpoint", endpoint)
    }

    /// The part of all traces that is recorded: 0.0 to 1.0, which is the default.
    pub fn sample_rate(self, rate: f64) -> Self {
        self.set("tracing_sample_rate", rate)
    }

    /// How long spans wait for a batch to get full; 5 s by default.
    pub fn batch_timeout(self, timeout: Duration) -> Self {
        self.set("tracing_batch_timeout", format_args!("{}ms", timeout.as_millis()))
    }

    /// How many spans one request holds at most; 512 by default.
    pub fn max_batch_size(self, spans: u64) -> Self {
        self.set("tracing_max_batch_size", spans)
    }

    /// How many spans may wait for the backend; 2048 by default.
    pub fn max_queue_size(self, spans: u64) -> Self {
        self.set("tracing_max_queue_size", spans)
    }

    /// Whether the backend is asked regularly if it would take spans; it is by default.
    pub fn health_check(self, is_on: bool) -> Self {
        self.set("tracing_health_check", is_on)
    }

    /// How often it is asked; every 30 s by default.
    pub fn health_check_interval(self, interval: Duration) -> Self {
        self.set("tracing_health_check_interval", format_args!("{}ms", interval.as_millis()))
    }

    /// What the program is called in traces; by default the settings' `service_name`.
    pub fn service_name(self, name: impl fmt::Display) -> Self {
        self.set("service_name", name)
    }

    /// Its version; by default the settings' `service_version`.
    pub fn service_version(self, version: impl fmt::Display) -> Self {
        self.set("service_version", version)
    }

    /// Any other key of `[observability]`, written as in a variable: `("tracing_headers.x-team", "search")`.
    pub fn set(self, key: impl Into<String>, value: impl fmt::Display) -> Self {
        DistributedTracingManagerBuilder { settings: self.settings.set(key, value) }
    }

    /// The manager, which has done nothing yet.
    #[must_use = "nothing is traced before `setup`"]
    pub fn build(self) -> DistributedTracingManager {
        DistributedTracingManager::with_settings(self.settings)
    }
}
