//! The tracing that runs in this process: started once, flushed and read from anywhere, ended once.
//!
//! It puts the rooms together, in the order in which a span passes them, and holds no logic of its own. No lock is held while
//! anything is waited for: hooks of panics and signals come here at any moment.

mod places;
mod problem;
mod way;

pub(crate) use problem::StartProblem;
pub(crate) use way::Way;

use crate::batch::Resource;
use crate::exporter::{Exporter, SetupError};
use crate::forked;
use crate::pipeline::{Accounts, FirstProbe, Health, Ledger, Parts, Pipeline, Queue, RetryPolicy};
use crate::plan::{Backend, Plan, SpoolPlan};
use crate::propagation::use_propagators;
use crate::recorder::{self, Config, Core, Filter, Layers, Limits, Rules, Sampler};
use crate::report;
#[cfg(feature = "tower")]
use crate::requests::Requests;
use crate::settings::{Scalar, Sources, load};
use crate::spool::Spool;
use places::Places;
use std::fmt;
use std::sync::atomic::{
    AtomicBool,
    Ordering::{AcqRel, Acquire, Release},
};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// One open span may grow to this many bytes, whatever it collects while it is open.
const SPAN_BYTES: u32 = 1024 * 1024;

/// One start at a time.
static STARTING: Mutex<()> = Mutex::new(());
static RUNNING: Mutex<Option<Arc<Running>>> = Mutex::new(None);

/// Tracing between its start and its end.
pub(crate) struct Running {
    way: Way,
    pipeline: Pipeline,
    /// How long its end may take.
    timeout: Duration,
    ending: AtomicBool,
    ended: AtomicBool,
    /// People know what was lost.
    told: AtomicBool,
}

/// What the settings of these sources say; what is doubtful in them is told.
pub(crate) fn plan(sources: &Sources) -> Result<Plan, StartProblem> {
    let (plan, warnings) = Plan::new(&load(sources)).map_err(StartProblem::Settings)?;
    for warning in warnings {
        report::say(&format!("warning: {warning}"));
    }
    Ok(plan)
}

/// Starts what the plan says, and tells in one line where traces go. `None` where that is nowhere.
pub(crate) fn start(plan: &Plan, way: Way) -> Result<Option<Arc<Running>>, StartProblem> {
    start_by(plan, way, exporter)
}

/// The same with an exporter of the caller's choice in the place of the first backend's.
#[cfg(any(feature = "sdk", feature = "testing"))]
pub(crate) fn start_with(
    plan: &Plan,
    way: Way,
    primary: Exporter,
) -> Result<Option<Arc<Running>>, StartProblem> {
    let mut primary = Some(primary);
    start_by(plan, way, |backend| primary.take().map_or_else(|| exporter(backend), Ok))
}

fn start_by(
    plan: &Plan,
    mut way: Way,
    mut exporter: impl FnMut(&Backend) -> Result<Exporter, SetupError>,
) -> Result<Option<Arc<Running>>, StartProblem> {
    if forked::is_child() {
        return Err(StartProblem::RunsInParent);
    }
    let starting = lock(&STARTING);
    if running().is_some_and(|running| !running.has_ended()) {
        return Err(StartProblem::AlreadyRunning);
    }
    let name = service_name(plan);
    let mut exporters = Vec::new();
    for backend in &plan.backends {
        exporters.push(exporter(backend).map_err(StartProblem::Setup)?);
    }
    let mut exporters = exporters.into_iter();
    if let Way::Subscriber(layers) = &mut way {
        *layers = layers.or_else(recorder::layers_of_process);
    }
    let Some(primary) = exporters.next() else {
        *lock(&RUNNING) = None;
        way.turn_to_nothing()?;
        report::say(&format!("tracing of `{name}` is disabled"));
        return Ok(None);
    };
    let fallbacks: Vec<Exporter> = exporters.collect();
    let places = Places::of(&primary, &fallbacks);
    forked::settle();
    let (running, probe) =
        Running::new(plan, way, primary, fallbacks).inspect_err(|_| forked::leave())?;
    let running = Arc::new(running);
    *lock(&RUNNING) = Some(running.clone());
    drop(starting);
    // While the worker asks the backend.
    recorder::start_clock();
    report::say(&format!("traces of `{name}` go to {}", places.told(&probe)));
    Ok(Some(running))
}

