//! A program of `src/bin` as a child process: with an environment and a folder of its own, and a bound on every wait.

use super::terminal::Terminal;
use rustix::process::{Pid, Signal, kill_process};
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};
use synndicate_tests::receiver::PATIENCE;
use tempfile::TempDir;

/// A program that is about to be started.
pub(crate) struct Program {
    command: Command,
    folder: TempDir,
    /// What its standard error is connected to, where it is not a pipe.
    terminal: Option<Terminal>,
    /// The same for its standard output.
    screen: Option<Terminal>,
    /// Where its standard input comes from, where there is one.
    keyboard: Option<Terminal>,
}

/// A program that runs.
pub(crate) struct Running {
    pid: Pid,
    began: Instant,
    lines: Receiver<String>,
    stderr: Arc<Said>,
    /// Comes when the program has ended and all that it said is known.
    status: Receiver<ExitStatus>,
    _folder: TempDir,
    _keyboard: Option<Terminal>,
}

/// What it has written to standard error so far.
#[derive(Default)]
struct Said {
    bytes: Mutex<Vec<u8>>,
    more: Condvar,
}

/// When standard error is read.
#[derive(Clone, Copy)]
enum Reading {
    AsItComes,
    AtTheEnd,
}

/// What a program has done.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// `None`: a signal has ended it.
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
    /// The lines that nobody has waited for.
    pub(crate) stdout: Vec<String>,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

/// How long a program has to end by a signal before it gets another.
const AGAIN: Duration = Duration::from_millis(50);

pub(crate) const SYNC: &str = env!("CARGO_BIN_EXE_sync_service");
pub(crate) const ASYNC: &str = env!("CARGO_BIN_EXE_async_service");
/// The program `synndicate`.
pub(crate) const COMMAND: &str = env!("CARGO_BIN_EXE_synndicate-command");
pub(crate) const FORMS: &str = env!("CARGO_BIN_EXE_service_forms");
/// One beside which layers run.
pub(crate) const LAYERED: &str = env!("CARGO_BIN_EXE_layered_service");

impl Program {
    /// A program that knows nothing of the test's environment.
    pub(crate) fn new(program: &str, does: &str) -> Program {
        Program::within(&[program, does])
    }

    /// The same with other programs in front that start it. The first is `env`: a test that a shell has put into the background
    /// ignores interrupts, and so would the program.
    pub(crate) fn within(words: &[&str]) -> Program {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("env");
        command
            .arg("--default-signal")
            .args(words)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .current_dir(folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Program { command, folder, terminal: None, screen: None, keyboard: None }
    }

    /// Starts it in a folder of this name, in which this settings file is.
    pub(crate) fn in_folder(mut self, name: impl AsRef<OsStr>, settings: &str) -> Program {
        let folder = self.folder.path().join(name.as_ref());
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("Synndicate.toml"), settings).unwrap();
        self.command.current_dir(folder);
        self
    }

    /// Its standard error is a terminal.
    pub(crate) fn on_a_terminal(mut self) -> Program {
        let (terminal, program_side) = Terminal::open();
        self.command.stderr(program_side);
        self.terminal = Some(terminal);
        self
    }

    /// Its standard output is a terminal.
    pub(crate) fn on_a_screen(mut self) -> Program {
        let (screen, program_side) = Terminal::open();
        self.command.stdout(program_side);
        self.screen = Some(screen);
        self
    }

    /// Its standard input is a terminal on which somebody types this.
    pub(crate) fn typed(mut self, text: &str) -> Program {
        let (keyboard, program_side) = Terminal::open();
        keyboard.type_in(text);
        self.command.stdin(program_side);
        self.keyboard = Some(keyboard);
        self
    }

    /// Sets a key of the settings.
    pub(crate) fn set(self, key: &str, value: &str) -> Program {
        let name = format!("SYN_OBSERVABILITY__{}", key.to_uppercase().replace('.', "__"));
        self.env(name, value)
    }

    pub(crate) fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Program {
        self.command.env(name, value);
        self
    }

    /// Puts a file into its folder.
    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Program {
        std::fs::write(self.folder.path().join(name), content).unwrap();
        self
    }

    pub(crate) fn start(self) -> Running {
        self.spawn(Reading::AsItComes)
    }

