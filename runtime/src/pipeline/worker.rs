//! What runs on the pipeline's thread.

use super::backends::Backends;
use super::losses::Losses;
use super::prober::Prober;
use super::queue::Queue;
use super::reader::Reader;
use super::sender::Sender;
use super::spooler::Spooler;
use super::{FirstProbe, Parts};
use crate::health::Pace;
use std::cell::OnceCell;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError};
use tokio::time::sleep_until;

/// All that reads the rings, sends batches and asks backends.
pub(super) struct Worker {
    sender: Sender,
    reader: Reader,
    prober: Prober,
    spooler: Option<Spooler>,
}

impl Worker {
    pub(super) fn new(parts: Parts) -> Worker {
        let Parts { core, queue, accounts, primary, fallbacks, resource, batch, .. } = parts;
        let (probe_interval, retry, say) = (parts.probe_interval, parts.retry, parts.say);
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
        let backends = Arc::new(Backends::new(primary, fallbacks, pace, bytes, &say));
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
            backends,
            queue,
            accounts,
            core,
            resource,
            limits: batch,
            retry,
            spool,
            replays: tokio::sync::Mutex::new(replayed),
            last_moment: OnceCell::new(),
        };
        Worker { sender, reader, prober, spooler }
    }

    pub(super) fn backends(&self) -> &Arc<Backends> {
        &self.sender.backends
    }

    /// Runs until the queue is closed and empty, or its deadline is over. What the first backend says first goes to `probed`.
    pub(super) async fn run(self, probed: SyncSender<FirstProbe>) {
        let Worker { sender, reader, prober, spooler } = self;
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
