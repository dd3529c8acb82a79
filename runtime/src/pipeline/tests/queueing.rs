//! What waits for the backend, and what does not fit any more.

use super::*;
use std::sync::mpsc;
use std::time::Instant;

/// A backend that holds each batch until it is told to go on.
fn held(setup: Setup) -> (Bench, mpsc::Receiver<()>, mpsc::SyncSender<()>) {
    let (arrived, arrival) = mpsc::sync_channel(64);
    let (go, gone) = mpsc::sync_channel::<()>(64);
    let bench = setup.start(move |_| {
        arrived.send(()).unwrap();
        // Whoever hangs up lets everything through.
        let _ = gone.recv();
        accept()
    });
    (bench, arrival, go)
}

fn one_span_at_a_time() -> Setup {
    Setup {
        queue: QueueLimits { spans: 10, bytes: 100_000 },
        batch: BatchLimits { spans: 1, ..Setup::default().batch },
        ..Setup::default()
    }
}

#[test]
fn a_full_queue_drops_what_comes_last_and_counts_it() {
    let (bench, arrival, go) = held(one_span_at_a_time());
    bench.end_spans(["first"]);
    arrival.recv_timeout(PATIENCE).unwrap();
    bench.end_spans(numbered(15));
    let ledger = bench.pipeline.ledger();
    assert_eq!((ledger.created, ledger.waiting), (16, 11), "ten wait, one is in flight");
    assert_eq!(ledger.dropped_for(DropReason::QueueFull), 5);
    drop(go);
    let (ledger, seen) = bench.finish();
    assert_eq!(ledger.exported, 11);
    assert_eq!(seen.concat()[1..], numbered(10).collect::<Vec<_>>());
}

#[test]
fn the_queue_is_bounded_in_bytes_too() {
    let limits = QueueLimits { spans: 1_000_000, bytes: 5_000 };
    let (bench, arrival, go) = held(Setup { queue: limits, ..one_span_at_a_time() });
    bench.core.accept(chunk("first", 0));
    arrival.recv_timeout(PATIENCE).unwrap();
    (0..10).for_each(|_| bench.core.accept(chunk("fat", 1_000)));
    let dropped = bench.pipeline.ledger().dropped_for(DropReason::QueueFull);
    assert!((5..=6).contains(&dropped), "{dropped} of ten");
    drop(go);
    bench.finish();
}

#[test]
fn rings_are_emptied_as_far_as_the_queue_has_room_and_lose_nothing_meanwhile() {
    let (bench, arrival, go) = held(one_span_at_a_time());
    let dispatch = crate::recorder::scoped(&bench.core);
    tracing_core::dispatcher::with_default(&dispatch, || {
        (0..50).for_each(|_| drop(tracing::info_span!("in a ring").entered()));
    });
    arrival.recv_timeout(PATIENCE).unwrap();
    let ledger = bench.pipeline.ledger();
    assert_eq!((ledger.created, ledger.waiting, ledger.dropped()), (50, 50, 0));
    drop(go);
    let (ledger, _) = bench.finish();
    assert_eq!((ledger.exported, ledger.dropped()), (50, 0));
}

#[test]
fn threads_that_come_and_go_during_an_outage_leave_no_memory_behind() {
    let (asked, question) = mpsc::channel();
    let bench = one_span_at_a_time().start(move |_| {
        asked.send(()).unwrap();
        Answer::Never
    });
    let dispatch = crate::recorder::scoped(&bench.core);
    let record = || {
        tracing_core::dispatcher::with_default(&dispatch, || {
            drop(tracing::info_span!("of a short thread").entered());
        });
    };
    record();
    question.recv_timeout(PATIENCE).unwrap();
    for _ in 0..50 {
        std::thread::scope(|scope| scope.spawn(record).join().unwrap());
    }
    let begin = Instant::now();
    while bench.pipeline.ledger().dropped_for(DropReason::QueueFull) < 40 {
        assert!(begin.elapsed() < PATIENCE, "{}", bench.pipeline.ledger());
        std::thread::yield_now();
    }
    let ledger = bench.pipeline.ledger();
    assert_eq!((ledger.created, ledger.waiting), (51, 11), "ten wait, one is in flight: {ledger}");
    assert_eq!(bench.core.rings.len(), 1, "that of this thread");
    bench.pipeline.shutdown(Duration::from_millis(100));
}

