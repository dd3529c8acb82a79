//! The pipeline: takes finished spans from the recorder to a backend, and knows what became of each.
//!
//! ```text
//!  rings ── reader ── Queue (bounded) ── sender ── InFlight (retried, split) ── Backends ── Exporter
//!                      │ └────────── Accounts ──────────┘ ── Ledger      prober ──┘ └── Monitor
//!                      └── spooler ── Spool
//! ```
//!
//! One thread with a runtime of its own, alive until shutdown whatever the program's runtime does. It uses the recorder's
//! [`Core`], and an [`Exporter`] and a monitor of `health` for each backend. Before every attempt the sender asks which backend
//! is the first that is up, so that a batch which one does not take goes to the next; the prober finds out meanwhile which ones
//! are. Where none is, batches go to the spool; what the queue cannot hold does too, by the spooler, which brings batches back one
//! at a time when a backend is up. A batch is sent to one backend; only a timeout may bring it to two. The pipeline must never read
//! settings or the environment, and nothing above it waits for it but those who ask it to flush.

mod backend;
mod backends;
mod health;
mod in_flight;
mod ledger;
mod losses;
mod notice;
mod prober;
mod queue;
mod reader;
mod request_size;
mod retry;
mod sender;
mod spooler;
#[cfg(test)]
mod tests;
mod worker;

pub use health::{Health, Waiting};
pub(crate) use ledger::Accounts;
pub use ledger::{DropReason, Ledger};
pub(crate) use notice::Say;
pub(crate) use queue::Queue;
pub(crate) use retry::RetryPolicy;

use crate::batch::Resource;
use crate::exporter::{ExportError, Exporter};
use crate::plan::BatchLimits;
use crate::recorder::{Core, hand_over_of_this_thread, hand_over_unfinished, silence_thread};
use crate::spool::Spool;
use backends::Backends;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::ThreadId;
use std::time::Duration;
use tokio::time::Instant;
use worker::Worker;

/// How long the worker may take to notice that its time is over.
const MARGIN: Duration = Duration::from_millis(200);

/// What a pipeline is made of.
pub(crate) struct Parts {
    pub(crate) core: Arc<Core>,
    pub(crate) queue: Arc<Queue>,
    pub(crate) accounts: Arc<Accounts>,
    /// The first backend of the list.
    pub(crate) primary: Exporter,
    /// The others, in the order in which spans go to them.
    pub(crate) fallbacks: Vec<Exporter>,
    /// How often backends are asked whether they would take spans.
    pub(crate) probe_interval: Option<Duration>,
    pub(crate) resource: Arc<Resource>,
    pub(crate) batch: BatchLimits,
    pub(crate) retry: RetryPolicy,
    /// Where batches wait beyond the queue.
    pub(crate) spool: Option<Spool>,
    pub(crate) say: Say,
}

/// A running pipeline.
pub(crate) struct Pipeline {
    core: Arc<Core>,
    queue: Arc<Queue>,
    accounts: Arc<Accounts>,
    backends: Arc<Backends>,
    worker: ThreadId,
}

/// Whether the backend would take spans, as its first probe says, and where it is.
#[derive(Debug)]
pub(crate) struct FirstProbe {
    pub(crate) place: String,
    pub(crate) result: Result<(), ExportError>,
}

impl Pipeline {
    /// Starts the worker. Its first act is to ask the backend whether it would take spans; the answer comes by the receiver.
    ///
    /// # Errors
    ///
    /// When the operating system gives no thread or no means to wait for the network.
    pub(crate) fn start(parts: Parts) -> io::Result<(Pipeline, Receiver<FirstProbe>)> {
        let (core, queue, accounts) =
            (parts.core.clone(), parts.queue.clone(), parts.accounts.clone());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (probed, probe) = sync_channel(1);
        let work = Worker::new(parts);
        let backends = work.backends().clone();
        let worker = std::thread::Builder::new().name("synndicate".into());
        let worker = worker.spawn(move || {
            silence_thread();
            runtime.block_on(work.run(probed));
            // Connections that are still being made would keep the runtime, and so the thread.
            runtime.shutdown_background();
        })?;
        // The handle is not kept: the queue tells when the worker ends, and in a forked child a handle may come to mean another
        // thread.
        let worker = worker.thread().id();
        Ok((Pipeline { core, queue, accounts, backends, worker }, probe))
    }

    /// What became of every span so far.
    pub(crate) fn ledger(&self) -> Ledger {
        self.accounts.ledger(&self.core)
    }

    /// How everything is.
    pub(crate) fn health(&self) -> Health {
        let (queued, in_flight) = self.queue.waiting();
        let ledger = self.ledger();
        let waiting = Waiting::new(&ledger, queued, in_flight);
        Health { ledger, waiting, backends: self.backends.report() }
    }

    /// What to tell people of rules that were for no call site that was reached.
    pub(crate) fn idle_rules(&self) -> Option<String> {
        self.core.idle_rules()
    }

    /// Waits until every span that has ended before this call is exported or dropped: at most `timeout`. True where it is.
    pub(crate) fn flush(&self, timeout: Duration) -> bool {
        !self.is_worker() && self.queue.flush(timeout)
    }

    /// Lets the spans that are entered on this thread leave as unfinished ones.
    pub(crate) fn hand_over_of_this_thread(&self) {
        hand_over_of_this_thread(&self.core);
    }

    /// Sends what there is, open spans included, and ends the worker: all of it within `timeout`. What is left then is dropped.
    pub(crate) fn shutdown(&self, timeout: Duration) -> Ledger {
        if self.is_worker() {
            return self.ledger();
        }
        let deadline = Instant::now() + timeout;
        self.queue.admit_everything();
        self.core.drain(u64::MAX);
        hand_over_unfinished(&self.core);
        self.queue.close(deadline);
        self.queue.wait_for_end(timeout + MARGIN);
        // A worker that is late finds nothing left: the ledger that is returned is the last one but for the batch under way.
        self.queue.end();
        self.core.drain(u64::MAX);
        self.core.close();
        self.ledger()
    }

    /// Whether this is the worker's own thread, which would wait for itself: hooks of panics run on whatever thread panics.
    fn is_worker(&self) -> bool {
        std::thread::current().id() == self.worker
    }
}
