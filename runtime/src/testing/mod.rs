//! Capturing spans in tests, without a backend and without touching what other tests see.
//!
//! It is there with the feature `testing`, which belongs under `[dev-dependencies]`.
//!
//! ```
//! use synndicate::{testing, traced};
//!
//! #[traced]
//! fn plan(steps: u32) {
//!     synndicate::set_attribute("done", true);
//! }
//!
//! let spans = testing::capture(|| plan(3));
//! let plan = spans.one("plan");
//! assert_eq!(plan.attribute("steps"), Some(&3.into()));
//! assert_eq!(plan.attribute("done"), Some(&true.into()));
//! ```

// An interpreter starts no process.
#[cfg(test)]
#[cfg(not(miri))]
mod alone;
mod decode;
#[cfg(feature = "testing")]
mod receiver;
mod snapshot;
mod spans;
mod tree;

#[cfg(all(test, not(miri)))]
pub(crate) use alone::in_a_process_of_its_own;
#[cfg(feature = "testing")]
pub use receiver::{Fault, Receiver};
pub use spans::{AttributeValue, Event, Link, Span, Spans, Status};

use crate::batch::Chunk;
use crate::recorder::{self, Config, Core, Filter, Limits, Outlet, Rules, Sampler};
use crate::settings;
use std::fmt;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, PoisonError};
use tracing::instrument::WithSubscriber;
use tracing_core::{Dispatch, LevelFilter, Subscriber, dispatcher};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

/// Runs `body` and returns the spans that ended on this thread meanwhile, in the order in which they ended.
///
/// Everything is sampled and every level is recorded. Tests that capture may run in parallel; each sees its own spans only.
pub fn capture<R>(body: impl FnOnce() -> R) -> Spans {
    let recording = Recording::new();
    recording.run(body);
    recording.spans()
}

/// Runs `future` and returns its output and the spans that ended in it. What it spawns is captured where it is spawned with
/// [`synndicate::spawn`](crate::spawn), or given the current subscriber (`tracing::instrument::WithSubscriber`).
///
/// ```
/// # async fn example() {
/// use synndicate::{testing, traced};
///
/// #[traced]
/// async fn plan(steps: u32) -> u32 {
///     steps * 2
/// }
///
/// let (planned, spans) = testing::capture_async(plan(3)).await;
/// assert_eq!(spans.one("plan").attribute("result"), Some(&6.into()));
/// # assert_eq!(planned, 6);
/// # }
/// # use futures::FutureExt as _;
/// # example().now_or_never().unwrap();
/// ```
pub async fn capture_async<F: Future>(future: F) -> (F::Output, Spans) {
    let recording = Recording::new();
    let output = future.with_subscriber(recording.dispatch.clone()).await;
    (output, recording.spans())
}

/// Spans that are being captured, for tests that look while they go on, or that use several threads.
///
/// ```
/// use synndicate::testing::Recording;
///
/// #[synndicate::traced]
/// fn step(n: u32) {}
///
/// let recording = Recording::new();
/// std::thread::scope(|scope| {
///     scope.spawn(|| recording.run(|| step(1)));
///     recording.run(|| step(2));
/// });
/// assert_eq!(recording.spans().named("step").count(), 2);
/// ```
pub struct Recording {
    core: Arc<Core>,
    memory: Arc<Memory>,
    dispatch: Dispatch,
}

impl Recording {
    /// Captures everything that runs in [`run`](Recording::run).
    #[must_use]
    pub fn new() -> Recording {
        Recording::with_sample_rate(1.0)
    }

    /// As [`new`](Recording::new), with this part of all traces sampled: 0.0 to 1.0.
    #[must_use]
    pub fn with_sample_rate(rate: f64) -> Recording {
        Recording::with_config(Config { sampler: Sampler::new(rate), ..everything() })
    }

    pub(crate) fn with_config(config: Config) -> Recording {
        let memory = Arc::new(Memory::default());
        let core = Core::new(config, memory.clone());
        let dispatch = recorder::scoped(&core);
        Recording { core, memory, dispatch }
    }

