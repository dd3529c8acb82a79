//! A service with an `async fn main`, for tests that look at the whole process. Its argument says what the body does; it writes
//! `ready` to standard output when a test may go on.

use std::future::pending;
use std::io::{self, Write};
use std::time::Duration;
use synndicate::{traced, traced_service};
use tokio::runtime::Handle;

/// So often it has worked before it is said to be under load.
const LOAD: usize = 1000;

#[traced_service]
async fn main() -> anyhow::Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("work") => work().await,
        Some("error") => {
            work().await;
            Err(anyhow::anyhow!("no such file").context("the letter cannot be read"))?;
        }
        Some("panic") => fail().await,
        Some("task-hook") => {
            end_by_hook();
            let _ = tokio::spawn(fail()).await;
        }
        Some("task-panic") => drop(tokio::spawn(fail()).await),
        Some("listen") => {
            say("ready");
            synndicate::shutdown_requested().await;
            work().await;
        }
        Some("ignore") => ignore().await,
        Some("tasks") => {
            tokio::spawn(ignore());
            pending::<()>().await;
        }
        Some("busy") => busy().await,
        Some("load") => load().await,
        Some("return") => {
            work().await;
            return Ok(());
        }
        Some("blocked-task") => {
            work().await;
            drop(tokio::task::spawn_blocking(block));
        }
        Some("listening-thread") => {
            drop(tokio::task::spawn_blocking(listen));
            work().await;
        }
        Some("panic-beside-listening-thread") => {
            drop(tokio::task::spawn_blocking(listen));
            fail().await;
        }
        Some("hint") => tracing_subscriber::fmt().init(),
        other => anyhow::bail!("`{other:?}` is nothing to do"),
    }
    Ok(())
}

#[traced]
async fn work() {
    tokio::task::yield_now().await;
    step().await;
}

#[traced]
async fn step() {}

#[traced]
async fn fail() {
    step().await;
    panic!("out of ink");
}

/// The hook sends what there is and ends the program.
fn end_by_hook() {
    std::panic::set_hook(Box::new(|_| {
        synndicate::flush();
        std::process::exit(3);
    }));
}

/// Says when the body is dropped.
struct Dropped;

impl Drop for Dropped {
    fn drop(&mut self) {
        say("dropped");
    }
}

#[traced]
async fn ignore() {
    let _dropped = Dropped;
    say("ready");
    pending::<()>().await;
}

#[traced]
async fn busy() {
    say("ready");
    loop {
        std::hint::spin_loop();
    }
}

/// Two tasks make spans as fast as they can, without an end.
async fn load() {
    for _ in 0..2 {
        tokio::spawn(async {
            loop {
                work().await;
            }
        });
    }
    for _ in 0..LOAD {
        work().await;
    }
    ignore().await;
}

fn listen() {
    Handle::current().block_on(synndicate::shutdown_requested());
}

fn block() {
    say("ready");
    std::thread::sleep(Duration::from_secs(3600));
}

fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}
