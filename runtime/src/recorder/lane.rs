//! The lane: spans of `#[traced]` functions, which live where their call lives.
//!
//! The same generated code serves when the current subscriber is somebody else's: then the span is an ordinary `tracing` one,
//! with the same attributes.

use super::begun::{Beginning, Begun};
use super::callsite::CallSite;
use super::clock;
use super::context::State;
use super::encoder::{Attributes, Content, put_exception};
use super::ending::{Ending, InHand};
use super::foreign;
use super::frame::Frame;
use super::origin::Origin;
use super::thread::{self, Thread};
use std::marker::PhantomData;
use tracing::Span;

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

    /// Makes a span current.
    fn of(begun: Begun) -> Guard {
        match begun {
            Begun::Nothing => Guard::NONE,
            Begun::Lane(frame, _) => push(frame),
            Begun::Foreign(foreign) => foreign_guard(*foreign),
        }
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
            return InHand::of_frame(self.span_id);
        }
        self.foreign.as_deref().map(|span| InHand::of_foreign(span))
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
    let mut beginning = Beginning::new(site, None);
    if let Some(mut writer) = beginning.attributes() {
        attributes(&mut writer);
    }
    Guard::of(beginning.done())
}

/// Begins a span of a sync function that says itself where it belongs.
#[inline]
pub fn enter_at(site: &'static CallSite, origin: Origin, attributes: impl FnOnce(&mut Attributes<'_>)) -> Guard {
    if !site.may_be_enabled() {
        return Guard::NONE;
    }
    let mut beginning = Beginning::new(site, Some(&origin));
    if let Some(mut writer) = beginning.attributes() {
        attributes(&mut writer);
    }
    Guard::of(beginning.done())
}

#[cold]
fn foreign_guard((span, content): (Span, Content)) -> Guard {
    foreign::add(&span, &content);
    Guard { span_id: 0, foreign: Some(Box::new(span.entered())), not_send: PhantomData }
}

#[cold]
pub(super) fn fail_at_start(frame: &mut Frame) {
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
    Guard { span_id: context.span_id, foreign: None, not_send: PhantomData }
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

fn first_in_hand(site: &'static CallSite) -> Option<InHand> {
    InHand::of_fresh_frame(site).or_else(|| foreign::first(site))
}