    /// Captures what the whole process does from now on. For test programs of their own: other tests of the process would be
    /// captured too.
    ///
    /// # Panics
    ///
    /// When another subscriber is installed for the process.
    #[must_use]
    pub fn global() -> Recording {
        let recording = Recording::new();
        let installed = recorder::turn_to(Some(&recording.core)).is_ok();
        assert!(installed, "another `tracing` subscriber is installed for this process");
        recording
    }

    /// Lets these rules count from now on, in place of those before: `[[observability.span]]` tables, written as in
    /// `Synndicate.toml`.
    ///
    /// Must not be called from inside a span's `Debug`, or from anything else that `tracing` itself calls.
    ///
    /// # Panics
    ///
    /// When something is wrong with the rules, with what that is.
    pub fn set_rules(&self, rules: &str) {
        match settings::rules_in(rules) {
            Ok(rules) => self.core.set_rules(Rules(rules)),
            Err(mistakes) => panic!("{mistakes}"),
        }
    }

    /// Runs `body` on this thread, with its spans captured.
    pub fn run<R>(&self, body: impl FnOnce() -> R) -> R {
        dispatcher::with_default(&self.dispatch, body)
    }

    /// A layer that captures what goes through a stack of the test's own.
    ///
    /// ```
    /// use synndicate::testing::Recording;
    /// use tracing_subscriber::prelude::*;
    ///
    /// #[synndicate::traced]
    /// fn plan() {}
    ///
    /// let recording = Recording::new();
    /// let stack = tracing_subscriber::registry().with(recording.layer());
    /// tracing::subscriber::with_default(stack, plan);
    /// assert_eq!(recording.spans().one("plan").name, "plan");
    /// ```
    #[must_use]
    pub fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        recorder::layer(Arc::new(AtomicU32::new(self.core.id)))
    }

    /// The subscriber that captures, for futures and threads that are to be given it.
    #[must_use]
    pub fn dispatch(&self) -> Dispatch {
        self.dispatch.clone()
    }

    /// All spans that have ended so far; those of one thread mostly in the order of their ends.
    #[must_use]
    pub fn spans(&self) -> Spans {
        self.core.drain(u64::MAX);
        Spans::decode(&self.memory.bytes())
    }

    /// All spans that have ended since they were taken or cleared last.
    #[must_use]
    pub fn take(&self) -> Spans {
        self.core.drain(u64::MAX);
        Spans::decode(&self.memory.take())
    }

    /// Forgets the spans that have ended so far.
    pub fn clear(&self) {
        self.core.drain(u64::MAX);
        self.memory.clear();
    }

    /// Ends all spans that are open, as the end of the program does; says how many they were.
    #[expect(clippy::must_use_candidate, reason = "the number is rarely asked for")]
    pub fn end_open_spans(&self) -> u64 {
        recorder::hand_over_unfinished(&self.core)
    }

    /// How many spans found no room on their way, because this recording was being read.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.core.lost().ring_full
    }

    /// How many attributes, events and links came after their span had ended.
    #[must_use]
    pub fn late(&self) -> u64 {
        self.core.late()
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.core.close();
    }
}

impl Default for Recording {
    fn default() -> Self {
        Recording::new()
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording").field("core", &self.core).finish_non_exhaustive()
    }
}

/// Every level, every trace, the usual limits.
pub(crate) fn everything() -> Config {
    Config {
        sampler: Sampler::new(1.0),
        filter: Filter(Targets::new().with_default(LevelFilter::TRACE)),
        limits: Limits {
            attributes: 128,
            events: 128,
            links: 128,
            value_bytes: 64 * 1024,
            span_bytes: 1024 * 1024,
        },
        rules: Rules::default(),
        layers: None,
    }
}

/// Keeps what it is given.
#[derive(Default)]
struct Memory(Mutex<Vec<Chunk>>);

impl Memory {
    fn bytes(&self) -> Vec<u8> {
        let chunks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        chunks.iter().flat_map(|chunk| chunk.bytes().iter().copied()).collect()
    }

    fn take(&self) -> Vec<u8> {
        let mut chunks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        chunks.drain(..).flat_map(|chunk| chunk.bytes().to_vec()).collect()
    }

    fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Outlet for Memory {
    fn accept(&self, chunk: Chunk) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(chunk);
    }

    fn wake(&self) {
        // Whoever wants the spans drains the rings.
    }
}
