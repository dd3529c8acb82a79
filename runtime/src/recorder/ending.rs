//! What is added to a span by user code while it is open: its frame is in hand meanwhile, and no borrow is held.

use super::callsite::CallSite;
use super::clock;
use super::current::set_by_name;
use super::encoder::{Attributes, Content, Limits, Precedence, Value, put_exception};
use super::frame::Frame;
use super::install::current_recorder;
use super::lane::Amend;
use super::own::Own;
use super::spans::Spans;
use super::thread::{self, Thread};
use std::fmt;
use tracing::Span;
use tracing_core::span::Id;

/// What is added to a span when its body is done: attributes, and whether it failed.
#[derive(Debug)]
pub struct Ending<'a> {
    pub(super) content: &'a mut Content,
    pub(super) limits: Limits,
    /// The span, where it is an ordinary one.
    pub(super) foreign: Option<&'a Span>,
}

impl Ending<'_> {
    /// The attributes.
    #[inline]
    pub fn attributes(&mut self) -> Attributes<'_> {
        self.content.attributes(self.limits)
    }

    /// Whether what is no attribute has to be told as one.
    fn is_of_others(&self) -> bool {
        self.foreign.is_some_and(|span| Own::of(span).is_none())
    }

    /// Sets an attribute, or what a name like `otel.kind` sets.
    #[cold]
    pub fn set<V: Value + ?Sized>(&mut self, key: &str, value: &V) {
        if self.is_of_others() {
            self.content.attributes(self.limits).record_as(key, value);
        } else {
            set_by_name(self.content, key, value, self.limits);
        }
    }

    /// Gives the span another name than its call site's.
    #[cold]
    pub(crate) fn rename(&mut self, name: &str) {
        if self.is_of_others() {
            self.content.attributes(self.limits).record_as("otel.name", name);
        } else {
            self.content.set_name(name);
        }
    }

    /// The same by two words, with a blank between them.
    #[cfg(feature = "tower")]
    pub(crate) fn rename_by_words(&mut self, first: &str, second: &str) {
        if self.is_of_others() {
            self.rename(&[first, " ", second].concat());
        } else {
            self.content.set_name_of_words(first, second);
        }
    }

    /// Marks the span as failed, without a word about it.
    #[cfg(feature = "tower")]
    pub(crate) fn mark_failed(&mut self) {
        if self.is_of_others() {
            self.content.attributes(self.limits).record_as("otel.status_code", "ERROR");
        } else {
            self.content.fail();
        }
    }

    /// Says that the span was caused by others than its parent. A span that is not known any more is left out and counted.
    #[cold]
    pub fn follow(&mut self, cause: impl Into<Option<Id>>) {
        let Some(cause) = cause.into() else { return };
        if let Some(span) = self.foreign {
            span.follows_from(cause);
        } else if let Some(to) =
            current_recorder().and_then(|recorder| Spans(recorder).known(cause.into_u64()))
        {
            self.content.link(&to, self.limits);
        }
    }

    /// Marks the span as failed and records what happened as an exception event. `kind` is the error's type.
    #[cold]
    pub fn fail(&mut self, kind: &str, message: &dyn fmt::Display) {
        let mut fields = Content::default();
        put_exception(fields.buffer(), self.limits, kind, message);
        let now = clock::unix(clock::monotonic());
        self.content.fail_by(kind);
        self.content.event(b"exception", now, &fields, self.limits);
    }
}

/// Lets user code add to a span on this thread.
#[inline(never)]
pub(super) fn amend(span_id: u64, amend: &dyn Amend) {
    if let Some(frame) = thread::with(|thread| thread.take_in_hand(span_id)) {
        InHand::of(frame).amend(amend);
    }
}

/// The same with the span that a future's wrapper has just made for `site`; `None` where there is none.
#[inline]
pub(super) fn amend_fresh(site: &'static CallSite, amend: &dyn Amend) -> Option<()> {
    let frame = thread::with(|thread| thread.take_fresh_in_hand(site))?;
    InHand::of(frame).amend(amend);
    Some(())
}

/// A frame that was taken off the stack to be written to, and goes back when this is dropped, also by a panic of user code.
struct InHand {
    frame: Option<Box<Frame>>,
    /// Where to write instead: the user has written to the frame before, which counts more than what is added now.
    beside: Option<Box<Content>>,
}

impl InHand {
    #[inline]
    fn of(frame: Box<Frame>) -> InHand {
        let beside = if frame.content.is_amended() { Some(fragment()) } else { None };
        InHand { frame: Some(frame), beside }
    }

    #[inline]
    fn amend(mut self, amend: &dyn Amend) {
        if let Some(frame) = &mut self.frame {
            let limits = frame.limits;
            let content = self.beside.as_deref_mut().unwrap_or(&mut frame.content);
            amend.amend(&mut Ending { content, limits, foreign: None });
        }
    }

    #[cold]
    fn join(frame: &mut Frame, beside: Box<Content>) {
        frame.content.absorb(&beside, Precedence::Old, frame.limits);
        thread::with(|thread| thread.give_back_fragment(beside));
    }
}

#[cold]
#[expect(clippy::unnecessary_box_returns, reason = "it comes out of a pool in its box")]
fn fragment() -> Box<Content> {
    thread::with(Thread::fragment)
}

impl Drop for InHand {
    #[inline]
    fn drop(&mut self) {
        let Some(mut frame) = self.frame.take() else { return };
        if let Some(beside) = self.beside.take() {
            InHand::join(&mut frame, beside);
        }
        thread::with(|thread| thread.put_back(frame));
    }
}
