//! The lane: spans of `#[traced]` functions, which live where their call lives.
//!
//! The same generated code serves when the current subscriber is somebody else's: then the span is an ordinary `tracing` one,
//! with the same attributes.

use super::callsite::CallSite;
use super::clock;
use super::encoder::{Attributes, Limits, put_exception};
use super::ending::{Ending, InHand};
use super::foreign;
use super::frame::Frame;
use super::install::current_recorder;
use super::origin::Origin;
use super::panic;
use super::stack::State;
use super::thread::{self, Thread};
use std::marker::PhantomData;

/// Ends its span when dropped. The span's state is on the thread's stack, so a guard must stay on its thread.
#[derive(Debug)]
#[must_use = "the span ends when the guard is dropped"]
pub struct Guard {
    /// 0: there is no span, or it is a foreign one.
    span_id: u64,
    foreign: Option<Box<tracing::span::EnteredSpan>>,
    not_send: PhantomData<*const ()>,
}

impl Guard {
    const NONE: Guard = Guard { span_id: 0, foreign: None, not_send: PhantomData };

    #[inline]
    fn of(span_id: u64) -> Guard {
        Guard { span_id, foreign: None, not_send: PhantomData }
    }

    /// Adds what is known only when the body is done, or what is no attribute.
    #[inline]
    pub fn finish(&self, amend: impl FnOnce(&mut Ending<'_>)) {
        if let Some(mut hand) = self.in_hand()
            && let Some(mut ending) = hand.ending()
        {
            amend(&mut ending);
        }
    }

    #[inline]
    fn in_hand(&self) -> Option<InHand> {
        if self.span_id != 0 {
            return InHand::of_span(self.span_id);
        }
        self.foreign.as_ref().map(|span| InHand::of_foreign((***span).clone()))
    }
}

impl Drop for Guard {
    #[inline]
    fn drop(&mut self) {
        if self.span_id != 0 {
            close(self.span_id);
        }
    }
}

/// Begins a span of a sync function. `attributes` is called only when the span is recorded, before it becomes the current one.
#[inline]
pub fn enter(site: &'static CallSite, attributes: impl FnOnce(&mut Attributes<'_>)) -> Guard {
    if !site.may_be_enabled() {
        return Guard::NONE;
    }
    guard(begin(site), site, None, attributes)
}

