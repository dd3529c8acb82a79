//! What a receiver remembers.

use super::{Answer, Fault, PATIENCE, lock};
use http::HeaderMap;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use std::collections::VecDeque;
use std::io;
use std::sync::{Condvar, Mutex, PoisonError};
use tokio::time::Instant;

/// A request that was read.
#[derive(Clone, Debug)]
pub struct Export {
    /// The path that was asked for.
    pub path: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its content.
    pub request: ExportTraceServiceRequest,
    /// The size of its content before it was packed.
    pub bytes: usize,
    /// When it was read.
    pub at: Instant,
}

impl Export {
    pub(super) fn new(
        path: String,
        headers: HeaderMap,
        request: ExportTraceServiceRequest,
        bytes: usize,
    ) -> Export {
        Export { path, headers, request, bytes, at: Instant::now() }
    }

    /// Its spans, of whatever resource and scope.
    pub fn spans(&self) -> impl Iterator<Item = &Span> {
        let scopes = self.request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
        scopes.flat_map(|scope| &scope.spans)
    }

    /// A header as text, and nothing where it is not one.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// What has arrived so far.
#[derive(Clone, Debug, Default)]
pub struct Noted {
    /// How many requests have come, whatever became of them.
    pub requests: usize,
    /// How many of them had no spans: those ask whether spans would be taken.
    pub probes: usize,
    /// How many spans were taken.
    pub taken: u64,
    /// The requests with spans that were taken, unless only numbers are remembered.
    pub exports: Vec<Export>,
    /// The requests with spans that were refused once they were read, unless only numbers are remembered.
    pub refused: Vec<Export>,
}

impl Noted {
    /// All spans that were taken.
    pub fn spans(&self) -> impl Iterator<Item = &Span> {
        self.exports.iter().flat_map(Export::spans)
    }
}

/// The receiver's memory, and the faults that it has still to commit.
pub(super) struct Notes {
    noted: Mutex<Noted>,
    news: Condvar,
    faults: Mutex<VecDeque<Fault>>,
    keeps: Keeps,
}

#[derive(Clone, Copy, PartialEq)]
enum Keeps {
    Everything,
    Numbers,
}

impl Notes {
    pub(super) fn of_everything() -> Notes {
        Notes {
            noted: Mutex::default(),
            news: Condvar::new(),
            faults: Mutex::default(),
            keeps: Keeps::Everything,
        }
    }

    pub(super) fn of_numbers() -> Notes {
        Notes { keeps: Keeps::Numbers, ..Notes::of_everything() }
    }

    pub(super) fn expect(&self, fault: Fault) {
        lock(&self.faults).push_back(fault);
    }

    /// A request begins: what is to be done to it.
    pub(super) fn begin(&self) -> Option<Fault> {
        self.change(|noted| noted.requests += 1);
        lock(&self.faults).pop_front()
    }

    /// Notes a request that was read, and what is answered to it.
    pub(super) fn note(&self, export: Export, answer: &Answer) {
        let spans = export.spans().count() as u64;
        let keeps = self.keeps == Keeps::Everything;
        self.change(|noted| match answer {
            _ if spans == 0 => noted.probes += 1,
            Answer::Refused(_) => noted.refused.extend(keeps.then_some(export)),
            taken => {
                let rejected =
                    if let Answer::TakenBut { rejected, .. } = taken { *rejected } else { 0 };
                noted.taken += spans.saturating_sub(rejected);
                noted.exports.extend(keeps.then_some(export));
            }
        });
    }

    fn change(&self, change: impl FnOnce(&mut Noted)) {
        change(&mut lock(&self.noted));
        self.news.notify_all();
    }

    pub(super) fn read(&self) -> Noted {
        lock(&self.noted).clone()
    }

    pub(super) fn wait_until(&self, enough: impl Fn(&Noted) -> bool) -> io::Result<Noted> {
        let waiting =
            self.news.wait_timeout_while(lock(&self.noted), PATIENCE, |noted| !enough(noted));
        let (noted, timeout) = waiting.unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() {
            let Noted { requests, probes, taken, .. } = &*noted;
            return Err(io::Error::other(format!(
                "what the test waits for has not come: {requests} requests have, {probes} of them without spans, and {taken} spans were taken"
            )));
        }
        Ok(noted.clone())
    }
}
