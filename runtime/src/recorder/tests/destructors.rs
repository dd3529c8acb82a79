//! Spans made while a thread's locals are being destroyed, in whatever order.
//!
//! Under scoped recorders only: `tracing` finds the process's own in a destructor unless a scope is alive on some other thread,
//! as there is one among tests all the time.

use super::{
    Boxed, assert_child, assert_root, enter, everywhere, named, on_thread, pending, poll, traced,
};
use crate::recorder::{Core, Outlet, scoped};
use crate::testing::{Recording, everything};
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::{Span, info, info_span};
use tracing_core::{Dispatch, dispatcher};

const THREADS: usize = if cfg!(miri) { 4 } else { 50 };

site!(BODY, "destroyed_body");
site!(EARLY, "destroyed_early");
site!(LATE, "destroyed_late");
site!(HELD, "destroyed_held");

/// Traces in every way when it is destroyed.
struct Closing(Cell<Option<Dispatch>>);

impl Drop for Closing {
    fn drop(&mut self) {
        let trace = || {
            let _early = enter(&EARLY);
            info!("closing");
            info_span!("destroyed_slot").in_scope(|| {});
        };
        if let Some(dispatch) = self.0.take() {
            dispatcher::with_default(&dispatch, trace);
        }
    }
}

thread_local! {
    static CLOSING: Closing = const { Closing(Cell::new(None)) };
    static HOLDING: RefCell<Option<Boxed<()>>> = const { RefCell::new(None) };
    static GUARD: Cell<Option<crate::recorder::Guard>> = const { Cell::new(None) };
}

/// The scoped recorder is not the current one in destructors, so they have to be given it.
fn first_use_of_closing() {
    let scope = dispatcher::get_default(Clone::clone);
    CLOSING.with(|closing| closing.0.set(Some(scope)));
}

fn hold_a_future() {
    let mut future: Boxed<()> = Box::pin(traced(&HELD, pending(9)));
    assert!(poll(&mut future).is_pending());
    HOLDING.set(Some(future));
}

#[test]
fn spans_of_destructors_are_recorded_in_both_orders_of_first_use() {
    let recording = Recording::new();
    recording.run(|| {
        for thread in 0..THREADS {
            let before = thread % 2 == 0;
            let body = move || {
                if before {
                    first_use_of_closing();
                }
                drop(enter(&BODY));
                hold_a_future();
                if !before {
                    first_use_of_closing();
                }
            };
            on_thread(body).join().unwrap();
        }
    });
    let spans = super::valid(recording.spans());
    for name in ["destroyed_body", "destroyed_early", "destroyed_slot", "destroyed_held"] {
        assert_eq!(named(&spans, name).len(), THREADS, "{name}");
    }
    for slot in spans.named("destroyed_slot") {
        assert!(spans.named("destroyed_early").any(|early| slot.is_child_of(early)));
    }
    assert!(spans.named("destroyed_early").all(|early| early.events.len() == 1 && early.is_root()));
}

#[test]
fn a_future_of_another_thread_is_dropped_in_a_destructor() {
    site!(MOVED, "destroyed_moved");
    everywhere(
        || {
            let mut future: Boxed<()> = Box::pin(traced(&MOVED, pending(9)));
            assert!(poll(&mut future).is_pending());
            let body = || {
                HOLDING.set(Some(future));
                drop(enter(&LATE));
            };
            on_thread(body).join().unwrap();
        },
        |spans, ()| {
            assert_eq!(
                spans.one("destroyed_moved").attribute("synndicate.cancelled"),
                Some(&true.into())
            );
            assert_root(spans.one("destroyed_late"));
        },
    );
}

#[test]
fn a_guard_that_outlives_its_call_ends_in_a_destructor() {
    site!(KEPT, "destroyed_kept");
    site!(CHILD, "destroyed_kept_child");
    everywhere(
        || {
            let body = || {
                GUARD.set(Some(enter(&KEPT)));
                drop(enter(&CHILD));
            };
            on_thread(body).join().unwrap();
        },
        |spans, ()| assert_child(spans.one("destroyed_kept_child"), spans.one("destroyed_kept")),
    );
}

/// Takes what it is given.
struct Nowhere;

impl Outlet for Nowhere {
    fn accept(&self, _: crate::batch::Chunk) {}

    fn wake(&self) {}
}

#[test]
fn a_thread_that_has_ended_holds_neither_a_ring_nor_the_recorder() {
    let core = Core::new(everything(), Arc::new(Nowhere));
    let dispatch = scoped(&core);
    let opener = dispatch.clone();
    let open = std::thread::spawn(move || {
        dispatcher::with_default(&opener, || info_span!("destroyed_open"))
    });
    let open = open.join().unwrap();
    for _ in 0..THREADS {
        let (dispatch, open) = (dispatch.clone(), open.clone());
        std::thread::spawn(move || {
            dispatcher::with_default(&dispatch, || {
                first_use_of_closing();
                drop(enter(&BODY));
            });
            RECORDS.with(|records| records.0.set(Some(open)));
        })
        .join()
        .unwrap();
    }
    std::thread::spawn(move || drop(open)).join().unwrap();
    core.drain(u64::MAX);
    assert_eq!(core.rings.len(), 0);
    // A call site that is new, in any other test, asks every recorder for its level, and holds it for that moment.
    let patience = Instant::now() + Duration::from_secs(60);
    while Arc::strong_count(&core) > 1 && Instant::now() < patience {
        std::thread::yield_now();
    }
    assert_eq!(Arc::strong_count(&core), 1, "holders of the recorder");
}

/// Writes through a handle when it is destroyed.
struct Records(Cell<Option<Span>>);

impl Drop for Records {
    fn drop(&mut self) {
        if let Some(span) = self.0.take() {
            span.in_scope(|| {});
            span.record("message", 1);
            info!(parent: &span, "recorded");
            drop(span);
        }
    }
}

thread_local! {
    static RECORDS: Records = const { Records(Cell::new(None)) };
}
