//! Tracing may be shut down and started again in one process while calls go on: each span ends where it began.
//!
//! One test in a program of its own, because the process's recorder is its subject.

use std::pin::pin;
use std::task::{Context, Waker};
use synndicate::testing::Recording;
use synndicate::{set_attribute, traced};
use tracing::{Span, info, info_span};

#[traced]
fn function(body: impl FnOnce()) {
    body();
}

#[traced]
async fn future() {
    tokio::task::yield_now().await;
    function(|| info!("after the replacement"));
}

#[traced]
fn child() {}

#[test]
fn the_recorder_can_be_replaced_while_spans_are_open() {
    let first = Recording::global();
    let slot = info_span!("slot");
    let entered = info_span!("entered").entered();
    let mut polled = pin!(future());
    let mut poll = || polled.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(poll().is_pending());

    let mut second = None;
    let mut handle = None;
    function(|| {
        handle = Some(Span::current());
        second = Some(Recording::global());
        child();
        set_attribute("for", "nobody: the span is not the second recorder's");
        slot.record("no such field", 1);
        slot.in_scope(child);
        info_span!(parent: handle.as_ref().unwrap(), "explicit").in_scope(|| {});
    });
    let second = second.unwrap();
    assert!(poll().is_ready());
    drop(entered);
    drop(slot);
    drop(handle);

    let spans = first.spans();
    let mut names: Vec<_> = spans.iter().map(|span| &span.name[..]).collect();
    names.sort_unstable();
    assert_eq!(names, ["entered", "function", "future", "slot"]);
    assert_eq!(first.end_open_spans(), 0, "nothing was left open");

    let spans = second.spans();
    let mut names: Vec<_> = spans.iter().map(|span| &span.name[..]).collect();
    names.sort_unstable();
    assert_eq!(names, ["child", "child", "explicit", "function"]);
    assert!(spans.iter().all(synndicate::testing::Span::is_root), "\n{spans}");
    assert_eq!(spans.one("function").events.len(), 1);
    assert_eq!(second.end_open_spans(), 0);
}
