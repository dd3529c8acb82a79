//! The program as a child process, and a backend that takes its spans.

use crate::console::{Task, watch};
use std::collections::BTreeMap;
use std::io::Read;
use std::net::Ipv4Addr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use synndicate::testing::{Receiver, Spans};
use tempfile::TempDir;
use tokio::net::TcpSocket;
use tokio::runtime::Builder;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(60);

/// A program that runs until it is told to end.
pub(crate) struct Program {
    child: Child,
    backend: Receiver,
    /// Keeps the console's port from others: it is bound here, and only the program listens.
    port: TcpSocket,
    /// Where it runs, so that it finds no settings but those it is given.
    _folder: TempDir,
}

/// What it has left.
pub(crate) struct Outcome {
    pub(crate) spans: Spans,
    pub(crate) stdout: String,
}

impl Program {
    /// Starts it in this way.
    pub(crate) fn start(way: &str) -> Program {
        Program::start_with(way, [])
    }

    /// The same with settings.
    pub(crate) fn start_with<const N: usize>(way: &str, settings: [(&str, &str); N]) -> Program {
        let backend = Receiver::start().unwrap();
        let port = TcpSocket::new_v4().unwrap();
        port.set_reuseaddr(true).unwrap();
        port.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_synndicate-console"));
        command.env_clear();
        let settings = settings.map(|(key, value)| (key, value.to_owned()));
        for (key, value) in backend.settings().into_iter().chain(settings) {
            command.env(format!("SYN_OBSERVABILITY__{}", key.to_uppercase()), value);
        }
        command.arg(way).current_dir(folder.path());
        command.env("TOKIO_CONSOLE_BIND", port.local_addr().unwrap().to_string());
        command.env("TOKIO_CONSOLE_PUBLISH_INTERVAL", "20ms");
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        Program { child, backend, port, _folder: folder }
    }

    /// What a console lists as soon as its named tasks have ended.
    pub(crate) fn watch(&self) -> BTreeMap<String, Task> {
        let listed = watch(self.port.local_addr().unwrap(), &["planner", "waiter"]);
        let watching = async { timeout(PATIENCE, listed).await.unwrap() };
        Builder::new_current_thread().enable_all().build().unwrap().block_on(watching)
    }

    /// Tells it to end, and waits until it has.
    pub(crate) fn end(mut self) -> Outcome {
        drop(self.child.stdin.take());
        let mut stdout = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
        assert!(self.child.wait().unwrap().success());
        Outcome { spans: self.backend.spans(), stdout }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // One that has ended is gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
