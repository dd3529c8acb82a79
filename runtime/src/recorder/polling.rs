//! One poll of what is traced: the span's frame is on the thread's stack while it lasts, and waits in its future otherwise.

use super::beside::Beside;
use super::callsite::CallSite;
use super::clock;
use super::encoder::Attributes;
use super::ending;
use super::foreign::{self, Entered};
use super::frame::Frame;
use super::lane::{self, Amend, Begun};
use super::stack;
use super::thread::{self, Thread};
use std::panic::{RefUnwindSafe, UnwindSafe};
use tracing::Span;

/// What a wrapper holds between polls: 16 bytes.
#[derive(Debug)]
pub(super) enum State {
    /// Not polled yet.
    New(&'static CallSite),
    /// Not polled yet, with its attributes.
    Prepared(Box<Frame>),
    Lane(Box<Frame>),
    Foreign(Box<Span>),
    /// Not polled yet.
    PreparedForeign(Box<Span>),
    /// No span, or the span is over, or its frame is on the stack.
    Nothing,
}

// What a panic can leave behind is a span that was not ended as it should be, never a broken promise to the caller's code; so
// a wrapper is as safe to unwind through as the future in it.
impl UnwindSafe for State {}
impl RefUnwindSafe for State {}

impl State {
    /// Takes the state for a poll, with which the span begins if it is the first.
    #[inline]
    fn begin(&mut self) -> State {
        match std::mem::replace(self, State::Nothing) {
            State::New(site) if site.may_be_enabled() => of_new(site),
            State::New(_) => State::Nothing,
            State::Prepared(mut frame) => {
                lane::start(&mut frame);
                frame.fresh = false;
                State::Lane(frame)
            }
            State::PreparedForeign(span) => {
                foreign::start(&span);
                State::Foreign(span)
            }
            begun => begun,
        }
    }

    /// Whether there is a span, which has begun.
    pub(super) fn has_begun(&self) -> bool {
        matches!(self, State::Lane(_) | State::Foreign(_))
    }
}

fn of_new(site: &'static CallSite) -> State {
    match lane::begin(site) {
        Begun::Nothing => State::Nothing,
        Begun::Lane(mut frame) => {
            lane::start(&mut frame);
            State::Lane(frame)
        }
        Begun::Foreign => of_new_foreign(site),
    }
}

#[cold]
fn of_new_foreign(site: &'static CallSite) -> State {
    match foreign::span(site, None, &|_: &mut Attributes<'_>| {}) {
        Some(span) => {
            foreign::expect_first(site, span.clone());
            State::Foreign(Box::new(span))
        }
        None => State::Nothing,
    }
}

/// What happens to the span when the poll is over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Then {
    /// It waits for the next one.
    Wait,
    End,
    /// It ends, and says that what it was for was dropped unfinished.
    Cancel,
}

/// While it lives the span is the current one.
pub(super) struct Polling<'a> {
    state: &'a mut State,
    /// 0: there is no span, or it is a foreign one.
    span_id: u64,
    foreign: Option<Box<Entered>>,
    pub(super) then: Then,
}

impl<'a> Polling<'a> {
    /// Enters the span, which begins with the first poll.
    #[inline(never)]
    pub(super) fn start(state: &'a mut State) -> Polling<'a> {
        let (mut span_id, mut foreign) = (0, None);
        match state.begin() {
            State::Lane(frame) => span_id = push(frame),
            State::Foreign(span) => foreign = Some(Box::new(Entered::enter(*span))),
            _ => {}
        }
        Polling { state, span_id, foreign, then: Then::Wait }
    }

    /// Adds to the span what the poll has shown.
    #[inline(never)]
    pub(super) fn amend(&self, amend: &dyn Amend) {
        if self.span_id != 0 {
            ending::amend(self.span_id, amend);
        } else if let Some(entered) = &self.foreign {
            foreign::amend(entered.span(), amend);
        }
    }

    #[inline(never)]
    fn leave(&mut self) {
        if let Some(entered) = self.foreign.take() {
            self.leave_foreign(*entered);
        }
        if self.span_id == 0 {
            return;
        }
        let now = if self.then == Then::Wait { 0 } else { clock::monotonic() };
        let frame = thread::with(|thread| leave(thread, self.span_id, self.then, now));
        if let Some(frame) = frame {
            *self.state = State::Lane(frame);
        }
    }

    #[cold]
    fn leave_foreign(&mut self, entered: Entered) {
        foreign::expect_nothing();
        match self.then {
            Then::Cancel if !entered.has_panicked() => entered.cancel(),
            Then::Wait if !entered.has_panicked() => {
                *self.state = State::Foreign(Box::new(entered.leave()));
            }
            // What panicked cannot be polled again.
            _ => entered.end(),
        }
    }
}

impl Drop for Polling<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.span_id != 0 || self.foreign.is_some() {
            self.leave();
        }
    }
}

#[inline]
fn push(mut frame: Box<Frame>) -> u64 {
    frame.unwinding = std::thread::panicking();
    let (context, beneath) = (frame.context, Beside::now().mark());
    thread::with(|thread| thread.stack.push(context, stack::State::Frame(frame), beneath));
    context.span_id
}

/// Takes the frame off the stack, to wait, or ends its span.
#[inline]
fn leave(thread: &mut Thread, span_id: u64, then: Then, now: u64) -> Option<Box<Frame>> {
    let mut frame = thread.take(span_id)?;
    if std::thread::panicking() && !frame.unwinding {
        // What panicked cannot be polled again.
        lane::note_panic(thread, &mut frame);
        thread.end(frame, clock::monotonic());
        return None;
    }
    match then {
        Then::Wait => return Some(frame),
        Then::End => {}
        Then::Cancel => frame.content.mark("synndicate.cancelled", &true),
    }
    thread.end(frame, now);
    None
}
