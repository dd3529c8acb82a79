//! What programs are told of the pipeline as a whole.

use super::ledger::{DropReason, Ledger};
use crate::health::{BackendHealth, BackendState};
use crate::json;
use std::time::UNIX_EPOCH;

/// How tracing is: its backends, and what became of every span.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Health {
    /// What became of every span so far.
    pub ledger: Ledger,
    /// Where the spans of `ledger.waiting` are.
    pub waiting: Waiting,
    /// The backends in the order in which spans go to them; none where tracing does not run.
    pub backends: Vec<BackendHealth>,
}

/// Where spans wait. Together they are the ledger's `waiting`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waiting {
    /// With the threads that made them.
    pub in_rings: u64,
    /// In the queue.
    pub queued: u64,
    /// In a request that is under way, or is tried again.
    pub in_flight: u64,
    /// On disk, where they outlast the program.
    pub spooled: u64,
}

impl Waiting {
    /// What of the ledger's `waiting` is nowhere else is with the threads. They were not read at one moment.
    pub(super) fn new(ledger: &Ledger, queued: u64, in_flight: u64) -> Waiting {
        let spooled = ledger.spooled;
        let in_flight = in_flight.min(ledger.waiting.saturating_sub(spooled));
        let elsewhere = ledger.waiting.saturating_sub(spooled + in_flight);
        let queued = queued.min(elsewhere);
        Waiting { in_rings: elsewhere - queued, queued, in_flight, spooled }
    }
}

impl Health {
    /// Whether spans get through now: some backend is up, also if degraded. True where tracing does not run, so that nothing has
    /// to.
    ///
    /// A program serves its users as well without its traces, so think twice before this makes a probe of Kubernetes fail.
    #[must_use]
    pub fn is_exporting(&self) -> bool {
        let is_up = |backend: &BackendHealth| {
            matches!(backend.state, BackendState::Up | BackendState::Degraded)
        };
        self.backends.is_empty() || self.backends.iter().any(is_up)
    }

    /// What to tell at the end: what was lost, and which backends took how much where that is not plain.
    pub(crate) fn farewell(&self) -> Option<String> {
        let takers: Vec<_> =
            self.backends.iter().filter(|backend| backend.exported > 0).map(share).collect();
        match (self.ledger.lost(), &takers[..]) {
            (None, [] | [_]) => None,
            (None, _) => Some(format!("exported spans: {}", takers.join(", "))),
            (Some(lost), []) => Some(lost),
            (Some(lost), _) => Some(format!("{lost}\n  exported: {}", takers.join(", "))),
        }
    }

    /// All of it as JSON, on one line. Like [`Health`] it holds no secret, but the addresses of the backends.
    ///
    /// | key | value |
    /// |---|---|
    /// | `exporting` | what [`is_exporting`](Health::is_exporting) says |
    /// | `ledger` | `created`, `recovered`, `exported`, `waiting` and `dropped`, an object of the [reasons](DropReason) for which spans were dropped |
    /// | `waiting` | `in_rings`, `queued`, `in_flight` and `spooled` |
    /// | `backends` | a list of `place`, `state`, `since_unix_nano`, `reason`, `last_error`, `latency_nano`, `exported`, `requests` and `failed`, see [`BackendHealth`] |
    ///
    /// ```
    /// let json = synndicate::health().to_json();
    /// assert!(json.starts_with("{\"exporting\":true,"));
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = String::new();
        json::object(&mut json, |out| {
            json::raw(out, "exporting", &self.is_exporting().to_string());
            json::key(out, "ledger");
            json::object(out, |out| ledger(out, &self.ledger));
            json::key(out, "waiting");
            json::object(out, |out| {
                json::number(out, "in_rings", self.waiting.in_rings);
                json::number(out, "queued", self.waiting.queued);
                json::number(out, "in_flight", self.waiting.in_flight);
                json::number(out, "spooled", self.waiting.spooled);
            });
            json::list(out, "backends", &self.backends, |out, backend| {
                json::object(out, |out| self::backend(out, backend));
            });
        });
        json
    }
}

fn share(backend: &BackendHealth) -> String {
    format!("{} to `{}`", backend.exported, backend.place)
}

fn ledger(out: &mut String, ledger: &Ledger) {
    json::number(out, "created", ledger.created);
    json::number(out, "recovered", ledger.recovered);
    json::number(out, "exported", ledger.exported);
    json::number(out, "waiting", ledger.waiting);
    json::key(out, "dropped");
    json::object(out, |out| {
        for reason in DropReason::ALL {
            if ledger.dropped_for(reason) > 0 {
                json::number(out, &format!("{reason:?}"), ledger.dropped_for(reason));
            }
        }
    });
}

