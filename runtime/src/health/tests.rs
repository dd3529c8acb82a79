//! One backend from answer to answer, at times of the test's choice.

use super::*;
use crate::exporter::{ErrorKind, ExportError};
use BackendState::{Degraded, Down, Starting, Up};
use Request::{Export, Probe};
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

const INTERVAL: Duration = Duration::from_secs(30);
const SECOND: Duration = Duration::from_secs(1);
const REFUSED: ErrorKind = ErrorKind::Unreachable;

/// A backend and the time.
struct Case {
    monitor: Monitor,
    now: Instant,
}

impl Case {
    /// One of two backends.
    fn new() -> Case {
        Case::of(2)
    }

    fn of(backends: usize) -> Case {
        let now = Instant::now();
        let pace = Pace::new(Some(INTERVAL), backends);
        Case { monitor: Monitor::new(pace, "`http://a`".into(), now), now }
    }

    fn after(mut self, seconds: u64) -> Case {
        self.now += Duration::from_secs(seconds);
        self
    }

    fn good(self, request: Request) -> Case {
        self.good_after(request, Duration::from_millis(10))
    }

    fn good_after(mut self, request: Request, took: Duration) -> Case {
        self.monitor.observe(request, Ok(()), took, self.now);
        self
    }

    fn bad(self, request: Request, kind: ErrorKind) -> Case {
        self.observe_bad(request, kind).0
    }

    fn observe_bad(mut self, request: Request, kind: ErrorKind) -> (Case, Option<Change>) {
        let error = ExportError::new(kind, "connection refused").hint(Some("start it"));
        let change = self.monitor.observe(request, Err(&error), SECOND, self.now);
        (self, change)
    }

    /// It goes down, and answers again after so many seconds.
    fn outage(self, seconds: u64) -> Case {
        let down = self.bad(Probe, REFUSED).after(seconds);
        down.good(Probe).good(Probe)
    }

    fn standing(&self) -> Standing {
        self.monitor.standing(self.now)
    }

    fn report(&self) -> BackendHealth {
        self.monitor.report(self.now, SystemTime::UNIX_EPOCH + 1000 * SECOND)
    }

    #[track_caller]
    fn is(self, state: BackendState) -> Case {
        assert_eq!(self.report().state, state, "{:#?}", self.monitor);
        self
    }

    /// How long after now the next probe is due.
    fn next_probe(&self) -> Option<Duration> {
        self.monitor.next_probe(self.now).map(|due| due - self.now)
    }
}

#[test]
fn the_first_answer_says_how_a_backend_starts() {
    let starting = Case::new().is(Starting);
    assert_eq!(
        (starting.standing(), starting.next_probe()),
        (Standing::Maybe, Some(Duration::ZERO))
    );
    for request in [Export, Probe] {
        assert_eq!(Case::new().good(request).is(Up).standing(), Standing::Up);
    }
    assert_eq!(Case::new().bad(Probe, REFUSED).is(Down).standing(), Standing::Down);
    Case::new().bad(Export, REFUSED).is(Starting).bad(Export, REFUSED).is(Down);
}

#[test]
fn two_failed_exports_in_a_row_or_one_failed_probe_bring_it_down() {
    let up = || Case::new().good(Export);
    let (once, change) = up().observe_bad(Export, REFUSED);
    assert_eq!((once.standing(), change), (Standing::Up, None));
    let (twice, change) = once.observe_bad(Export, ErrorKind::Refused);
    assert_eq!((twice.standing(), change), (Standing::Down, Some(Change::WentDown)));
    assert_eq!(twice.observe_bad(Export, REFUSED).1, None, "it is down already");
    up().bad(Export, REFUSED).good(Export).bad(Export, REFUSED).is(Degraded);
    up().bad(Probe, REFUSED).is(Down);
}

#[test]
fn no_answer_in_time_brings_it_down_at_once() {
    Case::new().good(Export).bad(Export, ErrorKind::TimedOut).is(Down);
}

#[test]
fn what_is_wrong_with_a_batch_says_nothing_against_the_backend() {
    for kind in [ErrorKind::Invalid, ErrorKind::TooLarge] {
        let up = Case::new().good(Export);
        let up = (0..9).fold(up, |case, _| case.bad(Export, kind)).is(Up);
        assert_eq!((up.report().failed, up.report().requests), (0, 10));
        up.bad(Export, REFUSED).bad(Export, kind).bad(Export, REFUSED).is(Degraded);
    }
}

#[test]
fn an_empty_batch_that_is_called_malformed_counts_only_where_no_spans_were_ever_taken() {
    Case::new().bad(Probe, ErrorKind::Invalid).is(Down);
    let mut up = Case::new().good(Export);
    up.monitor.exported(5);
    up.bad(Probe, ErrorKind::Invalid).is(Up);
}

#[test]
fn two_good_answers_in_a_row_bring_it_back() {
    let down = || Case::new().good(Export).bad(Probe, REFUSED).after(100);
    let once = down().good(Probe).is(Down);
    assert_eq!(once.standing(), Standing::Maybe);
    assert_eq!(
        once.report().reason.as_deref(),
        Some("it has answered once, another good answer is awaited")
    );
    once.good(Export).is(Up);
    down().good(Probe).bad(Probe, REFUSED).good(Probe).is(Down);
}

