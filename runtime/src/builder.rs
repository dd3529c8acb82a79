//! Tracing without the attribute, for programs that have their own way to begin and end, and for tests.

#[cfg(any(feature = "sdk", feature = "testing"))]
use crate::exporter::Exporter;
#[cfg(feature = "sdk")]
use crate::exporter::SdkExporter;
use crate::pipeline::Ledger;
use crate::plan::Plan;
use crate::recorder::{self, Layers};
use crate::report;
use crate::running::{self, Running, StartProblem, Way};
use crate::settings::Sources;
use std::fmt;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Once};
use tracing_core::Subscriber;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};

/// Whoever carries commands out has no builder. The command is not shown: a URL in it may hold a password.
const COMMAND_IGNORED: &str = "warning: `SYN_COMMAND` is set, but has no effect: this program starts tracing without `#[traced_service]`\n\
     hint: the program `synndicate` knows the same commands, such as `synndicate check`, but not settings that stand in code: \
     `cargo install synndicate --features cli`";
static COMMAND_TOLD: Once = Once::new();

/// Starts tracing as the settings say: the same sources as with `#[traced_service]`, and above them what is set here.
///
/// Signals stay the program's own business: nothing is sent when one of them ends it. No panic hook is installed either: a span that
/// a panic ends does not say what the panic said, and with `panic = "abort"` nothing is sent unless a hook of yours calls
/// [`flush`](crate::flush).
///
/// ```no_run
/// # fn main() -> Result<(), synndicate::StartError> {
/// let tracing = synndicate::Builder::new()
///     .set("service_name", "planner")
///     .set("tracing_backend", "otlp")
///     .set("tracing_endpoint", "http://localhost:4317")
///     .start()?;
/// // … the program …
/// let ledger = tracing.shutdown();
/// assert_eq!(ledger.dropped(), 0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Builder {
    settings: Vec<(String, String)>,
    layers: Option<&'static Layers>,
}

impl Builder {
    /// Nothing is set yet.
    #[must_use]
    pub fn new() -> Builder {
        Builder::default()
    }

    /// Sets a key of `[observability]`; the value is written as in a variable. It is checked by [`start`](Builder::start).
    #[must_use]
    pub fn set(mut self, key: impl Into<String>, value: impl fmt::Display) -> Builder {
        self.settings.push((key.into(), value.to_string()));
        self
    }

    /// Lets layers of `tracing-subscriber` see what the program does: `fmt`, a console, one of your own; several as a `Vec` of boxed
    /// ones, or joined by `and_then`. Without a filter of its own a layer sees everything, of every library and level.
    ///
    /// They stand on a registry of their own beside the recorder. A `#[traced]` function whose call site a layer wants makes
    /// an ordinary span, which the layer sees with its fields, at the price of one; what no layer wants costs what it did. What
    /// they show is theirs to decide: neither `tracing_filter` nor the rules for single spans count for them.
    ///
    /// They stay for the rest of the process, also after the end of tracing and where that is disabled; a later start may replace
    /// them.
    ///
    /// ```no_run
    /// use tracing_subscriber::filter::LevelFilter;
    /// use tracing_subscriber::{Layer as _, fmt};
    ///
    /// # fn main() -> Result<(), synndicate::StartError> {
    /// let tracing = synndicate::Builder::new()
    ///     .layers(fmt::layer().with_filter(LevelFilter::INFO))
    ///     .start()?;
    /// # tracing.shutdown();
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn layers(mut self, layer: impl Layer<Registry> + Send + Sync) -> Builder {
        self.layers = Some(Layers::new(layer));
        self
    }

    /// Starts tracing for the whole process.
    ///
    /// Warnings and the line that says where traces go are written to standard error. A backend that cannot be reached is no
    /// error: spans wait for it.
    ///
    /// # Errors
    ///
    /// When something is wrong with the settings, when tracing runs already, or when another `tracing` subscriber is installed.
    pub fn start(self) -> Result<Tracing, StartError> {
        Ok(Tracing { running: self.run()? })
    }

    /// Starts tracing through a layer for a `tracing_subscriber` stack of yours, in place of the subscriber of the process, as
    /// [`layer`](crate::layer) does by the settings alone.
    ///
    /// # Errors
    ///
    /// When something is wrong with the settings, or when tracing runs already.
    pub fn layer<S>(self) -> Result<(impl Layer<S> + Send + Sync + use<S>, Tracing), StartError>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let core = Arc::new(AtomicU32::new(0));
        let plan = planned(self.settings)?;
        let running = running::start(&plan, Way::Layer(core.clone())).map_err(StartError)?;
        Ok((recorder::layer(core), Tracing { running }))
    }

    /// The same for who ends it in another way. `None`: tracing is disabled.
    pub(crate) fn run(self) -> Result<Option<Arc<Running>>, StartError> {
        let plan = planned(self.settings)?;
        running::start(&plan, Way::Subscriber(self.layers)).map_err(StartError)
    }

    /// With what `other` sets in addition, which counts where both set a key.
    pub(crate) fn and(mut self, other: Builder) -> Builder {
        self.settings.retain(|(key, _)| !other.settings.iter().any(|(others, _)| others == key));
        self.settings.extend(other.settings);
        self.layers = other.layers.or(self.layers);
        self
    }

    /// Starts tracing with an exporter of yours as the backend, in place of the one that the settings name: any exporter of the
    /// OpenTelemetry SDK. Batching, limits, the queue, the retries and the ledger are ours, so it should not retry for long.
    ///
    /// It runs on the pipeline's thread, in a runtime of tokio, one batch at a time; one that blocks there must not start a
    /// runtime of its own. A failure that it reports is tried again, since the SDK does not tell those that pass from others.
    /// What it says in an error is shown as it is. Maps, bytes and mixed lists, which the SDK does not know, become JSON texts.
    ///
    /// # Errors
    ///
    /// As [`start`](Builder::start).
    #[cfg(feature = "sdk")]
    pub fn start_with_exporter(
        self,
        exporter: impl opentelemetry_sdk::trace::SpanExporter + 'static,
    ) -> Result<Tracing, StartError> {
        self.start_with(Exporter::Sdk(SdkExporter::new(exporter)))
    }

    /// Starts all of it but the way to the backend: every batch counts as taken, and is dropped. For benchmarks.
    ///
    /// # Errors
    ///
    /// As [`start`](Builder::start).
    #[cfg(feature = "testing")]
    #[doc(hidden)]
    pub fn start_discarding(self) -> Result<Tracing, StartError> {
        self.start_with(Exporter::Discard)
    }

    #[cfg(any(feature = "sdk", feature = "testing"))]
    fn start_with(self, exporter: Exporter) -> Result<Tracing, StartError> {
        let plan = planned(self.settings)?;
        let running = running::start_with(&plan, Way::Subscriber(self.layers), exporter)
            .map_err(StartError)?;
        Ok(Tracing { running })
    }
}

