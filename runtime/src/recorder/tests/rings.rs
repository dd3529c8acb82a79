//! From threads to the outlet: growth, relief, and a count that is exact.

// What fills a large ring is too much for an interpreter.
#[cfg(not(miri))]
mod full;

use super::{enter, enter_with, thread};
use crate::batch::Chunk;
use crate::recorder::{Core, Drained, Outlet, scoped};
use crate::testing::everything;
use opentelemetry_proto::tonic::trace::v1::{ScopeSpans, Span};
use prost::Message;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use tracing::info_span;
use tracing_core::dispatcher;

site!(SPAN, "ring_span", ["n"]);

/// Keeps what it is given, and counts how often somebody asked for a reader.
#[derive(Default)]
struct Kept {
    chunks: Mutex<Vec<Chunk>>,
    wakes: AtomicU64,
}

impl Outlet for Kept {
    fn accept(&self, chunk: Chunk) {
        self.chunks.lock().unwrap().push(chunk);
    }

    fn wake(&self) {
        self.wakes.fetch_add(1, Relaxed);
    }
}

impl Kept {
    fn count(&self) -> u64 {
        self.chunks.lock().unwrap().iter().map(Chunk::spans).sum()
    }

    /// The spans, decoded; each chunk holds as many as it says.
    fn spans(&self) -> Vec<Span> {
        let decode = |chunk: &Chunk| {
            let spans = ScopeSpans::decode(&chunk.bytes()[..]).unwrap().spans;
            assert_eq!(spans.len() as u64, chunk.spans());
            spans
        };
        self.chunks.lock().unwrap().iter().flat_map(decode).collect()
    }
}

fn recorder() -> (Arc<Core>, Arc<Kept>) {
    let kept = Arc::new(Kept::default());
    (Core::new(everything(), kept.clone()), kept)
}

fn record(n: usize) {
    drop(enter_with(&SPAN, |attributes| attributes.record_as("n", &n)));
}

