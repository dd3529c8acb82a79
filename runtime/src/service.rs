//! What `#[traced_service]` makes of `main`: start, body, end.

use crate::report;
use crate::running::{self, StartProblem, Started};
use crate::settings::{ServiceAttribute, Sources};
use crate::shutdown;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use tokio::runtime::{Builder, Runtime};

/// The code with which a program ends whose settings are wrong: `EX_CONFIG` of `sysexits.h`.
const BAD_SETTINGS: i32 = 78;

/// The runtime that an `async fn main` runs on.
#[derive(Clone, Copy, Debug, Default)]
pub enum Flavor {
    /// One thread a core, or as many as are given.
    #[default]
    MultiThread,
    /// As many worker threads as are given.
    Workers(usize),
    /// The thread of `main` only.
    CurrentThread,
}

/// Runs a sync `main` as a service.
pub fn run<T>(attribute: ServiceAttribute, main: impl FnOnce() -> T) -> T {
    begin(attribute);
    let outcome = catch_unwind(AssertUnwindSafe(main));
    shutdown::begin_end();
    shutdown::end_now();
    outcome.unwrap_or_else(|panic| resume_unwind(panic))
}

/// Runs an `async fn main` as a service, on a tokio runtime of its own.
pub fn run_async<F: Future>(attribute: ServiceAttribute, flavor: Flavor, main: impl FnOnce() -> F) -> F::Output {
    begin(attribute);
    let runtime = runtime(flavor);
    let body = async {
        tokio::select! {
            output = async { main().await } => Ok(output),
            code = shutdown::abandoned() => Err(code),
        }
    };
    let outcome = catch_unwind(AssertUnwindSafe(|| runtime.block_on(body)));
    shutdown::begin_end();
    match outcome {
        Ok(Ok(output)) => {
            // As `#[tokio::main]` does: tasks are dropped, and what blocks is waited for.
            drop(runtime);
            shutdown::end_now();
            output
        }
        Ok(Err(code)) => {
            runtime.shutdown_background();
            shutdown::end_now();
            shutdown::exit(code)
        }
        Err(panic) => {
            runtime.shutdown_background();
            shutdown::end_now();
            resume_unwind(panic)
        }
    }
}

/// Starts tracing, or ends the program where its settings are wrong.
fn begin(attribute: ServiceAttribute) {
    let sources = Sources { attribute: Some(attribute), ..Sources::from_process() };
    match running::start(&sources) {
        Ok(started) => tell(&started),
        Err(error @ (StartProblem::Settings(_) | StartProblem::Setup(_))) => {
            report::say(&error.to_string());
            shutdown::exit(BAD_SETTINGS);
        }
        Err(error) => report::say(&format!("the program runs without tracing: {error}")),
    }
    install_panic_hook();
    shutdown::begin();
}

/// Tells what is to be known of a start.
pub(crate) fn tell(started: &Started) {
    started.warnings.iter().for_each(|warning| report::say(&format!("warning: {warning}")));
    report::say(&started.line);
}

/// Spans learn what a panic said; and where a panic ends the process, they are sent before it does.
fn install_panic_hook() {
    crate::recorder::install_hook();
    if cfg!(panic = "abort") {
        static ONCE: std::sync::Once = std::sync::Once::new();
        ONCE.call_once(|| {
            let previous = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                previous(info);
                shutdown::end_now();
            }));
        });
    }
}

fn runtime(flavor: Flavor) -> Runtime {
    let mut builder = match flavor {
        Flavor::MultiThread | Flavor::Workers(_) => Builder::new_multi_thread(),
        Flavor::CurrentThread => Builder::new_current_thread(),
    };
    if let Flavor::Workers(count) = flavor {
        builder.worker_threads(count.max(1));
    }
    match builder.enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            report::say(&format!("the program's runtime cannot be started: {error}"));
            shutdown::exit(71)
        }
    }
}
