//! From the queue to the backend: one batch at a time, until it is delivered or given up.

use super::in_flight::InFlight;
use super::ledger::{Accounts, DropReason};
use super::notice::Notices;
use super::queue::{Next, Queue};
use super::request_size::RequestSize;
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
use tokio::time::{Instant, sleep_until};

/// After so many spans in a row that were refused alone, the backend is taken for one that refuses everything: to send it every
/// span alone, and all the batches on the way there, would be an attack.
const REFUSED_ALONE: u32 = 8;

/// Sends what waits in the queue.
pub(super) struct Sender {
    pub(super) exporter: Exporter,
    pub(super) queue: Arc<Queue>,
    pub(super) accounts: Arc<Accounts>,
    pub(super) core: Arc<Core>,
    pub(super) resource: Arc<Resource>,
    pub(super) limits: BatchLimits,
    pub(super) size: RequestSize,
    /// How many spans in a row the backend has called malformed when each was sent alone.
    pub(super) refused_alone: u32,
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

/// How often a batch was not taken.
#[derive(Debug, Default)]
struct Failures {
    all: u32,
    /// By a server that does not speak the wire protocol.
    of_wire: u32,
}

impl Failures {
    fn add(&mut self, kind: ErrorKind) {
        self.all += 1;
        self.of_wire += u32::from(kind == ErrorKind::WireNotSpoken);
    }
}

/// The wait before the next attempt, where it is not ours to choose.
fn asked_for(kind: ErrorKind) -> Option<Duration> {
    match kind {
        ErrorKind::Retryable { wait } => wait,
        ErrorKind::WireNotSpoken => Some(Duration::ZERO),
        _ => None,
    }
}

/// Whether there is a server that may take the batch a little later. One that is not there must cost the end of a program no
/// time.
fn answers(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Retryable { .. } | ErrorKind::WireNotSpoken)
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
            let limits = BatchLimits { bytes: self.size.bytes(), ..self.limits };
            match self.queue.next(&limits, &self.resource) {
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
        // One span of each batch may be tried alone: a backend that took nothing may take something now.
        self.refused_alone = self.refused_alone.min(REFUSED_ALONE - 1);
        let in_flight = InFlight::new(batch, self.accounts.clone(), self.queue.clone());
        let mut pending = vec![in_flight];
        while let Some(batch) = pending.pop() {
            match self.send(batch.batch()).await {
                Verdict::Delivered(accepted) => batch.delivered(accepted.rejected),
                Verdict::GivenUp(reason) => batch.dropped(reason),
                Verdict::Split(reason) => match self.part(batch, reason) {
                    Ok([first, second]) => pending.extend([second, first]),
                    Err(whole) => whole.dropped(reason),
                },
            }
        }
    }

    /// Two parts of which one may be taken where the whole was not, or the whole where that is not to be expected.
    fn part(&self, batch: InFlight, reason: DropReason) -> Result<[InFlight; 2], InFlight> {
        let half = batch.batch().spans() / 2;
        match REFUSED_ALONE.saturating_sub(self.refused_alone) {
            0 if reason == DropReason::Invalid => Err(batch),
            1 if reason == DropReason::Invalid => batch.split(half.min(1)),
            _ => batch.split(half),
        }
    }

    /// Tries a batch until the backend has taken it or will never take it.
    async fn send(&mut self, batch: &Batch) -> Verdict {
        let mut failures = Failures::default();
        loop {
            let is_ending = self.queue.is_closed();
            let error = match self.attempt(batch).await {
                Ok(accepted) => {
                    self.taken(&accepted);
                    return Verdict::Delivered(accepted);
                }
                Err(error) => error,
            };
            failures.add(error.kind);
            if let Some(verdict) = self.judge(batch, &error, &failures) {
                return verdict;
            }
            self.tell(&error);
            let wait = self.retry.wait(failures.all, asked_for(error.kind), random());
            let again = Instant::now() + wait;
            if !is_ending {
                self.wait(error.kind, again).await;
            } else if answers(error.kind) && self.is_in_time(again) {
                sleep_until(again).await;
            } else {
                return Verdict::GivenUp(DropReason::ShutDown);
            }
        }
    }

    /// What a failure means for the batch; `None`: it may be taken later.
    fn judge(
        &mut self,
        batch: &Batch,
        error: &ExportError,
        failures: &Failures,
    ) -> Option<Verdict> {
        match error.kind {
            ErrorKind::Retryable { .. } | ErrorKind::TimedOut | ErrorKind::Unreachable => None,
            // The exporter forgets what it took the server for, and looks again once.
            ErrorKind::WireNotSpoken if failures.of_wire == 1 => None,
            ErrorKind::WireNotSpoken | ErrorKind::Refused => {
                self.tell(error);
                Some(Verdict::GivenUp(DropReason::Refused))
            }
            ErrorKind::TooLarge => Some(self.too_large(batch)),
            ErrorKind::Invalid => Some(self.invalid(batch, error)),
            ErrorKind::Panicked => Some(Verdict::GivenUp(DropReason::ExporterPanicked)),
        }
    }

    /// Waits, but not beyond the moment when the program begins to end, unless a server asks for a time that there is.
    async fn wait(&self, kind: ErrorKind, again: Instant) {
        let mut closed = self.queue.closed.subscribe();
        tokio::select! {
            () = sleep_until(again) => {}
            _ = closed.wait_for(Option::is_some) => {
                if asked_for(kind).is_some() && self.is_in_time(again) {
                    sleep_until(again).await;
                }
            }
        }
    }

    /// Whether the end of the program, which has begun, leaves time for an attempt then.
    fn is_in_time(&self, again: Instant) -> bool {
        self.queue.closed.borrow().is_some_and(|deadline| again < deadline)
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

    fn taken(&mut self, accepted: &Accepted) {
        self.size.taken();
        self.refused_alone = 0;
        self.notices.delivered(&self.exporter.place(), accepted);
    }

    fn too_large(&mut self, batch: &Batch) -> Verdict {
        if batch.spans() > 1 {
            self.size.refused(batch.body_len());
        }
        Verdict::Split(DropReason::TooLarge)
    }

    /// Only the span that is alone in its batch is known to be the bad one; that is said, once.
    fn invalid(&mut self, batch: &Batch, error: &ExportError) -> Verdict {
        if batch.spans() == 1 {
            self.refused_alone += 1;
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
