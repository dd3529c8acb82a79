//! One poll of what is traced: the span's frame is on the thread's stack while it lasts, and waits in its future otherwise.

use super::begun::{Begun, begin};
use super::callsite::CallSite;
use super::clock;
use super::context;
use super::ending::InHand;
use super::foreign;
use super::frame::Frame;
use super::lane;
use super::thread::{self, Thread};
use tracing::Span;
use tracing::span::EnteredSpan;

/// What a wrapper holds between polls: 16 bytes.
#[derive(Debug)]
pub(super) enum State {
    /// Not polled yet.
    New(&'static CallSite),
    /// Not polled yet, with its attributes.
    Prepared(Box<Frame>),
    Lane(Box<Frame>),
    Foreign(Box<Span>),
    /// No span, or the span is over, or its frame is on the stack.
    Nothing,
}

impl State {
    /// Whether there is a span, which has begun.
    pub(super) fn is_open(&self) -> bool {
        matches!(self, State::Lane(_) | State::Foreign(_))
    }

    fn take(&mut self) -> State {
        std::mem::replace(self, State::Nothing)
    }

    /// What it is when it is polled for the first time.
    #[inline]
    fn started(self) -> State {
        match self {
            State::New(site) if site.may_be_enabled() => of_new(site),
            State::New(_) => State::Nothing,
            State::Prepared(mut frame) => {
                lane::start(&mut frame);
                frame.fresh = false;
                State::Lane(frame)
            }
            started => started,
        }
    }
}

fn of_new(site: &'static CallSite) -> State {
    match begin(site, None) {
        Begun::Nothing => State::Nothing,
        Begun::Lane(mut frame, _) => {
            lane::start(&mut frame);
            State::Lane(frame)
        }
        Begun::Foreign(foreign) => {
            foreign::expect_first(site, foreign.0.clone());
            State::Foreign(Box::new(foreign.0))
        }
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
    entered: Entered,
    pub(super) then: Then,
}

enum Entered {
    Nothing,
    /// By its span's id.
    Lane(u64),
    Foreign(EnteredSpan),
}

impl<'a> Polling<'a> {
    /// Enters the span, which begins with the first poll.
    pub(super) fn start(state: &'a mut State) -> Polling<'a> {
        let entered = match state.take().started() {
            State::Lane(frame) => Entered::Lane(push(frame)),
            State::Foreign(span) => Entered::Foreign(span.entered()),
            State::New(_) | State::Prepared(_) | State::Nothing => Entered::Nothing,
        };
        Polling { state, entered, then: Then::Wait }
    }

    /// The span's content, for what the poll has shown.
    pub(super) fn in_hand(&self) -> Option<InHand> {
        match &self.entered {
            Entered::Nothing => None,
            Entered::Lane(span_id) => InHand::of_frame(*span_id),
            Entered::Foreign(span) => Some(InHand::of_foreign(span)),
        }
    }

    fn stop(&mut self) {
        match std::mem::replace(&mut self.entered, Entered::Nothing) {
            Entered::Nothing => {}
            Entered::Lane(span_id) => {
                let now = if self.then == Then::Wait { 0 } else { clock::monotonic() };
                if let Some(frame) = thread::with(|thread| pop(thread, span_id, self.then, now)) {
                    *self.state = State::Lane(frame);
                }
            }
            Entered::Foreign(span) => {
                let span = span.exit();
                if self.then == Then::Wait && !std::thread::panicking() {
                    *self.state = State::Foreign(Box::new(span));
                }
            }
        }
    }
}

impl Drop for Polling<'_> {
    #[inline]
    fn drop(&mut self) {
        self.stop();
    }
}

#[inline]
fn push(mut frame: Box<Frame>) -> u64 {
    frame.unwinding = std::thread::panicking();
    let context = frame.context;
    thread::with(|thread| thread.stack.push(context, context::State::Frame(frame)));
    context.span_id
}

/// Takes the frame off the stack, to wait, or ends its span.
#[inline]
fn pop(thread: &mut Thread, span_id: u64, then: Then, now: u64) -> Option<Box<Frame>> {
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
        Then::Cancel => frame.content.mark("synndicate.cancelled"),
    }
    thread.end(frame, now);
    None
}
