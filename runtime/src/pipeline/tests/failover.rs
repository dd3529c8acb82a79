//! Several backends: spans go to the first that is up, and none is lost on the way.

use super::stage::Mood::{Fails, FailsBatches, FailsOnce, Hangs, HangsInProbes, Takes};
use super::*;
use crate::health::BackendState::{Degraded, Down, Up};

const DOWN: ErrorKind = ErrorKind::Unreachable;
/// A backend that is asked so seldom is not asked again in a test.
const SELDOM: Duration = Duration::from_secs(3600);
/// One that is asked so often is soon known.
const OFTEN: Duration = Duration::from_millis(5);

/// No test waits so long for another attempt.
const NEVER: RetryPolicy =
    RetryPolicy { first: Duration::from_secs(36_000), most: Duration::from_secs(36_000) };

fn probing(interval: Duration) -> Setup {
    Setup { probe_interval: Some(interval), ..Setup::default() }
}

#[test]
fn spans_go_to_the_second_backend_while_the_first_is_down() {
    let stage = probing(SELDOM).on_stage(&[Fails(DOWN), Takes]);
    stage.deliver("1");
    stage.deliver("2");
    assert_eq!(stage.ways(), ["1: b", "2: b"]);
    assert_eq!((stage.health(0).state, stage.health(1).state), (Down, Up));
    assert_eq!(stage.end().exported, 2);
}

#[test]
fn a_backend_that_fails_twice_in_a_row_is_left_also_by_the_batch_that_it_did_not_take() {
    let stage = probing(SELDOM).on_stage(&[Takes, Takes]);
    stage.deliver("1");
    stage.set(0, Fails(DOWN));
    stage.deliver("2");
    stage.deliver("3");
    assert_eq!(stage.ways(), ["1: a", "2: a a b", "3: b"]);
    let health = stage.health(0);
    assert_eq!((health.state, health.requests, health.failed), (Down, 3, 2));
    assert_eq!(health.last_error.as_deref(), Some("no"));
    assert_eq!(stage.end().exported, 3);
}

#[test]
fn a_backend_that_fails_is_tried_again_at_once_where_another_one_is_there() {
    let stage = Setup { retry: NEVER, ..probing(SELDOM) }.on_stage(&[Takes, Takes]);
    stage.deliver("1");
    stage.wait_for(1, Up);
    stage.set(0, FailsOnce(DOWN));
    stage.deliver("2");
    stage.set(0, Fails(DOWN));
    stage.deliver("3");
    assert_eq!(stage.ways(), ["1: a", "2: a a", "3: a a b"]);
    stage.end();
}

#[test]
fn a_backend_that_fails_once_is_tried_again_and_degraded() {
    let stage = probing(SELDOM).on_stage(&[Takes, Takes]);
    stage.deliver("1");
    stage.set(0, FailsOnce(DOWN));
    stage.deliver("2");
    assert_eq!(stage.ways(), ["1: a", "2: a a"]);
    assert_eq!(stage.health(0).state, Degraded);
    assert_eq!(stage.said(), [""; 0], "one failure that was overcome is no news");
    stage.end();
}

#[test]
fn a_probe_that_fails_is_enough() {
    let stage = probing(OFTEN).on_stage(&[Takes, Takes]);
    stage.deliver("1");
    stage.set(0, Fails(DOWN));
    stage.wait_for(0, Down);
    stage.deliver("2");
    assert_eq!(stage.ways(), ["1: a", "2: b"]);
    stage.end();
}

#[test]
fn spans_go_back_to_the_first_backend_when_it_has_answered_twice() {
    let stage = probing(OFTEN).on_stage(&[Fails(DOWN), Takes]);
    stage.deliver("1");
    stage.set(0, Takes);
    stage.wait_for(0, Degraded);
    stage.deliver("2");
    assert_eq!(stage.ways(), ["1: b", "2: a"]);
    stage.wait(|| !stage.said().is_empty());
    let said = stage.said();
    assert_eq!(said.len(), 1, "the first probe is told by whoever waits for it: {said:?}");
    assert!(said[0].starts_with("a takes spans again, after "), "{said:?}");
    stage.end();
}

#[test]
fn what_happens_is_told_in_a_line_each() {
    let stage = probing(OFTEN).on_stage(&[Takes, Takes]);
    stage.deliver("1");
    stage.set(0, Fails(DOWN));
    stage.deliver("2");
    stage.deliver("3");
    stage.set(0, Takes);
    stage.wait_for(0, Degraded);
    stage.wait(|| stage.said().len() > 1);
    let said = stage.said();
    assert_eq!(said.len(), 2, "{said:?}");
    assert_eq!(
        said[0],
        "a does not take spans: no\n(spans go to b meanwhile, 0 were dropped so far)"
    );
    assert!(said[1].starts_with("a takes spans again, after "), "{said:?}");
    stage.end();
}

#[test]
fn a_server_that_asks_for_rest_holds_nothing_up_and_is_left_alone() {
    let rest = ErrorKind::Retryable { wait: Some(Duration::from_secs(300)) };
    let stage = probing(OFTEN).on_stage(&[Takes, Takes]);
    stage.deliver("1");
    stage.set(0, FailsBatches(rest));
    stage.deliver("2");
    let probes = stage.probes(0);
    stage.wait(|| stage.probes(1) > 5);
    stage.deliver("3");
    assert_eq!(stage.ways(), ["1: a", "2: a b", "3: b"]);
    assert_eq!(stage.probes(0), probes, "it is not asked while it rests");
    assert_eq!(stage.end().exported, 3);
}