impl Running {
    fn new(
        plan: &Plan,
        way: Way,
        primary: Exporter,
        fallbacks: Vec<Exporter>,
    ) -> Result<(Running, Receiver<FirstProbe>), StartProblem> {
        let spool = plan.spool.as_ref().and_then(open_spool);
        let accounts = Accounts::new(spool.as_ref().map(|spool| spool.tally().clone()));
        let accounts = Arc::new(accounts);
        let queue = Arc::new(Queue::new(plan.queue, accounts.clone()));
        let core = Core::new(recorder_config(plan, way.layers()), queue.clone());
        tell_rooms(plan);
        // Before anybody listens: the API tells of it.
        #[cfg(feature = "opentelemetry")]
        crate::opentelemetry::install();
        way.turn_to(&core)?;
        let parts = Parts {
            core,
            queue,
            accounts,
            primary,
            fallbacks,
            probe_interval: plan.health_check_interval,
            resource: Arc::new(Resource::new(
                plan.resource.iter().map(|(key, value)| (key, value.clone())),
            )),
            batch: plan.batch,
            retry: RetryPolicy::default(),
            spool,
            say: Arc::new(report::say),
        };
        let (pipeline, probe) = Pipeline::start(parts).map_err(|error| {
            way.turn_away();
            StartProblem::Worker(error)
        })?;
        let [ending, ended, told] = [const { AtomicBool::new(false) }; 3];
        let timeout = plan.shutdown_timeout;
        Ok((Running { way, pipeline, timeout, ending, ended, told }, probe))
    }

    fn has_ended(&self) -> bool {
        self.ended.load(Acquire)
    }

    /// Ends tracing: records nothing more, sends what there is within the deadline, and tells what was lost, who took the rest,
    /// and which rules were for nothing, once. Who comes second waits for the same end.
    pub(crate) fn end(&self) -> Ledger {
        if forked::is_child() {
            return end_in_child();
        }
        if !self.ending.swap(true, AcqRel) {
            // First, so that under load no more spans begin than can be sent.
            self.way.turn_away();
            self.pipeline.idle_rules().iter().for_each(|idle| report::say(idle));
        }
        let ledger = self.pipeline.shutdown(self.timeout);
        self.leave();
        if let Some(farewell) = self.pipeline.health().farewell()
            && !self.told.swap(true, AcqRel)
        {
            report::say(&farewell);
        }
        ledger
    }

    /// From now on another one may start, also in a child that is forked.
    fn leave(&self) {
        let _alone = lock(&RUNNING);
        if !self.has_ended() {
            forked::leave();
            self.ended.store(true, Release);
        }
    }

    fn flush(&self) -> bool {
        if self.has_ended() {
            return true;
        }
        if std::thread::panicking() {
            self.pipeline.hand_over_of_this_thread();
        }
        self.pipeline.flush(self.timeout)
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("ended", &self.ended).finish_non_exhaustive()
    }
}

/// What runs in this process, or ran last.
fn running() -> Option<Arc<Running>> {
    lock(&RUNNING).clone()
}

/// Whether the subscriber of this process is ours and records.
pub(crate) fn is_recording() -> bool {
    !forked::is_child() && running().is_some_and(|running| !running.has_ended())
}

/// A forked child has nothing to end. It is told so once.
fn end_in_child() -> Ledger {
    if forked::is_first_to_tell() {
        report::say_in_child(forked::NO_EXPORT);
    }
    Ledger::of_forked_child()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A disk that cannot be used is no reason for a program not to run.
fn open_spool(plan: &SpoolPlan) -> Option<Spool> {
    match Spool::open(plan, Arc::new(report::say)) {
        Ok((spool, _)) => Some(spool),
        Err(error) => {
            report::say(&format!(
                "warning: {error}\n(the program runs on, spans wait in memory only)"
            ));
            None
        }
    }
}

fn exporter(backend: &Backend) -> Result<Exporter, SetupError> {
    match backend {
        Backend::Console(console) => Exporter::console(console),
        Backend::Remote(remote) => Exporter::remote(remote),
    }
}

/// What some rooms keep for the whole process.
fn tell_rooms(plan: &Plan) {
    use_propagators(&plan.propagators);
    #[cfg(feature = "tower")]
    Requests::new(&plan.http_exclude, plan.http_response_header.as_ref()).apply();
    recorder::use_redaction_key(plan.redaction_key.as_ref());
}

fn recorder_config(plan: &Plan, layers: Option<&'static Layers>) -> Config {
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
        rules: Rules(plan.rules.clone()),
        layers,
    }
}

fn service_name(plan: &Plan) -> &str {
    let name = plan.resource.iter().find(|(key, _)| key == "service.name");
    match name {
        Some((_, Scalar::Text(name))) => name,
        _ => "unknown_service",
    }
}

