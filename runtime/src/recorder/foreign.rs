//! Call sites of `#[traced]` as ordinary `tracing` spans, with the same list of attributes: under somebody else's subscriber, and
//! where layers want to see them.
//!
//! The attributes are encoded as ever and read back, so that nothing is compiled twice. Where the span is the recorder's
//! [own](super::own) after all they go there as they are, and the others are told besides. All of it is off the fast path.

use super::callsite::CallSite;
use super::encoder::{Content, INTERNAL, KINDS, Limits, Shown, field, pair};
use super::ending::Ending;
use super::failure;
use super::install::{current_core, current_recorder};
use super::lane::{Amend, Record};
use super::origin::Origin;
use super::own::Own;
use super::panic;
use crate::batch::protobuf::{Field, Fields, Value};
use std::cell::Cell;
use tracing::Span;
use tracing::span::EnteredSpan;
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
    /// The span of ours of which only the others are being told. 0: none.
    static TELLING: Cell<u64> = const { Cell::new(0) };
}

/// An ordinary span, if the current subscriber wants it.
#[cold]
pub(super) fn span(
    site: &'static CallSite,
    origin: Option<&Origin>,
    record: &dyn Record,
) -> Option<Span> {
    if let Some(core) = current_core() {
        // So that it is known there with what only the function's own call site knows.
        site.decision(core);
    }
    if !is_wanted(site) {
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
    let (mut content, limits) = blank(&span);
    content.set_kind_number(site.kind);
    let mut beginning = Beginning { span: &span, unfinished_since: Some(panic::count()) };
    record.record(&mut content.attributes(limits));
    beginning.unfinished_since = None;
    write(&span, &content);
    drop(beginning);
    Some(span)
}

/// A span whose attributes are being evaluated. If that panics the span is over before it has begun, as a failed one.
struct Beginning<'a> {
    span: &'a Span,
    /// How many panics there were before; `None`: no attribute has panicked.
    unfinished_since: Option<u32>,
}

impl Drop for Beginning<'_> {
    fn drop(&mut self) {
        if let (Some(panics), Some(own)) = (self.unfinished_since, Own::of(self.span)) {
            own.fail_by_panic(&panic::message_since(panics));
            own.end();
        }
    }
}

fn is_wanted(site: &'static CallSite) -> bool {
    // Where the recorder is the current one its layers want it, or it would be in the lane.
    if current_recorder().is_some() {
        return true;
    }
    let interest = site.callsite.interest();
    let is_enabled = || dispatcher::get_default(|current| current.enabled(site.metadata));
    interest.is_always() || !interest.is_never() && is_enabled()
}

/// What is to be written for a span, and what it may hold.
pub(super) fn blank(span: &Span) -> (Box<Content>, Limits) {
    let mut content = Box::<Content>::default();
    let limits = Own::of(span).and_then(|own| own.prepare(&mut content));
    (content, limits.unwrap_or(LIMITS))
}

/// Whether recorders know already what they are being told of the span with this id.
pub(super) fn is_telling(id: u64) -> bool {
    TELLING.get() == id
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
pub(super) fn amend(span: &Span, amend: &dyn Amend) {
    let (content, limits) = blank(span);
    let mut addition = Addition { span, content };
    amend.amend(&mut Ending { content: &mut addition.content, limits, foreign: Some(span) });
}

/// What is written for a span. It is added when this is dropped, also by a panic of user code.
struct Addition<'a> {
    span: &'a Span,
    content: Box<Content>,
}

impl Drop for Addition<'_> {
    fn drop(&mut self) {
        add(self.span, &self.content);
    }
}

/// An ordinary span that is the current one.
#[derive(Debug)]
pub(super) struct Entered {
    span: EnteredSpan,
    /// The thread was unwinding already, so that its panic is not this span's.
    unwinding: bool,
}

impl Entered {
    pub(super) fn enter(span: Span) -> Entered {
        Entered { span: span.entered(), unwinding: std::thread::panicking() }
    }

    pub(super) fn span(&self) -> &Span {
        &self.span
    }

    /// Whether the code in the span has just panicked.
    pub(super) fn has_panicked(&self) -> bool {
        std::thread::panicking() && !self.unwinding
    }

    /// Leaves the span, which goes on.
    pub(super) fn leave(self) -> Span {
        self.span.exit()
    }

    /// Ends the span.
    pub(super) fn end(self) {
        if let Some(own) = Own::of(&self.span) {
            if self.has_panicked() {
                own.fail_by_panic(&panic::message_in(own.span_id()));
            }
            own.end();
        }
    }

    /// Ends the span of what was dropped unfinished.
    pub(super) fn cancel(self) {
        if let Some(own) = Own::of(&self.span) {
            own.add(|content| content.mark("synndicate.cancelled", &true));
        }
        self.end();
    }
}

/// Holds a span back whose time has not begun; where it never begins there is none.
pub(super) fn hold_back(span: &Span) {
    if let Some(own) = Own::of(span) {
        own.hold_back();
    }
}

/// Begins the time of a span that was held back.
pub(super) fn start(span: &Span) {
    if let Some(own) = Own::of(span) {
        own.start();
    }
}

/// Adds what was written for a span, and tells of its failures.
fn add(span: &Span, content: &Content) {
    write(span, content);
    for event in Fields(content.bytes()).filter(|field| field.number == u64::from(field::EVENTS)) {
        let text = |key| find_text(&event, key).unwrap_or_default();
        failure::tell(span, text("exception.type"), text("exception.message"));
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

/// While it lives recorders know of a span what others are told.
struct Telling(u64);

impl Telling {
    fn of(span: &Span) -> Telling {
        Telling(TELLING.replace(Own::of(span).map_or(0, Own::id)))
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        TELLING.set(self.0);
    }
}

fn write(span: &Span, content: &Content) {
    if let Some(own) = Own::of(span) {
        own.absorb(content);
    }
    let _telling = Telling::of(span);
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
