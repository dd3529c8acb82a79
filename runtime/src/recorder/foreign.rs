//! Call sites of `#[traced]` under somebody else's subscriber: ordinary `tracing` spans, with the same list of attributes.
//!
//! The attributes are encoded as ever and read back, so that nothing is compiled twice. All of it is off the fast path.

use super::callsite::CallSite;
use super::encoder::{Content, INTERNAL, KINDS, Limits, Shown, field, pair};
use super::ending::Ending;
use super::lane::{Amend, Record};
use super::origin::Origin;
use crate::batch::protobuf::{Field, Fields, Value};
use std::cell::Cell;
use tracing::Span;
use tracing_core::{Callsite as _, dispatcher};

/// The other subscriber has limits of its own.
pub(super) const LIMITS: Limits = Limits {
    attributes: 1024,
    events: 16,
    links: 16,
    value_bytes: 64 * 1024,
    span_bytes: 1024 * 1024,
};

thread_local! {
    /// The call site whose future has just been given a span, and that span, for its first attributes.
    static EXPECTED: Cell<Option<(&'static CallSite, Span)>> = const { Cell::new(None) };
}

/// An ordinary span, if the current subscriber wants it.
#[cold]
pub(super) fn span(
    site: &'static CallSite,
    origin: Option<&Origin>,
    record: Record<'_>,
) -> Option<Span> {
    let interest = site.callsite.interest();
    let wanted = || {
        interest.is_always() || dispatcher::get_default(|current| current.enabled(site.metadata))
    };
    if interest.is_never() || !wanted() {
        return None;
    }
    let values = site.callsite.metadata().fields().value_set(&[]);
    let span = match origin {
        None => Span::new(site.metadata, &values),
        Some(origin) => Span::child_of(origin.0.clone(), site.metadata, &values),
    };
    if site.kind != INTERNAL {
        let name = KINDS.get(usize::from(site.kind) - 1).copied();
        span.record("otel.kind", name);
    }
    let mut content = Content::default();
    record(&mut content.attributes(LIMITS));
    write(&span, &content);
    Some(span)
}

/// The next call of [`first`] by this call site is for a span that was just made.
pub(super) fn expect_first(site: &'static CallSite, span: Span) {
    // A thread that ends has nowhere to keep it.
    let _ = EXPECTED.try_with(|expected| expected.set(Some((site, span))));
}

/// The first poll of that span is over, and an async function that records nothing has never called [`first`]: the span must not
/// be kept open by what it did not take.
pub(super) fn expect_nothing() {
    let _ = EXPECTED.try_with(Cell::take);
}

/// What an async function records first, whose wrapper has just made an ordinary span.
#[cold]
pub(super) fn first(site: &'static CallSite) -> Option<Span> {
    let (expected, span) = EXPECTED.try_with(Cell::take).ok().flatten()?;
    if std::ptr::eq(expected, site) {
        return Some(span);
    }
    expect_first(expected, span);
    None
}

/// Lets user code add to a span.
#[cold]
pub(super) fn amend(span: &Span, amend: Amend<'_>) {
    let mut addition = Addition { span, content: Content::default() };
    amend(&mut Ending { content: &mut addition.content, limits: LIMITS, foreign: Some(span) });
}

/// What is written for a span. It is added when this is dropped, also by a panic of user code.
struct Addition<'a> {
    span: &'a Span,
    content: Content,
}

impl Drop for Addition<'_> {
    fn drop(&mut self) {
        add(self.span, &self.content);
    }
}

/// Adds what was written for a span. A failure becomes an event in it, as `#[instrument(err)]` makes one.
fn add(span: &Span, content: &Content) {
    write(span, content);
    for event in Fields(content.bytes()).filter(|field| field.number == u64::from(field::EVENTS)) {
        let text = |key| find_text(&event, key).unwrap_or_default();
        let (kind, message) = (text("exception.type"), text("exception.message"));
        span.in_scope(|| {
            tracing::error!(exception.r#type = kind, exception.message = message, "exception");
        });
    }
}

/// Writes attributes to the span that is current under another subscriber.
pub(super) fn set_on_current(write: impl FnOnce(&mut Content, Limits)) {
    let span = Span::current();
    if !span.is_none() {
        let mut content = Content::default();
        write(&mut content, LIMITS);
        self::write(&span, &content);
    }
}

fn write(span: &Span, content: &Content) {
    for attribute in
        Fields(content.bytes()).filter(|field| field.number == u64::from(field::ATTRIBUTES))
    {
        let (key, value) = pair(attribute.value.as_bytes());
        record_value(span, key, &value);
    }
}

/// Fields of `AnyValue`: 1 text, 2 boolean, 3 integer, 4 float. What `tracing` has no type for is text.
fn record_value(span: &Span, key: &str, any_value: &Shown<'_>) {
    let Some(field) = Fields(any_value.0).next() else { return };
    match (field.number, field.value) {
        (1, Value::Bytes(text)) => span.record(key, &*String::from_utf8_lossy(text)),
        (2, Value::Varint(boolean)) => span.record(key, boolean != 0),
        (3, Value::Varint(integer)) => span.record(key, integer as i64),
        (4, Value::Fixed64(bits)) => span.record(key, f64::from_bits(bits)),
        _ => span.record(key, tracing::field::debug(any_value)),
    };
}

/// The text of an event's attribute.
fn find_text<'a>(event: &Field<'a>, key: &str) -> Option<&'a str> {
    let attributes = Fields(event.value.as_bytes()).filter(|field| field.number == 3);
    let mut pairs = attributes.map(|attribute| Fields(attribute.value.as_bytes()));
    pairs.find_map(|mut pair| {
        let (name, value) = (pair.next()?, pair.next()?);
        let text = Fields(value.value.as_bytes()).next()?.value.as_bytes();
        (name.value.as_bytes() == key.as_bytes()).then(|| std::str::from_utf8(text).ok())?
    })
}
