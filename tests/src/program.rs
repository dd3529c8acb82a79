//! A traced program as a process of its own, which does what a test tells it line by line, and whose log the test reads.
//!
//! The other side is `src/bin/driven_service.rs`. Nothing of the test's environment reaches it but what the test gives it.

use crate::receiver::PATIENCE;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::{fmt, fs, thread};
use tempfile::TempDir;

/// A running program.
pub struct Program {
    child: Child,
    commands: ChildStdin,
    replies: Receiver<String>,
    log: Arc<Log>,
    /// Where it runs, so that it finds no settings but those it is given.
    directory: TempDir,
}

/// What it has written to standard error, line by line.
#[derive(Default)]
struct Log {
    lines: Mutex<Lines>,
    news: Condvar,
}

#[derive(Default)]
struct Lines {
    all: Vec<String>,
    ended: bool,
}

impl Program {
    /// Starts `executable` with these settings, as variables of ours.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn start<V: AsRef<str>>(
        executable: &str,
        settings: impl IntoIterator<Item = (&'static str, V)>,
    ) -> io::Result<Program> {
        let variables =
            settings.into_iter().map(|(key, value)| (variable(key), value.as_ref().to_owned()));
        Program::start_with(executable, variables, None)
    }

    /// Starts `executable` with these variables, and with `file` as `Synndicate.toml` in its working directory.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn start_with(
        executable: &str,
        variables: impl IntoIterator<Item = (String, String)>,
        file: Option<&str>,
    ) -> io::Result<Program> {
        Program::launch(Command::new(executable), variables, file)
    }

    /// Starts `executable` with these settings where no file can grow beyond so many blocks of 512 or 1024 bytes, as the shell
    /// counts: what a disk that is full does to it.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn start_on_a_full_disk<V: AsRef<str>>(
        executable: &str,
        settings: impl IntoIterator<Item = (&'static str, V)>,
        blocks: u32,
    ) -> io::Result<Program> {
        let mut command = Command::new("/bin/sh");
        let limit = format!("trap '' XFSZ && ulimit -f {blocks} && exec \"$0\"");
        command.args(["-c", &limit, executable]);
        let variables =
            settings.into_iter().map(|(key, value)| (variable(key), value.as_ref().to_owned()));
        Program::launch(command, variables, None)
    }

    fn launch(
        mut command: Command,
        variables: impl IntoIterator<Item = (String, String)>,
        file: Option<&str>,
    ) -> io::Result<Program> {
        let directory = tempfile::tempdir()?;
        if let Some(text) = file {
            fs::write(directory.path().join("Synndicate.toml"), text)?;
        }
        let mut child = command
            .env_clear()
            .envs(variables)
            .current_dir(directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (Some(commands), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(io::Error::other("the program has no pipes"));
        };
        let log = Arc::new(Log::default());
        let replies = read_replies(stdout);
        read_log(stderr, log.clone());
        Ok(Program { child, commands, replies, log, directory })
    }

    /// Where it runs.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Lets it do something, and returns what it answers when that is done.
    ///
    /// # Errors
    ///
    /// When it has ended, or does not answer in time; the error shows its log.
    pub fn ask(&mut self, command: &str) -> io::Result<String> {
        self.tell(command)?;
        self.reply()
    }

    /// Lets it do something, without waiting for the answer.
    ///
    /// # Errors
    ///
    /// When it has ended.
    pub fn tell(&mut self, command: &str) -> io::Result<()> {
        writeln!(self.commands, "{command}").map_err(|error| self.failed(&error))
    }

    /// The next answer.
    ///
    /// # Errors
    ///
    /// When there is none in time; the error shows its log.
    pub fn reply(&self) -> io::Result<String> {
        self.replies.recv_timeout(PATIENCE).map_err(|error| self.failed(&error))
    }

    /// Sends what it has; true where nothing is left waiting.
    ///
    /// # Errors
    ///
    /// As [`ask`](Program::ask).
    pub fn flush(&mut self) -> io::Result<bool> {
        Ok(self.ask("flush")? == "true")
    }

    /// What became of its spans so far.
    ///
    /// # Errors
    ///
    /// As [`ask`](Program::ask).
    pub fn account(&mut self) -> io::Result<Account> {
        Account::parse(&self.ask("ledger")?)
    }

    /// Ends its tracing; what became of its spans.
    ///
    /// # Errors
    ///
    /// As [`ask`](Program::ask).
    pub fn shutdown(&mut self) -> io::Result<Account> {
        Account::parse(&self.ask("shutdown")?)
    }

    /// What it has written to standard error so far.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.log.lock().all.clone()
    }

    /// Waits until a line of its log holds `text`.
    ///
    /// # Errors
    ///
    /// When there is none in time, or the program ends without it; the error shows the log.
    pub fn wait_for_log(&self, text: &str) -> io::Result<()> {
        let missing = |lines: &mut Lines| !lines.ended && !lines.has(text);
        let waiting = self.log.news.wait_timeout_while(self.log.lock(), PATIENCE, missing);
        let (lines, _) = waiting.unwrap_or_else(PoisonError::into_inner);
        if lines.has(text) {
            return Ok(());
        }
        drop(lines);
        Err(self.failed(&format!("`{text}` is not in its log")))
    }

    /// Lets its `main` return; how it ended, and all that it has written to standard error.
    ///
    /// # Errors
    ///
    /// When it does not end in time.
    pub fn end(mut self) -> io::Result<(ExitStatus, Vec<String>)> {
        // Whatever becomes of the line: the end of its input ends it, too.
        let _ = self.tell("end");
        let running = |lines: &mut Lines| !lines.ended;
        let waiting = self.log.news.wait_timeout_while(self.log.lock(), PATIENCE, running);
        let (lines, timeout) = waiting.unwrap_or_else(PoisonError::into_inner);
        let log = lines.all.clone();
        drop(lines);
        if timeout.timed_out() {
            return Err(self.failed(&"it does not end"));
        }
        Ok((self.child.wait()?, log))
    }

    /// Kills it without a word; all that it had answered and nobody has read.
    ///
    /// # Errors
    ///
    /// When it has ended by itself.
    pub fn kill(mut self) -> io::Result<Vec<String>> {
        if let Some(status) = self.child.try_wait()? {
            return Err(self.failed(&format!("it has ended by itself: {status}")));
        }
        self.child.kill()?;
        self.child.wait()?;
        Ok(self.replies.iter().collect())
    }

    fn failed(&self, error: &dyn fmt::Display) -> io::Error {
        io::Error::other(format!("the program: {error}; its log:\n{}", self.log().join("\n")))
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program").field("child", &self.child).finish_non_exhaustive()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Log {
    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Lines)) {
        change(&mut self.lock());
        self.news.notify_all();
    }
}

