//! A value whose `Debug` calls a traced function, wherever values are formatted.
//!
//! A program of its own, under the process's recorder alone: where there are scoped subscribers, `tracing` itself lets nothing be
//! traced while it hands a value over.

use futures::FutureExt as _;
use std::fmt;
use synndicate::testing::{Recording, Span, Spans};
use synndicate::traced;
use tracing::field::debug;
use tracing::{info, info_span};

struct Chatty;

#[traced]
fn inner() {}

impl fmt::Debug for Chatty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("before")?;
        inner();
        f.write_str(" and after")
    }
}

/// Formats the value in an event, in an attribute that comes late, and in another span.
fn format(chatty: &Chatty) {
    info!(?chatty, "event");
    tracing::Span::current().record("late", debug(chatty));
    info_span!("slot", x = ?chatty).in_scope(|| {});
}

#[traced(capture(chatty), fields(late = tracing::field::Empty))]
fn function(chatty: Chatty) {
    format(&chatty);
}

#[traced(capture(chatty), fields(late = tracing::field::Empty))]
async fn future(chatty: Chatty) {
    format(&chatty);
    tokio::task::yield_now().await;
}

#[traced]
fn caller(run: impl FnOnce()) {
    run();
}

/// How many spans of `inner` are children of `parent`.
fn inner_of(spans: &Spans, parent: &Span) -> usize {
    spans.named("inner").filter(|inner| inner.is_child_of(parent)).count()
}

#[track_caller]
fn assert_complete(spans: &Spans, span: &Span) {
    let whole = Some(&"before and after".into());
    assert_eq!(span.attribute("chatty"), whole);
    assert_eq!(span.attribute("late"), whole);
    assert_eq!(span.events.len(), 1);
    assert_eq!((&*span.events[0].name, span.events[0].attribute("chatty")), ("event", whole));
    let slot = spans.one("slot");
    assert!(slot.is_child_of(span));
    assert_eq!(slot.attribute("x"), whole);
    assert_eq!(spans.named("inner").count(), 4);
}

#[test]
fn values_that_trace_while_they_are_formatted_are_complete_and_what_they_trace_has_the_right_parent()
 {
    let recording = Recording::global();

    caller(|| function(Chatty));
    let spans = recording.spans();
    let span = spans.one("function");
    assert_complete(&spans, span);
    // The arguments of a function are recorded before its span is the current one.
    assert_eq!((inner_of(&spans, spans.one("caller")), inner_of(&spans, span)), (1, 3));
    assert!(span.is_child_of(spans.one("caller")));

    recording.clear();
    caller(|| {
        let _ = future(Chatty).now_or_never();
    });
    let spans = recording.spans();
    let span = spans.one("future");
    assert_complete(&spans, span);
    // Those of a future are recorded when it is polled first, in its span.
    assert_eq!((inner_of(&spans, spans.one("caller")), inner_of(&spans, span)), (0, 4));
    assert!(span.is_child_of(spans.one("caller")));
}
