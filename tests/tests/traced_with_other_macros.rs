//! `#[traced]` beside the macros of others: above them, below them, in what they make, and in crates that know it by another name.

use async_trait::async_trait;
use futures::{FutureExt as _, Stream, StreamExt as _};
use std::any::type_name;
use std::sync::atomic::{AtomicU32, Ordering};
use synndicate::testing::{AttributeValue, Recording, Spans, capture};
use synndicate::traced;

#[track_caller]
fn check(spans: &Spans, name: &str, key: &str, value: impl Into<AttributeValue>) {
    assert_eq!(spans.one(name).attribute(key), Some(&value.into()), "{spans}");
}

#[async_trait]
trait Tool {
    async fn call(&self, query: &str) -> usize;
    async fn make() -> Self
    where
        Self: Sized;
}

struct Search {
    id: u32,
}

#[async_trait]
impl Tool for Search {
    #[traced(fields(self.id, tool.kind = type_name::<Self>()))]
    async fn call(&self, query: &str) -> usize {
        query.len()
    }

    #[traced(fields(tool.kind = type_name::<Self>()))]
    async fn make() -> Self {
        Self { id: 1 }
    }
}

struct Above {
    id: u32,
}

#[traced(fields(tool.kind = type_name::<Self>()))]
#[async_trait]
impl Tool for Above {
    #[traced(fields(?self.id))]
    async fn call(&self, query: &str) -> usize {
        query.len()
    }

    async fn make() -> Self {
        Self { id: 2 }
    }
}

struct Below {
    id: u32,
}

#[async_trait]
#[traced(fields(tool.kind = type_name::<Self>()))]
impl Tool for Below {
    #[traced(fields(tool.id = self.id))]
    async fn call(&self, query: &str) -> usize {
        query.len()
    }

    async fn make() -> Self {
        Self { id: 3 }
    }
}

#[test]
fn self_means_in_async_traits_what_it_means_in_the_method() {
    async fn run<T: Tool>() -> usize {
        T::make().await.call("abc").await
    }
    let spans = capture(|| {
        assert_eq!(run::<Search>().now_or_never(), Some(3));
        assert_eq!(run::<Above>().now_or_never(), Some(3));
        assert_eq!(run::<Below>().now_or_never(), Some(3));
    });
    check(&spans, "call", "self.id", 1);
    check(&spans, "Above::call", "self.id", "2");
    check(&spans, "Below::call", "tool.id", 3);
    for (name, kind) in
        [("call", "Search"), ("make", "Search"), ("Above::make", "Above"), ("Below::make", "Below")]
    {
        check(&spans, name, "tool.kind", format!("{}::{kind}", module_path!()).as_str());
    }
}

mod variants {
    use super::traced;

    #[traced]
    #[trait_variant::make(FirstSend: Send)]
    pub(crate) trait First {
        async fn required(&self, n: u8) -> u8;
        fn provided(&self, n: u8) -> u8 {
            n + 1
        }
    }

    #[trait_variant::make(SecondSend: Send)]
    #[traced]
    pub(crate) trait Second {
        async fn required(&self, n: u8) -> u8;
        fn provided(&self, n: u8) -> u8 {
            n + 2
        }
    }

    pub(crate) struct One;
    pub(crate) struct Two;

    #[traced]
    impl FirstSend for One {
        async fn required(&self, n: u8) -> u8 {
            n
        }
    }

    impl SecondSend for Two {
        #[traced]
        async fn required(&self, n: u8) -> u8 {
            n
        }
    }
}

#[test]
fn variants_of_a_trait_are_traced_in_both_orders() {
    use variants::{First, FirstSend, One, Second, SecondSend, Two};
    async fn run<T: First, U: Second>(first: &T, second: &U) -> (u8, u8, u8, u8) {
        let required = (first.required(1).await, second.required(2).await);
        (required.0, required.1, first.provided(1), second.provided(1))
    }
    fn needs_send<T: Send>(_: T) {}
    needs_send(FirstSend::required(&One, 1));
    needs_send(SecondSend::required(&Two, 2));
    let spans = capture(|| assert_eq!(run(&One, &Two).now_or_never(), Some((1, 2, 2, 3))));
    check(&spans, "One::required", "n", 1);
    check(&spans, "required", "result", 2);
    check(&spans, "First::provided", "result", 2);
    check(&spans, "SecondSend::provided", "result", 3);
}

mod declared {
    #![deny(warnings)]
    use super::traced;

    pub(crate) trait Run {
        fn run(&self, n: u8) -> impl Future<Output = u8> + Send;
    }

    pub(crate) struct Job;

    impl Run for Job {
        #[traced]
        async fn run(&self, n: u8) -> u8 {
            n
        }
    }
}

#[test]
fn async_function_may_be_what_a_trait_declares_as_a_future() {
    use declared::{Job, Run as _};
    let spans = capture(|| assert_eq!(Job.run(3).now_or_never(), Some(3)));
    check(&spans, "run", "n", 3);
}

#[traced]
async fn step(i: u32) -> u32 {
    i
}