#[test]
fn a_backend_that_relapses_has_to_wait_ever_longer_until_it_has_been_up_for_a_while() {
    let up = Case::new().good(Export);
    let mut case = up.outage(5).is(Degraded);
    for pause in [30, 60, 120, 240, 480, 600, 600] {
        case = case.after(5).outage(pause - 1).is(Down);
        assert_eq!(case.next_probe(), Some(SECOND), "it is asked when its time has come");
        assert_eq!(case.standing(), Standing::Maybe, "where nothing else is up it is used");
        case = case.after(1).good(Probe);
        assert_eq!(case.standing(), Standing::Up, "after {pause} s");
    }
    let steady = case.after(599).outage(5).is(Down);
    assert!(steady.report().reason.unwrap().contains("has gone down soon after it came back"));
    let steady = steady.after(595).good(Probe);
    steady.after(600).outage(5).is(Degraded);
}

#[test]
fn a_backend_that_is_alone_never_has_to_wait() {
    let case = (0..9).fold(Case::of(1).good(Export), |case, _| case.after(1).outage(1));
    assert_eq!(case.standing(), Standing::Up);
}

#[test]
fn a_backend_that_asks_for_rest_gets_it() {
    let busy = ErrorKind::Retryable { wait: Some(20 * SECOND) };
    let resting = Case::new().good(Export).bad(Export, busy);
    let until = resting.now + 20 * SECOND;
    assert_eq!(resting.standing(), Standing::Resting(until));
    assert_eq!(resting.next_probe(), Some(INTERVAL), "it is up, and was asked just now");
    let down = resting.bad(Probe, busy).is(Down);
    assert_eq!(down.next_probe(), Some(20 * SECOND), "a probe is a request, too");
    assert_eq!(
        down.report().reason.as_deref(),
        Some("it asks to be sent nothing for another 20 s")
    );
    assert_eq!(down.after(20).standing(), Standing::Down);
}

#[test]
fn a_backend_that_is_up_is_asked_when_it_was_sent_nothing_for_an_interval() {
    let up = Case::new().good(Probe).after(20);
    assert_eq!(up.next_probe(), Some(10 * SECOND));
    assert_eq!(up.good(Export).next_probe(), Some(INTERVAL));
}

#[test]
fn a_backend_that_is_down_is_asked_soon_and_then_ever_less_often() {
    let mut case = Case::new().good(Export).bad(Export, REFUSED).bad(Export, REFUSED);
    let mut waits = Vec::new();
    for _ in 0..7 {
        let wait = case.next_probe().unwrap();
        waits.push(wait.as_secs());
        case.now += wait;
        case = case.bad(Probe, REFUSED);
    }
    assert_eq!(waits, [1, 1, 2, 4, 8, 16, 30]);
    assert_eq!(case.good(Probe).next_probe(), Some(SECOND), "the second answer comes soon");
}

#[test]
fn a_backend_that_answers_late_is_degraded() {
    let late = Duration::from_millis(2500);
    let slow = (0..3).fold(Case::new().good(Export), |case, _| case.good_after(Export, late));
    let report = slow.is(Degraded).report();
    assert_eq!(report.reason.as_deref(), Some("its answers take 2.5 s"));
    assert_eq!(report.latency, Some(late));
    let quick = Case::new().good_after(Export, late).good(Export).good(Export);
    assert_eq!(quick.is(Up).report().latency, Some(Duration::from_millis(10)));
}

#[test]
fn patience_grows_with_the_time_that_a_backend_takes() {
    let mut case = Case::new();
    assert_eq!(case.monitor.patience(), SECOND);
    case.monitor.was_given_up();
    case.monitor.was_given_up();
    assert_eq!(case.monitor.patience(), 4 * SECOND);
    case = case.good_after(Export, 2 * SECOND);
    assert_eq!(case.monitor.patience(), 8 * SECOND);
    assert_eq!(case.good(Export).monitor.patience(), SECOND);
}

#[test]
fn the_report_says_what_people_need_to_know() {
    let mut case = Case::new().good(Export).after(10);
    case.monitor.exported(7);
    let report = case.bad(Probe, REFUSED).after(20).report();
    let error = "connection refused\nhint: start it";
    assert_eq!(report.place, "http://a");
    assert_eq!(report.since, SystemTime::UNIX_EPOCH + 980 * SECOND);
    assert_eq!(
        (report.reason.as_deref(), report.last_error.as_deref()),
        (Some(error), Some(error))
    );
    assert_eq!((report.exported, report.requests, report.failed), (7, 1, 1));
    assert_eq!(report.latency, Some(Duration::from_millis(10)));
    let degraded = Case::new().good(Export).good(Export).bad(Export, REFUSED).is(Degraded);
    assert_eq!(degraded.report().reason.as_deref(), Some("1 of the last 3 requests failed"));
}
