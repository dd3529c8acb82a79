//! From the queue to a backend: one batch at a time, until it is delivered or given up.

use super::backend::Backend;
use super::backends::Backends;
use super::in_flight::InFlight;
use super::ledger::{Accounts, DropReason};
use super::queue::{Next, Queue};
use super::retry::RetryPolicy;
use super::spooler::Replay;
use crate::batch::{Batch, Resource};
use crate::exporter::{Accepted, ErrorKind, ExportError};
use crate::health::{Request, Standing};
use crate::plan::BatchLimits;
use crate::recorder::Core;
use crate::spool::{Room, Spool};
use std::cell::OnceCell;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, mpsc};
use tokio::time::{Instant, sleep_until};

/// After so many spans in a row that were refused alone, the backend is taken for one that refuses everything: to send it every
/// span alone, and all the batches on the way there, would be an attack.
const REFUSED_ALONE: u32 = 8;

/// So long before the end of its time the program stops sending and puts into the spool what is left, if there is one; where
/// there is less time, for its second half.
const LAST_MOMENT: Duration = Duration::from_millis(500);

/// Sends what waits in the queue.
pub(super) struct Sender {
    pub(super) backends: Arc<Backends>,
    pub(super) queue: Arc<Queue>,
    pub(super) accounts: Arc<Accounts>,
    pub(super) core: Arc<Core>,
    pub(super) resource: Arc<Resource>,
    pub(super) limits: BatchLimits,
    pub(super) retry: RetryPolicy,
    pub(super) spool: Option<Arc<Spool>>,
    /// What comes back from the spool.
    pub(super) replays: Mutex<mpsc::Receiver<Replay>>,
    /// When what is left goes to the spool, once the end has begun.
    pub(super) last_moment: OnceCell<Instant>,
}

/// What became of a batch.
enum Verdict {
    Delivered(Accepted),
    /// Parts of it may be taken, by a backend that has called so many spans in a row malformed when each was sent alone.
    Split {
        reason: DropReason,
        refused_alone: u32,
    },
    GivenUp(DropReason),
    /// It may be taken later, and waits for that in the spool.
    Spool,
}

/// What a failure means for a batch.
enum Fate {
    Settled(Verdict),
    /// The backend will not take it; where no other one does, it is dropped.
    NotHere(DropReason),
    /// The backend may take it later.
    Later,
}

/// The way of one batch from backend to backend.
#[derive(Debug, Default)]
struct Tour {
    /// How often in a row the backend where it is did not take it.
    failures: u32,
    /// How often of those it did not speak the wire protocol.
    of_wire: u32,
    /// The backends that will not take it, or that there is no time to ask again.
    avoided: Vec<usize>,
}

impl Tour {
    fn count(&mut self, kind: ErrorKind) {
        self.failures += 1;
        self.of_wire += u32::from(kind == ErrorKind::WireNotSpoken);
    }

    fn goes_elsewhere(&mut self) {
        self.failures = 0;
        self.of_wire = 0;
    }

    fn avoided_and(&self, backend: &Backend) -> Vec<usize> {
        self.avoided.iter().copied().chain([backend.number]).collect()
    }
}

/// Whether the wait before the next attempt is not ours to choose.
fn is_asked_for(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Retryable { wait: Some(_) } | ErrorKind::WireNotSpoken)
}

/// Whether there is a server that may take the batch a little later. One that is not there must cost the end of a program no
/// time.
fn answers(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Retryable { .. } | ErrorKind::WireNotSpoken)
}

impl Sender {
    /// Asks the first backend whether it would take spans.
    pub(super) async fn probe(&self) -> Result<Accepted, ExportError> {
        let batch = Batch::empty(self.resource.clone());
        let primary = self.backends.primary();
        let result = self.backends.send(primary, Request::Probe, &batch).await;
        if result.is_err() {
            primary.notices().begin_down();
        }
        result
    }

    /// Runs until the queue is closed and empty.
    pub(super) async fn run(&self) {
        let mut replays = self.replays.lock().await;
        loop {
            let limits = BatchLimits { bytes: self.backends.request_bytes(), ..self.limits };
            match self.queue.next(&limits, &self.resource) {
                Next::Send(batch) => {
                    let batch = InFlight::new(batch, self.accounts.clone(), self.queue.clone());
                    self.deliver(batch).await;
                    // One of the spool's for each of the queue's, so that neither waits for all of the other.
                    if let Ok(replay) = replays.try_recv() {
                        self.replay(replay).await;
                    }
                }
                Next::WaitUntil(due) => tokio::select! {
                    () = self.queue.for_sender.notified() => {}
                    () = until(due) => {}
                    Some(replay) = replays.recv() => self.replay(replay).await,
                },
                Next::End => break,
            }
        }
        for backend in self.backends.all() {
            // What the console could not show is said; it is counted already.
            if let Err(error) = backend.flush().await {
                self.tell(backend, &error, None);
            }
        }
        if let Some(spool) = &self.spool {
            spool.close().await;
        }
    }

