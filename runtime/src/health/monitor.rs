//! One backend from answer to answer.

use super::pace::Pace;
use super::recent::{MEMORY, Recent};
use super::report::{BackendHealth, BackendState};
use crate::exporter::{ErrorKind, ExportError};
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

/// So many exports in a row must fail.
const FAILED: u32 = 2;
/// So many good answers in a row bring a backend back.
const GOOD: u32 = 2;
/// How long an export may take, the first time, while another backend is up.
const PATIENCE: Duration = Duration::from_secs(1);
/// An export may take so many times longer than the last one.
const SLOWER: u32 = 4;

/// What a backend was sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Request {
    /// Spans.
    Export,
    /// An empty batch.
    Probe,
}

/// A change that people want to know of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Change {
    WentDown,
    CameBack,
}

/// Whether spans should go to a backend. The order is that of preference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// It takes them.
    Up,
    /// It may: its first answer is awaited, or its last one was good but has to be followed by another.
    Maybe,
    /// It does not.
    Down,
    /// It has asked not to be sent anything before this moment.
    Resting(Instant),
}

/// What is known of one backend.
#[derive(Debug)]
pub(crate) struct Monitor {
    pace: Pace,
    place: String,
    status: Status,
    since: Instant,
    /// In a row.
    failed: u32,
    good: u32,
    probes_failed: u32,
    rests_until: Option<Instant>,
    /// When it came back last, and how long it had to wait for that.
    came_back: Option<Instant>,
    pause: Duration,
    /// When it was sent anything last.
    asked: Option<Instant>,
    patience: Duration,
    recent: Recent,
    last_error: Option<String>,
    exported: u64,
    requests: u64,
    failures: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Status {
    Starting,
    Up,
    Down,
}

/// What an answer says of the backend.
enum Sign {
    Good,
    /// It is there; the answer was about the batch.
    Neutral,
    Bad,
}

impl Monitor {
    pub(crate) fn new(pace: Pace, place: String, now: Instant) -> Monitor {
        Monitor {
            pace,
            place,
            status: Status::Starting,
            since: now,
            failed: 0,
            good: 0,
            probes_failed: 0,
            rests_until: None,
            came_back: None,
            pause: Duration::ZERO,
            asked: None,
            patience: PATIENCE,
            recent: Recent::default(),
            last_error: None,
            exported: 0,
            requests: 0,
            failures: 0,
        }
    }

    /// Takes in what became of a request that took so long.
    pub(crate) fn observe(
        &mut self,
        request: Request,
        result: Result<(), &ExportError>,
        took: Duration,
        now: Instant,
    ) -> Option<Change> {
        self.asked = Some(now);
        self.requests += u64::from(request == Request::Export);
        match (self.sign(request, result), result) {
            (Sign::Bad, Err(error)) => self.bad(request, error, took, now),
            (Sign::Neutral, _) => {
                self.failed = 0;
                None
            }
            _ => self.good(request, took, now),
        }
    }

    fn sign(&self, request: Request, result: Result<(), &ExportError>) -> Sign {
        match result {
            Ok(()) => Sign::Good,
            // An empty batch that is malformed says nothing where others were taken.
            Err(error) if error.kind.is_about_batch() => {
                if request == Request::Export || self.exported > 0 {
                    Sign::Neutral
                } else {
                    Sign::Bad
                }
            }
            Err(_) => Sign::Bad,
        }
    }

    fn good(&mut self, request: Request, took: Duration, now: Instant) -> Option<Change> {
        self.failed = 0;
        self.probes_failed = 0;
        self.rests_until = None;
        self.good += 1;
        self.recent.good(now, took);
        if request == Request::Export {
            self.patience = took.saturating_mul(SLOWER).max(PATIENCE);
        }
        match self.status {
            Status::Starting => {
                self.turn_to(Status::Up, now);
                None
            }
            Status::Down if self.good >= GOOD && now >= self.returns() => {
                self.turn_to(Status::Up, now);
                self.came_back = Some(now);
                Some(Change::CameBack)
            }
            Status::Up | Status::Down => None,
        }
    }

    fn bad(
        &mut self,
        request: Request,
        error: &ExportError,
        took: Duration,
        now: Instant,
    ) -> Option<Change> {
        self.good = 0;
        self.failed += 1;
        self.failures += 1;
        self.probes_failed += u32::from(request == Request::Probe);
        self.recent.bad(now, took);
        self.last_error = Some(error.to_string());
        self.rests_until = match error.kind {
            ErrorKind::Retryable { wait: Some(wait) } => now.checked_add(wait),
            _ => None,
        };
        let is_down =
            request == Request::Probe || error.kind == ErrorKind::TimedOut || self.failed >= FAILED;
        (is_down && self.status != Status::Down).then(|| self.go_down(now))
    }

