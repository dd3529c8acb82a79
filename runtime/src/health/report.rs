//! What people and programs are told of one backend.

use std::fmt;
use std::time::{Duration, SystemTime};

/// Whether a backend would take spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BackendState {
    /// It was not asked yet, or has not answered yet.
    Starting,
    /// It takes spans.
    Up,
    /// It takes spans, but in the last minute a request failed, or it usually takes over two seconds to answer.
    Degraded,
    /// It takes no spans: two exports in a row failed, one got no answer in time, or a probe failed. It is up again after two
    /// good answers in a row.
    Down,
}

impl BackendState {
    /// The state in one word, lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            BackendState::Starting => "starting",
            BackendState::Up => "up",
            BackendState::Degraded => "degraded",
            BackendState::Down => "down",
        }
    }
}

impl fmt::Display for BackendState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How one backend is, and what it has taken.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct BackendHealth {
    /// Where it is: its URL, all URLs that are tried while it is not known which one answers, or `the console`.
    pub place: String,
    /// Whether it would take spans.
    pub state: BackendState,
    /// Since when it is in this state.
    pub since: SystemTime,
    /// Why it is in this state, where that is not plain.
    pub reason: Option<String>,
    /// What it said or how it failed when it failed last, also where it has recovered since; with what to do about it. Without
    /// secrets.
    pub last_error: Option<String>,
    /// How long a good answer took lately: the median of the last requests, at most 32.
    pub latency: Option<Duration>,
    /// Spans that it has taken.
    pub exported: u64,
    /// Requests with spans that it was sent, those that failed among them.
    pub requests: u64,
    /// Requests that failed, with spans or without. What was about the batch and not about the backend does not count: spans that
    /// are malformed or too large.
    pub failed: u64,
}
