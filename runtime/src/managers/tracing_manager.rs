//! The manager of a program's spans.

use super::{DistributedTracingManager, ManagedSpan, NotSetUp};
use crate::builder::{Builder, StartError};
use crate::pipeline::Ledger;
use std::panic::Location;
use std::sync::{Mutex, PoisonError};

/// The manager that was initialized last.
static CURRENT: Mutex<Option<TracingManager>> = Mutex::new(None);

/// Begins spans for a service, and starts and ends its tracing. Clones are the same manager.
///
/// ```no_run
/// use synndicate::{DistributedTracingManager, TracingBackend, TracingManager, get_tracing_manager};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let jaeger = DistributedTracingManager::builder().backend(TracingBackend::Jaeger).build();
/// let tracing = TracingManager::new("my-service", "1.0.0").with_distributed(jaeger);
/// tracing.initialize()?;
/// {
///     let span = get_tracing_manager().start_span("my-operation");
///     span.set_attribute("key", "value");
/// }
/// tracing.shutdown()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct TracingManager {
    /// Name and version; `None` where the settings name them.
    service: Option<(String, String)>,
    distributed: DistributedTracingManager,
}

impl TracingManager {
    /// For a service of this name and version; where its traces go is what the settings say.
    #[must_use = "nothing is traced before `initialize`"]
    pub fn new(
        service_name: impl Into<String>,
        service_version: impl Into<String>,
    ) -> TracingManager {
        TracingManager {
            service: Some((service_name.into(), service_version.into())),
            distributed: DistributedTracingManager::new(),
        }
    }

    /// Lets traces go where `manager` says. A name and a version of the service that it was given win over this one's.
    #[must_use = "it is a new manager"]
    pub fn with_distributed(self, manager: DistributedTracingManager) -> TracingManager {
        TracingManager { distributed: manager, ..self }
    }

    /// Starts tracing for the whole process, and makes this manager the one that [`get_tracing_manager`] returns. Nothing is
    /// started where its [`DistributedTracingManager`] is set up already; then the service is called what that one says.
    ///
    /// # Errors
    ///
    /// As [`DistributedTracingManager::setup`].
    pub fn initialize(&self) -> Result<(), StartError> {
        let mut defaults = Builder::new();
        if let Some((name, version)) = &self.service {
            defaults = defaults.set("service_name", name).set("service_version", version);
        }
        self.distributed.setup_above(defaults)?;
        *CURRENT.lock().unwrap_or_else(PoisonError::into_inner) = Some(self.clone());
        Ok(())
    }

    /// Begins a span below the one that is current on this thread, and makes it current until it is dropped.
    ///
    /// Spans are grouped by their names: put no ids into them, but into attributes. Where it was begun is told by
    /// `code.file.path` and `code.line.number`. In `tracing_filter` it has the target `synndicate` and the level `info`. Where
    /// tracing does not run the span is nothing.
    #[track_caller]
    #[expect(clippy::unused_self, reason = "spans go to the process's tracing, whoever started it")]
    pub fn start_span(&self, name: impl AsRef<str>) -> ManagedSpan {
        ManagedSpan::start(name.as_ref(), Location::caller())
    }

    /// As [`DistributedTracingManager::shutdown`].
    ///
    /// # Errors
    ///
    /// When this manager was never initialized.
    pub fn shutdown(&self) -> Result<Ledger, NotSetUp> {
        self.distributed.shutdown()
    }
}

/// The manager that was initialized last, or where there is none, one for the tracing that runs by other means, such as
/// `#[traced_service]`.
#[must_use]
pub fn get_tracing_manager() -> TracingManager {
    CURRENT.lock().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_default()
}
