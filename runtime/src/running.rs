//! The tracing that runs in this process: started once, flushed and read from anywhere, ended once.
//!
//! It puts the rooms together, in the order in which a span passes them, and holds no logic of its own.

use crate::batch::Resource;
use crate::exporter::{Exporter, SetupError};
use crate::pipeline::{Accounts, FirstProbe, Ledger, Parts, Pipeline, Queue, RetryPolicy};
use crate::plan::{Backend, Plan};
use crate::recorder::{self, AnotherSubscriber, Config, Core, Filter, Limits, Sampler};
use crate::report;
use crate::settings::{Problem, SettingsErrors, Sources};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fmt, io};

/// One open span may grow to this many bytes, whatever it collects while it is open.
const SPAN_BYTES: u32 = 1024 * 1024;

/// How long the start waits to hear whether the backend answers.
const FIRST_ANSWER: Duration = Duration::from_millis(300);

/// How long [`flush`] takes at the most where no tracing says otherwise.
const FLUSH: Duration = Duration::from_secs(10);

static RUNNING: Mutex<Option<Arc<Running>>> = Mutex::new(None);

/// Tracing between its start and its end.
pub(crate) struct Running {
    pipeline: Pipeline,
    pub(crate) shutdown_grace: Duration,
    pub(crate) shutdown_timeout: Duration,
    /// The last ledger, once it has ended.
    ended: Mutex<Option<Ledger>>,
}

/// Tracing cannot be started.
#[derive(Debug)]
pub(crate) enum StartProblem {
    /// What is wrong with the settings, all of it.
    Settings(SettingsErrors),
    /// What the settings name cannot be used.
    Setup(SetupError),
    AlreadyRunning,
    AnotherSubscriber,
    Worker(io::Error),
}

/// What is to be told of a start.
pub(crate) struct Started {
    pub(crate) warnings: Vec<Problem>,
    /// The line that says where traces go.
    pub(crate) line: String,
}

/// Starts what the settings of these sources say.
pub(crate) fn start(sources: &Sources) -> Result<Started, StartProblem> {
    let mut running = lock();
    if running.as_ref().is_some_and(|running| !running.has_ended()) {
        return Err(StartProblem::AlreadyRunning);
    }
    let (plan, warnings) = Plan::new(&crate::settings::load(sources)).map_err(StartProblem::Settings)?;
    let name = service_name(&plan).to_owned();
    let Some(backend) = &plan.backend else {
        *running = None;
        let line = format!("tracing of `{name}` is disabled");
        return Ok(Started { warnings, line });
    };
    let (started, probe) = Running::new(&plan, backend)?;
    *running = Some(Arc::new(started));
    drop(running);
    let line = format!("traces of `{name}` go to {}", told(&probe));
    Ok(Started { warnings, line })
}

impl Running {
    fn new(plan: &Plan, backend: &Backend) -> Result<(Running, Receiver<FirstProbe>), StartProblem> {
        let exporter = exporter(backend).map_err(StartProblem::Setup)?;
        let accounts = Arc::new(Accounts::default());
        let queue = Arc::new(Queue::new(plan.queue, accounts.clone()));
        let core = Core::new(recorder_config(plan), queue.clone());
        let parts = Parts {
            core: core.clone(),
            queue,
            accounts,
            exporter,
            resource: Arc::new(Resource::new(plan.resource.iter().map(|(key, value)| (key, value)))),
            batch: plan.batch,
            retry: RetryPolicy::default(),
            say: Arc::new(report::say),
        };
        let (pipeline, probe) = Pipeline::start(parts).map_err(StartProblem::Worker)?;
        recorder::turn_to(Some(&core)).map_err(|AnotherSubscriber| StartProblem::AnotherSubscriber)?;
        let Plan { shutdown_grace, shutdown_timeout, .. } = *plan;
        Ok((Running { pipeline, shutdown_grace, shutdown_timeout, ended: Mutex::default() }, probe))
    }

