//! Functions that are traced, and events, in the destructors of a thread's locals: they work whatever has been destroyed already, and
//! what the thread recorded before is there.
//!
//! A program of its own: in a destructor `tracing` finds the process's recorder only while no thread has a scoped one.

use opentelemetry::trace::{Tracer as _, TracerProvider as _, mark_span_as_active};
use std::cell::RefCell;
use std::pin::Pin;
use std::task::{Context, Waker};
use std::thread;
use synndicate::opentelemetry::{Tracer, TracerProvider};
use synndicate::testing::Recording;
use synndicate::traced;
use tracing::{info, info_span};

const THREADS: usize = 42;

#[traced]
fn body() {
    info!("in the body");
}

#[traced]
fn closing(number: u8) -> u8 {
    info!("closing");
    info_span!("slot").in_scope(|| {});
    number
}

#[traced]
async fn held() {
    std::future::pending::<()>().await;
}

struct Closing;

impl Drop for Closing {
    fn drop(&mut self) {
        closing(1);
        info!("for nobody");
    }
}

type Held = Option<Pin<Box<dyn Future<Output = ()> + Send>>>;

thread_local! {
    static CLOSING: Closing = const { Closing };
    static HELD: RefCell<Held> = const { RefCell::new(None) };
}

fn hold_a_future() {
    let mut future: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(held());
    assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    HELD.set(Some(future));
}

fn tracer() -> Tracer {
    TracerProvider::new().tracer("api")
}

/// What is used first is destroyed last, the context of the OpenTelemetry API too.
const ORDERS: [fn(); 6] = [
    || {
        CLOSING.with(|_| ());
        let _active = mark_span_as_active(tracer().start("of the API"));
        body();
        hold_a_future();
    },
    || {
        CLOSING.with(|_| ());
        drop(opentelemetry::Context::current());
        body();
        hold_a_future();
    },
    || {
        CLOSING.with(|_| ());
        body();
        hold_a_future();
    },
    || {
        body();
        hold_a_future();
        CLOSING.with(|_| ());
    },
    || {
        hold_a_future();
        CLOSING.with(|_| ());
        body();
    },
    || {
        CLOSING.with(|_| ());
        hold_a_future();
        body();
    },
];

#[test]
fn spans_of_destructors_of_thread_locals_are_recorded() {
    let recording = Recording::global();
    let lives = tracer().start("lives meanwhile");
    for order in ORDERS.iter().cycle().take(THREADS) {
        thread::spawn(order).join().unwrap();
    }
    // One that uses the recorder in destructors for the first time.
    thread::spawn(|| CLOSING.with(|_| ())).join().unwrap();
    // And one where the context of the API is gone before that.
    let with_a_context = || {
        CLOSING.with(|_| ());
        drop(opentelemetry::Context::current());
    };
    thread::spawn(with_a_context).join().unwrap();
    drop(lives);

    let spans = recording.spans();
    for (name, count) in
        [("body", THREADS), ("held", THREADS), ("closing", THREADS + 2), ("slot", THREADS + 2)]
    {
        assert_eq!(spans.named(name).count(), count, "{name}");
    }
    assert!(spans.named("closing").all(|span| span.is_root() && span.events.len() == 1));
    assert!(
        spans
            .named("slot")
            .all(|slot| spans.named("closing").any(|closing| slot.is_child_of(closing)))
    );
    assert_eq!(recording.end_open_spans(), 0);
}