fn number(span: &Span) -> usize {
    use opentelemetry_proto::tonic::common::v1::any_value::Value;
    let value = span
        .attributes
        .iter()
        .find(|attribute| attribute.key == "n")
        .and_then(|n| n.value.clone()?.value);
    match value {
        Some(Value::IntValue(n)) => n as usize,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_thread_that_nobody_drains_loses_nothing() {
    const SPANS: usize = if cfg!(miri) { 120 } else { 5000 };
    let (core, kept) = recorder();
    dispatcher::with_default(&scoped(&core), || (0..SPANS).for_each(record));
    assert!(kept.wakes.load(Relaxed) > 0, "it asked for somebody to drain it");
    core.drain(u64::MAX);
    let mut numbers: Vec<_> = kept.spans().iter().map(number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..SPANS).collect::<Vec<_>>());
    assert_eq!(
        (core.created(), core.lost()),
        (SPANS as u64, crate::recorder::core::Lost::default())
    );
}

#[test]
fn a_drain_takes_as_many_as_it_is_asked_to() {
    let (core, kept) = recorder();
    dispatcher::with_default(&scoped(&core), || (0..10).for_each(record));
    core.rings.begin_pass();
    assert_eq!((core.drain(0), kept.count()), (Drained::Some, 0));
    assert_eq!((core.drain(4), kept.count()), (Drained::Some, 4));
    assert_eq!((core.drain(6), kept.count()), (Drained::All, 10));
    assert_eq!((core.drain(1), kept.count()), (Drained::All, 10));
}

#[test]
fn what_a_thread_leaves_behind_is_handed_over_whatever_there_is_room_for() {
    let (core, kept) = recorder();
    let dispatch = scoped(&core);
    dispatcher::with_default(&dispatch, || record(0));
    for thread in 1..=20 {
        let end = || dispatcher::with_default(&dispatch, || record(thread));
        std::thread::scope(|scope| scope.spawn(end).join().unwrap());
    }
    assert_eq!(core.rings.len(), 21);
    core.drain(0);
    assert_eq!((kept.count(), core.rings.len(), core.created()), (20, 1, 21));
}

/// Two threads that each record ten spans in every round, after which `each_round` is called.
fn two_busy_threads(core: &Arc<Core>, rounds: usize, mut each_round: impl FnMut()) {
    let (dispatch, turn) = (scoped(core), Barrier::new(3));
    std::thread::scope(|scope| {
        for thread in 0..2 {
            let (dispatch, turn) = (&dispatch, &turn);
            scope.spawn(move || {
                for _ in 0..rounds {
                    dispatcher::with_default(dispatch, || (0..10).for_each(|_| record(thread)));
                    turn.wait();
                    turn.wait();
                }
            });
        }
        for _ in 0..rounds {
            turn.wait();
            each_round();
            turn.wait();
        }
    });
}

#[test]
fn no_thread_starves_where_there_is_room_for_one_alone() {
    let (core, kept) = recorder();
    two_busy_threads(&core, 4, || {
        core.drain(10);
    });
    let of = |thread| kept.spans().iter().filter(|span| number(span) == thread).count();
    assert_eq!((of(0), of(1)), (20, 20));
}

#[test]
fn a_pass_ends_although_more_comes_in_than_there_is_room_for() {
    let (core, _) = recorder();
    let mut drained = Vec::new();
    two_busy_threads(&core, 4, || {
        if drained.is_empty() {
            core.rings.begin_pass();
        }
        drained.push(core.drain(10));
    });
    assert_eq!(drained[..2], [Drained::Some, Drained::All]);
}

#[test]
fn a_span_larger_than_a_ring_goes_beside_it_and_is_counted() {
    let (core, kept) = recorder();
    let large = "x".repeat(20_000);
    dispatcher::with_default(&scoped(&core), || {
        drop(enter_with(&SPAN, |attributes| {
            (0..5).for_each(|i| attributes.record_as(&format!("large.{i}"), &*large));
        }));
        info_span!("ring_small").in_scope(|| {});
    });
    assert_eq!((kept.count(), core.created()), (1, 2));
    core.drain(u64::MAX);
    assert_eq!(
        kept.spans().iter().map(|span| &span.name[..]).collect::<Vec<_>>(),
        ["ring_span", "ring_small"]
    );
}

/// Two threads that live on have both used a recorder that is over now, and turn to the next one.
#[test]
fn a_recorder_that_is_over_is_not_kept_by_threads_that_knew_it() {
    let ((first, _), (next, _)) = (recorder(), recorder());
    std::thread::scope(|scope| {
        let thread = || {
            let (give, take) = mpsc::channel::<Arc<Core>>();
            let (tell, told) = mpsc::channel();
            scope.spawn(move || {
                for core in take {
                    dispatcher::with_default(&scoped(&core), || record(1));
                    drop(core);
                    tell.send(()).unwrap();
                }
            });
            move |core: &Arc<Core>| {
                give.send(core.clone()).unwrap();
                told.recv().unwrap();
            }
        };
        let threads = [thread(), thread()];
        threads.iter().for_each(|record_on| record_on(&first));
        assert_eq!(Arc::strong_count(&first), 3);
        first.close();
        threads.iter().for_each(|record_on| record_on(&next));
        assert_eq!(Arc::strong_count(&first), 1);
    });
}

#[test]
fn a_quiet_thread_records_nothing() {
    let (core, _) = recorder();
    let dispatch = scoped(&core);
    let quiet = move || {
        thread::with(thread::Thread::silence);
        dispatcher::with_default(&dispatch, || {
            let _slot = info_span!("quiet_slot").entered();
            drop(enter_with(&SPAN, |_| panic!("evaluated")));
            tracing::info!("quiet");
            crate::set_attribute("x", 1);
        });
    };
    std::thread::spawn(quiet).join().unwrap();
    assert_eq!(core.created(), 0);
}

/// Eight threads on whatever cores there are, and one that drains: what was created was handed over or counted as dropped.
#[test]
fn every_span_of_eight_threads_is_handed_over_or_counted() {
    const SPANS: u64 = if cfg!(miri) { 12 } else { 20_000 };
    let (core, kept) = recorder();
    let (dispatch, busy) = (scoped(&core), AtomicBool::new(true));
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| {
            while busy.load(Relaxed) {
                let handed_over = kept.count();
                core.drain(100);
                let lost = core.lost();
                assert!(core.created() >= handed_over + lost.ring_full, "created is never behind");
                std::thread::yield_now();
            }
        });
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    dispatcher::with_default(&dispatch, || {
                        for n in 0..SPANS / 4 {
                            record(n as usize);
                            info_span!("ring_slot", n).in_scope(|| drop(enter(&SPAN)));
                            drop(enter(&SPAN));
                        }
                    });
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        busy.store(false, Relaxed);
        worker.join().unwrap();
    });
    core.rings.begin_pass();
    while core.drain(1000) == Drained::Some {}
    core.drain(u64::MAX);
    let lost = core.lost();
    assert_eq!(core.created(), 8 * SPANS);
    assert_eq!(kept.count() + lost.ring_full + lost.too_large + lost.too_many_open, 8 * SPANS);
    assert_eq!(kept.spans().len() as u64, kept.count());
    assert_eq!(core.rings.len(), 0, "rings of threads that have ended are forgotten");
}

#[test]
fn ids_are_unique_over_threads() {
    const THREADS: usize = if cfg!(miri) { 4 } else { 64 };
    const SPANS: usize = if cfg!(miri) { 5 } else { 200 };
    let (core, kept) = recorder();
    let dispatch = scoped(&core);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| dispatcher::with_default(&dispatch, || (0..SPANS).for_each(record)));
        }
    });
    core.drain(u64::MAX);
    let spans = kept.spans();
    let unique =
        |ids: Vec<&Vec<u8>>| ids.into_iter().collect::<std::collections::HashSet<_>>().len();
    assert_eq!(unique(spans.iter().map(|span| &span.span_id).collect()), THREADS * SPANS);
    assert_eq!(unique(spans.iter().map(|span| &span.trace_id).collect()), THREADS * SPANS);
}
