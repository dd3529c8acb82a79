//! The files of `config/tracing` are what a collector accepts: the real Jaeger, which is an OpenTelemetry Collector, checks
//! those of every container as the container is started with them.
#![cfg(feature = "real-backends")]

use serde_json::{Value, json};
use std::error::Error;
use std::fs;
use std::process::Command;
use synndicate_tests::deployment::{collectors, document};
use synndicate_tests::jaeger;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// What the collector says against these files; nothing, if they are right.
fn complaint(files: &[Value]) -> Result<Option<String>> {
    let folder = tempfile::tempdir()?;
    let mut command = Command::new(jaeger::binary()?);
    command.arg("validate").env_clear();
    for (number, file) in files.iter().enumerate() {
        // JSON is YAML.
        let path = folder.path().join(format!("{number}.yaml"));
        fs::write(&path, file.to_string())?;
        command.arg("--config").arg(path);
    }
    let output = command.output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok((!output.status.success()).then_some(said))
}

/// Jaeger lacks two components of the larger distribution that `otel-collector.yaml` is for. In place of each stands the one that
/// is most like it; all else is checked as it is.
fn with_what_jaeger_has(file: &str) -> Result<Value> {
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

#[test]
fn a_collector_accepts_the_files_of_every_container() -> Result {
    let collectors = collectors();
    assert_eq!(collectors.len(), 6, "{collectors:?}");
    for files in collectors {
        let configs: Result<Vec<_>> = files.iter().map(|file| with_what_jaeger_has(file)).collect();
        assert_eq!(complaint(&configs?)?, None, "{files:?}");
    }
    Ok(())
}

#[test]
fn a_collector_refuses_a_key_that_it_does_not_know() -> Result {
    let mut config = document("scale-gateway.yaml");
    config["exporters"]["kafka"]["partition_traces"] = true.into();
    let complaint = complaint(&[config])?.ok_or("it was accepted")?;
    assert!(complaint.contains("partition_traces"), "{complaint}");
    Ok(())
}
