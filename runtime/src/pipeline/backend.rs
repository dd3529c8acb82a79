//! One backend as the worker sees it: its exporter, what is known of it, and what has been said of it.

use super::ledger::Ledger;
use super::notice::Notices;
use super::request_size::RequestSize;
use crate::batch::Batch;
use crate::exporter::{Accepted, ErrorKind, ExportError, Exporter};
use crate::health::{BackendHealth, Change, Monitor, Pace, Request, Standing};
use crate::recorder::wall_clock;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// One backend. No lock but the exporter's is held across a wait.
pub(super) struct Backend {
    /// Its place in the list.
    pub(super) number: usize,
    exporter: tokio::sync::Mutex<Exporter>,
    monitor: Mutex<Monitor>,
    taking: Mutex<Taking>,
    notices: Mutex<Notices>,
    /// Spans are there for it: a probe under way gives up its place.
    wanted: Notify,
    /// It was sent something: whoever waits for the next probe counts anew.
    pub(super) changed: Notify,
}

/// What it takes of a batch.
struct Taking {
    size: RequestSize,
    /// How many spans in a row it has called malformed when each was sent alone.
    refused_alone: u32,
}

/// Why a probe says nothing.
pub(super) struct GaveWay;

impl Backend {
    pub(super) fn new(
        number: usize,
        exporter: Exporter,
        pace: Pace,
        size: RequestSize,
        notices: Notices,
    ) -> Backend {
        let monitor = Monitor::new(pace, exporter.place(), Instant::now());
        Backend {
            number,
            exporter: tokio::sync::Mutex::new(exporter),
            monitor: Mutex::new(monitor),
            taking: Mutex::new(Taking { size, refused_alone: 0 }),
            notices: Mutex::new(notices),
            wanted: Notify::new(),
            changed: Notify::new(),
        }
    }

    /// Sends `batch`, unless patience ends before.
    pub(super) async fn send(
        &self,
        request: Request,
        batch: &Batch,
        impatience: impl Future<Output = ()>,
    ) -> (Result<Accepted, ExportError>, Option<Change>) {
        let mut exporter = self.take_exporter().await;
        let begin = Instant::now();
        let result = tokio::select! {
            result = attempt(&mut exporter, batch) => result,
            () = impatience => Err(self.give_up(begin.elapsed())),
        };
        let change = self.observe(request, &result, begin, &exporter);
        (result, change)
    }

    /// Asks whether it would take spans, unless spans are on their way to it, or come meanwhile.
    pub(super) async fn probe(
        &self,
        empty: &Batch,
    ) -> Result<(Result<Accepted, ExportError>, Option<Change>), GaveWay> {
        let mut exporter = self.exporter.try_lock().map_err(|_| GaveWay)?;
        let begin = Instant::now();
        let result = tokio::select! {
            biased;
            () = self.wanted.notified() => return Err(GaveWay),
            result = attempt(&mut exporter, empty) => result,
        };
        let change = self.observe(Request::Probe, &result, begin, &exporter);
        Ok((result, change))
    }

    async fn take_exporter(&self) -> tokio::sync::MutexGuard<'_, Exporter> {
        if let Ok(exporter) = self.exporter.try_lock() {
            return exporter;
        }
        self.wanted.notify_waiters();
        self.exporter.lock().await
    }

    fn give_up(&self, waited: Duration) -> ExportError {
        let mut monitor = self.monitor();
        monitor.was_given_up();
        let (place, seconds) = (monitor.place(), waited.as_secs_f64());
        let message =
            format!("{place} has not answered for {seconds:.1} s, and another backend is up");
        ExportError::new(ErrorKind::TimedOut, message)
    }

    fn observe(
        &self,
        request: Request,
        result: &Result<Accepted, ExportError>,
        begin: Instant,
        exporter: &Exporter,
    ) -> Option<Change> {
        let now = Instant::now();
        let mut monitor = self.monitor();
        monitor.is_at(exporter.place());
        let change = monitor.observe(request, result.as_ref().map(drop), now - begin, now);
        drop(monitor);
        self.changed.notify_one();
        change
    }

    /// Shows what it took but holds back.
    pub(super) async fn flush(&self) -> Result<Accepted, ExportError> {
        self.take_exporter().await.flush()
    }

    /// It has taken all but `accepted.rejected` of so many spans.
    pub(super) fn taken(&self, spans: u64, accepted: &Accepted) {
        self.monitor().exported(spans.saturating_sub(accepted.rejected));
        let mut taking = self.taking();
        taking.size.taken();
        taking.refused_alone = 0;
        drop(taking);
        self.notices().delivered(&self.place(), accepted);
    }

    /// The spans of a request may have so many bytes.
    pub(super) fn request_bytes(&self) -> usize {
        self.taking().size.bytes()
    }

    pub(super) fn was_too_large(&self, batch: &Batch) {
        self.taking().size.refused(batch.body_len());
    }

    pub(super) fn refused_alone(&self) -> u32 {
        self.taking().refused_alone
    }

    pub(super) fn count_refused_alone(&self) {
        self.taking().refused_alone += 1;
    }

    /// A backend that took nothing may take something now.
    pub(super) fn forgive(&self, most: u32) {
        let mut taking = self.taking();
        taking.refused_alone = taking.refused_alone.min(most);
    }

    /// Says that it takes no spans, and that `next` gets them meanwhile. `ledger` is asked only when a line is written.
    pub(super) fn tell_failure(
        &self,
        error: &ExportError,
        next: Option<&Backend>,
        ledger: impl FnOnce() -> Ledger,
    ) {
        self.notices().failed(&self.place(), error, next.map(Backend::place).as_deref(), ledger);
    }

    /// Says that it takes spans again, where people know that it did not.
    pub(super) fn tell_return(&self) {
        self.notices().came_back(&self.place());
    }

    /// Where spans go, for people.
    pub(super) fn place(&self) -> String {
        self.monitor().place().to_owned()
    }

    pub(super) fn standing(&self, now: Instant) -> Standing {
        self.monitor().standing(now)
    }

    pub(super) fn is_down(&self) -> bool {
        self.monitor().is_down()
    }

    pub(super) fn patience(&self) -> Duration {
        self.monitor().patience()
    }

    pub(super) fn next_probe(&self) -> Option<Instant> {
        self.monitor().next_probe(Instant::now())
    }

    pub(super) fn report(&self) -> BackendHealth {
        self.monitor().report(Instant::now(), wall_clock())
    }

    fn monitor(&self) -> MutexGuard<'_, Monitor> {
        lock(&self.monitor)
    }

    fn taking(&self) -> MutexGuard<'_, Taking> {
        lock(&self.taking)
    }

    pub(super) fn notices(&self) -> MutexGuard<'_, Notices> {
        lock(&self.notices)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One attempt. A panic in the exporter, which may be a user's, ends neither the pipeline nor the program.
async fn attempt(exporter: &mut Exporter, batch: &Batch) -> Result<Accepted, ExportError> {
    let mut export = pin!(exporter.export(batch));
    poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| export.as_mut().poll(context)));
        polled.unwrap_or_else(|_| {
            Err(ExportError::new(ErrorKind::Panicked, "the exporter panicked")).into()
        })
    })
    .await
}
