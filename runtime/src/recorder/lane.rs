//! The lane: spans of `#[traced]` functions, which live where their call lives.
//!
//! The same generated code serves when the current subscriber is somebody else's: then the span is an ordinary `tracing` one,
//! with the same attributes.

use super::callsite::CallSite;
use super::clock;
use super::context::State;
use super::current::set_by_name;
use super::encoder::{Attributes, Content, Limits, Precedence, Value, put_exception};
use super::foreign;
use super::frame::Frame;
use super::origin::Origin;
use super::slot;
use super::subscriber::current_recorder;
use super::thread::{self, Thread};
use std::fmt;
use std::marker::PhantomData;
use tracing_core::span::Id;

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
        if self.span_id != 0 {
            amend_frame(self.span_id, amend);
        } else if let Some(span) = &self.foreign {
            foreign::finish(span, amend);
        }
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
    match begin(site) {
        Begun::Nothing => Guard::NONE,
        Begun::Lane(mut frame, limits) => {
            record_first(&mut frame, limits, attributes);
            push(frame)
        }
        Begun::Foreign => foreign_guard(foreign::span(site, None, attributes)),
    }
}

/// Begins a span of a sync function that says itself where it belongs.
pub fn enter_at(site: &'static CallSite, origin: Origin, attributes: impl FnOnce(&mut Attributes<'_>)) -> Guard {
    if !site.may_be_enabled() {
        return Guard::NONE;
    }
    match begin_at(site, &origin) {
        Begun::Nothing => Guard::NONE,
        Begun::Lane(mut frame, limits) => {
            record_first(&mut frame, limits, attributes);
            push(frame)
        }
        Begun::Foreign => foreign_guard(foreign::span(site, Some(origin), attributes)),
    }
}

#[cold]
fn foreign_guard(span: Option<tracing::Span>) -> Guard {
    let foreign = span.map(|span| Box::new(span.entered()));
    Guard { span_id: 0, foreign, not_send: PhantomData }
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
    match current_recorder() {
        Some(recorder) => match thread::with(|thread| thread.begin(site, recorder)) {
            Some((frame, limits)) => Begun::Lane(frame, limits),
            None => Begun::Nothing,
        },
        None => Begun::Foreign,
    }
}

pub(super) fn begin_at(site: &'static CallSite, origin: &Origin) -> Begun {
    match current_recorder() {
        Some(recorder) => match thread::with(|thread| thread.begin_at(origin, site, recorder)) {
            Some((frame, limits)) => Begun::Lane(frame, limits),
            None => Begun::Nothing,
        },
        None => Begun::Foreign,
    }
}

/// Records the attributes of a span before it becomes the current one: they run user code, with no borrow held.
#[inline]
pub(super) fn record_first(frame: &mut Frame, limits: Limits, attributes: impl FnOnce(&mut Attributes<'_>)) {
    if frame.context.is_sampled() {
        let mut beginning = Beginning { frame, panicked: true };
        attributes(&mut beginning.frame.content.attributes(limits));
        beginning.panicked = false;
    }
}

/// A span whose attributes are being evaluated. If that panics the span is over before it has begun, as a failed one.
struct Beginning<'a> {
    frame: &'a mut Frame,
    panicked: bool,
}

impl Drop for Beginning<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.panicked {
            fail_at_start(self.frame);
        }
    }
}

#[cold]
fn fail_at_start(frame: &mut Frame) {
    start(frame);
    thread::with(|thread| {
        fail_by_panic(thread, frame);
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

#[inline]
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
        fail_by_panic(thread, frame);
    }
}

#[cold]
fn fail_by_panic(thread: &mut Thread, frame: &mut Frame) {
    if !frame.context.is_sampled() {
        return;
    }
    frame.content.fail();
    if let Some(limits) = thread.limits(frame.context.recorder) {
        let mut fields = thread.fragment();
        let message = super::panic::message();
        put_exception(fields.buffer(), limits, "panic", &message);
        frame.content.event(b"exception", clock::unix(clock::monotonic()), &fields, limits);
        thread.give_back_fragment(fields);
    }
}

/// What is added to a span when its body is done: attributes, and whether it failed.
#[derive(Debug)]
pub struct Ending<'a> {
    pub(super) content: &'a mut Content,
    pub(super) limits: Limits,
    /// The span, where it is another subscriber's.
    pub(super) foreign: Option<&'a tracing::Span>,
}

