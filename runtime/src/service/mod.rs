//! What `#[traced_service]` makes of `main`: start, body, end.
//!
//! It puts together settings, `running`, `shutdown` and the panic hook, and holds no logic of its own.

mod attribute;
mod panics;

pub use attribute::traced_service;

use crate::commands::{self, BAD_SETTINGS, NO_THREADS};
use crate::forked;
#[cfg(feature = "log")]
use crate::log::Shown;
#[cfg(feature = "log")]
use crate::plan::Backend;
use crate::plan::Plan;
use crate::recorder::Layers;
use crate::report;
use crate::running::{self, Running, StartProblem, Way};
use crate::settings::{ServiceAttribute, Sources};
use crate::shutdown::{self, Ends, Life};
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::thread;
use tokio::runtime::{Builder, Runtime};
use tracing_subscriber::{Layer, Registry};

/// The runtime that an `async fn main` runs on.
#[derive(Clone, Copy, Debug, Default)]
pub enum Flavor {
    /// One thread a core.
    #[default]
    MultiThread,
    /// As many worker threads as are given.
    Workers(usize),
    /// The thread of `main` only.
    CurrentThread,
}

/// The layers that the attribute gives, made when the settings are known to be right.
pub(crate) type Given = Option<fn() -> &'static Layers>;

/// A user's layers.
pub fn layers(layer: impl UserLayer) -> &'static Layers {
    Layers::new(layer)
}

/// What can be given as layers.
#[diagnostic::on_unimplemented(
    message = "`layers` takes layers of `tracing-subscriber`, and `{Self}` is none",
    label = "no layer",
    note = "one is written `layers = tracing_subscriber::fmt::layer()`; several are joined by `and_then`, or a `Vec` of boxed ones",
    note = "it stands on a `Registry` and is `Send` and `Sync`"
)]
pub trait UserLayer: Layer<Registry> + Send + Sync {}

#[diagnostic::do_not_recommend]
impl<L: Layer<Registry> + Send + Sync> UserLayer for L {}

/// Runs a sync `main` as a service.
pub fn run<T>(attribute: ServiceAttribute, layers: Given, main: impl FnOnce() -> T) -> T {
    serve(attribute, layers, |_| Ok(main()))
}

/// Runs an `async fn main` as a service, on a tokio runtime of its own.
pub fn run_async<F: Future>(
    attribute: ServiceAttribute,
    layers: Given,
    flavor: Flavor,
    main: impl FnOnce() -> F,
) -> F::Output {
    serve(attribute, layers, |service| {
        let runtime = runtime(flavor);
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            // However the body ends, what runs beside it should end too: the runtime waits for what blocks.
            let _asking = service.life.map(Life::ask_when_dropped);
            runtime.block_on(service.attend(main))
        }));
        if forked::is_child() {
            // Its other threads stayed with the parent: to wait for them would take for ever.
            let _ = ManuallyDrop::new(runtime);
        } else if let Ok(Err(Abandoned(_))) = outcome {
            runtime.shutdown_timeout(shutdown::NOTICE);
        } else {
            // As that of `#[tokio::main]` ends.
            drop(runtime);
        }
        outcome.unwrap_or_else(|panic| resume_unwind(panic))
    })
}

/// The body's time was over before it came to its end; the program ends with this code.
struct Abandoned(i32);

fn serve<T>(
    attribute: ServiceAttribute,
    layers: Given,
    body: impl FnOnce(&Service) -> Result<T, Abandoned>,
) -> T {
    let service = Service::begin(attribute, layers);
    let outcome = catch_unwind(AssertUnwindSafe(|| body(&service)));
    service.end(outcome)
}

/// A service that runs.
struct Service {
    /// `None`: it runs within another one, which signals are for.
    life: Option<Life>,
    /// `None`: there is nothing to record, or somebody else does.
    running: Option<Arc<Running>>,
}

impl Service {
    /// Starts tracing, or ends the program where its settings are wrong.
    fn begin(attribute: ServiceAttribute, layers: Given) -> Service {
        let sources = Sources { attribute: Some(attribute), ..Sources::from_process() };
        if let Some(words) = sources.command() {
            shutdown::exit(commands::run(&words, &sources));
        }
        let plan = running::plan(&sources).unwrap_or_else(|problem| refuse(&problem));
        let ends = Ends { grace: plan.shutdown_grace, timeout: plan.shutdown_timeout };
        let life = shutdown::begin(ends);
        let layers = layers.map_or_else(|| log(&sources, &plan), |make| Some(make()));
        let running = running::start(&plan, Way::Subscriber(layers)).unwrap_or_else(|problem| {
            match problem {
                StartProblem::Settings(_) | StartProblem::Setup(_) => refuse(&problem),
                StartProblem::AlreadyRunning => report::say(&format!("{problem}")),
                _ => report::say(&format!("the program runs without tracing: {problem}")),
            }
            None
        });
        panics::install_hook();
        Service { life, running }
    }

    /// Runs an async body, until its time is over.
    async fn attend<F: Future>(&self, main: impl FnOnce() -> F) -> Result<F::Output, Abandoned> {
        // Boxed, because it would be moved several times otherwise, and may be large.
        let body = Box::pin(main());
        if self.life.is_none() {
            return Ok(body.await);
        }
        tokio::select! {
            biased;
            output = body => Ok(output),
            code = shutdown::abandoned() => Err(Abandoned(code)),
        }
    }

    /// Sends what there is, and returns what the body did.
    fn end<T>(self, outcome: thread::Result<Result<T, Abandoned>>) -> T {
        let code = self.life.and_then(Life::flush);
        if let Some(code) = code {
            // Nobody else comes to end what is not ours.
            running::shutdown();
            shutdown::exit(code);
        }
        if let Some(running) = self.running {
            running.end();
        }
        self.life.into_iter().for_each(Life::end);
        match outcome {
            Ok(Ok(output)) => output,
            Ok(Err(Abandoned(code))) => shutdown::exit(code),
            Err(panic) => resume_unwind(panic),
        }
    }
}

/// The program's log, where it has no layers of its own. Where tracing is disabled nothing is installed, so that the program can
/// install what it likes.
#[cfg(feature = "log")]
fn log(sources: &Sources, plan: &Plan) -> Option<&'static Layers> {
    let shown = match plan.backends.first()? {
        Backend::Console(_) => Shown::RecordedSpans,
        Backend::Remote(_) => Shown::Nothing,
    };
    Some(crate::log::layers(sources, shown))
}

#[cfg(not(feature = "log"))]
fn log(_: &Sources, _: &Plan) -> Option<&'static Layers> {
    None
}

/// Nothing else happens where the settings are wrong.
fn refuse(problem: &StartProblem) -> ! {
    report::say(&problem.to_string());
    shutdown::exit(BAD_SETTINGS)
}

fn runtime(flavor: Flavor) -> Runtime {
    let mut builder = match flavor {
        Flavor::MultiThread | Flavor::Workers(_) => Builder::new_multi_thread(),
        Flavor::CurrentThread => Builder::new_current_thread(),
    };
    if let Flavor::Workers(count) = flavor {
        builder.worker_threads(count.max(1));
    }
    builder.enable_all().build().unwrap_or_else(|error| {
        report::say(&format!("the program's runtime cannot be started: {error}"));
        shutdown::exit(NO_THREADS)
    })
}
