//! What becomes of a batch, by what the backend answers.

use super::*;

#[test]
fn spans_arrive_once_and_in_order() {
    let bench = Setup::default().start(|_| accept());
    bench.end_spans(numbered(100));
    let (ledger, seen) = bench.finish();
    assert_eq!((ledger.created, ledger.exported), (100, 100));
    assert_eq!(seen.concat(), numbered(100).collect::<Vec<_>>());
}

#[test]
fn a_batch_is_full_by_spans_or_by_bytes() {
    let setup =
        Setup { batch: BatchLimits { spans: 10, ..Setup::default().batch }, ..Setup::default() };
    let bench = setup.start(|_| accept());
    bench.end_spans(numbered(25));
    let (_, seen) = bench.finish();
    assert!(seen.iter().all(|batch| batch.len() <= 10), "{seen:?}");

    let setup =
        Setup { batch: BatchLimits { bytes: 1000, ..Setup::default().batch }, ..Setup::default() };
    let largest = Arc::new(Mutex::new(0));
    let larger = largest.clone();
    let bench = setup.start(move |batch| {
        let mut largest = larger.lock().unwrap();
        *largest = batch.body_len().max(*largest);
        accept()
    });
    (0..20).for_each(|_| bench.core.accept(chunk("fat", 300)));
    bench.core.accept(chunk("alone", 5000));
    let (ledger, seen) = bench.finish();
    assert_eq!(ledger.exported, 21);
    assert!(seen.contains(&vec!["alone".to_owned()]), "a span over the limit goes alone: {seen:?}");
    assert!(*largest.lock().unwrap() < 5100);
    assert!(seen.iter().all(|batch| batch.len() <= 3), "{seen:?}");
}

#[test]
fn a_batch_that_may_be_taken_later_is_tried_until_it_is_taken() {
    for kind in [
        ErrorKind::Retryable { wait: None },
        ErrorKind::Retryable { wait: Some(Duration::from_millis(2)) },
        ErrorKind::TimedOut,
        ErrorKind::Unreachable,
    ] {
        let mut failures = 3;
        let bench = Setup::default().start(move |_| {
            failures -= 1;
            if failures >= 0 { refuse(kind) } else { accept() }
        });
        bench.end_spans(["a"]);
        let (ledger, seen) = bench.finish();
        assert_eq!((ledger.exported, seen.len()), (1, 4), "{kind:?}");
    }
}

#[test]
fn what_the_backend_refuses_for_good_is_dropped_and_not_tried_again() {
    let bench = Setup::default().start(|_| refuse(ErrorKind::Refused));
    bench.end_spans(numbered(5));
    let (ledger, seen) = bench.finish();
    assert_eq!(ledger.dropped_for(DropReason::Refused), 5);
    assert_eq!(seen.concat().len(), 5);
}

#[test]
fn a_wire_that_is_not_spoken_is_looked_for_once_more() {
    let bench = Setup::default().start(|_| refuse(ErrorKind::WireNotSpoken));
    bench.end_spans(["a"]);
    let (ledger, seen) = bench.finish();
    assert_eq!((ledger.dropped_for(DropReason::Refused), seen.len()), (1, 2));
}

#[test]
fn a_wire_that_is_not_spoken_after_other_failures_is_looked_for_once_more() {
    let mut answers = [
        refuse(ErrorKind::Retryable { wait: None }),
        refuse(ErrorKind::Unreachable),
        refuse(ErrorKind::WireNotSpoken),
        accept(),
    ]
    .into_iter();
    let bench = Setup::default().start(move |_| answers.next().unwrap());
    bench.end_spans(["a"]);
    let (ledger, seen) = bench.finish();
    assert_eq!((ledger.exported, seen.len()), (1, 4));
}

#[test]
fn a_request_with_its_header_is_no_larger_than_the_settings_say() {
    let setup = Setup {
        batch: BatchLimits { bytes: 20_000, ..Setup::default().batch },
        resource: Resource::new([("service.name", "x".repeat(10_000))]),
        ..Setup::default()
    };
    let sizes = Arc::<Mutex<Vec<usize>>>::default();
    let noted = sizes.clone();
    let bench = setup.start(move |batch| {
        noted.lock().unwrap().push(batch.request().iter().map(bytes::Bytes::len).sum());
        accept()
    });
    (0..100).for_each(|_| bench.core.accept(chunk("fat", 300)));
    let (ledger, _) = bench.finish();
    let largest = sizes.lock().unwrap().iter().copied().max().unwrap();
    assert_eq!(ledger.exported, 100);
    assert!((19_000..=20_000).contains(&largest), "{largest}");
}