/// What the settings of this process and, above them, these say.
fn planned(settings: Vec<(String, String)>) -> Result<Plan, StartError> {
    let sources = Sources { builder: settings, ..Sources::from_process() };
    if sources.command().is_some() {
        COMMAND_TOLD.call_once(|| report::say(COMMAND_IGNORED));
    }
    running::plan(&sources).map_err(StartError)
}

/// Starts tracing as the settings say, and gives a layer for a `tracing_subscriber` stack of yours that records what goes through
/// it. Tracing ends when the second value is dropped or shut down.
///
/// ```no_run
/// use tracing_subscriber::prelude::*;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (layer, tracing) = synndicate::layer()?;
/// tracing_subscriber::registry().with(tracing_subscriber::fmt::layer()).with(layer).init();
/// // … the program …
/// tracing.shutdown();
/// # Ok(())
/// # }
/// ```
///
/// What is recorded is the same as by the recorder itself: spans and events as `tracing_filter` and the rules say, `#[traced]`
/// functions with all their attributes, [`set_attribute`](crate::set_attribute), [`propagation`](crate::propagation), tasks. Filters of other layers do not
/// count for it; one of its own (`.with_filter`) does. Three things differ. Every span costs as much as the stack makes it cost:
/// several times what it costs where the recorder is the subscriber, which layers of yours may stand beside
/// ([`Builder::layers`]). What the stack leaves out altogether, as by a filter above all layers, is not recorded. And your other layers
/// see what the exporter's own connections trace: a filter like `debug,h2=off,hyper=off` leaves it out.
///
/// The stack must stand on a [`Registry`], and one such layer is enough for it: of two each sees its own spans only.
/// `OpenTelemetrySpanExt` looks for the layer of tracing-opentelemetry and not for this one.
/// A [`reload::Layer`](tracing_subscriber::reload::Layer) hides what it holds: within one spans and events are recorded all the same, but
/// [`set_attribute`](crate::set_attribute), [`propagation`](crate::propagation) and spans of the OpenTelemetry API find no recorder.
///
/// # Errors
///
/// When something is wrong with the settings, or when tracing runs already.
pub fn layer<S>() -> Result<(impl Layer<S> + Send + Sync + use<S>, Tracing), StartError>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    Builder::new().layer()
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Any of the values may be a secret.
        let keys: Vec<_> = self.settings.iter().map(|(key, _)| key).collect();
        f.debug_struct("Builder").field("keys", &keys).finish_non_exhaustive()
    }
}

/// Tracing that runs; it ends when this is dropped, which blocks for at most `shutdown_timeout` (5 s).
#[derive(Debug)]
#[must_use = "tracing ends when this is dropped"]
pub struct Tracing {
    /// `None`: it is disabled.
    running: Option<Arc<Running>>,
}

impl Tracing {
    /// Sends what there is within `shutdown_timeout` (5 s), ends tracing, tells on standard error what was lost, and returns the
    /// last ledger: all zeros where tracing is disabled. Blocks the calling thread meanwhile.
    pub fn shutdown(mut self) -> Ledger {
        self.running.take().map_or_else(Ledger::default, |running| running.end())
    }
}

impl Drop for Tracing {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.end();
        }
    }
}

/// Tracing cannot be started. Its text says why, all of it, and what to do; `Debug` is the same text, since that is what a `main`
/// shows that returns the error.
pub struct StartError(StartProblem);

impl fmt::Debug for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_keys_and_no_values() {
        let builder = Builder::new()
            .set("tracing_headers.authorization", "Bearer s3cret")
            .set("tracing_headers", "x=s3cret");
        for shown in [format!("{builder:?}"), format!("{builder:#?}")] {
            assert!(shown.contains("tracing_headers.authorization"), "{shown}");
            assert!(!shown.contains("s3cret"), "{shown}");
        }
    }

    #[test]
    fn the_error_of_a_bad_header_does_not_show_it() {
        for (key, value) in [
            ("tracing_headers.authorization", "s3cret\nx"),
            ("tracing_headers", "s3cret"),
            ("tracing_headers", "x y=s3cret"),
        ] {
            let error = Builder::new().set(key, value).start().unwrap_err();
            for shown in [error.to_string(), format!("{error:?}"), format!("{error:#?}")] {
                assert!(shown.contains("tracing_headers"), "{shown}");
                assert!(!shown.contains("s3cret"), "{shown}");
            }
        }
    }
}