#[test]
fn a_rest_that_ends_is_the_next_chance_of_a_batch_that_nobody_takes() {
    let rest = ErrorKind::Retryable { wait: Some(Duration::from_millis(20)) };
    let stage = Setup { retry: NEVER, ..probing(SELDOM) }.on_stage(&[Fails(DOWN), FailsOnce(rest)]);
    stage.deliver("1");
    assert_eq!(stage.ways(), ["1: b b"]);
    stage.end();
}

#[test]
fn what_one_backend_refuses_for_good_goes_to_the_next() {
    for kind in [ErrorKind::Refused, ErrorKind::WireNotSpoken] {
        let stage = probing(SELDOM).on_stage(&[FailsBatches(kind), Takes]);
        stage.deliver("1");
        stage.deliver("2");
        stage.deliver("3");
        let first = if kind == ErrorKind::Refused { "1: a b" } else { "1: a a b" };
        assert_eq!(stage.ways()[0], first);
        assert_eq!(stage.ways()[2], "3: b", "it is down by then");
        let ledger = stage.end();
        assert_eq!((ledger.exported, ledger.dropped()), (3, 0), "{kind:?}");
    }
}

#[test]
fn what_every_backend_refuses_for_good_is_dropped_once() {
    let refuses = FailsBatches(ErrorKind::Refused);
    let stage = probing(SELDOM).on_stage(&[refuses, refuses, refuses]);
    stage.wait_for(2, Up);
    stage.wait_for(1, Up);
    stage.deliver("1");
    assert_eq!(stage.ways(), ["1: a b c"]);
    assert_eq!(stage.end().dropped_for(DropReason::Refused), 1);
}

#[test]
fn a_bad_span_is_dropped_at_one_backend_and_not_sent_to_all() {
    let stage = probing(SELDOM).on_stage(&[FailsBatches(ErrorKind::Invalid), Takes]);
    stage.deliver("1");
    assert_eq!(stage.ways(), ["1: a"]);
    assert_eq!(stage.health(0).state, Up);
    assert_eq!(stage.end().dropped_for(DropReason::Invalid), 1);
}

#[test]
fn a_backend_that_does_not_answer_is_left_after_a_second() {
    let stage = probing(SELDOM).on_stage(&[Takes, Takes]);
    stage.deliver("1");
    stage.wait_for(1, Up);
    stage.set(0, Hangs);
    stage.deliver("2");
    stage.deliver("3");
    assert_eq!(stage.ways(), ["1: a", "2: a b", "3: b"]);
    let error = stage.health(0).last_error.unwrap();
    assert!(error.contains("has not answered for 1.0 s, and another backend is up"), "{error}");
    stage.end();
}

#[test]
fn a_first_backend_that_never_answers_does_not_hold_up_the_start() {
    let stage = probing(SELDOM).on_stage(&[Hangs, Takes]);
    stage.deliver("1");
    assert_eq!(stage.ways(), ["1: b"]);
    stage.end();
}

#[test]
fn a_probe_gives_way_to_spans() {
    let stage = probing(OFTEN).on_stage(&[Takes]);
    stage.deliver("1");
    stage.set(0, HangsInProbes);
    let probes = stage.probes(0);
    stage.wait(|| stage.probes(0) > probes);
    stage.deliver("2");
    assert_eq!(stage.ways(), ["1: a", "2: a"]);
    stage.end();
}

#[test]
fn while_all_are_down_spans_wait_and_go_to_whichever_answers_first() {
    let setup =
        Setup { retry: RetryPolicy { first: PATIENCE * 2, most: PATIENCE * 2 }, ..probing(OFTEN) };
    let stage = setup.on_stage(&[Fails(DOWN), Fails(DOWN), Fails(DOWN)]);
    (0..3).for_each(|number| stage.wait_for(number, Down));
    stage.end_span("1");
    assert_eq!(stage.pipeline.ledger().waiting, 1);
    stage.set(2, Takes);
    stage.deliver("2");
    assert!(stage.ways().iter().all(|way| way.ends_with('c')), "{:?}", stage.ways());
    assert_eq!(stage.end().exported, 2);
}

#[test]
fn the_only_backend_gets_what_waits_as_soon_as_a_probe_finds_it_again() {
    let setup =
        Setup { retry: RetryPolicy { first: PATIENCE * 2, most: PATIENCE * 2 }, ..probing(OFTEN) };
    let stage = setup.on_stage(&[Fails(DOWN)]);
    stage.end_span("1");
    stage.wait_for(0, Down);
    stage.set(0, Takes);
    stage.deliver("2");
    assert_eq!(stage.end().exported, 2);
}

#[test]
fn at_the_end_of_the_program_a_backend_that_fails_is_not_waited_for_where_another_is_there() {
    let setup =
        Setup { retry: RetryPolicy { first: PATIENCE * 2, most: PATIENCE * 2 }, ..probing(SELDOM) };
    let stage = setup.on_stage(&[Takes, Takes]);
    stage.deliver("1");
    stage.set(0, Fails(DOWN));
    stage.end_span("2");
    stage.end_span("3");
    let ledger = stage.end();
    assert_eq!((ledger.exported, ledger.dropped()), (3, 0), "{ledger}");
}

#[test]
fn backends_that_are_down_are_asked_also_where_health_checks_are_off() {
    let setup = Setup { probe_interval: None, ..Setup::default() };
    let stage = setup.on_stage(&[Fails(DOWN), Takes]);
    stage.deliver("1");
    stage.wait(|| stage.probes(0) > 1);
    assert!(stage.probes(1) <= 1, "one that is up is asked at the start only");
    stage.end();
}
