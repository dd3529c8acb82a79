//! The example programs as a user runs them: built by cargo, started in an empty folder with an environment of their own.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::{env, io};
use tempfile::TempDir;

/// Runs an example with these variables and nothing else.
///
/// # Errors
///
/// When it cannot be built or started.
pub fn run_example<'a>(
    name: &str,
    variables: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> io::Result<Output> {
    let folder = tempfile::tempdir()?;
    Command::new(build(name)?).env_clear().envs(variables).current_dir(folder.path()).output()
}

/// The example `web` while it serves. It ends with this.
#[derive(Debug)]
pub struct Web {
    process: Child,
    stdout: BufReader<ChildStdout>,
    address: String,
    _folder: TempDir,
}

impl Web {
    /// Starts it on a port of its own with these arguments behind the address, and these variables and nothing else.
    ///
    /// # Errors
    ///
    /// When it cannot be built or started, or does not say where it listens.
    pub fn start<'a>(
        arguments: &[&str],
        variables: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> io::Result<Web> {
        let folder = tempfile::tempdir()?;
        let mut process = Command::new(build("web")?)
            .arg("127.0.0.1:0")
            .args(arguments)
            .env_clear()
            .envs(variables)
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let stdout = process.stdout.take().map(BufReader::new);
        let mut stdout = stdout.ok_or_else(|| io::Error::other("it has no standard output"))?;
        let mut said = String::new();
        stdout.read_line(&mut said)?;
        let address = said.trim().strip_prefix("listening on ");
        let address = address.ok_or_else(|| io::Error::other(format!("it says `{said}`")))?;
        Ok(Web { address: address.to_owned(), process, stdout, _folder: folder })
    }

    /// Where it listens, as `http://127.0.0.1:3000`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Asks it to end.
    ///
    /// # Errors
    ///
    /// When it cannot be asked.
    pub fn ask_to_end(&self) -> io::Result<()> {
        Ok(kill_process(Pid::from_child(&self.process), Signal::TERM)?)
    }

    /// Asks it to end, waits until it has, and returns what it has written since it began to listen.
    ///
    /// # Errors
    ///
    /// When it cannot be asked.
    pub fn stop(mut self) -> io::Result<Output> {
        self.ask_to_end()?;
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        self.stdout.read_to_end(&mut stdout)?;
        if let Some(mut pipe) = self.process.stderr.take() {
            pipe.read_to_end(&mut stderr)?;
        }
        Ok(Output { status: self.process.wait()?, stdout, stderr })
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The executable that cargo makes of an example.
fn build(name: &str) -> io::Result<String> {
    let mut cargo = Command::new(env!("CARGO"));
    // What cargo tells the test of its own package would have it build `ring` again, and all that uses it.
    for (name, _) in env::vars_os().filter(|(name, _)| is_about_a_package(name)) {
        cargo.env_remove(name);
    }
    let built = cargo
        .args(["build", "--quiet", "--package", "synndicate-examples", "--bin", name])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()?;
    let messages = String::from_utf8_lossy(&built.stdout);
    let executable = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find_map(|message| message["executable"].as_str().map(ToOwned::to_owned));
    executable.ok_or_else(|| {
        let errors = String::from_utf8_lossy(&built.stderr);
        io::Error::other(format!("the example `{name}` is not built:\n{errors}"))
    })
}

fn is_about_a_package(variable: &OsStr) -> bool {
    let name = variable.to_string_lossy();
    ["CARGO_MANIFEST_", "CARGO_PKG_"].iter().any(|prefix| name.starts_with(prefix))
}
