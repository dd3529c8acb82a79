//! A real Jaeger, started on ports of its own and ended with the test.
//!
//! Jaeger 2 is a Go program that keeps traces in memory and answers queries over HTTP. `tests/backends/jaeger/build` makes it
//! from its public module and keeps it in `target/cache`; `SYNNDICATE_JAEGER` names another binary.

use crate::free_ports;
use crate::waiting::wait_for;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fs, io};
use tempfile::TempDir;

/// How long it may take to start, or to show a trace that it has taken.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A running Jaeger.
#[derive(Debug)]
pub struct Jaeger {
    process: Child,
    ports: Ports,
    agent: ureq::Agent,
    _directory: TempDir,
}

/// Where it listens.
#[derive(Clone, Copy, Debug)]
struct Ports {
    otlp_grpc: u16,
    otlp_http: u16,
    jaeger_grpc: u16,
    query: u16,
    query_grpc: u16,
    health: u16,
}

impl Jaeger {
    /// Starts one and waits until it is ready.
    ///
    /// # Errors
    ///
    /// When the binary is missing or does not get ready.
    pub fn start() -> io::Result<Jaeger> {
        let [otlp_grpc, otlp_http, jaeger_grpc, query, query_grpc, health] = free_ports()?;
        let ports = Ports { otlp_grpc, otlp_http, jaeger_grpc, query, query_grpc, health };
        let directory = tempfile::tempdir()?;
        let config = directory.path().join("jaeger.yaml");
        fs::write(&config, ports.config())?;
        let process = Command::new(binary()?)
            .arg("--config")
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(fs::File::create(directory.path().join("log"))?)
            .spawn()?;
        let jaeger = Jaeger {
            process,
            ports,
            agent: ureq::Agent::new_with_defaults(),
            _directory: directory,
        };
        let health = format!("http://127.0.0.1:{health}/status");
        wait_for(PATIENCE, || ureq::get(&health).call().ok().map(drop))
            .ok_or_else(|| io::Error::other("jaeger did not get ready"))?;
        Ok(jaeger)
    }

    /// Where it takes OTLP over gRPC.
    #[must_use]
    pub fn otlp_grpc(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.otlp_grpc)
    }

    /// Where it takes OTLP over HTTP.
    #[must_use]
    pub fn otlp_http(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.otlp_http)
    }

    /// Where it takes its own protocol over gRPC, and no OTLP.
    #[must_use]
    pub fn jaeger_grpc(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.jaeger_grpc)
    }

    /// Where it answers queries.
    #[must_use]
    pub fn query(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.query)
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
        let url = format!(
            "http://127.0.0.1:{}/api/traces?service={service}&limit=1000",
            self.ports.query
        );
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

impl Drop for Jaeger {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
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

impl Ports {
    fn config(self) -> String {
        let Ports { otlp_grpc, otlp_http, jaeger_grpc, query, query_grpc, health } = self;
        format!(
            "\
service:
  extensions: [jaeger_storage, jaeger_query, healthcheckv2]
  pipelines:
    traces:
      receivers: [otlp, jaeger]
      exporters: [jaeger_storage_exporter]
  telemetry:
    metrics: {{level: none}}
    logs: {{level: warn}}
extensions:
  healthcheckv2:
    use_v2: true
    http: {{endpoint: '127.0.0.1:{health}'}}
  jaeger_query:
    storage: {{traces: memory}}
    http: {{endpoint: '127.0.0.1:{query}'}}
    grpc: {{endpoint: '127.0.0.1:{query_grpc}'}}
  jaeger_storage:
    backends:
      memory: {{memory: {{max_traces: 100000}}}}
receivers:
  otlp:
    protocols:
      grpc: {{endpoint: '127.0.0.1:{otlp_grpc}'}}
      http: {{endpoint: '127.0.0.1:{otlp_http}'}}
  jaeger:
    protocols:
      grpc: {{endpoint: '127.0.0.1:{jaeger_grpc}'}}
exporters:
  jaeger_storage_exporter:
    trace_storage: memory
"
        )
    }
}