    /// Starts it, and reads its standard error only when it has ended.
    pub(crate) fn start_unread(self) -> Running {
        self.spawn(Reading::AtTheEnd)
    }

    /// Starts it and waits for its end.
    pub(crate) fn run(self) -> Outcome {
        self.start().end()
    }

    fn spawn(mut self, reading: Reading) -> Running {
        let began = Instant::now();
        let mut child = self.command.spawn().unwrap();
        let (pid, lines, stderr) =
            (Pid::from_child(&child), lines(&mut child, self.screen), Arc::new(Said::default()));
        let piped = child.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>);
        let from = piped.or(self.terminal.map(Terminal::reader)).unwrap();
        let status = watch(child, from, stderr.clone(), reading);
        Running {
            pid,
            began,
            lines,
            stderr,
            status,
            _folder: self.folder,
            _keyboard: self.keyboard,
        }
    }
}

impl Running {
    /// Waits until the program has written this line.
    #[track_caller]
    pub(crate) fn wait_for(&self, line: &str) {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(written) if written == line => return,
                Ok(_) => {}
                Err(error) => self.give_up(&format!("it never wrote `{line}`: {error}")),
            }
        }
    }

    pub(crate) fn pid(&self) -> Pid {
        self.pid
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).unwrap();
    }

    /// Signals the only child of the program.
    #[track_caller]
    pub(crate) fn signal_child(&self, signal: Signal) {
        let pid = self.pid;
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
        let child = children.trim().parse().ok().and_then(Pid::from_raw).unwrap();
        kill_process(child, signal).unwrap();
    }

    /// Waits until it has said this on standard error.
    #[track_caller]
    pub(crate) fn wait_until_it_says(&self, text: &str) {
        let says = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).contains(text);
        let bytes = self.stderr.bytes.lock().unwrap();
        let (bytes, _) =
            self.stderr.more.wait_timeout_while(bytes, PATIENCE, |bytes| !says(bytes)).unwrap();
        if !says(&bytes) {
            self.give_up(&format!("it never said `{text}`"));
        }
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn end(self) -> Outcome {
        match self.status.recv_timeout(PATIENCE) {
            Ok(status) => self.outcome(status),
            Err(_) => self.give_up("it goes on for ever"),
        }
    }

    /// Sends a signal again and again until it ends.
    #[track_caller]
    pub(crate) fn end_by(self, signal: Signal) -> Outcome {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            // It may be gone already: then its status comes.
            let _ = kill_process(self.pid, signal);
            match self.status.recv_timeout(AGAIN) {
                Ok(status) => return self.outcome(status),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.give_up("no signal ends it")
    }

    fn outcome(self, status: ExitStatus) -> Outcome {
        Outcome {
            took: self.began.elapsed(),
            code: status.code(),
            signal: status.signal(),
            stdout: self.lines.iter().collect(),
            stderr: String::from_utf8_lossy(&self.stderr.bytes.lock().unwrap()).into_owned(),
        }
    }

    /// No test leaves a program behind.
    #[track_caller]
    fn give_up(&self, why: &str) -> ! {
        let _ = kill_process(self.pid, Signal::KILL);
        panic!("{why}");
    }
}

fn lines(child: &mut Child, screen: Option<Terminal>) -> Receiver<String> {
    let piped = child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>);
    let stdout = BufReader::new(piped.or(screen.map(Terminal::reader)).unwrap());
    let (line, lines) = channel();
    thread::spawn(move || {
        stdout.lines().map_while(Result::ok).try_for_each(|text| line.send(text))
    });
    lines
}

fn watch(
    mut child: Child,
    stderr: Box<dyn Read + Send>,
    said: Arc<Said>,
    reading: Reading,
) -> Receiver<ExitStatus> {
    let (ended, status) = channel();
    thread::spawn(move || {
        let status = match reading {
            Reading::AsItComes => {
                said.read(stderr);
                child.wait().unwrap()
            }
            Reading::AtTheEnd => {
                let status = child.wait().unwrap();
                said.read(stderr);
                status
            }
        };
        ended.send(status)
    });
    status
}

impl Said {
    fn read(&self, mut from: impl Read) {
        let mut part = [0; 4096];
        while let Ok(count @ 1..) = from.read(&mut part) {
            self.bytes.lock().unwrap().extend_from_slice(&part[..count]);
            self.more.notify_all();
        }
    }
}
