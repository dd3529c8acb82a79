//! The recorder's tests, by subject.
//!
//! What is tested under a scoped recorder is tested under the process's own too, because `tracing` guards against re-entry
//! under scoped subscribers only: [`everywhere`] runs a body under both. Names of spans are unique in each test, since the
//! process's recorder sees the spans of all of them.

/// A call site as `#[traced]` makes it.
macro_rules! site {
    ($site:ident, $name:literal) => {
        site!($site, $name, INFO, []);
    };
    ($site:ident, $name:literal, [$($field:literal),*]) => {
        site!($site, $name, INFO, [$($field),*]);
    };
    ($site:ident, $name:literal, $level:ident, [$($field:literal),*]) => {
        static $site: $crate::__private::CallSite = $crate::__private::call_site!(
            name: $name,
            target: module_path!(),
            level: tracing_core::Level::$level,
            fields: [$($field),*],
            constants: [$crate::__private::Constant::Text("code.function.name", $name)],
        );
    };
}

mod composites;
mod destructors;
mod events;
mod face;
mod foreign;
mod futures;
mod handles;
mod keys;
mod layers;
mod layers_aside;
mod layers_asked;
mod limits;
mod nesting;
mod panics;
mod prepared;
mod properties;
mod redaction;
mod reentry;
mod remote;
mod rings;
mod rules;
mod sampling;
mod special_fields;
mod stale_ids;
mod stress;
mod times;
mod unfinished;
mod values;

use super::install::current_recorder;
use super::{Attributes, CallSite, Guard, thread};
use crate::testing::{AttributeValue, Recording, Span, Spans};
use std::collections::HashSet;
use std::pin::Pin;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread::JoinHandle;
use tracing::instrument::WithSubscriber;
use tracing_core::dispatcher;

/// Runs `body` under a recorder of its own, then under the process's, and lets `check` look at the spans of each and at what
/// `body` returned.
fn everywhere<T>(body: impl Fn() -> T, check: impl Fn(&Spans, T)) {
    let recording = Recording::new();
    let returned = recording.run(&body);
    check(&valid(recording.spans()), returned);

    let global = global();
    // One test at a time, so that none reads what all the others have recorded.
    let _alone = global.in_use.lock().unwrap_or_else(PoisonError::into_inner);
    global.recording.clear();
    let returned = body();
    check(&valid(global.recording.take()), returned);
}

/// The process's own recorder.
struct Global {
    recording: Recording,
    recorder: u32,
    in_use: Mutex<()>,
}

static GLOBAL: OnceLock<Global> = OnceLock::new();

fn global() -> &'static Global {
    GLOBAL.get_or_init(|| {
        let recording = Recording::global();
        let recorder = recording.run(current_recorder).unwrap();
        Global { recording, recorder, in_use: Mutex::new(()) }
    })
}

/// Whether the recorder under test is known to this thread alone, so that others have to be given it.
fn is_scoped() -> bool {
    GLOBAL.get().is_none_or(|global| current_recorder() != Some(global.recorder))
}

/// Runs `body` on another thread, under the recorder under test.
fn on_thread<R: Send + 'static>(body: impl FnOnce() -> R + Send + 'static) -> JoinHandle<R> {
    let scope = is_scoped().then(|| dispatcher::get_default(Clone::clone));
    std::thread::spawn(move || match scope {
        Some(scope) => dispatcher::with_default(&scope, body),
        None => body(),
    })
}

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Spawns a task under the recorder under test.
fn spawn<T: Send + 'static>(
    future: impl Future<Output = T> + Send + 'static,
) -> tokio::task::JoinHandle<T> {
    if is_scoped() { tokio::spawn(future.with_current_subscriber()) } else { tokio::spawn(future) }
}

/// Runs a future on this thread.
fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

/// Runs a future as a task on a runtime of two threads.
fn on_many_threads<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async { spawn(future).await.unwrap() })
}

