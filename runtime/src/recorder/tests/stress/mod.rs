//! Threads that nest, panic, leak, hand futures and handles to each other and drop them in the middle, compared with a model.

mod act;
mod world;

use crate::recorder::core::Lost;
use crate::recorder::{Config, Core, Limits, Outlet, hand_over_unfinished, scoped};
use crate::testing::{Span, Spans, Status, everything};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use tracing_core::dispatcher;
use world::{Ended, Expected, World};

/// How much is done, a part of it with each seed. To look longer, set `SYNNDICATE_STRESS_OPERATIONS`:
///
/// ```sh
/// SYNNDICATE_STRESS_OPERATIONS=10000000 cargo test --release -p synndicate --lib stress -- --nocapture
/// ```
const OPERATIONS: u64 = if cfg!(miri) { 90 } else { 1_000_000 };
const THREADS: u64 = if cfg!(miri) { 2 } else { 4 };
/// What happens on a thread follows from the seed, but not how the threads meet.
const SEEDS: [u64; 3] = [1, 0x5eed, 20_241_125];

#[derive(Default)]
struct Kept(Mutex<Vec<u8>>);

impl Outlet for Kept {
    fn accept(&self, chunk: crate::batch::Chunk) {
        self.0.lock().unwrap().extend_from_slice(chunk.bytes());
    }

    fn wake(&self) {}
}

#[test]
#[expect(clippy::disallowed_macros, reason = "a test says which seeds it has tried")]
fn whatever_threads_do_to_each_others_spans_each_comes_out_once_and_right() {
    #[expect(clippy::disallowed_methods, reason = "a test reads it, and no setting")]
    let longer = std::env::var("SYNNDICATE_STRESS_OPERATIONS").ok();
    let operations = longer.map_or(OPERATIONS, |operations| operations.parse().unwrap());
    let operations = operations.div_ceil(SEEDS.len() as u64);
    for seed in SEEDS {
        let spans = run(seed, operations);
        println!("seed {seed}: {operations} operations, {spans} spans");
    }
}

/// Says how many spans there were.
fn run(seed: u64, operations: u64) -> u64 {
    let unlimited =
        Limits { events: u32::MAX, links: u32::MAX, span_bytes: u32::MAX, ..everything().limits };
    let kept = Arc::new(Kept::default());
    let core = Core::new(Config { limits: unlimited, ..everything() }, kept.clone());
    let world = Arc::new(World::default());
    play(seed, operations, &core, &world);

    assert_eq!(hand_over_unfinished(&core), 0, "seed {seed}: a span was left open");
    core.drain(u64::MAX);
    let spans = super::valid(Spans::decode(&kept.0.lock().unwrap()));
    let expected = world.expected();
    let Lost { ring_full, too_many_open, too_large } = core.lost();
    assert_eq!((too_many_open, too_large), (0, 0), "seed {seed}");
    assert_eq!(core.created(), expected.len() as u64, "seed {seed}: created");
    assert_eq!(spans.len() as u64 + ring_full, core.created(), "seed {seed}: exported + dropped");
    compare(&spans, &expected, seed);
    for ended in [Ended::Well, Ended::Panicked, Ended::Cancelled, Ended::Leaked] {
        let count = expected.iter().filter(|expected| expected.ended == ended).count() as u64;
        assert!(count >= operations / 200, "seed {seed}: only {count} spans ended as {ended:?}");
    }

    let events: u64 = spans
        .iter()
        .map(|span| span.events.iter().filter(|event| event.name != "exception").count() as u64)
        .sum();
    if ring_full == 0 {
        let missing = world.events.load(Relaxed) - events;
        let late = core.late();
        assert!(
            (missing..=missing + world.records.load(Relaxed)).contains(&late),
            "seed {seed}: {missing} events, {late} late"
        );
    }
    core.created()
}

/// Runs the threads, with one beside them that drains all the time.
fn play(seed: u64, operations: u64, core: &Arc<Core>, world: &Arc<World>) {
    let busy = AtomicBool::new(true);
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| {
            while busy.load(Relaxed) {
                core.drain(64);
                std::thread::yield_now();
            }
        });
        let threads: Vec<_> = (1..=THREADS)
            .map(|thread| {
                let (world, dispatch) = (world.clone(), scoped(core));
                scope.spawn(move || {
                    dispatcher::with_default(&dispatch, || {
                        act::thread(&world, seed.wrapping_mul(thread), operations / THREADS);
                    });
                    assert_eq!(super::depth(), 0, "seed {seed}: something was left on the stack");
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        // What is in the pools ends here.
        dispatcher::with_default(&scoped(core), || world.clear());
        busy.store(false, Relaxed);
        worker.join().unwrap();
    });
}

fn compare(spans: &Spans, expected: &[Expected], seed: u64) {
    let number = |span: &Span| match span.attribute("n") {
        Some(crate::testing::AttributeValue::Integer(number)) => *number as usize,
        other => panic!("seed {seed}: {other:?} in {span:?}"),
    };
    let by_number: HashMap<usize, &Span> = spans.iter().map(|span| (number(span), span)).collect();
    assert_eq!(by_number.len(), spans.len(), "seed {seed}: a span came out twice");
    let ids: HashMap<u64, usize> =
        by_number.iter().map(|(number, span)| (span.span_id, *number)).collect();
    assert_eq!(ids.len(), spans.len(), "seed {seed}: two spans have one id");

    for (number, span) in &by_number {
        let expected = &expected[*number];
        let context = || format!("seed {seed}, span {number}: {expected:?} {span:?}");
        // The parent may have been dropped.
        let parent = span.parent_span_id.and_then(|parent| ids.get(&parent).copied());
        assert!(parent.is_none_or(|parent| Some(parent) == expected.parent), "{}", context());
        assert_eq!(span.parent_span_id.is_some(), expected.parent.is_some(), "{}", context());
        if let Some(parent) = parent.and_then(|parent| by_number.get(&parent)) {
            assert_eq!(span.trace_id, parent.trace_id, "{}", context());
            assert!(span.start >= parent.start, "{}", context());
        }
        let status = if expected.ended == Ended::Panicked {
            Status::Error(String::new())
        } else {
            Status::Unset
        };
        assert_eq!(span.status, status, "{}", context());
        for (key, ended) in
            [("synndicate.cancelled", Ended::Cancelled), ("synndicate.unfinished", Ended::Leaked)]
        {
            assert_eq!(span.attribute(key).is_some(), expected.ended == ended, "{}", context());
        }
        assert_eq!(span.attribute("own"), expected.own.map(Into::into).as_ref(), "{}", context());
        let right = |value: &crate::testing::AttributeValue| *value == (*number as i64).into();
        assert!(span.attribute("other").is_none_or(right), "{}", context());
        let events = span.events.iter().filter(|event| event.name != "exception");
        assert!(
            events.into_iter().all(|event| event.attribute("of").is_some_and(right)),
            "{}",
            context()
        );
        assert_eq!(span.links.len(), expected.links, "{}", context());
    }
    let all_known = |span: &Span| span.links.iter().all(|link| ids.contains_key(&link.span_id));
    assert!(
        spans.len() < expected.len() || spans.iter().all(all_known),
        "seed {seed}: a link leads nowhere"
    );
}