impl Ending<'_> {
    /// The attributes.
    #[inline]
    pub fn attributes(&mut self) -> Attributes<'_> {
        self.content.attributes(self.limits)
    }

    /// Sets an attribute, or what a name like `otel.kind` sets.
    #[cold]
    pub fn set<V: Value + ?Sized>(&mut self, key: &str, value: &V) {
        if self.foreign.is_some() {
            self.content.attributes(self.limits).record_as(key, value);
        } else {
            set_by_name(self.content, key, value, self.limits);
        }
    }

    /// Says that the span was caused by others than its parent. A span that is not known any more is left out.
    #[cold]
    pub fn follow(&mut self, cause: impl Into<Option<Id>>) {
        let Some(cause) = cause.into() else { return };
        if let Some(span) = self.foreign {
            span.follows_from(cause);
        } else if let Some(to) = slot::context_of(cause.into_u64()) {
            self.content.link(&to, self.limits);
        }
    }

    /// Marks the span as failed and records what happened as an exception event. `kind` is the error's type.
    #[cold]
    pub fn fail(&mut self, kind: &str, message: &dyn fmt::Display) {
        let mut fields = Content::default();
        put_exception(fields.buffer(), self.limits, kind, message);
        let now = clock::unix(clock::monotonic());
        self.content.fail();
        self.content.event(b"exception", now, &fields, self.limits);
    }
}

/// Runs `amend` on the content of a frame on this thread's stack, which is in hand meanwhile: it runs user code. What the user
/// wrote before counts more than what is added now.
#[inline]
pub(super) fn amend_frame(span_id: u64, amend: impl FnOnce(&mut Ending<'_>)) {
    if let Some((frame, limits)) = thread::with(|thread| thread.take_in_hand(span_id)) {
        InHand(Some(frame)).amend(limits, amend);
    }
}

#[cold]
fn amend_beside(content: &mut Content, limits: Limits, amend: impl FnOnce(&mut Ending<'_>)) {
    let mut beside = thread::with(Thread::fragment);
    amend(&mut Ending { content: &mut beside, limits, foreign: None });
    content.absorb(&beside, Precedence::Old, limits);
    thread::with(|thread| thread.give_back_fragment(beside));
}

/// A frame that was taken off the stack and goes back when this is dropped, also by a panic of user code.
struct InHand(Option<Box<Frame>>);

impl InHand {
    #[inline]
    fn amend(mut self, limits: Limits, amend: impl FnOnce(&mut Ending<'_>)) {
        match self.0.as_mut().map(|frame| &mut frame.content) {
            Some(content) if content.is_amended() => amend_beside(content, limits, amend),
            Some(content) => amend(&mut Ending { content, limits, foreign: None }),
            None => {}
        }
    }
}

impl Drop for InHand {
    #[inline]
    fn drop(&mut self) {
        if let Some(frame) = self.0.take() {
            thread::with(|thread| thread.put_back(frame));
        }
    }
}

/// Records the attributes of an async function: the first statement of its body. It must hit only the frame that the
/// function's own wrapper has just made; where the wrapper made none, the top of the stack is the caller's.
#[inline]
pub fn first_attributes(site: &'static CallSite, attributes: impl FnOnce(&mut Attributes<'_>)) {
    first(site, |ending| attributes(&mut ending.attributes()));
}

/// The same for what is no attribute.
#[inline]
pub fn first(site: &'static CallSite, amend: impl FnOnce(&mut Ending<'_>)) {
    match thread::with(|thread| thread.take_fresh_in_hand(site)) {
        Some((frame, limits)) => InHand(Some(frame)).amend(limits, amend),
        None => foreign::first(site, amend),
    }
}
