//! A real Jaeger of `config/tracing`, started on ports of its own and ended with the test.
//!
//! Jaeger 2 is a Go program that keeps traces in memory and answers queries over HTTP. `tests/backends/jaeger/build` makes it
//! from its public module and keeps it in `target/cache`; `SYNNDICATE_JAEGER` names another binary.

use crate::collector::{Collector, PATIENCE};
use crate::deployment::{Replacement, Service, service};
use crate::waiting::wait_for;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::{env, io};

/// A running Jaeger.
#[derive(Debug)]
pub struct Jaeger {
    collector: Collector,
    agent: ureq::Agent,
}

impl Jaeger {
    /// Starts the one that keeps traces in memory and waits until it is ready.
    ///
    /// # Errors
    ///
    /// When the binary is missing or does not get ready.
    pub fn start() -> io::Result<Jaeger> {
        Jaeger::start_in(&service("jaeger-docker-compose.yml", "jaeger"), &[])
    }

    /// Starts that of a container with these replacements in its files, and waits until it is ready.
    ///
    /// # Errors
    ///
    /// When the binary is missing or does not get ready, or when there is nothing to replace.
    pub fn start_in(container: &Service, replacements: &[Replacement]) -> io::Result<Jaeger> {
        let collector = Collector::start(container, replacements)?;
        Ok(Jaeger { collector, agent: ureq::Agent::new_with_defaults() })
    }

    /// The collector that it is.
    #[must_use]
    pub fn collector(&self) -> &Collector {
        &self.collector
    }

    /// Where it takes OTLP over gRPC.
    #[must_use]
    pub fn otlp_grpc(&self) -> String {
        self.collector.url(4317)
    }

    /// Where it takes OTLP over HTTP.
    #[must_use]
    pub fn otlp_http(&self) -> String {
        self.collector.url(4318)
    }

    /// Where it takes its own protocol over gRPC, and no OTLP.
    #[must_use]
    pub fn jaeger_grpc(&self) -> String {
        self.collector.url(14250)
    }

    /// Where it answers queries.
    #[must_use]
    pub fn query(&self) -> String {
        self.collector.url(16686)
    }

    /// The spans of a trace, as its query API shows them; none, if it does not know the trace.
    ///
    /// # Errors
    ///
    /// When it does not answer.
    pub fn trace(&self, id: &str) -> io::Result<Vec<Value>> {
        let url = format!("{}/api/traces/{id}", self.query());
        let answer = self.agent.get(&url).call();
        let answer = answer.and_then(|mut answer| answer.body_mut().read_json::<Value>());
        match answer {
            Ok(answer) => {
                let spans = answer.pointer("/data/0/spans").and_then(Value::as_array);
                Ok(spans.cloned().unwrap_or_default())
            }
            Err(ureq::Error::StatusCode(404)) => Ok(Vec::new()),
            Err(error) => Err(io::Error::other(error)),
        }
    }

    /// The traces of a service, as its query API shows them, once there are as many spans as expected.
    ///
    /// # Errors
    ///
    /// When there are not so many in time; the error says how many there are.
    pub fn traces(&self, service: &str, spans: usize) -> io::Result<Vec<Value>> {
        let url = format!("{}/api/traces?service={service}&limit=1000", self.query());
        let mut seen = 0;
        let found = wait_for(PATIENCE, || {
            let answer: Value = ureq::get(&url).call().ok()?.body_mut().read_json().ok()?;
            let traces = answer.get("data")?.as_array()?.clone();
            seen = traces
                .iter()
                .filter_map(|trace| trace.get("spans")?.as_array())
                .map(Vec::len)
                .sum();
            (seen == spans).then_some(traces)
        });
        found.ok_or_else(|| {
            io::Error::other(format!("jaeger shows {seen} spans of `{service}`, not {spans}"))
        })
    }
}

/// Where the binary is, which is also an OpenTelemetry Collector.
pub(crate) fn binary() -> io::Result<PathBuf> {
    let cached = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/cache/jaeger-1.76.0");
    let binary = env::var_os("SYNNDICATE_JAEGER").map_or(cached, PathBuf::from);
    let missing = || {
        let hint = "run `tests/backends/jaeger/build` first, which takes some minutes";
        io::Error::other(format!("there is no jaeger at `{}`: {hint}", binary.display()))
    };
    if binary.is_file() { Ok(binary) } else { Err(missing()) }
}
