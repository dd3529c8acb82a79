//! The example programs as a user runs them: built by cargo, started in an empty folder with an environment of their own.

use crate::built::built;
use rustix::process::{Pid, Signal, kill_process};
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
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
    Command::new(example(name)?).env_clear().envs(variables).current_dir(folder.path()).output()
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
        let mut process = Command::new(example("web")?)
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

fn example(name: &str) -> io::Result<String> {
    built("synndicate-examples", name)
}
