//! Between queue and spool: what the queue cannot hold goes there, and what is there comes back when a backend is up.
//!
//! All that waits for the disk is here, apart from the sender, which goes on meanwhile.

use super::backends::Backends;
use super::in_flight::InFlight;
use super::ledger::Accounts;
use super::queue::Queue;
use crate::batch::Resource;
use crate::plan::BatchLimits;
use crate::spool::{Spool, Spooled};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

/// How often the spool is asked whether there is something to send, where nothing else tells.
const LOOK: Duration = Duration::from_secs(1);

/// Moves batches to the spool and back.
pub(super) struct Spooler {
    pub(super) spool: Arc<Spool>,
    pub(super) backends: Arc<Backends>,
    pub(super) queue: Arc<Queue>,
    pub(super) accounts: Arc<Accounts>,
    pub(super) resource: Arc<Resource>,
    pub(super) limits: BatchLimits,
    /// To the sender, which takes one when it has time.
    pub(super) replays: mpsc::Sender<Replay>,
}

/// A batch of the spool on its way to a backend.
pub(super) struct Replay {
    pub(super) spooled: Spooled,
    /// Dropped when no more is done with the batch.
    pub(super) over: oneshot::Sender<()>,
}

impl Spooler {
    /// Never ends.
    pub(super) async fn run(&self) {
        tokio::join!(self.take_overflow(), self.replay());
    }

    /// Keeps the queue below its mark while the sender is busy.
    async fn take_overflow(&self) {
        loop {
            self.queue.for_spooler.notified().await;
            while let Some(room) = self.spool.room().await {
                let limits = BatchLimits { bytes: self.backends.request_bytes(), ..self.limits };
                let Some(batch) = self.queue.overflow(&limits, &self.resource) else { break };
                InFlight::new(batch, self.accounts.clone(), self.queue.clone()).spooled(room);
            }
        }
    }

    /// Reads one batch after the other, each when the one before is settled: so the spool takes no more memory than that.
    async fn replay(&self) {
        loop {
            while self.spool.waiting() == 0 || self.backends.ready(&[]).is_none() {
                tokio::select! {
                    () = self.backends.news.notified() => {}
                    () = sleep(LOOK) => {}
                }
            }
            let Some(spooled) = self.spool.next().await else {
                sleep(LOOK).await;
                continue;
            };
            let (over, is_over) = oneshot::channel();
            // Both fail where nobody sends any more.
            let _ = self.replays.send(Replay { spooled, over }).await;
            let _ = is_over.await;
        }
    }
}