impl Lines {
    fn has(&self, text: &str) -> bool {
        self.all.iter().any(|line| line.contains(text))
    }
}

/// The variable of a key: `tracing_endpoint` is `SYN_OBSERVABILITY__TRACING_ENDPOINT`.
#[must_use]
pub fn variable(key: &str) -> String {
    format!("SYN_OBSERVABILITY__{}", key.replace('.', "__").to_ascii_uppercase())
}

fn read_replies(stdout: impl Read + Send + 'static) -> Receiver<String> {
    let (send, replies) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                break;
            }
        }
    });
    replies
}

fn read_log(stderr: impl Read + Send + 'static, log: Arc<Log>) {
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            log.change(|lines| lines.all.push(line));
        }
        log.change(|lines| lines.ended = true);
    });
}

/// The ledger of a program.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    /// Spans that have ended.
    pub created: u64,
    /// Spans of earlier runs that were found in the spool.
    pub recovered: u64,
    /// Spans that a backend has taken.
    pub exported: u64,
    /// Spans on their way.
    pub waiting: u64,
    /// Those of them that are in the spool.
    pub spooled: u64,
    /// Spans that were dropped, by the name of the reason.
    pub dropped: BTreeMap<String, u64>,
}

impl Account {
    fn parse(json: &str) -> io::Result<Account> {
        let value: Value = serde_json::from_str(json)?;
        let number = |key: &str| value[key].as_u64().unwrap_or_default();
        let reasons = value["dropped"].as_object().into_iter().flatten();
        Ok(Account {
            created: number("created"),
            recovered: number("recovered"),
            exported: number("exported"),
            waiting: number("waiting"),
            spooled: number("spooled"),
            dropped: reasons
                .map(|(reason, spans)| (reason.clone(), spans.as_u64().unwrap_or_default()))
                .collect(),
        })
    }

    /// How many spans were dropped.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.values().sum()
    }

    /// How many spans were dropped for a reason.
    #[must_use]
    pub fn dropped_for(&self, reason: &str) -> u64 {
        self.dropped.get(reason).copied().unwrap_or_default()
    }

    /// Whether every span is where it must be: `created + recovered = exported + dropped + waiting`.
    #[must_use]
    pub fn balances(&self) -> bool {
        self.created + self.recovered == self.exported + self.dropped() + self.waiting
    }
}
