//! The end of a service: signals, the time it is given, and who ends it when it does not end itself.
//!
//! On the first `SIGTERM`, `SIGINT` or `SIGHUP` the program is asked to end and has `shutdown_grace` for it; then its body is
//! dropped, and everything is sent within `shutdown_timeout`. A second signal ends the program at once. The signals have a
//! thread of their own, so that a body that blocks every other thread is ended too.

use crate::report;
use crate::running::running;
use std::sync::{LazyLock, OnceLock};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;

/// How far the end has come.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Running,
    /// The program is asked to end.
    Requested,
    /// Its body is dropped; the program ends with this code.
    Abandoned(i32),
    /// The body has ended, one way or another.
    Ending,
}

static STAGE: LazyLock<watch::Sender<Stage>> = LazyLock::new(|| watch::Sender::new(Stage::Running));
static WATCHING: OnceLock<()> = OnceLock::new();

/// How long an abandoned body may take to notice.
const NOTICE: Duration = Duration::from_millis(100);

/// Comes when the program is asked to end: by `SIGTERM`, `SIGINT` or `SIGHUP`. The program then has `shutdown_grace` to come to
/// its end by itself. Works on every runtime.
///
/// ```no_run
/// # async fn serve() {}
/// # async fn example() {
/// tokio::select! {
///     () = serve() => {}
///     () = synndicate::shutdown_requested() => println!("closing the door"),
/// }
/// # }
/// ```
pub async fn shutdown_requested() {
    // The sender is never dropped.
    let _ = STAGE.subscribe().wait_for(|stage| *stage != Stage::Running).await;
}

/// Comes when the body's time is over; says with which code the program ends.
pub(crate) async fn abandoned() -> i32 {
    let mut stage = STAGE.subscribe();
    loop {
        if let Stage::Abandoned(code) = *stage.borrow_and_update() {
            return code;
        }
        if stage.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// A service begins: signals are for it from now on.
pub(crate) fn begin() {
    STAGE.send_replace(Stage::Running);
    WATCHING.get_or_init(|| {
        let watching = std::thread::Builder::new().name("synndicate-signals".into()).spawn(watch_signals);
        if let Err(error) = watching {
            report::say(&format!("signals end the program at once, since no thread can be started: {error}"));
        }
    });
}

/// The body has ended; what follows is bounded by its own deadline.
pub(crate) fn begin_end() {
    STAGE.send_replace(Stage::Ending);
}

fn watch_signals() {
    crate::recorder::silence_thread();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime {
        Ok(runtime) => runtime.block_on(async {
            match Signals::new() {
                Ok(signals) => obey(signals).await,
                Err(error) => report::say(&format!("signals end the program at once: {error}")),
            }
        }),
        Err(error) => report::say(&format!("signals end the program at once: {error}")),
    }
}

/// Obeys signals until one has ended the program.
async fn obey(mut signals: Signals) {
    loop {
        let signal = signals.next().await;
        if !matches!(*STAGE.borrow(), Stage::Running) {
            exit(signal.code());
        }
        tokio::select! {
            () = end_service(signal) => {}
            second = signals.next() => exit(second.code()),
        }
    }
}

/// Asks the service to end, and ends it when it does not.
async fn end_service(signal: Signal) {
    let Some(running) = running() else { exit(signal.code()) };
    let grace = running.shutdown_grace;
    report::say(&format!("{}: the program has {grace:?} to end", signal.name()));
    STAGE.send_replace(Stage::Requested);
    let mut stage = STAGE.subscribe();
    if timeout(grace, stage.wait_for(|stage| *stage == Stage::Ending)).await.is_ok() {
        return;
    }
    STAGE.send_if_modified(|stage| match stage {
        Stage::Requested => {
            *stage = Stage::Abandoned(signal.code());
            true
        }
        _ => false,
    });
    if timeout(NOTICE, stage.wait_for(|stage| *stage == Stage::Ending)).await.is_err() {
        // The body holds its thread. Its spans are sent as unfinished ones.
        let ended = tokio::task::spawn_blocking(end_now).await;
        debug_assert!(ended.is_ok());
        exit(signal.code());
    }
}

/// Ends tracing and tells what was lost.
pub(crate) fn end_now() {
    if let Some(running) = running() {
        if let Some(lost) = running.shutdown().lost() {
            report::say(&lost);
        }
    }
}

#[expect(clippy::exit, reason = "the program was told to end and its `main` does not return")]
pub(crate) fn exit(code: i32) -> ! {
    std::process::exit(code)
}

/// A signal that ends a program.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Signal {
    Hangup,
    Interrupt,
    Terminate,
}

impl Signal {
    fn name(self) -> &'static str {
        match self {
            Signal::Hangup => "SIGHUP",
            Signal::Interrupt => "SIGINT",
            Signal::Terminate => "SIGTERM",
        }
    }

    /// The code that shells show for a program that the signal has ended: 128 and its number.
    fn code(self) -> i32 {
        match self {
            Signal::Hangup => 129,
            Signal::Interrupt => 130,
            Signal::Terminate => 143,
        }
    }
}

#[cfg(unix)]
struct Signals {
    hangup: Option<tokio::signal::unix::Signal>,
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Signals> {
        use tokio::signal::unix::{SignalKind, signal};
        // `nohup` asks for the hangup to be ignored, and so it stays.
        let hangup = if hangup_is_ignored() { None } else { Some(signal(SignalKind::hangup())?) };
        let (interrupt, terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(Signals { hangup, interrupt, terminate })
    }

    async fn next(&mut self) -> Signal {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = hangup => Signal::Hangup,
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
        }
    }
}

/// Linux tells which signals a process ignores as a mask in hexadecimal digits; the hangup is its first bit.
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 != 0)
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Signals> {
        Ok(Signals)
    }

    async fn next(&mut self) -> Signal {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Signal::Interrupt
    }
}
