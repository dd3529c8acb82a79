//! The end: one deadline for everything, and what was not sent is counted.

use super::*;
use std::sync::mpsc;
use std::time::Instant;

#[test]
fn what_waits_is_sent_at_the_end_without_being_asked_for() {
    let bench = Setup::default().start(|_| accept());
    bench.end_spans(numbered(700));
    let (ledger, seen) = bench.end();
    assert_eq!((ledger.exported, seen.concat().len()), (700, 700));
}

#[test]
fn spans_that_are_open_at_the_end_are_sent_as_unfinished() {
    let bench = Setup::default().start(|_| accept());
    let dispatch = crate::recorder::scoped(&bench.core);
    let open = tracing_core::dispatcher::with_default(&dispatch, || tracing::info_span!("open"));
    let (ledger, seen) = bench.end();
    assert_eq!((ledger.exported, seen.concat()), (1, vec!["open".to_owned()]));
    drop(open);
}

#[test]
fn a_backend_that_never_answers_costs_the_deadline_and_no_more() {
    let bench = Setup::default().start(|_| Answer::Never);
    bench.end_spans(numbered(600));
    let begin = Instant::now();
    let ledger = bench.pipeline.shutdown(Duration::from_millis(100));
    assert!(begin.elapsed() < PATIENCE);
    assert_eq!((ledger.waiting, ledger.dropped_for(DropReason::ShutDown)), (0, 600), "{ledger}");
}

#[test]
fn a_worker_that_stands_still_is_left_behind_with_the_batch_it_has() {
    let (taken, took) = mpsc::channel();
    let (go, gone) = mpsc::channel::<()>();
    let bench = Setup::default().start(move |_| {
        taken.send(()).unwrap();
        // As long as the other side is held.
        let _ = gone.recv();
        accept()
    });
    bench.end_spans(numbered(600));
    took.recv_timeout(PATIENCE).unwrap();
    let ledger = bench.pipeline.shutdown(Duration::from_millis(100));
    assert_eq!((ledger.waiting, ledger.dropped_for(DropReason::ShutDown)), (512, 88), "{ledger}");
    drop(go);
}

#[test]
fn a_backend_that_is_down_is_tried_once_more_and_costs_no_time() {
    let bench = Setup {
        retry: RetryPolicy { first: PATIENCE * 2, most: PATIENCE * 2 },
        batch: BatchLimits { spans: 1, ..Setup::default().batch },
        ..Setup::default()
    };
    let (failed, failure) = mpsc::channel();
    let bench = bench.start(move |_| {
        failed.send(()).unwrap();
        refuse(ErrorKind::Retryable { wait: Some(Duration::from_secs(300)) })
    });
    bench.end_spans(["a", "b"]);
    failure.recv_timeout(PATIENCE).unwrap();
    let begin = Instant::now();
    let (ledger, seen) = bench.end();
    assert!(begin.elapsed() < PATIENCE, "the wait was interrupted");
    assert_eq!(ledger.dropped_for(DropReason::ShutDown), 2);
    assert_eq!(seen.concat(), ["a", "a", "b"], "one more attempt each");
}

#[test]
fn a_backend_that_asks_for_a_moment_at_the_end_gets_it() {
    for wait in [None, Some(Duration::from_millis(2))] {
        let mut failures = 3;
        let bench = Setup::default().start(move |_| {
            failures -= 1;
            if failures >= 0 { refuse(ErrorKind::Retryable { wait }) } else { accept() }
        });
        bench.end_spans(["a"]);
        let (ledger, seen) = bench.end();
        assert_eq!((ledger.exported, seen.len()), (1, 4), "{wait:?}");
    }
}

#[test]
fn a_wait_that_a_server_asked_for_before_the_end_is_kept() {
    const WAIT: Duration = Duration::from_millis(100);
    let (asked, question) = mpsc::channel();
    let mut first = true;
    let setup =
        Setup { batch: BatchLimits { spans: 1, ..Setup::default().batch }, ..Setup::default() };
    let bench = setup.start(move |_| {
        asked.send(Instant::now()).unwrap();
        let refuses = std::mem::take(&mut first);
        if refuses { refuse(ErrorKind::Retryable { wait: Some(WAIT) }) } else { accept() }
    });
    bench.end_spans(["a"]);
    let refused = question.recv_timeout(PATIENCE).unwrap();
    let (ledger, _) = bench.end();
    assert_eq!(ledger.exported, 1);
    assert!(question.recv().unwrap() - refused >= WAIT);
}

#[test]
fn a_wait_that_the_deadline_does_not_allow_is_not_begun() {
    let wait = Some(PATIENCE * 2);
    let bench = Setup::default().start(move |_| refuse(ErrorKind::Retryable { wait }));
    bench.end_spans(["a"]);
    let begin = Instant::now();
    let (ledger, seen) = bench.end();
    assert!(begin.elapsed() < PATIENCE);
    assert_eq!((ledger.dropped_for(DropReason::ShutDown), seen.len()), (1, 1));
}

#[test]
fn a_backend_that_is_not_there_costs_the_end_one_attempt() {
    for kind in [ErrorKind::Unreachable, ErrorKind::TimedOut] {
        let bench = Setup::default().start(move |_| refuse(kind));
        bench.end_spans(["a"]);
        let (ledger, seen) = bench.end();
        assert_eq!((ledger.dropped_for(DropReason::ShutDown), seen.len()), (1, 1), "{kind:?}");
    }
}

#[test]
fn what_comes_after_the_end_is_counted_as_lost() {
    let bench = Setup::default().start(|_| accept());
    bench.pipeline.shutdown(PATIENCE);
    bench.end_spans(["late"]);
    let ledger = bench.pipeline.ledger();
    assert_eq!((ledger.created, ledger.dropped_for(DropReason::ShutDown)), (1, 1));
    assert!(bench.pipeline.flush(PATIENCE), "there is nothing to wait for");
}

#[test]
fn a_second_shutdown_is_harmless() {
    let bench = Setup::default().start(|_| accept());
    bench.end_spans(["a"]);
    assert_eq!(bench.pipeline.shutdown(PATIENCE), bench.pipeline.shutdown(PATIENCE));
}