/// Begins a span of a sync function that says itself where it belongs.
#[expect(clippy::needless_pass_by_value, reason = "generated code makes it for this call")]
pub fn enter_at(
    site: &'static CallSite,
    origin: Origin,
    attributes: impl FnOnce(&mut Attributes<'_>),
) -> Guard {
    if !site.may_be_enabled() {
        return Guard::NONE;
    }
    guard(begin_at(site, &origin), site, Some(&origin), attributes)
}

#[inline]
fn guard(
    begun: Begun,
    site: &'static CallSite,
    origin: Option<&Origin>,
    attributes: impl FnOnce(&mut Attributes<'_>),
) -> Guard {
    match begun {
        Begun::Nothing => Guard::NONE,
        Begun::Lane(mut frame, limits) => {
            record_first(&mut frame, limits, attributes);
            push(frame)
        }
        Begun::Foreign => foreign_guard(site, origin, &mut recording(attributes)),
    }
}

#[cold]
fn foreign_guard(
    site: &'static CallSite,
    origin: Option<&Origin>,
    attributes: &mut dyn FnMut(&mut Attributes<'_>),
) -> Guard {
    let span = foreign::span(site, origin, attributes);
    Guard { span_id: 0, foreign: span.map(|span| Box::new(span.entered())), not_send: PhantomData }
}

/// What records attributes once, for places off the fast path that take it as a trait object.
#[inline]
pub(super) fn recording(
    attributes: impl FnOnce(&mut Attributes<'_>),
) -> impl FnMut(&mut Attributes<'_>) {
    let mut attributes = Some(attributes);
    move |writer| {
        if let Some(attributes) = attributes.take() {
            attributes(writer);
        }
    }
}

/// What a call site begins.
#[derive(Debug)]
pub(super) enum Begun {
    /// It is off, or its trace is not sampled.
    Nothing,
    Lane(Box<Frame>, Limits),
    /// Another subscriber is current.
    Foreign,
}

pub(super) fn begin(site: &'static CallSite) -> Begun {
    begin_by(|thread, recorder| thread.begin(site, recorder))
}

pub(super) fn begin_to_carry(site: &'static CallSite) -> Begun {
    begin_by(|thread, recorder| thread.begin_to_carry(site, recorder))
}

pub(super) fn begin_at(site: &'static CallSite, origin: &Origin) -> Begun {
    begin_by(|thread, recorder| thread.begin_at(origin, site, recorder))
}

#[inline(always)]
fn begin_by(begin: impl FnOnce(&mut Thread, u32) -> Option<(Box<Frame>, Limits)>) -> Begun {
    let Some(recorder) = current_recorder() else { return Begun::Foreign };
    match thread::with(|thread| begin(thread, recorder)) {
        Some((frame, limits)) => Begun::Lane(frame, limits),
        None => Begun::Nothing,
    }
}

/// Records the attributes of a span before it becomes the current one: they run user code, with no borrow held.
#[inline]
pub(super) fn record_first(
    frame: &mut Frame,
    limits: Limits,
    attributes: impl FnOnce(&mut Attributes<'_>),
) {
    if frame.context.is_sampled() {
        let mut beginning = Beginning { frame, unfinished_since: Some(panic::count()) };
        attributes(&mut beginning.frame.content.attributes(limits));
        beginning.unfinished_since = None;
    }
}

/// A span whose attributes are being evaluated. If that panics the span is over before it has begun, as a failed one.
struct Beginning<'a> {
    frame: &'a mut Frame,
    /// How many panics there were before; `None`: no attribute has panicked.
    unfinished_since: Option<u32>,
}

impl Drop for Beginning<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(panics) = self.unfinished_since {
            fail_at_start(self.frame, panics);
        }
    }
}

#[cold]
fn fail_at_start(frame: &mut Frame, panics: u32) {
    start(frame);
    thread::with(|thread| {
        fail_by_panic(thread, frame, &panic::message_since(panics));
        thread.end_unentered(frame, clock::monotonic());
    });
}

/// Starts the clock of a span and makes it the current one. A root that is not sampled pays no clock.
fn push(mut frame: Box<Frame>) -> Guard {
    start(&mut frame);
    frame.unwinding = std::thread::panicking();
    frame.fresh = false;
    let context = frame.context;
    thread::with(|thread| thread.stack.push(context, State::Frame(frame)));
    Guard::of(context.span_id)
}

#[inline(always)]
pub(super) fn start(frame: &mut Frame) {
    if frame.context.is_sampled() {
        frame.began = clock::monotonic();
        let mut unix = clock::unix(frame.began);
        if clock::has_stepped_back() {
            unix = unix.max(thread::with(|thread| thread.stack.start_of(frame.slot().parent())));
        }
        frame.slot().open(unix);
    }
}

fn close(span_id: u64) {
    let now = clock::monotonic();
    thread::with(|thread| {
        if let Some(mut frame) = thread.take(span_id) {
            note_panic(thread, &mut frame);
            thread.end(frame, now);
        }
    });
}

/// A panic that began inside the span is its failure.
#[inline]
pub(super) fn note_panic(thread: &mut Thread, frame: &mut Frame) {
    if std::thread::panicking() && !frame.unwinding {
        let message = panic::message_in(frame.context.span_id);
        fail_by_panic(thread, frame, &message);
    }
}

#[cold]
fn fail_by_panic(thread: &mut Thread, frame: &mut Frame, message: &str) {
    if !frame.context.is_sampled() {
        return;
    }
    frame.content.fail();
    if let Some(limits) = thread.limits(frame.context.recorder) {
        let mut fields = thread.fragment();
        put_exception(fields.buffer(), limits, "panic", &message);
        frame.content.event(b"exception", clock::unix(clock::monotonic()), &fields, limits);
        thread.give_back_fragment(fields);
    }
}

/// Records the attributes of an async function: the first statement of its body. It must hit only the frame that the
/// function's own wrapper has just made; where the wrapper made none, the top of the stack is the caller's.
#[inline]
pub fn first_attributes(site: &'static CallSite, attributes: impl FnOnce(&mut Attributes<'_>)) {
    if let Some(mut hand) = first_in_hand(site)
        && let Some(mut ending) = hand.ending()
    {
        attributes(&mut ending.attributes());
    }
}

/// The same for what is no attribute.
#[inline]
pub fn first(site: &'static CallSite, amend: impl FnOnce(&mut Ending<'_>)) {
    if let Some(mut hand) = first_in_hand(site)
        && let Some(mut ending) = hand.ending()
    {
        amend(&mut ending);
    }
}

#[inline]
fn first_in_hand(site: &'static CallSite) -> Option<InHand> {
    InHand::of_fresh_span(site).or_else(|| foreign::first(site))
}
