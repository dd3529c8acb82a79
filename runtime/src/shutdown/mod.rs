//! The end of a service: the time it is given, and who ends it when it does not end itself.
//!
//! On the first `SIGTERM`, `SIGINT` or `SIGHUP` the program is asked to end and has `shutdown_grace` for it; then its body is
//! dropped, and everything is sent within `shutdown_timeout`. A second signal ends the program at once. The signals have a
//! thread of their own, which never waits for anything without a bound: so a body that blocks every other thread is ended too,
//! and one that stands still because nobody reads its standard error.

mod life;
mod signals;

pub(crate) use life::{Ends, Life};

use crate::{report, running};
use life::Phase;
use signals::{Signal, Signals};
use std::sync::Once;
use std::time::Duration;
use std::{io, thread};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout, timeout_at};

/// How long what runs may take to notice that its time is over.
pub(crate) const NOTICE: Duration = Duration::from_millis(100);

/// How long it may take to say something.
const SAYING: Duration = Duration::from_millis(500);

/// The same signal counts once within this time.
const ECHO: Duration = Duration::from_millis(100);

/// How much longer than `shutdown_timeout` the end may take before the signals' thread no longer waits for it.
const MARGIN: Duration = Duration::from_millis(500);

/// Comes when the program is asked to end: by `SIGTERM`, `SIGINT` or, on Linux, `SIGHUP`. The program then has
/// `shutdown_grace` to come to its end by itself. For what runs beside `main`, it comes when `main` has returned, too.
///
/// It works on every runtime, also where tracing is disabled, but only in a [`traced_service`](crate::traced_service): elsewhere
/// nobody listens to signals, and it never comes.
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
    life::until(|state| state.asked).await;
}

/// Comes when the body's time is over; says with which code the program ends.
pub(crate) async fn abandoned() -> i32 {
    life::until(|state| state.code.is_some()).await.code.unwrap_or_default()
}

/// A service begins: signals are for it from now on. `None` where another one runs in this process, which has them.
pub(crate) fn begin(ends: Ends) -> Option<Life> {
    static WATCHING: Once = Once::new();
    let life = Life::begin(ends)?;
    WATCHING.call_once(|| {
        if let Err(error) = watch_signals() {
            report::say(&format!(
                "signals end the program at once, since they cannot be watched: {error}"
            ));
        }
    });
    Some(life)
}

/// Signals are caught when this returns, so that none comes too early.
fn watch_signals() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let signals = {
        let _entered = runtime.enter();
        Signals::catch()?
    };
    let obey = move || obey(&runtime, signals);
    thread::Builder::new().name("synndicate-signals".into()).spawn(obey).map(drop)
}

fn obey(runtime: &Runtime, mut signals: Signals) {
    crate::recorder::silence_thread();
    runtime.block_on(async {
        loop {
            let first = signals.next().await;
            tokio::select! {
                () = end(first) => {}
                second = second(first, async || signals.next().await) => exit(second.code()),
            }
        }
    });
}

/// Comes with the second signal. `timeout` and some supervisors send the first to the program and to its group, that is twice
/// at once.
async fn second(first: Signal, mut next: impl AsyncFnMut() -> Signal) -> Signal {
    let came = Instant::now();
    loop {
        let signal = next().await;
        if signal != first || came.elapsed() > ECHO {
            return signal;
        }
    }
}

/// Ends the service that runs, and comes back when it is gone; ends the program where it does not go.
async fn end(signal: Signal) {
    let life = life::now();
    match life.phase() {
        Phase::Gone => exit(signal.code()),
        Phase::Body => end_body(life, signal).await,
        Phase::Flush => say(format!("{}: the program is at its end already", signal.name())).await,
    }
    if timeout(life.ends().timeout + MARGIN, life.until_gone()).await.is_err() {
        exit(signal.code());
    }
}

/// Asks the body to end, gives it its time, and ends it when it goes on.
async fn end_body(life: Life, signal: Signal) {
    let grace = life.ends().grace;
    let over = Instant::now() + grace;
    // Said first: a program that is quick may be gone.
    let said = say(format!("{}: the program has {grace:?} to end", signal.name()));
    let _ = timeout_at(over, said).await;
    life.ask();
    if timeout_at(over, life.until_flush()).await.is_ok() {
        return;
    }
    life.abandon(signal.code());
    if timeout(2 * NOTICE, life.until_flush()).await.is_err() {
        // The body holds its thread. Its spans are sent as unfinished ones.
        beside(life.ends().timeout + MARGIN, || {
            running::shutdown();
        })
        .await;
        exit(signal.code());
    }
}

/// Says something as far as anybody listens: standard error may be a pipe that is full.
async fn say(text: String) {
    beside(SAYING, move || report::say(&text)).await;
}

/// Does what may block on a thread of its own, and waits for it at most so long. Where there is no thread to be had it is
/// not done.
async fn beside(most: Duration, work: impl FnOnce() + Send + 'static) {
    let (done, is_done) = oneshot::channel();
    let work = move || {
        work();
        let _ = done.send(());
    };
    let spawned = thread::Builder::new().name("synndicate-end".into()).spawn(work);
    if spawned.is_ok() {
        let _ = timeout(most, is_done).await;
    }
}

#[expect(
    clippy::exit,
    clippy::disallowed_methods,
    reason = "the program was told to end and its `main` does not return"
)]
pub(crate) fn exit(code: i32) -> ! {
    std::process::exit(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::sleep;

    /// The second signal, where after the first one these come, each so many milliseconds after the one before.
    async fn second_of(signals: &[(u64, Signal)]) -> Signal {
        let mut signals = signals.iter();
        let next = async || match signals.next() {
            Some(&(pause, signal)) => {
                sleep(Duration::from_millis(pause)).await;
                signal
            }
            None => panic!("there should have been a second one"),
        };
        second(Signal::Terminate, next).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_signal_that_comes_twice_at_once_counts_once() {
        let echoed = [(0, Signal::Terminate), (10, Signal::Terminate), (50, Signal::Interrupt)];
        assert_eq!(second_of(&echoed).await, Signal::Interrupt, "another signal always counts");
        assert_eq!(second_of(&[(101, Signal::Terminate)]).await, Signal::Terminate);
    }
}