    /// Sends a batch that the spool has, and will have when the program ends before that is done. An answer that is under way then
    /// is waited for: without it, the next run would send the batch again.
    async fn replay(&self, Replay { spooled, over }: Replay) {
        let batch = InFlight::replayed(spooled.batch, self.accounts.clone());
        if self.deliver(batch).await
            && let Some(spool) = &self.spool
        {
            spool.done(spooled.token).await;
        }
        drop(over);
    }

    /// Sends a batch, split where it must be, and settles every span of it. False where a part of it stays in the spool.
    async fn deliver(&self, batch: InFlight) -> bool {
        // One span of each batch may be tried alone: a backend that took nothing may take something now.
        self.backends.all().for_each(|backend| backend.forgive(REFUSED_ALONE - 1));
        let mut pending = vec![batch];
        while let Some(batch) = pending.pop() {
            match self.send_in_time(batch.batch()).await {
                Verdict::Delivered(accepted) => batch.delivered(accepted.rejected),
                Verdict::GivenUp(reason) => batch.dropped(reason),
                Verdict::Split { reason, refused_alone } => {
                    match part(batch, reason, refused_alone) {
                        Ok([first, second]) => pending.extend([second, first]),
                        Err(whole) => whole.dropped(reason),
                    }
                }
                Verdict::Spool if batch.is_replayed() => return false,
                Verdict::Spool => match self.room().await {
                    Some(room) => batch.spooled(room),
                    None => pending.push(batch),
                },
            }
        }
        true
    }

    /// Tries a batch as long as there is time and hope: then it goes to the spool, if there is one.
    async fn send_in_time(&self, batch: &Batch) -> Verdict {
        if self.spool.is_none() {
            return self.send(batch).await;
        }
        if self.spools() {
            return Verdict::Spool;
        }
        tokio::select! {
            verdict = self.send(batch) => verdict,
            () = self.last_moment() => Verdict::Spool,
        }
    }

    /// Whether batches go to the spool: no backend would take them, or the time is over.
    fn spools(&self) -> bool {
        let is_late = self.last_moment.get().is_some_and(|last| Instant::now() >= *last);
        self.spool.is_some() && (is_late || self.backends.ready(&[]).is_none())
    }

    /// Comes when the program has begun to end and hardly more time is left than to put the rest into the spool.
    async fn last_moment(&self) {
        let mut closed = self.queue.closed.subscribe();
        let deadline = closed.wait_for(Option::is_some).await.ok().and_then(|deadline| *deadline);
        let Some(deadline) = deadline else { return };
        let last = *self.last_moment.get_or_init(|| {
            let left = deadline.saturating_duration_since(Instant::now());
            deadline - LAST_MOMENT.min(left / 2)
        });
        sleep_until(last).await;
    }

    /// Room in the spool; `None` where a backend is back before there is.
    async fn room(&self) -> Option<Room> {
        let spool = self.spool.as_ref()?;
        tokio::select! {
            biased;
            Some(room) = spool.room() => Some(room),
            () = self.backends.news.notified() => None,
        }
    }

    /// Tries a batch until a backend has taken it or none will ever take it.
    async fn send(&self, batch: &Batch) -> Verdict {
        let mut tour = Tour::default();
        loop {
            let is_ending = self.queue.is_closed();
            let Some((backend, _)) = self.backends.choose(&tour.avoided) else {
                return Verdict::GivenUp(DropReason::Refused);
            };
            let error = match self.backends.send(backend, Request::Export, batch).await {
                Ok(accepted) => {
                    backend.taken(batch.spans(), &accepted);
                    return Verdict::Delivered(accepted);
                }
                Err(error) => error,
            };
            tour.count(error.kind);
            let fate = match self.judge(backend, batch, &error, &tour) {
                Fate::Settled(verdict) => return verdict,
                fate => fate,
            };
            if self.goes_elsewhere(backend, &error, &fate, &mut tour) {
                continue;
            }
            if let Fate::NotHere(reason) = fate {
                return Verdict::GivenUp(reason);
            }
            if self.spools() {
                return Verdict::Spool;
            }
            let again = self.next_attempt(backend, error.kind, &tour);
            if !is_ending {
                self.wait(error.kind, again).await;
            } else if answers(error.kind) && self.is_in_time(again) {
                sleep_until(again).await;
            } else if self.spool.is_some() {
                return Verdict::Spool;
            } else {
                return Verdict::GivenUp(DropReason::ShutDown);
            }
        }
    }

