//! What is added to a span by user code while it is open: its content is in hand meanwhile, and no borrow is held.
//!
//! What generated code instantiates for itself is one call between two functions of this file.

use super::clock;
use super::current::set_by_name;
use super::encoder::{Attributes, Content, Limits, Precedence, Value, put_exception};
use super::foreign;
use super::frame::Frame;
use super::slot;
use super::thread::{self, Thread};
use std::fmt;
use tracing::Span;
use tracing_core::span::Id;

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

/// A span's content that was taken to be written to, and goes back when this is dropped, also by a panic of user code.
pub(super) enum InHand {
    Lane {
        /// `None`: it has gone back.
        frame: Option<Box<Frame>>,
        /// Where to write instead, where the user has written before: that counts more than what is added now.
        beside: Option<Box<Content>>,
        limits: Limits,
    },
    Foreign(Span, Content),
}

impl InHand {
    /// The content of a frame on this thread's stack, if it is recorded.
    pub(super) fn of_frame(span_id: u64) -> Option<InHand> {
        thread::with(|thread| {
            let taken = thread.take_in_hand(span_id);
            InHand::of_taken(thread, taken)
        })
    }

    /// The content of the frame that a future's wrapper has just made for `site`.
    pub(super) fn of_fresh_frame(site: &'static super::CallSite) -> Option<InHand> {
        thread::with(|thread| {
            let taken = thread.take_fresh_in_hand(site);
            InHand::of_taken(thread, taken)
        })
    }

    #[inline]
    fn of_taken(thread: &mut Thread, taken: Option<(Box<Frame>, Limits)>) -> Option<InHand> {
        let (frame, limits) = taken?;
        let beside = frame.content.is_amended().then(|| thread.fragment());
        Some(InHand::Lane { frame: Some(frame), beside, limits })
    }

    /// The content of another subscriber's span.
    #[cold]
    pub(super) fn of_foreign(span: &Span) -> InHand {
        InHand::Foreign(span.clone(), Content::default())
    }

    /// What user code writes to; `None` where there is nothing.
    #[inline]
    pub(super) fn ending(&mut self) -> Option<Ending<'_>> {
        match self {
            InHand::Lane { frame, beside, limits } => {
                let content = match beside {
                    Some(beside) => beside,
                    None => &mut frame.as_mut()?.content,
                };
                Some(Ending { content, limits: *limits, foreign: None })
            }
            InHand::Foreign(span, content) => {
                Some(Ending { content, limits: foreign::LIMITS, foreign: Some(span) })
            }
        }
    }

    fn put_back(&mut self) {
        match self {
            InHand::Lane { frame, beside, limits } => {
                let Some(mut frame) = frame.take() else { return };
                let beside = beside.take();
                if let Some(beside) = &beside {
                    frame.content.absorb(beside, Precedence::Old, *limits);
                }
                thread::with(|thread| {
                    beside.into_iter().for_each(|beside| thread.give_back_fragment(beside));
                    thread.put_back(frame);
                });
            }
            InHand::Foreign(span, content) => foreign::add(span, content),
        }
    }
}

impl Drop for InHand {
    #[inline]
    fn drop(&mut self) {
        self.put_back();
    }
}
