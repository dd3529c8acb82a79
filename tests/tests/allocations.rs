//! In steady state the traced thread allocates nothing: not for functions, not for futures, not for `tracing` spans, events and
//! handles, and not where futures end on another thread than they began on.
//!
//! A program of its own: the allocator that counts is the process's.

use allocation_counter::{measure, opt_out};
use std::hint::black_box;
use std::pin::Pin;
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;
use synndicate::testing::Recording;
use synndicate::traced;
use tracing::{Span, field, info, info_span};

/// What is done before it counts: rings grow, pools fill, call sites are registered.
const WARM_UP: u64 = 2000;
const MEASURED: u64 = 10_000;
/// Rings are drained so often that none is ever full; a thread that empties its own ring allocates.
const DRAIN: u64 = 50;

fn recording() -> &'static Recording {
    static GLOBAL: OnceLock<Recording> = OnceLock::new();
    GLOBAL.get_or_init(Recording::global)
}

/// Tests take turns: pools that all threads share grow when another test's threads end.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does `step` again and again; says how often this thread allocated once all was warm.
fn allocations(mut step: impl FnMut(u64)) -> u64 {
    let recording = recording();
    let mut run = |steps: u64| {
        for number in 0..steps {
            step(number);
            if number % DRAIN == 0 {
                opt_out(|| recording.clear());
            }
        }
    };
    run(WARM_UP);
    measure(|| run(MEASURED)).count_total
}

#[traced(capture(agent), fields(generic = ?value, mixed = [Some((number, 0.5, agent)), None]))]
fn function<T: std::fmt::Debug>(number: u64, agent: &str, value: T) -> u64 {
    black_box((&value, agent));
    number
}

#[traced(capture(agent))]
async fn outer(number: u64, agent: &str) -> u64 {
    inner(number).await + function(number, agent, (number, "generic"))
}

#[traced]
async fn inner(number: u64) -> u64 {
    Pending(2).await;
    number
}

/// Is pending so many times.
struct Pending(u32);

impl Future for Pending {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.0 == 0 {
            return Poll::Ready(());
        }
        self.0 -= 1;
        Poll::Pending
    }
}

fn run_to_the_end<F: Future + ?Sized>(mut future: Pin<&mut F>) -> F::Output {
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

#[test]
fn functions_allocate_nothing() {
    let _turn = turn();
    let count = allocations(|number| {
        function(number, "planner", number);
        function(number, "planner", Some("text"));
    });
    assert_eq!(count, 0);
}

#[test]
fn futures_allocate_nothing() {
    let _turn = turn();
    let count = allocations(|number| {
        black_box(run_to_the_end(std::pin::pin!(outer(number, "planner"))));
    });
    assert_eq!(count, 0);
}

/// The request and its response aside, which are the server's.
#[test]
fn requests_allocate_nothing_but_what_comes_with_their_trace() {
    use http_body_util::BodyExt as _;
    use tower::{Layer as _, Service as _};

    type Body = http_body_util::Full<bytes::Bytes>;
    let service = tower::service_fn(async |_: http::Request<()>| {
        function(7, "planner", "text");
        Ok::<_, std::convert::Infallible>(http::Response::new(Body::from("an answer")))
    });
    let layer = synndicate::tower::TraceLayer::new().with_route(|_, _| Some("/query/{id}".into()));
    let mut service = layer.layer(service);
    let mut serve = |traceparent: Option<&str>| {
        let mut request = None;
        opt_out(|| {
            let begun = http::Request::get("/query/7")
                .header("host", "shop.example")
                .header("user-agent", "tests/1.0");
            let begun = traceparent
                .into_iter()
                .fold(begun, |begun, value| begun.header("traceparent", value));
            request = Some(begun.body(()).unwrap());
        });
        let called = service.call(request.unwrap());
        let response = run_to_the_end(std::pin::pin!(called)).unwrap();
        let body = run_to_the_end(std::pin::pin!(response.into_body().frame()));
        opt_out(|| drop(body));
    };
    let _turn = turn();
    assert_eq!(allocations(|_| serve(None)), 0);
    let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    // The header's list of values, and what goes on with the requests that this one causes.
    assert_eq!(allocations(|_| serve(Some(traceparent))), 2 * MEASURED);
}

#[test]
fn attributes_that_are_set_allocate_nothing() {
    let _turn = turn();
    #[traced]
    fn sets(number: u64) -> u64 {
        synndicate::set_attribute("set", number);
        synndicate::set_attribute("text", "of some length");
        number
    }
    #[traced]
    async fn sets_in_a_future(number: u64) -> u64 {
        synndicate::set_attribute("set", number);
        number
    }
    let count = allocations(|number| {
        sets(number);
        run_to_the_end(std::pin::pin!(sets_in_a_future(number)));
    });
    assert_eq!(count, 0);
}

#[test]
fn tracing_spans_events_and_handles_allocate_nothing() {
    let _turn = turn();
    let count = allocations(|number| {
        let _span = info_span!("slot", number, agent = "planner", late = field::Empty).entered();
        info!(number, "event");
        let current = Span::current();
        current.record("late", number);
        current.follows_from(current.id());
    });
    assert_eq!(count, 0);
}

#[test]
fn handles_of_traced_functions_allocate_nothing() {
    let _turn = turn();
    #[traced(fields(late))]
    fn with_a_handle(number: u64) {
        let current = Span::current();
        current.record("late", number);
        current.in_scope(|| function(number, "child", ()));
        info!(parent: &current, "event");
    }
    assert_eq!(allocations(with_a_handle), 0);
}

type Boxed = Pin<Box<dyn Future<Output = u64> + Send>>;

/// Each future is polled once here and to its end on another thread: the pools of both threads have to balance.
#[test]
fn futures_that_end_on_another_thread_allocate_nothing() {
    let _turn = turn();
    let (give, take) = sync_channel::<Boxed>(1);
    let (give_back, take_back) = sync_channel::<()>(1);
    let other = thread::spawn(move || {
        let mut warm = WARM_UP;
        let mut count = 0;
        for mut future in take {
            let measured = measure(|| _ = black_box(run_to_the_end(future.as_mut()))).count_total;
            if warm == 0 {
                count += measured;
            } else {
                warm -= 1;
            }
            drop(future);
            give_back.send(()).unwrap();
        }
        count
    });
    let count = allocations(|number| {
        let mut made: Option<Boxed> = None;
        opt_out(|| made = Some(Box::pin(outer(number, "planner"))));
        let mut future = made.unwrap();
        assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        opt_out(|| {
            give.send(future).unwrap();
            take_back.recv().unwrap();
        });
    });
    drop(give);
    assert_eq!(count, 0, "on the thread where they begin");
    assert_eq!(other.join().unwrap(), 0, "on the thread where they end");
}

#[test]
fn eight_threads_at_once_allocate_nothing() {
    let _turn = turn();
    recording();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            thread::spawn(|| {
                allocations(|number| {
                    black_box(function(number, "planner", number));
                })
            })
        })
        .collect();
    for thread in threads {
        assert_eq!(thread.join().unwrap(), 0);
    }
}
