//! The lane: spans of `#[traced]` functions, which live where their call lives.
//!
//! The same generated code serves when the current subscriber is somebody else's: then the span is an ordinary `tracing` one,
//! with the same attributes.

use super::callsite::CallSite;
use super::clock;
use super::context::State;
use super::encoder::{Attributes, Content, Limits, Precedence, put_exception};
use super::foreign;
use super::frame::Frame;
use super::subscriber::current_recorder;
use super::thread::{self, Thread};
use std::fmt;
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

    /// Adds what is known only when the body is done.
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
            if frame.context.is_sampled() {
                attributes(&mut frame.content.attributes(limits));
            }
            push(frame)
        }
        Begun::Foreign => foreign_guard(foreign::span(site, attributes)),
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
        frame.slot().open(clock::unix(frame.began));
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
}

impl Ending<'_> {
    /// The attributes.
    #[inline]
    pub fn attributes(&mut self) -> Attributes<'_> {
        self.content.attributes(self.limits)
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

/// Runs `amend` on the content of a frame on this thread's stack, which is taken out meanwhile: it runs user code.
#[inline]
pub(super) fn amend_frame(span_id: u64, amend: impl FnOnce(&mut Ending<'_>)) {
    if let Some((content, limits)) = thread::with(|thread| take_content(thread, span_id)) {
        let mut taken = Taken { span_id, content, limits };
        amend(&mut Ending { content: &mut taken.content, limits });
    }
}

/// Content that was taken out of its frame and goes back when this is dropped, also by a panic of user code.
struct Taken {
    span_id: u64,
    content: Content,
    limits: Limits,
}

impl Drop for Taken {
    #[inline]
    fn drop(&mut self) {
        let content = std::mem::take(&mut self.content);
        thread::with(|thread| give_back_content(thread, self.span_id, content, self.limits));
    }
}

/// The content to write to: the frame's own where no key can collide, otherwise a fragment.
#[inline]
fn take_content(thread: &mut Thread, span_id: u64) -> Option<(Content, Limits)> {
    let frame = thread.stack.frame(span_id)?;
    if !frame.context.is_sampled() {
        return None;
    }
    let recorder = frame.context.recorder;
    let own = !frame.content.is_amended() && frame.slot().is_private();
    let content = if own { std::mem::take(&mut frame.content) } else { thread.fragment() };
    Some((content, thread.limits(recorder)?))
}

/// What user code wrote to the span meanwhile joins it; that, and what it or a handle wrote before, counts more than ours.
#[inline]
fn give_back_content(thread: &mut Thread, span_id: u64, content: Content, limits: Limits) {
    if let Some(frame) = thread.stack.frame(span_id) {
        if frame.content.is_blank() {
            frame.content = content;
        } else if content.is_whole() {
            let written = std::mem::replace(&mut frame.content, content);
            frame.content.absorb(&written, Precedence::New, limits);
        } else {
            frame.content.absorb(&content, Precedence::Old, limits);
            thread.give_back_fragment(content);
        }
    }
}

/// Records the attributes of an async function: the first statement of its body. It must hit only the frame that the
/// function's own wrapper has just made; where the wrapper made none, the top of the stack is the caller's.
#[inline]
pub fn first_attributes(site: &'static CallSite, attributes: impl FnOnce(&mut Attributes<'_>)) {
    match thread::with(|thread| fresh_span(thread, site)) {
        Some(span_id) => amend_frame(span_id, |ending| attributes(&mut ending.attributes())),
        None => foreign::first_attributes(site, attributes),
    }
}

#[inline]
fn fresh_span(thread: &mut Thread, site: &'static CallSite) -> Option<u64> {
    let frame = thread.stack.top_frame()?;
    let is_it = frame.fresh && frame.site.is_some_and(|known| std::ptr::eq(known, site));
    is_it.then(|| {
        frame.fresh = false;
        frame.context.span_id
    })
}