/// Polls a future once, with nobody to wake.
fn poll<F: Future + ?Sized>(future: &mut Pin<Box<F>>) -> Poll<F::Output> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

/// Is pending so many times.
async fn pending(times: usize) {
    for _ in 0..times {
        let mut polled = false;
        std::future::poll_fn(|_| {
            if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

/// A span of a function that records nothing.
fn enter(site: &'static CallSite) -> Guard {
    super::enter(site, |_| {})
}

/// A span of a function that records `attributes`.
fn enter_with(site: &'static CallSite, attributes: impl FnOnce(&mut Attributes<'_>)) -> Guard {
    super::enter(site, super::record_once(attributes))
}

/// A span of an async function that records nothing.
fn traced<F: Future>(site: &'static CallSite, future: F) -> impl Future<Output = F::Output> {
    traced_with(site, |_| {}, future)
}

/// A span of an async function whose body records `attributes` first.
fn traced_with<F: Future>(
    site: &'static CallSite,
    attributes: impl FnOnce(&mut Attributes<'_>),
    future: F,
) -> impl Future<Output = F::Output> {
    let body = async move {
        super::first_attributes(site, &super::record_once(attributes));
        future.await
    };
    super::traced(site, body, |_, _| {})
}

/// How many spans are entered on this thread.
fn depth() -> usize {
    thread::with(|thread| thread.stack.depth())
}

/// What holds for every span, whatever its test is about.
fn valid(spans: Spans) -> Spans {
    for span in &spans {
        assert!(span.trace_id as u64 != 0 && span.trace_id >> 64 != 0, "the trace id of {span:?}");
        assert!(span.span_id != 0 && span.parent_span_id != Some(0), "the ids of {span:?}");
        assert!(span.end >= span.start && span.start > 0, "the times of {span:?}");
        assert_eq!(span.flags & !0x200, 0x101, "the flags of {span:?}");
        assert!((1..=5).contains(&span.kind), "the kind of {span:?}");
        assert_keys_stand_once(&span.attributes, span);
        for event in &span.events {
            assert_keys_stand_once(&event.attributes, span);
        }
    }
    spans
}

fn assert_keys_stand_once(attributes: &[(String, AttributeValue)], span: &Span) {
    let keys: HashSet<_> = attributes.iter().map(|(key, _)| key).collect();
    assert_eq!(keys.len(), attributes.len(), "a key stands once: {span:?}");
}

#[track_caller]
fn assert_child(child: &Span, parent: &Span) {
    assert!(
        child.is_child_of(parent),
        "`{}` is a child of `{}`: {child:?} {parent:?}",
        child.name,
        parent.name
    );
}

#[track_caller]
fn assert_root(span: &Span) {
    assert!(span.is_root(), "`{}` is a root: {span:?}", span.name);
}

/// The spans with this name, in the order in which they ended.
fn named<'a>(spans: &'a Spans, name: &str) -> Vec<&'a Span> {
    spans.named(name).collect()
}

/// What was recorded, without what the call site says of itself.
fn recorded(span: &Span) -> Vec<(&str, &AttributeValue)> {
    let attributes = span.attributes.iter().map(|(key, value)| (&key[..], value));
    attributes.filter(|(key, _)| !key.starts_with("code.")).collect()
}

/// An event of a span, by its name.
#[track_caller]
fn event<'a>(span: &'a Span, name: &str) -> &'a crate::testing::Event {
    let mut found = span.events.iter().filter(|event| event.name == name);
    let first = found.next().unwrap_or_else(|| panic!("an event `{name}` in {span:?}"));
    assert_eq!(found.count(), 0, "one event `{name}` in {span:?}");
    first
}

/// A value whose `Debug` and `Display` panic.
struct Panics;

impl std::fmt::Debug for Panics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("half of it")?;
        panic!("while it is formatted")
    }
}

impl std::fmt::Display for Panics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self, f)
    }
}