    fn ended(&self) -> MutexGuard<'_, Option<Ledger>> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_ended(&self) -> bool {
        self.ended().is_some()
    }

    /// Ends tracing: sends what there is within the deadline, and records nothing from then on. Who comes second waits for the
    /// first and gets the same ledger.
    pub(crate) fn shutdown(&self) -> Ledger {
        let mut ended = self.ended();
        *ended.get_or_insert_with(|| {
            let ledger = self.pipeline.shutdown(self.shutdown_timeout);
            // Nobody else's subscriber can have come in its place.
            let _ = recorder::turn_to(None);
            ledger
        })
    }
}

/// What runs in this process, or ran last.
pub(crate) fn running() -> Option<Arc<Running>> {
    lock().clone()
}

fn lock() -> MutexGuard<'static, Option<Arc<Running>>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn exporter(backend: &Backend) -> Result<Exporter, SetupError> {
    match backend {
        Backend::Console(console) => Exporter::console(console),
        Backend::Remote(remote) => Exporter::remote(remote),
    }
}

fn recorder_config(plan: &Plan) -> Config {
    let limits = &plan.limits;
    Config {
        sampler: Sampler::new(plan.sample_rate),
        filter: Filter(plan.filter.clone()),
        limits: Limits {
            attributes: limits.attributes,
            events: limits.events,
            links: limits.links,
            value_bytes: u32::try_from(limits.value_bytes).unwrap_or(SPAN_BYTES).min(SPAN_BYTES),
            span_bytes: SPAN_BYTES,
        },
    }
}

fn service_name(plan: &Plan) -> &str {
    let name = plan.resource.iter().find(|(key, _)| key == "service.name");
    name.map_or("unknown_service", |(_, name)| name)
}

/// Where traces go, and whether that place answers.
fn told(probe: &Receiver<FirstProbe>) -> String {
    match probe.recv_timeout(FIRST_ANSWER) {
        Ok(FirstProbe { place, result: Ok(()) }) => place,
        Ok(FirstProbe { place, result: Err(error) }) => {
            format!("{place}, which does not take them: {error}\n(the program runs on, spans wait)")
        }
        Err(_) => format!("a backend that has not answered within {} ms", FIRST_ANSWER.as_millis()),
    }
}

/// What became of every span so far: `created = exported + dropped + waiting`. All zeros where tracing never ran.
#[must_use]
pub fn ledger() -> Ledger {
    running().map_or_else(Ledger::default, |running| match *running.ended() {
        Some(ledger) => ledger,
        None => running.pipeline.ledger(),
    })
}

/// Sends every span that has ended before this call, and waits until the backend has it or it is dropped and counted: at most
/// `shutdown_timeout`. True where nothing is left waiting.
///
/// Blocks the calling thread. It may be called from anywhere, also from a panic hook: then the spans that are open are sent too,
/// marked `synndicate.unfinished`, since the program is likely to end.
pub fn flush() -> bool {
    let Some(running) = running().filter(|running| !running.has_ended()) else { return true };
    if std::thread::panicking() {
        running.pipeline.hand_over_unfinished();
    }
    running.pipeline.flush(running.shutdown_timeout.min(FLUSH))
}

/// Ends tracing now: sends what there is, open spans included, within `shutdown_timeout`. Returns the last ledger.
///
/// `#[traced_service]` does this when `main` ends. Call it yourself before `std::process::exit`, which ends the program without
/// returning to anyone. A second call returns the same ledger.
pub fn shutdown() -> Ledger {
    running().map_or_else(Ledger::default, |running| running.shutdown())
}

impl fmt::Display for StartProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartProblem::Settings(errors) => errors.fmt(f),
            StartProblem::Setup(error) => error.fmt(f),
            StartProblem::AlreadyRunning => f.write_str(
                "tracing runs already in this process\nhint: end it with `synndicate::shutdown()` before it is started again",
            ),
            StartProblem::AnotherSubscriber => f.write_str(
                "another `tracing` subscriber is installed for this process\n\
                 hint: remove what installs it, such as `tracing_subscriber::fmt().init()`; there can be one only",
            ),
            StartProblem::Worker(error) => write!(f, "the pipeline's thread cannot be started: {error}"),
        }
    }
}

impl std::error::Error for StartProblem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            StartProblem::Settings(error) => Some(error),
            StartProblem::Setup(error) => Some(error),
            StartProblem::Worker(error) => Some(error),
            StartProblem::AlreadyRunning | StartProblem::AnotherSubscriber => None,
        }
    }
}
