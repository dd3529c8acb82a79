//! The pipeline: takes finished spans from the recorder to a backend, and knows what became of each.
//!
//! ```text
//!  rings ── reader ── Queue (bounded) ── sender ── InFlight (retried, split) ── Exporter
//!                        └────────── Accounts ──────────┘ ── Ledger
//! ```
//!
//! One thread with a runtime of its own, alive until shutdown whatever the program's runtime does. It uses the recorder's
//! [`Core`] and one [`Exporter`]. It must never read settings or the environment, and nothing above it waits for it but those
//! who ask it to flush.

mod in_flight;
mod ledger;
mod losses;
mod notice;
mod queue;
mod reader;
mod request_size;
mod retry;
mod sender;
#[cfg(test)]
mod tests;

pub(crate) use ledger::Accounts;
pub use ledger::{DropReason, Ledger};
pub(crate) use notice::{Notices, Say};
pub(crate) use queue::Queue;
pub(crate) use retry::RetryPolicy;

use crate::batch::Resource;
use crate::exporter::{ExportError, Exporter};
use crate::plan::BatchLimits;
use crate::recorder::{Core, hand_over_of_this_thread, hand_over_unfinished, silence_thread};
use losses::Losses;
use reader::Reader;
use request_size::RequestSize;
use sender::Sender;
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
    pub(crate) exporter: Exporter,
    pub(crate) resource: Arc<Resource>,
    pub(crate) batch: BatchLimits,
    pub(crate) retry: RetryPolicy,
    pub(crate) say: Say,
}

/// A running pipeline.
pub(crate) struct Pipeline {
    core: Arc<Core>,
    queue: Arc<Queue>,
    accounts: Arc<Accounts>,
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
        let Parts { core, queue, accounts, exporter, resource, batch, retry, say } = parts;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (probed, probe) = sync_channel(1);
        let reader = Reader {
            core: core.clone(),
            queue: queue.clone(),
            accounts: accounts.clone(),
            losses: Losses::new(say.clone()),
        };
        let size = RequestSize::new(batch.bytes.saturating_sub(resource.header_len()));
        let sender = Sender {
            exporter,
            queue: queue.clone(),
            accounts: accounts.clone(),
            core: core.clone(),
            resource,
            limits: batch,
            size,
            refused_alone: 0,
            retry,
            notices: Notices::new(say),
        };
        let worker = std::thread::Builder::new().name("synndicate".into());
        let worker = worker.spawn(move || {
            silence_thread();
            runtime.block_on(work(sender, reader, probed));
            // Connections that are still being made would keep the runtime, and so the thread.
            runtime.shutdown_background();
        })?;
        let worker_id = worker.thread().id();
        let worker = Mutex::new(Some(worker));
        Ok((Pipeline { core, queue, accounts, worker, worker_id }, probe))
    }

    /// What became of every span so far.
    pub(crate) fn ledger(&self) -> Ledger {
        self.accounts.ledger(&self.core)
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

/// The worker: reads the rings and sends batches until the queue is closed and empty, or its deadline is over.
async fn work(mut sender: Sender, reader: Reader, probed: SyncSender<FirstProbe>) {
    let _end = EndQueue(sender.queue.clone());
    let deadline = deadline(sender.queue.clone());
    let send = async {
        let result = sender.probe().await.map(drop);
        let probe = FirstProbe { place: sender.place(), result };
        if let Err(TrySendError::Disconnected(late)) = probed.try_send(probe) {
            sender.notices.answered_late(&late);
        }
        sender.run().await;
    };
    tokio::select! {
        () = send => {}
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