#[test]
fn each_reason_for_which_spans_are_lost_is_said_once_while_the_program_runs() {
    let bench = Setup::default().start(|_| accept());
    let reasons = [
        DropReason::QueueFull,
        DropReason::ThreadTooFast,
        DropReason::TooManyOpen,
        DropReason::TooLarge,
    ];
    let told = |reason: DropReason| {
        let said = bench.said.lock().unwrap();
        said.iter().filter(|line| line.contains(reason.text())).cloned().collect::<Vec<_>>()
    };
    for reason in reasons {
        assert_eq!(told(reason), [""; 0]);
        bench.pipeline.accounts.drop_for(reason, 3);
        let begin = Instant::now();
        while told(reason).is_empty() {
            assert!(begin.elapsed() < PATIENCE, "nothing is said of {reason:?}");
            std::thread::yield_now();
        }
        bench.pipeline.accounts.drop_for(reason, 3);
    }
    // The second of two flushes ends after the pass of the first one is over.
    assert!(bench.pipeline.flush(PATIENCE) && bench.pipeline.flush(PATIENCE));
    for reason in reasons {
        assert_eq!(told(reason), [format!("3 spans dropped so far: {}", reason.text())]);
    }
}

#[test]
fn a_span_that_fits_does_not_keep_the_memory_of_those_that_do_not() {
    let accounts = Arc::new(Accounts::default());
    let queue = Queue::new(QueueLimits { spans: 1, bytes: 1_000_000 }, accounts);
    let bytes: bytes::Bytes =
        (0..30).flat_map(|_| chunk("together", 0).bytes().to_vec()).collect::<Vec<_>>().into();
    queue.accept(Chunk::new(bytes.clone(), 30));
    assert!(bytes.is_unique(), "one of thirty waits, in memory of its own");
    assert_eq!(queue.room(), 0);
}

#[test]
fn a_batch_leaves_when_it_is_old_enough() {
    let limits = BatchLimits { timeout: Duration::from_millis(20), ..Setup::default().batch };
    let (bench, arrival, go) = held(Setup { batch: limits, ..Setup::default() });
    bench.end_spans(["a"]);
    arrival.recv_timeout(PATIENCE).expect("nobody has flushed");
    drop(go);
    bench.finish();
}

#[test]
fn flush_waits_for_what_ended_before_and_obeys_its_deadline() {
    let (bench, arrival, go) = held(Setup::default());
    bench.end_spans(["a"]);
    assert!(!bench.pipeline.flush(Duration::from_millis(20)), "the backend holds it");
    arrival.recv_timeout(PATIENCE).unwrap();
    go.send(()).unwrap();
    assert!(bench.pipeline.flush(PATIENCE));
    assert_eq!(bench.pipeline.ledger().exported, 1);
    drop(go);
    bench.finish();
}

#[test]
fn eight_threads_lose_nothing_that_is_not_counted() {
    let limits = QueueLimits { spans: 1000, bytes: 1024 * 1024 };
    let bench = Setup { queue: limits, ..Setup::default() }.start(|_| accept());
    let dispatch = crate::recorder::scoped(&bench.core);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                tracing_core::dispatcher::with_default(&dispatch, || {
                    (0..5_000).for_each(|_| drop(tracing::info_span!("busy").entered()));
                });
            });
        }
        // At any moment the ledger balances, whatever is on its way.
        for _ in 0..100 {
            let Ledger { created, exported, waiting, .. } = bench.pipeline.ledger();
            assert!(exported + waiting <= created);
        }
    });
    let (ledger, seen) = bench.finish();
    assert_eq!(ledger.created, 40_000);
    assert_eq!(ledger.exported, seen.concat().len() as u64);
}

#[test]
fn the_queue_takes_no_more_than_it_may_even_from_one_large_chunk() {
    let (bench, arrival, go) = held(one_span_at_a_time());
    bench.end_spans(["first"]);
    arrival.recv_timeout(PATIENCE).unwrap();
    let spans: Vec<u8> = (0..30).flat_map(|_| chunk("together", 0).bytes().to_vec()).collect();
    bench.queue.accept(Chunk::new(spans.into(), 30));
    assert_eq!(bench.queue.room(), 0);
    drop(go);
    assert!(bench.pipeline.flush(PATIENCE));
    assert_eq!(bench.seen.lock().unwrap().concat().len(), 11);
}