fn backend(out: &mut String, backend: &BackendHealth) {
    let nanos = |time: std::time::Duration| time.as_nanos() as u64;
    json::text(out, "place", &backend.place);
    json::text(out, "state", backend.state.name());
    let since = backend.since.duration_since(UNIX_EPOCH).unwrap_or_default();
    json::number(out, "since_unix_nano", nanos(since));
    text_or_null(out, "reason", backend.reason.as_deref());
    text_or_null(out, "last_error", backend.last_error.as_deref());
    match backend.latency {
        Some(latency) => json::number(out, "latency_nano", nanos(latency)),
        None => json::raw(out, "latency_nano", "null"),
    }
    json::number(out, "exported", backend.exported);
    json::number(out, "requests", backend.requests);
    json::number(out, "failed", backend.failed);
}

fn text_or_null(out: &mut String, name: &str, text: Option<&str>) {
    match text {
        Some(text) => json::text(out, name, text),
        None => json::raw(out, name, "null"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use std::time::Duration;

    fn backend(state: BackendState) -> BackendHealth {
        BackendHealth {
            place: "http://a:4317".into(),
            state,
            since: UNIX_EPOCH + Duration::from_secs(5),
            reason: None,
            last_error: Some("no \"answer\"\nhint: start it".into()),
            latency: Some(Duration::from_millis(3)),
            exported: 8,
            requests: 3,
            failed: 1,
        }
    }

    #[test]
    fn the_json_says_all_of_it() {
        let mut ledger = Ledger { created: 13, exported: 8, waiting: 2, ..Ledger::default() };
        ledger.dropped[DropReason::QueueFull as usize] = 3;
        let waiting = Waiting::new(&ledger, 1, 0);
        let health = Health { ledger, waiting, backends: vec![backend(BackendState::Up)] };
        let read: Value = serde_json::from_str(&health.to_json()).unwrap();
        let expected = json!({
            "exporting": true,
            "ledger": { "created": 13, "recovered": 0, "exported": 8, "waiting": 2, "dropped": { "QueueFull": 3 } },
            "waiting": { "in_rings": 1, "queued": 1, "in_flight": 0, "spooled": 0 },
            "backends": [{
                "place": "http://a:4317",
                "state": "up",
                "since_unix_nano": 5_000_000_000_u64,
                "reason": null,
                "last_error": "no \"answer\"\nhint: start it",
                "latency_nano": 3_000_000,
                "exported": 8,
                "requests": 3,
                "failed": 1,
            }],
        });
        assert_eq!(read, expected);
    }

    #[test]
    fn spans_get_through_while_some_backend_is_up() {
        use BackendState::{Degraded, Down, Starting, Up};
        for (states, is_exporting) in
            [(&[][..], true), (&[Up], true), (&[Down, Degraded], true), (&[Down, Starting], false)]
        {
            let backends = states.iter().map(|state| backend(*state)).collect();
            let health = Health { backends, ..Health::default() };
            assert_eq!(health.is_exporting(), is_exporting, "{states:?}");
        }
    }

    #[test]
    fn the_end_tells_what_was_lost_and_who_took_how_much_where_that_is_not_plain() {
        let took = |place: &str, exported| BackendHealth {
            place: place.into(),
            exported,
            ..backend(BackendState::Up)
        };
        let whole = Ledger { created: 8, exported: 8, ..Ledger::default() };
        let lost = Ledger { waiting: 1, created: 9, ..whole };
        let nothing = Ledger { created: 1, waiting: 1, ..Ledger::default() };
        for (ledger, shares, told) in [
            (whole, &[("http://a", 8), ("http://b", 0)][..], None),
            (
                whole,
                &[("http://a", 5), ("http://b", 3)],
                Some("exported spans: 5 to `http://a`, 3 to `http://b`"),
            ),
            (
                lost,
                &[("http://a", 0), ("http://b", 8)],
                Some(
                    "9 spans created: 8 exported, 0 dropped, 1 waiting\n  exported: 8 to `http://b`",
                ),
            ),
            (nothing, &[("http://a", 0)], Some("1 span created: 0 exported, 0 dropped, 1 waiting")),
        ] {
            let backends = shares.iter().map(|(place, exported)| took(place, *exported)).collect();
            let health = Health { ledger, backends, ..Health::default() };
            assert_eq!(health.farewell().as_deref(), told);
        }
    }

    #[test]
    fn what_waits_adds_up_whatever_was_read_when() {
        let ledger = Ledger { waiting: 8, spooled: 3, ..Ledger::default() };
        for (queued, in_flight) in [(0, 0), (2, 2), (9, 1), (1, 9)] {
            let waiting = Waiting::new(&ledger, queued, in_flight);
            let Waiting { in_rings, queued, in_flight, spooled } = waiting;
            assert_eq!((in_rings + queued + in_flight, spooled), (5, 3));
        }
    }
}
