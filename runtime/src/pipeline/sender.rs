//! From the queue to the backend: one batch at a time, until it is delivered or given up.

use super::in_flight::InFlight;
use super::ledger::{Accounts, DropReason};
use super::notice::Notices;
use super::queue::{Next, Queue};
use super::retry::RetryPolicy;
use crate::batch::{Batch, Resource};
use crate::exporter::{Accepted, ErrorKind, ExportError, Exporter};
use crate::plan::BatchLimits;
use crate::recorder::Core;
use std::future::poll_fn;
use std::hash::{BuildHasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, sleep_until};

/// Sends what waits in the queue.
pub(super) struct Sender {
    pub(super) exporter: Exporter,
    pub(super) queue: Arc<Queue>,
    pub(super) accounts: Arc<Accounts>,
    pub(super) core: Arc<Core>,
    pub(super) resource: Arc<Resource>,
    pub(super) limits: BatchLimits,
    pub(super) retry: RetryPolicy,
    pub(super) notices: Notices,
}

/// What became of an attempt to send a batch.
enum Verdict {
    Delivered(Accepted),
    /// Parts of it may be taken.
    Split(DropReason),
    GivenUp(DropReason),
}

impl Sender {
    /// Asks the backend whether it would take spans.
    pub(super) async fn probe(&mut self) -> Result<Accepted, ExportError> {
        let batch = Batch::empty(self.resource.clone());
        let result = self.attempt(&batch).await;
        if result.is_err() {
            self.notices.begin_down();
        }
        result
    }

    /// Where spans go, for people.
    pub(super) fn place(&self) -> String {
        self.exporter.place()
    }

    /// Runs until the queue is closed and empty.
    pub(super) async fn run(&mut self) {
        loop {
            match self.queue.next(&self.limits, &self.resource) {
                Next::Send(batch) => self.deliver(batch).await,
                Next::WaitUntil(None) => self.queue.for_sender.notified().await,
                Next::WaitUntil(Some(due)) => tokio::select! {
                    () = self.queue.for_sender.notified() => {}
                    () = sleep_until(due) => {}
                },
                Next::End => break,
            }
        }
        // What the console could not show is said; it is counted already.
        if let Err(error) = self.exporter.flush() {
            let (place, accounts, core) = (self.place(), &self.accounts, &self.core);
            self.notices.failed(&place, &error, || accounts.ledger(core));
        }
    }

    /// Sends a batch, split where it must be, and settles every span of it.
    async fn deliver(&mut self, batch: Batch) {
        let in_flight = InFlight::new(batch, self.accounts.clone(), self.queue.clone());
        let mut pending = vec![in_flight];
        while let Some(batch) = pending.pop() {
            match self.send(batch.batch()).await {
                Verdict::Delivered(accepted) => batch.delivered(accepted.rejected),
                Verdict::GivenUp(reason) => batch.dropped(reason),
                Verdict::Split(reason) => match batch.split() {
                    Ok([first, second]) => pending.extend([second, first]),
                    Err(single) => single.dropped(reason),
                },
            }
        }
    }

    /// Tries a batch until the backend has taken it or will never take it. Once the program ends there is one more attempt.
    async fn send(&mut self, batch: &Batch) -> Verdict {
        let mut failures = 0;
        loop {
            let last = self.queue.is_closed();
            let error = match self.attempt(batch).await {
                Ok(accepted) => {
                    self.notices.delivered(&self.exporter.place(), &accepted);
                    return Verdict::Delivered(accepted);
                }
                Err(error) => error,
            };
            failures += 1;
            let wait = match error.kind {
                ErrorKind::TooLarge => {
                    self.remember_limit(batch);
                    return Verdict::Split(DropReason::TooLarge);
                }
                ErrorKind::Invalid => return self.split_invalid(batch, &error),
                ErrorKind::Retryable { wait } => wait,
                ErrorKind::TimedOut | ErrorKind::Unreachable => None,
                // The exporter forgets what it took the server for, and looks again once.
                ErrorKind::WireNotSpoken if failures == 1 => Some(Duration::ZERO),
                ErrorKind::WireNotSpoken | ErrorKind::Refused => {
                    self.tell(&error);
                    return Verdict::GivenUp(DropReason::Refused);
                }
                ErrorKind::Panicked => return Verdict::GivenUp(DropReason::ExporterPanicked),
            };
            self.tell(&error);
            if last {
                return Verdict::GivenUp(DropReason::ShutDown);
            }
            self.wait(self.retry.wait(failures, wait, random())).await;
        }
    }

    /// Waits, but not beyond the moment when the program begins to end.
    async fn wait(&self, wait: Duration) {
        let mut closed = self.queue.closed.subscribe();
        tokio::select! {
            () = sleep(wait) => {}
            _ = closed.wait_for(Option::is_some) => {}
        }
    }

    /// One attempt. A panic in the exporter, which may be a user's, ends neither the pipeline nor the program.
    async fn attempt(&mut self, batch: &Batch) -> Result<Accepted, ExportError> {
        let mut export = pin!(self.exporter.export(batch));
        poll_fn(|context| {
            let polled = catch_unwind(AssertUnwindSafe(|| export.as_mut().poll(context)));
            polled.unwrap_or_else(|_| {
                Err(ExportError::new(ErrorKind::Panicked, "the exporter panicked")).into()
            })
        })
        .await
    }

    /// The next batches are no larger than half of one that was too large, so that each is not refused again.
    fn remember_limit(&mut self, batch: &Batch) {
        if batch.spans() > 1 {
            self.limits.bytes = self.limits.bytes.min(batch.body_len() / 2);
        }
    }

    /// Only the span that is alone in its batch is known to be the bad one; that is said, once.
    fn split_invalid(&mut self, batch: &Batch, error: &ExportError) -> Verdict {
        if batch.spans() == 1 {
            self.tell(error);
        }
        Verdict::Split(DropReason::Invalid)
    }

    fn tell(&mut self, error: &ExportError) {
        let (place, accounts, core) = (self.exporter.place(), &self.accounts, &self.core);
        self.notices.failed(&place, error, || accounts.ledger(core));
    }
}

/// 0.0 to 1.0, for the jitter.
fn random() -> f64 {
    RandomState::new().hash_one(0) as f64 / u64::MAX as f64
}