#[traced]
fn tokens(n: u32) -> impl Stream<Item = u32> {
    async_stream::stream! {
        for i in 0..n {
            step(i).await;
            yield i;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stream_of_a_macro_is_one_span_whatever_task_it_ends_in() {
    use tracing::instrument::WithSubscriber as _;
    #[traced]
    async fn elsewhere() {}
    let (to_b, in_b) = tokio::sync::oneshot::channel();
    let recording = Recording::new();
    let dispatch = recording.run(|| tracing::dispatcher::get_default(Clone::clone));
    let a = async {
        let mut stream = Box::pin(tokens(10));
        assert_eq!((stream.next().await, stream.next().await), (Some(0), Some(1)));
        assert!(to_b.send(stream).is_ok());
        elsewhere().await;
    };
    let b = async {
        let mut stream = in_b.await.expect("a stream");
        while let Some(i) = stream.next().await {
            if i == 2 {
                break;
            }
        }
        drop(stream);
        elsewhere().await;
    };
    let a = tokio::spawn(a.with_subscriber(dispatch.clone()));
    let b = tokio::spawn(b.with_subscriber(dispatch));
    a.await.expect("no panic");
    b.await.expect("no panic");
    let spans = recording.spans();
    let tokens = spans.one("tokens");
    assert!(spans.named("step").all(|step| step.is_child_of(tokens)), "{spans}");
    assert_eq!(spans.named("step").count(), 3);
    assert_eq!(tokens.attribute("synndicate.items"), Some(&3.into()));
    assert_eq!(tokens.attribute("synndicate.cancelled"), Some(&true.into()));
    assert!(spans.named("elsewhere").all(synndicate::testing::Span::is_root), "{spans}");
}

#[test]
fn callbacks_of_async_functions_are_called_once() {
    async fn call<F: AsyncFnOnce(&str) -> usize>(run: F) -> usize {
        run("abc").await
    }
    #[traced]
    async fn once(run: impl AsyncFnOnce(&str) -> usize) -> usize {
        call(run).await
    }
    #[traced]
    async fn length(text: &str) -> usize {
        text.len()
    }
    let spans = capture(|| {
        assert_eq!(once(length).now_or_never(), Some(3));
        assert_eq!(once(async |text: &str| text.len() + 1).now_or_never(), Some(4));
    });
    assert!(
        spans
            .one("length")
            .is_child_of(spans.iter().find(|span| span.name == "once").expect("once"))
    );
}

#[test]
fn fields_of_futures_are_evaluated_once_in_a_recorded_span() {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    #[traced(fields(ticket = CALLS.fetch_add(1, Ordering::Relaxed)))]
    async fn a19(n: u8) -> u8 {
        n
    }
    a19(1).now_or_never();
    assert_eq!(CALLS.load(Ordering::Relaxed), 0, "nobody records");
    Recording::with_sample_rate(0.0).run(|| a19(1).now_or_never());
    assert_eq!(CALLS.load(Ordering::Relaxed), 0, "the trace is not sampled");
    capture(|| a19(1).now_or_never());
    assert_eq!(CALLS.load(Ordering::Relaxed), 1);
    tracing::subscriber::with_default(tracing_subscriber::registry(), || a19(1).now_or_never());
    assert_eq!(CALLS.load(Ordering::Relaxed), 2, "another subscriber's spans are recorded, too");
}

struct Counter {
    id: u32,
}

macro_rules! method {
    ($self:ident, $name:ident, $span:expr, $kind:literal, $value:expr, $body:block) => {
        impl Counter {
            #[traced(name = $span, level = $kind, fields(id = $self.id, value = $value))]
            fn $name(&$self) -> u32 $body
        }
    };
}
macro_rules! outer {
    ($self:ident, $name:ident, $value:expr, $body:block) => {
        method!($self, $name, concat!("counter.", stringify!($name)), "debug", $value, $body);
    };
}
outer!(self, read, 1 + 1, { self.id + 1 });

macro_rules! items {
    ($($item:item)*) => {
        impl Counter {
            $(#[traced(capture(self))] $item)*
        }
    };
}
items! {
    fn twice(&self) -> u32 { self.id * 2 }
    async fn later(self, n: u32) -> u32 { self.id + n }
}

impl std::fmt::Debug for Counter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "counter {}", self.id)
    }
}

#[test]
fn what_comes_through_macros_of_macros_is_understood() {
    let spans = capture(|| {
        let counter = Counter { id: 3 };
        assert_eq!((counter.read(), counter.twice()), (4, 6));
        assert_eq!(counter.later(1).now_or_never(), Some(4));
    });
    check(&spans, "counter.read", "id", 3);
    check(&spans, "counter.read", "value", 2);
    check(&spans, "twice", "self", "counter 3");
    check(&spans, "later", "self", "counter 3");
}

/// What a library that re-exports the crate writes into its users' code.
macro_rules! library {
    () => {
        pub mod library {
            #[doc(hidden)]
            pub use ::synndicate;
        }
        macro_rules! handler {
                            ($name:ident, $body:block) => {
                                #[library::synndicate::traced(crate = $crate::library::synndicate)]
                                fn $name() -> u8 $body
                            };
                        }
    };
}
library!();
handler!(handled, { 3 });

#[test]
fn crate_is_found_where_a_macro_says() {
    let spans = capture(|| assert_eq!(handled(), 3));
    check(&spans, "handled", "result", 3);
}

#[test]
fn main_functions_of_runtimes_are_traced_in_both_orders() {
    #[tokio::main(flavor = "current_thread")]
    #[traced]
    async fn below() -> u8 {
        step(1).await;
        1
    }
    #[traced]
    #[tokio::main(flavor = "current_thread")]
    async fn above() -> u8 {
        step(2).await;
        2
    }
    let spans = capture(|| assert_eq!((below(), above()), (1, 2)));
    for (name, child) in spans.iter().filter(|span| span.name != "step").zip(spans.named("step")) {
        assert!(child.is_child_of(name), "{spans}");
    }
    assert_eq!(spans.len(), 4);
}
