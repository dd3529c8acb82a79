//! A real Zipkin, started on a port of its own and ended with the test.
//!
//! Zipkin is a Java program that keeps traces in memory and answers queries over HTTP. `tests/backends/zipkin/build` fetches it
//! from its public repository and keeps it in `target/cache`; `SYNNDICATE_ZIPKIN` names another jar.

use crate::free_ports;
use crate::waiting::wait_for;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fs, io};
use tempfile::TempDir;

/// How long it may take to start, which on a busy machine is long, or to show a trace that it has taken.
const PATIENCE: Duration = Duration::from_secs(90);

/// A running Zipkin.
#[derive(Debug)]
pub struct Zipkin {
    process: Child,
    port: u16,
    _directory: TempDir,
}

impl Zipkin {
    /// Starts one and waits until it is ready.
    ///
    /// # Errors
    ///
    /// When Java or the jar is missing, or when it does not get ready.
    pub fn start() -> io::Result<Zipkin> {
        let [port] = free_ports()?;
        let directory = tempfile::tempdir()?;
        let process = Command::new("java")
            .args(["-Xmx256m", "-jar"])
            .arg(jar()?)
            .env("QUERY_PORT", port.to_string())
            .current_dir(directory.path())
            .stdout(fs::File::create(directory.path().join("log"))?)
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| io::Error::other(format!("`java` cannot be started: {error}")))?;
        let zipkin = Zipkin { process, port, _directory: directory };
        let health = format!("{}/health", zipkin.endpoint());
        wait_for(PATIENCE, || ureq::get(&health).call().ok().map(drop))
            .ok_or_else(|| io::Error::other("zipkin did not get ready"))?;
        Ok(zipkin)
    }

    /// Where it takes spans, without a path.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The traces of a service, as its query API shows them, once there are as many spans as expected.
    ///
    /// # Errors
    ///
    /// When there are not so many in time; the error says how many there are.
    pub fn traces(&self, service: &str, spans: usize) -> io::Result<Vec<Value>> {
        let url = format!("{}/api/v2/traces?serviceName={service}&limit=1000", self.endpoint());
        let mut seen = 0;
        let found = wait_for(PATIENCE, || {
            let traces = list(&url)?;
            seen = traces.iter().filter_map(Value::as_array).map(Vec::len).sum();
            (seen == spans).then_some(traces)
        });
        found.ok_or_else(|| {
            io::Error::other(format!("zipkin shows {seen} spans of `{service}`, not {spans}"))
        })
    }

    /// The spans of a trace.
    ///
    /// # Errors
    ///
    /// When it does not know the trace.
    pub fn trace(&self, id: &str) -> io::Result<Vec<Value>> {
        let url = format!("{}/api/v2/trace/{id}", self.endpoint());
        list(&url).ok_or_else(|| io::Error::other(format!("zipkin does not know the trace {id}")))
    }

    /// Which services called which, over all that it has.
    ///
    /// # Errors
    ///
    /// When it does not answer.
    pub fn dependencies(&self) -> io::Result<Vec<Value>> {
        let far = "endTs=9999999999999&lookback=9999999999999";
        let url = format!("{}/api/v2/dependencies?{far}", self.endpoint());
        list(&url).ok_or_else(|| io::Error::other("zipkin does not tell who calls whom"))
    }
}

impl Drop for Zipkin {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn list(url: &str) -> Option<Vec<Value>> {
    ureq::get(url).call().ok()?.body_mut().read_json().ok()
}

fn jar() -> io::Result<PathBuf> {
    let cached = "../target/cache/zipkin-server-3.5.1-exec.jar";
    let cached = Path::new(env!("CARGO_MANIFEST_DIR")).join(cached);
    let jar = env::var_os("SYNNDICATE_ZIPKIN").map_or(cached, PathBuf::from);
    let missing = || {
        let hint = "run `tests/backends/zipkin/build` first";
        io::Error::other(format!("there is no zipkin at `{}`: {hint}", jar.display()))
    };
    // It runs in another folder.
    if jar.is_file() { jar.canonicalize() } else { Err(missing()) }
}