/// What became of every span so far: `created + recovered = exported + dropped + waiting`. All zeros where tracing never ran.
/// In a [forked child](flush#after-a-fork) it tells of that child's spans only.
///
/// ```
/// let ledger = synndicate::ledger();
/// assert_eq!(ledger.created, ledger.exported + ledger.dropped() + ledger.waiting);
/// ```
#[must_use]
pub fn ledger() -> Ledger {
    if forked::is_child() {
        return Ledger::of_forked_child();
    }
    running().map_or_else(Ledger::default, |running| running.pipeline.ledger())
}

/// How tracing is: each backend with its state and what it has taken, and what became of every span. No backends and all zeros
/// where tracing never ran, and no backends in a [forked child](flush#after-a-fork).
///
/// ```
/// let health = synndicate::health();
/// for backend in &health.backends {
///     println!("{} is {}", backend.place, backend.state);
/// }
/// assert!(health.is_exporting(), "nothing has to");
/// ```
#[must_use]
pub fn health() -> Health {
    if forked::is_child() {
        return Health { ledger: Ledger::of_forked_child(), ..Health::default() };
    }
    running().map_or_else(Health::default, |running| running.pipeline.health())
}

/// Sends every span that has ended before this call, and waits until the backend has it or it is dropped and counted: at most
/// `shutdown_timeout` (5 s). True where nothing is left waiting but what is in the spool, and where tracing does not run. False,
/// and at once, in a [forked child](flush#after-a-fork).
///
/// Blocks the calling thread. It may be called from anywhere, also from a panic hook: then the spans that the panic is about to
/// end are sent too, marked `synndicate.unfinished`, since the hook may end the program.
///
/// ```no_run
/// std::panic::set_hook(Box::new(|panic| {
///     eprintln!("{panic}");
///     synndicate::flush();
///     std::process::exit(3)
/// }));
/// ```
///
/// # After a fork
///
/// `fork` without `exec` copies the memory of a process, but of its threads only the one that calls it. A child that is forked
/// while tracing runs therefore exports nothing: its functions run on, what they record is dropped, and [`ledger`] counts as
/// [`Forked`](crate::DropReason::Forked) what was dropped after the child's memory for spans was full. [`flush`], [`shutdown`] and the
/// end of the program wait for nothing there, and the first of them says so on standard error. The parent sends its own spans, and
/// nothing is sent twice. Its spool stays locked as long as such a child lives, since the child has the files open too. Requests of
/// the child pass on the ids of spans that no backend gets, and that its parent may use for others: let it send none that are traced.
///
/// A program that is to be traced in its children starts tracing after the fork. What is started by [`std::process::Command`] is
/// not concerned.
#[expect(clippy::must_use_candidate, reason = "who is about to exit can do no more")]
pub fn flush() -> bool {
    if forked::is_child() {
        end_in_child();
        return false;
    }
    running().is_none_or(|running| running.flush())
}

/// Ends tracing now: sends what there is, open spans included, within `shutdown_timeout` (5 s), and tells on standard error what
/// was lost. Returns the last ledger. Blocks the calling thread meanwhile.
///
/// `#[traced_service]` does this when `main` ends. Call it yourself before [`std::process::exit`], which ends the program
/// without returning to anyone. A second call waits for the first; one in a [forked child](flush#after-a-fork) for nothing.
///
/// ```no_run
/// # let code = 3;
/// synndicate::shutdown();
/// std::process::exit(code);
/// ```
pub fn shutdown() -> Ledger {
    if forked::is_child() {
        return end_in_child();
    }
    running().map_or_else(Ledger::default, |running| running.end())
}

// An interpreter starts no process.
#[cfg(all(test, feature = "testing", not(miri)))]
mod tests {
    use super::*;
    use crate::Builder;
    use crate::testing::in_a_process_of_its_own;

    /// In a process of its own, since the clock of this one was started by any other test.
    #[test]
    fn the_clock_runs_when_tracing_has_started_and_not_where_it_is_disabled() {
        let name =
            "running::tests::the_clock_runs_when_tracing_has_started_and_not_where_it_is_disabled";
        in_a_process_of_its_own(name, || {
            let disabled = Builder::new().set("enable_tracing", false).start_discarding().unwrap();
            assert!(!recorder::clock_has_started());
            drop(disabled);
            let tracing = Builder::new().start_discarding().unwrap();
            assert!(recorder::clock_has_started());
            tracing.shutdown();
        });
    }
}
