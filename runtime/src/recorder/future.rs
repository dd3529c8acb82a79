//! The wrapper of a traced future: the span's frame is in the future between polls, on the thread's stack while it is polled.

use super::callsite::CallSite;
use super::clock;
use super::context;
use super::foreign;
use super::frame::Frame;
use super::lane::{self, Begun, Ending};
use super::thread;
use pin_project_lite::pin_project;
use std::pin::Pin;
use std::task::{Context, Poll};

/// What a wrapper holds: 16 bytes.
#[derive(Debug)]
pub(super) enum State {
    /// Not polled yet.
    New(&'static CallSite),
    /// Not polled yet, with its attributes.
    Prepared(Box<Frame>),
    Lane(Box<Frame>),
    Foreign(Box<tracing::Span>),
    /// No span, or the span is over, or its frame is on the stack.
    Nothing,
}

pin_project! {
    /// A future whose polls run in a span. The span begins at the first poll and ends when the future is ready or dropped; what
    /// the future's locals do while they are dropped belongs to it. A future that was never polled has no span.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless they are polled"]
    pub struct Traced<F, E> {
        #[pin]
        pub(super) future: Option<F>,
        pub(super) finish: E,
        pub(super) state: State,
    }

    impl<F, E> PinnedDrop for Traced<F, E> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            match std::mem::replace(this.state, State::Nothing) {
                State::Lane(frame) => {
                    let mut entered = Entered::new(frame, this.state);
                    entered.then = Then::Cancel;
                    this.future.set(None);
                }
                State::Foreign(span) => {
                    let _entered = span.enter();
                    this.future.set(None);
                }
                State::New(_) | State::Prepared(_) | State::Nothing => {}
            }
        }
    }
}

/// Runs `future` in a span of `site`. `finish` adds what its output says.
///
/// `T` is named where it is known, so that the type of what `finish` takes does not depend on what is inferred of the future.
pub fn traced<T, F, E>(site: &'static CallSite, future: F, finish: E) -> Traced<F, E>
where
    F: Future<Output = T>,
    E: Fn(&T, &mut Ending<'_>),
{
    Traced { future: Some(future), finish, state: State::New(site) }
}

impl<F, E> Future for Traced<F, E>
where
    F: Future,
    E: Fn(&F::Output, &mut Ending<'_>),
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        // Only this type's own drop takes the future away.
        let Some(future) = this.future.as_pin_mut() else { return Poll::Pending };
        if matches!(this.state, State::New(_) | State::Prepared(_)) {
            *this.state = begin(std::mem::replace(this.state, State::Nothing));
        }
        match std::mem::replace(this.state, State::Nothing) {
            State::Lane(frame) => {
                let mut entered = Entered::new(frame, this.state);
                let polled = future.poll(context);
                if let Poll::Ready(output) = &polled {
                    lane::amend_frame(entered.span_id, |ending| (this.finish)(output, ending));
                    entered.then = Then::End;
                }
                polled
            }
            State::Foreign(span) => {
                let polled = span.in_scope(|| future.poll(context));
                match &polled {
                    Poll::Ready(output) => foreign::finish(&span, |ending| (this.finish)(output, ending)),
                    Poll::Pending => *this.state = State::Foreign(span),
                }
                polled
            }
            State::New(_) | State::Prepared(_) | State::Nothing => future.poll(context),
        }
    }
}

/// The span of a future that is polled for the first time.
pub(super) fn begin(state: State) -> State {
    let site = match state {
        State::New(site) if site.may_be_enabled() => site,
        State::Prepared(mut frame) => {
            lane::start(&mut frame);
            frame.fresh = false;
            return State::Lane(frame);
        }
        _ => return State::Nothing,
    };
    match lane::begin(site) {
        Begun::Nothing => State::Nothing,
        Begun::Lane(mut frame, _) => {
            lane::start(&mut frame);
            State::Lane(frame)
        }
        Begun::Foreign => match foreign::span(site, None, |_| {}) {
            Some(span) => {
                foreign::expect_first(site, span.clone());
                State::Foreign(Box::new(span))
            }
            None => State::Nothing,
        },
    }
}

/// What happens to the span when its poll is over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Then {
    /// It waits in its future.
    Wait,
    End,
    /// It ends, and says that its future was dropped unfinished.
    Cancel,
}

/// While it lives the future's span is the current one.
pub(super) struct Entered<'a> {
    pub(super) span_id: u64,
    state: &'a mut State,
    pub(super) then: Then,
}

impl<'a> Entered<'a> {
    #[inline]
    pub(super) fn new(mut frame: Box<Frame>, state: &'a mut State) -> Entered<'a> {
        frame.unwinding = std::thread::panicking();
        let context = frame.context;
        thread::with(|thread| thread.stack.push(context, context::State::Frame(frame)));
        Entered { span_id: context.span_id, state, then: Then::Wait }
    }
}

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        let now = if self.then == Then::Wait { 0 } else { clock::monotonic() };
        let frame = thread::with(|thread| {
            let mut frame = thread.take(self.span_id)?;
            if std::thread::panicking() && !frame.unwinding {
                // The future cannot be polled again.
                lane::note_panic(thread, &mut frame);
                thread.end(frame, clock::monotonic());
                return None;
            }
            match self.then {
                Then::Wait => return Some(frame),
                Then::End => {}
                Then::Cancel => frame.content.mark("synndicate.cancelled"),
            }
            thread.end(frame, now);
            None
        });
        if let Some(frame) = frame {
            *self.state = State::Lane(frame);
        }
    }
}
