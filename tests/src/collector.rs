//! A collector of `config/tracing`, as its compose file describes it: the same program in the same version, with the same files and
//! variables, on ports of its own. It ends with the test.
//!
//! `tests/backends/collector/build` makes the OpenTelemetry Collector from its public modules, and keeps it in `target/cache`;
//! `SYNNDICATE_COLLECTOR` names another binary. Jaeger's image is a collector too, see [`jaeger`].

use crate::deployment::{Replacement, Service, replaced, text};
use crate::waiting::wait_for;
use crate::{free_ports, jaeger};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fs, io};
use tempfile::TempDir;

/// A running collector.
#[derive(Debug)]
pub struct Collector {
    process: Child,
    ports: [u16; USUAL.len()],
    directory: TempDir,
}

/// The ports on which the files have collectors listen: OTLP over gRPC and HTTP, metrics, health, Jaeger's own protocol, and its
/// queries over gRPC and HTTP.
const USUAL: [u16; 7] = [4317, 4318, 8888, 13133, 14250, 16685, 16686];

/// How long one may take to start, or to show a trace that it has taken.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// What the collector of a container says against its files with these replacements; nothing, if they are right.
///
/// # Errors
///
/// When the collector is missing, or there is nothing to replace.
pub fn complaint(container: &Service, replacements: &[Replacement]) -> io::Result<Option<String>> {
    let directory = tempfile::tempdir()?;
    let output = command(container, replacements, &directory)?.arg("validate").output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok((!output.status.success()).then_some(said))
}

/// The program with its variables and its files, which are put into the directory.
fn command(
    container: &Service,
    replacements: &[Replacement],
    directory: &TempDir,
) -> io::Result<Command> {
    let files = container.collector_files();
    let texts: Vec<_> = files.iter().map(|file| text(file)).collect();
    let variables = container.variables();
    for (from, _) in replacements {
        let mut all = texts.iter().map(String::as_str).chain(variables.iter().map(|it| it.1));
        if !all.any(|text| text.contains(from)) {
            return Err(io::Error::other(format!("`{from}` is nowhere in {container}")));
        }
    }
    let mut command = Command::new(binary(container)?);
    command.env_clear();
    command.envs(variables.into_iter().map(|(name, value)| (name, replaced(value, replacements))));
    for (file, text) in files.iter().zip(&texts) {
        let path = directory.path().join(file);
        fs::write(&path, replaced(text, replacements))?;
        command.arg("--config").arg(path);
    }
    Ok(command)
}

/// The program of the container's image.
fn binary(container: &Service) -> io::Result<PathBuf> {
    if container.has_image("jaegertracing/jaeger") {
        return jaeger::binary();
    }
    let cached = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/cache/otelcol-0.148.0");
    let binary = env::var_os("SYNNDICATE_COLLECTOR").map_or(cached, PathBuf::from);
    let missing = || {
        let hint = "run `tests/backends/collector/build` first";
        io::Error::other(format!("there is no collector at `{}`: {hint}", binary.display()))
    };
    if binary.is_file() { Ok(binary) } else { Err(missing()) }
}

impl Collector {
    /// Starts that of a container and waits until it is ready. It listens on this machine only, on free ports; all else that
    /// differs from its files are the replacements.
    ///
    /// # Errors
    ///
    /// When the collector is missing or does not get ready, or when there is nothing to replace.
    pub fn start(container: &Service, replacements: &[Replacement]) -> io::Result<Collector> {
        let ports = free_ports()?;
        let own = moved(ports);
        let files = container.collector_files();
        let listens = |from: &str| files.iter().any(|file| text(file).contains(from));
        let own = own.iter().filter(|(from, _)| listens(from)).map(|(from, to)| (&**from, &**to));
        let replacements: Vec<_> = own.chain(replacements.iter().copied()).collect();
        let directory = tempfile::tempdir()?;
        let process = command(container, &replacements, &directory)?
            .stdout(Stdio::null())
            .stderr(fs::File::create(directory.path().join("log"))?)
            .spawn()?;
        let collector = Collector { process, ports, directory };
        let health = format!("{}/status", collector.url(13133));
        wait_for(PATIENCE, || ureq::get(&health).call().ok().map(drop))
            .ok_or_else(|| collector.failed(&format!("{container} did not get ready")))?;
        Ok(collector)
    }

    /// Where it listens in place of `0.0.0.0` and this port, as `http://127.0.0.1:4317`.
    ///
    /// # Panics
    ///
    /// When no collector listens on such a port.
    #[must_use]
    pub fn url(&self, usual: u16) -> String {
        let mut ports = USUAL.iter().zip(self.ports);
        let found = ports.find(|(port, _)| **port == usual);
        let (_, port) = found.unwrap_or_else(|| panic!("no collector listens on {usual}"));
        format!("http://127.0.0.1:{port}")
    }

    /// Where it takes OTLP over gRPC.
    #[must_use]
    pub fn otlp_grpc(&self) -> String {
        self.url(4317)
    }

    /// Where it takes OTLP over HTTP.
    #[must_use]
    pub fn otlp_http(&self) -> String {
        self.url(4318)
    }

    /// What it has counted under this name, of all samples with a label such as `sampled="true"`, or with any.
    ///
    /// # Errors
    ///
    /// When it does not tell, or has counted to a million, from where on it rounds.
    pub fn count(&self, name: &str, label: &str) -> io::Result<u64> {
        let url = format!("{}/metrics", self.url(8888));
        let page = ureq::get(&url).call().and_then(|mut answer| answer.body_mut().read_to_string());
        let page = page.map_err(io::Error::other)?;
        let samples = page.lines().filter(|line| line.starts_with(&format!("{name}{{")));
        let counts = samples
            .filter(|sample| sample.contains(label))
            .map(|sample| sample.rsplit(' ').next().unwrap_or_default().parse::<u64>());
        counts.sum::<Result<u64, _>>().map_err(io::Error::other)
    }

    /// An error that shows its log.
    fn failed(&self, reason: &str) -> io::Error {
        let log = fs::read_to_string(self.directory.path().join("log")).unwrap_or_default();
        io::Error::other(format!("{reason}; its log:\n{log}"))
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Where the files have it listen, and where it listens here.
fn moved(ports: [u16; USUAL.len()]) -> Vec<(String, String)> {
    let address = |(usual, port)| (format!("0.0.0.0:{usual}"), format!("127.0.0.1:{port}"));
    let metrics = |(usual, port)| (format!("port: {usual}"), format!("port: {port}"));
    let pairs = || USUAL.into_iter().zip(ports);
    let host = ("host: 0.0.0.0".to_owned(), "host: 127.0.0.1".to_owned());
    pairs().map(address).chain(pairs().map(metrics)).chain([host]).collect()
}
