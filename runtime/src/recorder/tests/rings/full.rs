//! Rings that grow as far as they may, spans that fit into none, and what is dropped where nobody reads.

use super::{Kept, SPAN, record, recorder};
use crate::batch::Chunk;
use crate::recorder::ring::LARGE;
use crate::recorder::tests::enter_with;
use crate::recorder::{Config, Core, Outlet, scoped};
use crate::testing::everything;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, mpsc};
use tracing_core::dispatcher;

#[test]
fn a_thread_with_much_to_say_calls_its_reader_less_and_less() {
    let (core, kept) = recorder();
    let spans_until_it_calls = || {
        let calls = kept.wakes.load(Relaxed);
        let spans = (1..).inspect(|&n| record(n)).find(|_| kept.wakes.load(Relaxed) > calls);
        core.drain(u64::MAX);
        spans.unwrap()
    };
    dispatcher::with_default(&scoped(&core), || {
        let [first, second, third, fourth] = std::array::from_fn(|_| spans_until_it_calls());
        assert!(first * 7 < second && second * 3 < third, "{first}, {second}, {third}");
        assert_eq!(third.abs_diff(fourth) / 100, 0, "it grows no more: {third}, {fourth}");
    });
    assert_eq!(core.rings.len(), 1, "those it grew out of are forgotten");
}

#[test]
fn a_span_over_every_limit_is_dropped_and_counted() {
    let kept = Arc::new(Kept::default());
    let mut config: Config = everything();
    (config.limits.value_bytes, config.limits.span_bytes) = (32 << 20, 32 << 20);
    let core = Core::new(config, kept.clone());
    dispatcher::with_default(&scoped(&core), || {
        let huge = "x".repeat(17 << 20);
        drop(enter_with(&SPAN, |attributes| attributes.record_as("huge", &*huge)));
        record(1);
    });
    core.drain(u64::MAX);
    assert_eq!((kept.count(), core.lost().too_large, core.created()), (1, 1, 2));
}

/// Keeps what it is given, and is busy with the first of it until it hears otherwise.
struct Busy {
    kept: Kept,
    first: Mutex<Option<(mpsc::Sender<()>, mpsc::Receiver<()>)>>,
}

impl Outlet for Busy {
    fn accept(&self, chunk: Chunk) {
        let first = self.first.lock().unwrap().take();
        if let Some((begun, go_on)) = first {
            begun.send(()).unwrap();
            let _ = go_on.recv();
        }
        self.kept.accept(chunk);
    }

    fn wake(&self) {}
}

#[test]
fn a_thread_whose_rings_are_full_while_the_reader_is_held_up_drops_and_counts() {
    let ((begun, has_begun), (go_on, goes_on)) = (mpsc::channel(), mpsc::channel());
    let first = Mutex::new(Some((begun, goes_on)));
    let busy = Arc::new(Busy { kept: Kept::default(), first });
    let core = Core::new(everything(), busy.clone());
    let recorded = dispatcher::with_default(&scoped(&core), || {
        std::thread::scope(|scope| {
            // The rings it grows out of, and most of a large one: more than a chunk.
            let some = LARGE / 11;
            (0..some).for_each(record);
            let go_on = go_on;
            scope.spawn(|| core.drain(u64::MAX));
            has_begun.recv().unwrap();
            // The reader is in the middle of one large ring, which this thread fills again, and then the other.
            let more = 4 * LARGE / 10;
            (some..some + more).for_each(record);
            assert!(core.lost().ring_full > 0);
            go_on.send(()).unwrap();
            (some + more) as u64
        })
    });
    core.drain(u64::MAX);
    assert_eq!(core.created(), recorded);
    assert_eq!(busy.kept.count() + core.lost().ring_full, recorded);
    assert_eq!(busy.kept.spans().len() as u64, busy.kept.count());
}