    fn go_down(&mut self, now: Instant) -> Change {
        let soon = |came_back: Instant| now - came_back < self.pause.max(MEMORY);
        self.pause = if self.came_back.is_some_and(soon) {
            self.pace.longer_pause(self.pause)
        } else {
            Duration::ZERO
        };
        self.probes_failed = 0;
        self.turn_to(Status::Down, now);
        Change::WentDown
    }

    fn turn_to(&mut self, status: Status, now: Instant) {
        self.status = status;
        self.since = now;
    }

    /// When a backend that is down may be the first again.
    fn returns(&self) -> Instant {
        self.since + self.pause
    }

    /// The backend has taken so many spans.
    pub(crate) fn exported(&mut self, spans: u64) {
        self.exported += spans;
    }

    /// Where it is, as far as that is known now.
    pub(crate) fn is_at(&mut self, place: String) {
        self.place = place;
    }

    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    pub(crate) fn standing(&self, now: Instant) -> Standing {
        match (self.rests_until.filter(|until| *until > now), self.status) {
            (Some(until), _) => Standing::Resting(until),
            (None, Status::Up) => Standing::Up,
            (None, Status::Starting) => Standing::Maybe,
            (None, Status::Down) if self.good > 0 => Standing::Maybe,
            (None, Status::Down) => Standing::Down,
        }
    }

    pub(crate) fn is_down(&self) -> bool {
        self.status == Status::Down
    }

    /// How long an export may take while another backend is up: a second, or four times as long as the last one took.
    pub(crate) fn patience(&self) -> Duration {
        self.patience
    }

    /// An export was given up because patience was over: the next one is given twice the time, so that a backend which is merely
    /// slow is soon waited for.
    pub(crate) fn was_given_up(&mut self) {
        self.patience = self.patience.saturating_mul(2);
    }

    /// When to send a probe, as things are; `None`: not before they change.
    pub(crate) fn next_probe(&self, now: Instant) -> Option<Instant> {
        let Some(asked) = self.asked else { return Some(now) };
        let wait = match self.status {
            Status::Up => self.pace.while_up(),
            Status::Starting | Status::Down => self.pace.while_down(self.probes_failed),
        };
        // One that answers has to wait: it is asked when that is over.
        let paused = (self.good > 0 && self.is_down()).then(|| self.returns());
        let due = asked.checked_add(wait?)?;
        [self.rests_until, paused].into_iter().flatten().chain([due]).max()
    }

    /// What people are told. `wall` is the wall clock's time at `now`.
    pub(crate) fn report(&self, now: Instant, wall: SystemTime) -> BackendHealth {
        let (state, since, reason) = self.state(now);
        BackendHealth {
            // The backticks are for messages.
            place: self.place.replace('`', ""),
            state,
            since: wall.checked_sub(now.duration_since(since)).unwrap_or(wall),
            reason,
            last_error: self.last_error.clone(),
            latency: self.recent.latency(),
            exported: self.exported,
            requests: self.requests,
            failed: self.failures,
        }
    }

    fn state(&self, now: Instant) -> (BackendState, Instant, Option<String>) {
        match self.status {
            Status::Starting => (BackendState::Starting, self.since, None),
            Status::Down => (BackendState::Down, self.since, self.why_down(now)),
            Status::Up => match self.recent.trouble(now) {
                Some((since, why)) => (BackendState::Degraded, since.max(self.since), Some(why)),
                None => (BackendState::Up, self.since, None),
            },
        }
    }

    fn why_down(&self, now: Instant) -> Option<String> {
        if let Standing::Resting(until) = self.standing(now) {
            let seconds = (until - now).as_secs_f64();
            return Some(format!("it asks to be sent nothing for another {seconds:.0} s"));
        }
        let left = self.returns().saturating_duration_since(now);
        if self.good > 0 && !left.is_zero() {
            let seconds = left.as_secs_f64();
            return Some(format!(
                "it answers again, but has gone down soon after it came back: \
                 spans go to it in {seconds:.0} s, or when no other backend is up"
            ));
        }
        if self.good > 0 {
            return Some("it has answered once, another good answer is awaited".into());
        }
        self.last_error.clone()
    }
}