#[test]
fn what_the_backend_rejects_of_a_batch_is_counted_and_its_message_shown_once() {
    let bench = Setup::default().start(|batch| {
        let rejected = batch.spans().min(3);
        Answer::Now(Ok(Accepted { rejected, message: Some("too old".into()) }))
    });
    bench.end_spans(numbered(10));
    assert!(bench.pipeline.flush(PATIENCE));
    bench.end_spans(numbered(10));
    let said = bench.said.clone();
    let (ledger, _) = bench.finish();
    let rejected = ledger.dropped_for(DropReason::Rejected);
    assert!(rejected >= 6 && ledger.exported == 20 - rejected, "{ledger}");
    let said = said.lock().unwrap();
    assert_eq!(said.iter().filter(|line| line.contains("too old")).count(), 1, "{said:?}");
}

#[test]
fn one_bad_span_costs_itself_and_no_other() {
    let bench = Setup::default().start(|batch| {
        if names(batch).iter().any(|name| name == "bad") {
            refuse(ErrorKind::Invalid)
        } else {
            accept()
        }
    });
    bench.end_spans(numbered(50));
    bench.end_spans(["bad"]);
    bench.end_spans(numbered(50));
    let (ledger, _) = bench.finish();
    assert_eq!((ledger.exported, ledger.dropped_for(DropReason::Invalid)), (100, 1));
}

/// A backend that calls each batch malformed for which `is_bad` is true of one of its spans.
fn disliking(is_bad: impl Fn(&str) -> bool + Send + 'static) -> Bench {
    Setup::default().start(move |batch| {
        if names(batch).iter().any(|name| is_bad(name)) {
            refuse(ErrorKind::Invalid)
        } else {
            accept()
        }
    })
}

#[test]
fn a_backend_that_calls_everything_malformed_is_not_sent_every_span_alone() {
    let bench = disliking(|_| true);
    let mut requests = Vec::new();
    for _ in 0..3 {
        let before = bench.seen.lock().unwrap().len();
        bench.end_spans(numbered(512));
        assert!(bench.pipeline.flush(PATIENCE));
        requests.push(bench.seen.lock().unwrap().len() - before);
    }
    assert!(requests[0] < 40, "{requests:?}");
    assert_eq!(requests[1..], [3, 3], "all of it, the first span, the others");
    let (ledger, _) = bench.end();
    assert_eq!(ledger.dropped_for(DropReason::Invalid), 3 * 512);
}

#[test]
fn a_backend_that_took_nothing_for_a_while_is_sent_everything_it_takes_again() {
    let bench = disliking(|name| name.starts_with("bad"));
    bench.end_spans((0..100).map(|_| "bad"));
    assert!(bench.pipeline.flush(PATIENCE));
    bench.end_spans(numbered(100));
    bench.end_spans(["bad"]);
    bench.end_spans(numbered(100));
    let (ledger, _) = bench.finish();
    assert_eq!((ledger.exported, ledger.dropped_for(DropReason::Invalid)), (200, 101));
}

#[test]
fn a_batch_that_is_too_large_is_halved_and_the_size_is_remembered() {
    let setup =
        Setup { batch: BatchLimits { spans: 64, ..Setup::default().batch }, ..Setup::default() };
    let bench =
        setup.start(
            |batch| {
                if batch.body_len() > 10_000 { refuse(ErrorKind::TooLarge) } else { accept() }
            },
        );
    let thousand = |bench: &Bench| (0..64).for_each(|_| bench.core.accept(chunk("fat", 1000)));
    thousand(&bench);
    assert!(bench.pipeline.flush(PATIENCE));
    let first = bench.seen.lock().unwrap().len();
    thousand(&bench);
    assert!(bench.pipeline.flush(PATIENCE));
    let second = bench.seen.lock().unwrap().len() - first;
    assert!(second < first, "{first} requests, then {second}");
    bench.core.accept(chunk("huge", 20_000));
    let (ledger, _) = bench.finish();
    assert_eq!((ledger.exported, ledger.dropped_for(DropReason::TooLarge)), (128, 1));
}

#[test]
fn an_exporter_that_panics_costs_its_batch_and_nothing_else() {
    let mut first = true;
    let bench = Setup::default()
        .start(move |_| if std::mem::take(&mut first) { Answer::Panic } else { accept() });
    bench.end_spans(["a"]);
    assert!(bench.pipeline.flush(PATIENCE));
    bench.end_spans(["b", "c"]);
    let (ledger, _) = bench.finish();
    assert_eq!((ledger.exported, ledger.dropped_for(DropReason::ExporterPanicked)), (2, 1));
}
