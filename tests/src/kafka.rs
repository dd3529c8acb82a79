//! The Kafka of `config/tracing`, with the settings and the topic of its compose file, on ports of its own. It ends with the test.
//!
//! Kafka is a Java program; `tests/backends/kafka/build` fetches it from its public repository and keeps it in `target/cache`, and
//! `SYNNDICATE_KAFKA` names another folder of its libraries. It is started by the code that starts it in its image.

use crate::deployment::{Service, replaced, service};
use crate::free_ports;
use crate::waiting::wait_for;
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fs, io};
use tempfile::TempDir;

const FILE: &str = "scale-docker-compose.yml";

/// How long it may take to start, which on a busy machine is long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running broker.
#[derive(Debug)]
pub struct Kafka {
    process: Child,
    port: u16,
    directory: TempDir,
}

impl Kafka {
    /// Starts one, waits until it is ready, and makes the topic.
    ///
    /// # Errors
    ///
    /// When Java or the libraries are missing, or when it does not get ready.
    pub fn start() -> io::Result<Kafka> {
        let container = service(FILE, "kafka");
        let [port, controller] = free_ports()?;
        let directory = tempfile::tempdir()?;
        set_up(&container, port, controller, &directory)?;
        let heap = container.variables().into_iter().find(|(name, _)| *name == "KAFKA_HEAP_OPTS");
        let process = java()?
            .args(heap.into_iter().flat_map(|(_, options)| options.split(' ')))
            .arg("kafka.Kafka")
            .arg(directory.path().join("settings/server.properties"))
            .stdout(Stdio::null())
            .stderr(fs::File::create(directory.path().join("log"))?)
            .spawn()?;
        let kafka = Kafka { process, port, directory };
        wait_for(PATIENCE, || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok().map(drop))
            .ok_or_else(|| kafka.failed("kafka did not get ready"))?;
        kafka.make_topic()?;
        Ok(kafka)
    }

    /// Where it listens, as `127.0.0.1:9092`.
    #[must_use]
    pub fn broker(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn make_topic(&self) -> io::Result<()> {
        let container = service(FILE, "kafka-topic");
        let arguments = container.list("command").into_iter();
        let output = java()?
            .arg("org.apache.kafka.tools.TopicCommand")
            .args(arguments.map(|word| replaced(word, &[("kafka:9092", &self.broker())])))
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.success() { Ok(()) } else { Err(self.failed(&said)) }
    }

    /// An error that shows its log.
    fn failed(&self, reason: &str) -> io::Error {
        let log = fs::read_to_string(self.directory.path().join("log")).unwrap_or_default();
        io::Error::other(format!("{reason}; its log:\n{log}"))
    }
}

impl Drop for Kafka {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Makes its settings of the container's variables, and its store, as the image does before it starts.
fn set_up(container: &Service, port: u16, controller: u16, directory: &TempDir) -> io::Result<()> {
    let path = |name: &str| directory.path().join(name);
    for folder in ["defaults", "mounted", "settings", "data"] {
        fs::create_dir(path(folder))?;
    }
    for file in ["server.properties", "log4j2.yaml", "tools-log4j2.yaml"] {
        fs::write(path("defaults").join(file), "")?;
    }
    let data = path("data");
    let replacements = [
        ("://:9092", &*format!("://127.0.0.1:{port}")),
        ("kafka:9092", &format!("127.0.0.1:{port}")),
        ("://:9093", &format!("://127.0.0.1:{controller}")),
        ("kafka:9093", &format!("127.0.0.1:{controller}")),
        ("/var/lib/kafka/data", &data.to_string_lossy()),
    ];
    let variables = container.variables().into_iter();
    let output = java()?
        .args(["kafka.docker.KafkaDockerWrapper", "setup"])
        .arg("--default-configs-dir")
        .arg(path("defaults"))
        .arg("--mounted-configs-dir")
        .arg(path("mounted"))
        .arg("--final-configs-dir")
        .arg(path("settings"))
        .envs(variables.map(|(name, value)| (name, replaced(value, &replacements))))
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(io::Error::other(said.into_owned())) }
}

/// Java with Kafka's libraries, of which a main class is to be named.
fn java() -> io::Result<Command> {
    let mut command = Command::new("java");
    command.arg("-cp").arg(libraries()?.join("*"));
    Ok(command)
}

fn libraries() -> io::Result<PathBuf> {
    let cached = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/cache/kafka-4.1.0");
    let folder = env::var_os("SYNNDICATE_KAFKA").map_or(cached, PathBuf::from);
    let missing = || {
        let hint = "run `tests/backends/kafka/build` first";
        io::Error::other(format!("there is no kafka at `{}`: {hint}", folder.display()))
    };
    if folder.is_dir() { Ok(folder) } else { Err(missing()) }
}