    fn judge(&self, backend: &Backend, batch: &Batch, error: &ExportError, tour: &Tour) -> Fate {
        match error.kind {
            ErrorKind::Retryable { .. } | ErrorKind::TimedOut | ErrorKind::Unreachable => {
                Fate::Later
            }
            // The exporter forgets what it took the server for, and looks again once.
            ErrorKind::WireNotSpoken if tour.of_wire == 1 => Fate::Later,
            ErrorKind::WireNotSpoken | ErrorKind::Refused => Fate::NotHere(DropReason::Refused),
            ErrorKind::TooLarge => Fate::Settled(too_large(backend, batch)),
            ErrorKind::Invalid => Fate::Settled(self.invalid(backend, batch, error)),
            ErrorKind::Panicked => Fate::Settled(Verdict::GivenUp(DropReason::ExporterPanicked)),
        }
    }

    /// Whether the batch that `backend` did not take goes to another one now. People are told, unless it is tried here again
    /// while others stand by.
    fn goes_elsewhere(
        &self,
        backend: &Backend,
        error: &ExportError,
        fate: &Fate,
        tour: &mut Tour,
    ) -> bool {
        // At the end there is no time to come back to it, if another one is there.
        let is_last_chance = matches!(fate, Fate::NotHere(_)) || self.queue.is_closed();
        let others = tour.avoided_and(backend);
        let next = self.backends.ready(if is_last_chance { &others } else { &tour.avoided });
        let next = next.filter(|next| next.number != backend.number);
        if next.is_some() || !matches!(fate, Fate::Later) || self.backends.is_hopeless(backend) {
            self.tell(backend, error, next);
        }
        if next.is_some() {
            tour.goes_elsewhere();
            if is_last_chance {
                tour.avoided = others;
            }
        }
        next.is_some()
    }

    /// When the batch is tried again, if nothing happens before. At once where another backend is there for it should it fail again:
    /// under load the queue has no room for a second of spans.
    fn next_attempt(&self, backend: &Backend, kind: ErrorKind, tour: &Tour) -> Instant {
        if let Some((_, Standing::Resting(until))) = self.backends.choose(&tour.avoided) {
            return until;
        }
        let is_at_once = kind == ErrorKind::WireNotSpoken
            || self.backends.ready(&tour.avoided_and(backend)).is_some();
        let at_once = is_at_once.then_some(Duration::ZERO);
        let again = Instant::now() + self.retry.wait(tour.failures, at_once, random());
        self.backends.end_of_rest(&tour.avoided).map_or(again, |end| end.min(again))
    }

    /// Waits until then or until a backend answers, but not beyond the moment when the program begins to end, unless a server has
    /// asked for a time that there is.
    async fn wait(&self, kind: ErrorKind, again: Instant) {
        let mut closed = self.queue.closed.subscribe();
        tokio::select! {
            () = sleep_until(again) => {}
            () = self.backends.news.notified() => {}
            _ = closed.wait_for(Option::is_some) => {
                if is_asked_for(kind) && self.is_in_time(again) {
                    sleep_until(again).await;
                }
            }
        }
    }

    /// Whether the end of the program, which has begun, leaves time for an attempt then.
    fn is_in_time(&self, again: Instant) -> bool {
        self.queue.closed.borrow().is_some_and(|deadline| again < deadline)
    }

    /// Only the span that is alone in its batch is known to be the bad one; that is said, once.
    fn invalid(&self, backend: &Backend, batch: &Batch, error: &ExportError) -> Verdict {
        if batch.spans() == 1 {
            backend.count_refused_alone();
            self.tell(backend, error, None);
        }
        let refused_alone = backend.refused_alone();
        Verdict::Split { reason: DropReason::Invalid, refused_alone }
    }

    fn tell(&self, backend: &Backend, error: &ExportError, next: Option<&Backend>) {
        let (accounts, core) = (&self.accounts, &self.core);
        backend.tell_failure(error, next, || accounts.ledger(core));
    }
}

/// Comes at this moment, or never.
async fn until(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}

fn too_large(backend: &Backend, batch: &Batch) -> Verdict {
    if batch.spans() > 1 {
        backend.was_too_large(batch);
    }
    Verdict::Split { reason: DropReason::TooLarge, refused_alone: backend.refused_alone() }
}

/// Two parts of which one may be taken where the whole was not, or the whole where that is not to be expected.
fn part(
    batch: InFlight,
    reason: DropReason,
    refused_alone: u32,
) -> Result<[InFlight; 2], InFlight> {
    let half = batch.batch().spans() / 2;
    match REFUSED_ALONE.saturating_sub(refused_alone) {
        0 if reason == DropReason::Invalid => Err(batch),
        1 if reason == DropReason::Invalid => batch.split(half.min(1)),
        _ => batch.split(half),
    }
}

/// 0.0 to 1.0, for the jitter.
fn random() -> f64 {
    RandomState::new().hash_one(0) as f64 / u64::MAX as f64
}
