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
//! at a time when a backend is up. A batch is sent to one backend; only a timeout may bring it to two. The pipeline must never read settings or the environment, and nothing above it waits for it but those
//! who ask it to flush.

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

pub use health::{Health, Waiting};
pub(crate) use ledger::Accounts;
pub use ledger::{DropReason, Ledger};
pub(crate) use notice::Say;
pub(crate) use queue::Queue;
pub(crate) use retry::RetryPolicy;

use crate::batch::Resource;
use crate::exporter::{ExportError, Exporter};
use crate::health::Pace;
use crate::plan::BatchLimits;
use crate::recorder::{Core, hand_over_of_this_thread, hand_over_unfinished, silence_thread};
use crate::spool::Spool;
use backends::Backends;
use losses::Losses;
use prober::Prober;
use reader::Reader;
use sender::Sender;
use spooler::Spooler;
use std::cell::OnceCell;
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{JoinHandle, ThreadId};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

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
    worker: Mutex<Option<JoinHandle<()>>>,
    worker_id: ThreadId,
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
        let Parts { core, queue, accounts, primary, fallbacks, resource, batch, .. } = parts;
        let (probe_interval, retry, say) = (parts.probe_interval, parts.retry, parts.say);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (probed, probe) = sync_channel(1);
        let reader = Reader {
            core: core.clone(),
            queue: queue.clone(),
            accounts: accounts.clone(),
            losses: Losses::new(say.clone()),
        };
        let spool = parts.spool.map(Arc::new);
        let bytes = batch.bytes.saturating_sub(resource.header_len());
        let pace = Pace::new(probe_interval, 1 + fallbacks.len());
        let pace = if spool.is_some() { pace.with_spool() } else { pace };
        let backends = Backends::new(primary, fallbacks, pace, bytes, &say);
        let backends = Arc::new(backends);
        let prober = Prober {
            backends: backends.clone(),
            accounts: accounts.clone(),
            core: core.clone(),
            resource: resource.clone(),
        };
        let (replays, replayed) = tokio::sync::mpsc::channel(1);
        let spooler = spool.clone().map(|spool| Spooler {
            spool,
            backends: backends.clone(),
            queue: queue.clone(),
            accounts: accounts.clone(),
            resource: resource.clone(),
            limits: batch,
            replays,
        });
        let sender = Sender {
            backends: backends.clone(),
            queue: queue.clone(),
            accounts: accounts.clone(),
            core: core.clone(),
            resource,
            limits: batch,
            retry,
            spool,
            replays: tokio::sync::Mutex::new(replayed),
            last_moment: OnceCell::new(),
        };
        let worker = std::thread::Builder::new().name("synndicate".into());
        let worker = worker.spawn(move || {
            silence_thread();
            runtime.block_on(work(sender, reader, prober, spooler, probed));
            // Connections that are still being made would keep the runtime, and so the thread.
            runtime.shutdown_background();
        })?;
        let worker_id = worker.thread().id();
        let worker = Mutex::new(Some(worker));
        Ok((Pipeline { core, queue, accounts, backends, worker, worker_id }, probe))
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
        self.join();
        self.core.drain(u64::MAX);
        self.core.close();
        self.ledger()
    }

    /// Whether this is the worker's own thread, which would wait for itself: hooks of panics run on whatever thread panics.
    fn is_worker(&self) -> bool {
        std::thread::current().id() == self.worker_id
    }

    /// The worker has said that it ends; a panic in it has been counted by what it left in the queue.
    fn join(&self) {
        let mut worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(worker) = worker.take_if(|worker| worker.is_finished()) {
            let _ = worker.join();
        }
    }
}

/// The worker: reads the rings, sends batches and asks backends until the queue is closed and empty, or its deadline is over.
async fn work(
    sender: Sender,
    reader: Reader,
    prober: Prober,
    spooler: Option<Spooler>,
    probed: SyncSender<FirstProbe>,
) {
    let _end = EndQueue(sender.queue.clone());
    let deadline = deadline(sender.queue.clone());
    let send = async {
        let result = sender.probe().await.map(drop);
        let primary = sender.backends.primary();
        let probe = FirstProbe { place: primary.place(), result };
        if let Err(TrySendError::Disconnected(late)) = probed.try_send(probe) {
            primary.notices().answered_late(&late);
        }
        sender.run().await;
    };
    let spool = async {
        match spooler {
            Some(spooler) => spooler.run().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        // The sender asks the first backend before the prober would.
        biased;
        () = send => {}
        () = prober.run() => {}
        () = spool => {}
        () = reader.run() => {}
        () = deadline => {}
    }
}

/// Ends the queue however the worker ends, so that nobody waits for it in vain and nothing is lost uncounted.
struct EndQueue(Arc<Queue>);

impl Drop for EndQueue {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// Comes when the program has begun to end and its time is over.
async fn deadline(queue: Arc<Queue>) {
    let mut closed = queue.closed.subscribe();
    let deadline = closed.wait_for(Option::is_some).await.ok().and_then(|deadline| *deadline);
    if let Some(deadline) = deadline {
        sleep_until(deadline).await;
    }
}
