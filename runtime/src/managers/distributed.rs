//! The manager of the way to a backend.

use super::{DistributedTracingManagerBuilder, TracingBackend};
use crate::builder::{Builder, StartError};
use crate::forked;
use crate::pipeline::Ledger;
use crate::running::{self, Running};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Sets tracing up and shuts it down, as a value. Clones are the same manager.
///
/// Tracing is one thing in a process: a second manager can be set up after the first was shut down. When the last clone is
/// dropped tracing goes on; only [`shutdown`](DistributedTracingManager::shutdown) sends what still waits, so call it before
/// the program ends.
///
/// ```no_run
/// use std::time::Duration;
/// use synndicate::{DistributedTracingManager, TracingBackend, TracingProtocol};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let manager = DistributedTracingManager::builder()
///     .backend(TracingBackend::Jaeger)
///     .protocol(TracingProtocol::Grpc)
///     .endpoint("http://jaeger:14250")
///     .sample_rate(0.1)
///     .batch_timeout(Duration::from_secs(10))
///     .max_batch_size(1024)
///     .health_check(true)
///     .build();
/// manager.setup()?;
/// // … the program …
/// let ledger = manager.shutdown()?;
/// assert_eq!(ledger.dropped(), 0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct DistributedTracingManager {
    settings: Builder,
    state: Arc<Mutex<State>>,
}

/// How far a manager is.
#[derive(Clone, Debug, Default)]
enum State {
    #[default]
    NotSetUp,
    /// `None`: tracing is disabled.
    SetUp(Option<Arc<Running>>),
    ShutDown(Ledger),
}

impl DistributedTracingManager {
    /// What the settings say, and nothing else: the same as `builder().build()`.
    #[must_use = "nothing is traced before `setup`"]
    pub fn new() -> DistributedTracingManager {
        DistributedTracingManager::builder().build()
    }

    /// For what is to be said in code.
    pub fn builder() -> DistributedTracingManagerBuilder {
        DistributedTracingManagerBuilder::default()
    }

    pub(super) fn with_settings(settings: Builder) -> DistributedTracingManager {
        DistributedTracingManager { settings, state: Arc::default() }
    }

    /// Starts tracing for the whole process, and tells on standard error in one line where traces go. Where this manager has
    /// done so already, nothing happens. After a shutdown tracing starts anew.
    ///
    /// # Errors
    ///
    /// When something is wrong with the settings, when tracing runs already by somebody else (another manager,
    /// `#[traced_service]`), or when another `tracing` subscriber is installed. A backend that cannot be reached is no error:
    /// spans wait for it.
    pub fn setup(&self) -> Result<(), StartError> {
        self.setup_above(Builder::new())
    }

    /// The same, with `defaults` for what this manager does not set.
    pub(super) fn setup_above(&self, defaults: Builder) -> Result<(), StartError> {
        let mut state = self.state();
        if !matches!(*state, State::SetUp(_)) {
            *state = State::SetUp(defaults.and(self.settings.clone()).run()?);
        }
        Ok(())
    }

    /// Sends what there is within `shutdown_timeout` (5 s), ends tracing, and tells on standard error what was lost. Returns the
    /// last ledger: all zeros where tracing is disabled, and the same one again where it was shut down already. Blocks the
    /// calling thread meanwhile.
    ///
    /// # Errors
    ///
    /// When this manager was never set up: then there is nothing that it could shut down.
    pub fn shutdown(&self) -> Result<Ledger, NotSetUp> {
        if forked::is_child() {
            return Ok(running::shutdown());
        }
        let state = self.state().clone();
        let ledger = match state {
            State::NotSetUp => return Err(NotSetUp(())),
            // Nobody waits for the lock meanwhile: hooks of panics may come here at any moment.
            State::SetUp(running) => running.map_or_else(Ledger::default, |it| it.end()),
            State::ShutDown(ledger) => return Ok(ledger),
        };
        *self.state() = State::ShutDown(ledger);
        Ok(ledger)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for DistributedTracingManager {
    fn default() -> Self {
        DistributedTracingManager::new()
    }
}

impl fmt::Debug for DistributedTracingManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DistributedTracingManager")
            .field("settings", &self.settings)
            .field("state", &self.state)
            .finish()
    }
}

/// A manager that was never set up cannot be shut down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotSetUp(());

impl fmt::Display for NotSetUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "this manager was never set up, so it has nothing to shut down\n\
             hint: call `setup()` first; `synndicate::shutdown()` ends tracing whoever started it",
        )
    }
}

impl std::error::Error for NotSetUp {}

/// Sends traces to a Jaeger on its usual ports on this machine, or where the settings say.
///
/// # Errors
///
/// As [`DistributedTracingManager::setup`].
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let tracing = synndicate::setup_jaeger_tracing()?;
/// // … the program …
/// tracing.shutdown()?;
/// # Ok(())
/// # }
/// ```
pub fn setup_jaeger_tracing() -> Result<DistributedTracingManager, StartError> {
    set_up(DistributedTracingManager::builder().backend(TracingBackend::Jaeger))
}

/// Sends traces to the Zipkin at `endpoint`, such as `http://zipkin:9411`.
///
/// # Errors
///
/// As [`DistributedTracingManager::setup`].
pub fn setup_zipkin_tracing(
    endpoint: impl fmt::Display,
) -> Result<DistributedTracingManager, StartError> {
    set_up(DistributedTracingManager::builder().backend(TracingBackend::Zipkin).endpoint(endpoint))
}

/// Sends traces to what takes OTLP at `endpoint`, such as `http://otel-collector:4317`.
///
/// # Errors
///
/// As [`DistributedTracingManager::setup`].
pub fn setup_otlp_tracing(
    endpoint: impl fmt::Display,
) -> Result<DistributedTracingManager, StartError> {
    set_up(DistributedTracingManager::builder().backend(TracingBackend::Otlp).endpoint(endpoint))
}

fn set_up(
    builder: DistributedTracingManagerBuilder,
) -> Result<DistributedTracingManager, StartError> {
    let manager = builder.build();
    manager.setup()?;
    Ok(manager)
}
