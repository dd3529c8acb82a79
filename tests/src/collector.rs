//! A collector of `config/tracing`: the real Jaeger, which is an OpenTelemetry Collector.

use crate::deployment::document;
use crate::jaeger::{PATIENCE, binary};
use crate::waiting::wait_for;
use crate::{free_ports, jaeger::Jaeger};
use serde_json::{Value, json};
use std::process::{Child, Command, Stdio};
use std::{fs, io};
use tempfile::TempDir;

/// A running collector, ended with the test.
#[derive(Debug)]
pub struct Collector {
    process: Child,
    otlp_grpc: u16,
    otlp_http: u16,
    _directory: TempDir,
}

/// Files of the folder as this collector can be given them.
///
/// It lacks two components of the larger distribution that `otel-collector.yaml` is for. In place of each stands the one that is
/// most like it; all else is as it is.
///
/// # Errors
///
/// When a file would be none of a collector.
pub fn configuration(files: &[String]) -> io::Result<Vec<Value>> {
    files.iter().map(|file| with_what_jaeger_has(file)).collect()
}

fn with_what_jaeger_has(file: &str) -> io::Result<Value> {
    let text = document(file).to_string();
    let text = text.replace("\"health_check\"", "\"healthcheckv2\"");
    let text = text.replace("\"zipkin\"", "\"otlphttp\"");
    let mut config: Value = serde_json::from_str(&text)?;
    let health = config.pointer_mut("/extensions/healthcheckv2");
    if let Some(health) = health.filter(|health| health.get("endpoint").is_some()) {
        *health = json!({"use_v2": true, "http": health.take()});
    }
    Ok(config)
}

/// What the collector says against a configuration; nothing, if it is right.
///
/// # Errors
///
/// When the collector is missing.
pub fn complaint(configuration: &[Value]) -> io::Result<Option<String>> {
    let directory = tempfile::tempdir()?;
    let output = command(configuration, &directory)?.arg("validate").output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok((!output.status.success()).then_some(said))
}

/// The program with the parts of its configuration, which are put into the directory.
fn command(configuration: &[Value], directory: &TempDir) -> io::Result<Command> {
    let mut command = Command::new(binary()?);
    command.env_clear();
    for (number, part) in configuration.iter().enumerate() {
        // JSON is YAML.
        let path = directory.path().join(format!("{number}.yaml"));
        fs::write(&path, part.to_string())?;
        command.arg("--config").arg(path);
    }
    Ok(command)
}

impl Collector {
    /// Starts the one that sends to Jaeger and to Zipkin on ports of its own, with a Jaeger in place of Zipkin too, and waits
    /// until it is ready.
    ///
    /// # Errors
    ///
    /// When the collector is missing or does not get ready.
    pub fn start(jaeger: &Jaeger, in_place_of_zipkin: &Jaeger) -> io::Result<Collector> {
        let [otlp_grpc, otlp_http, health, metrics] = free_ports()?;
        let files = ["otel-collector.yaml", "otel-collector-zipkin.yaml"].map(str::to_owned);
        let mut parts = configuration(&files)?;
        for (port, free) in [(4317, otlp_grpc), (4318, otlp_http), (13133, health)] {
            move_port(&mut parts, port, free)?;
        }
        parts.push(json!({"service": {"telemetry": {"metrics": {"readers": [{"pull": {"exporter":
            {"prometheus": {"host": "127.0.0.1", "port": metrics}}}}]}}}}));
        let directory = tempfile::tempdir()?;
        let process = command(&parts, &directory)?
            .env("JAEGER_OTLP_ENDPOINT", jaeger.otlp_grpc().trim_start_matches("http://"))
            .env("ZIPKIN_ENDPOINT", in_place_of_zipkin.otlp_http())
            .stdout(Stdio::null())
            .stderr(fs::File::create(directory.path().join("log"))?)
            .spawn()?;
        let collector = Collector { process, otlp_grpc, otlp_http, _directory: directory };
        let health = format!("http://127.0.0.1:{health}/status");
        wait_for(PATIENCE, || ureq::get(&health).call().ok().map(drop))
            .ok_or_else(|| io::Error::other("the collector did not get ready"))?;
        Ok(collector)
    }

    /// Where it takes OTLP over gRPC.
    #[must_use]
    pub fn otlp_grpc(&self) -> String {
        format!("http://127.0.0.1:{}", self.otlp_grpc)
    }

    /// Where it takes OTLP over HTTP.
    #[must_use]
    pub fn otlp_http(&self) -> String {
        format!("http://127.0.0.1:{}", self.otlp_http)
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Puts a free port of this machine in the place of one of every address.
fn move_port(parts: &mut [Value], port: u16, free: u16) -> io::Result<()> {
    for part in parts {
        let from = format!("\"0.0.0.0:{port}\"");
        let moved = part.to_string().replace(&from, &format!("\"127.0.0.1:{free}\""));
        *part = serde_json::from_str(&moved)?;
    }
    Ok(())
}
