//! The backends in their order, and which of them gets the next request.

use super::backend::Backend;
use super::notice::{Notices, Say};
use super::request_size::RequestSize;
use crate::batch::Batch;
use crate::exporter::{Accepted, ExportError, Exporter};
use crate::health::{BackendHealth, Change, Pace, Request, Standing};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

/// All backends: spans go to the first that is up.
pub(super) struct Backends {
    primary: Backend,
    fallbacks: Vec<Backend>,
    /// A backend that was not up has given a good answer.
    pub(super) news: Notify,
}

impl Backends {
    pub(super) fn new(
        primary: Exporter,
        fallbacks: Vec<Exporter>,
        pace: Pace,
        request_bytes: usize,
        say: &Say,
    ) -> Backends {
        let backend = |(number, exporter)| {
            let size = RequestSize::new(request_bytes);
            Backend::new(number, exporter, pace, size, Notices::new(say.clone()))
        };
        let primary = backend((0, primary));
        let fallbacks = (1..).zip(fallbacks).map(backend).collect();
        Backends { primary, fallbacks, news: Notify::new() }
    }

    /// The first of the list.
    pub(super) fn primary(&self) -> &Backend {
        &self.primary
    }

    /// In their order.
    pub(super) fn all(&self) -> impl Iterator<Item = &Backend> {
        std::iter::once(&self.primary).chain(&self.fallbacks)
    }

    /// Where the next request goes, leaving out those with these numbers: to the first that is up; or else to the first that may
    /// be, to the first, or to the one that has asked for rest until it ends soonest. `None`: all are left out.
    pub(super) fn choose(&self, avoided: &[usize]) -> Option<(&Backend, Standing)> {
        let now = Instant::now();
        self.all()
            .filter(|backend| !avoided.contains(&backend.number))
            .map(|backend| (backend, backend.standing(now)))
            .min_by_key(|(_, standing)| *standing)
    }

    /// The same, where that one can be sent something at once with some hope.
    pub(super) fn ready(&self, avoided: &[usize]) -> Option<&Backend> {
        let (backend, standing) = self.choose(avoided)?;
        (standing <= Standing::Maybe).then_some(backend)
    }

    /// Sends `batch` to `backend`. While another one is up, its answer is not waited for as long as the settings allow.
    pub(super) async fn send(
        &self,
        backend: &Backend,
        request: Request,
        batch: &Batch,
    ) -> Result<Accepted, ExportError> {
        let (result, change) = backend.send(request, batch, self.impatience(backend)).await;
        self.note_answer(backend, result.is_ok(), change);
        result
    }

    /// Comes when `backend` had time enough to answer and another one is up.
    async fn impatience(&self, backend: &Backend) {
        sleep(backend.patience()).await;
        loop {
            let news = self.news.notified();
            let is_up = |(_, standing): (&Backend, Standing)| standing == Standing::Up;
            if self.choose(&[backend.number]).is_some_and(is_up) {
                return;
            }
            news.await;
        }
    }

    /// Tells whoever waits for a backend, and people, what an answer changes.
    pub(super) fn note_answer(&self, backend: &Backend, is_good: bool, change: Option<Change>) {
        if is_good {
            self.news.notify_waiters();
        }
        if change == Some(Change::CameBack) {
            backend.tell_return();
        }
    }

    /// The spans of the next request may have so many bytes.
    pub(super) fn request_bytes(&self) -> usize {
        let next = self.choose(&[]).map_or(&self.primary, |(backend, _)| backend);
        next.request_bytes()
    }

    /// When the first of those that have asked for rest may be sent something again.
    pub(super) fn end_of_rest(&self, avoided: &[usize]) -> Option<Instant> {
        let now = Instant::now();
        let others = self.all().filter(|backend| !avoided.contains(&backend.number));
        let ends = others.filter_map(|backend| match backend.standing(now) {
            Standing::Resting(until) => Some(until),
            _ => None,
        });
        ends.min()
    }

    /// Whether a failure of `backend` is worth a word: it is down, or there is no other one.
    pub(super) fn is_hopeless(&self, backend: &Backend) -> bool {
        self.fallbacks.is_empty() || backend.is_down()
    }

    /// What people are told.
    pub(super) fn report(&self) -> Vec<BackendHealth> {
        self.all().map(Backend::report).collect()
    }
}
