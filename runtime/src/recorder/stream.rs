//! The wrapper of a traced stream: as that of a future, but its span goes on until there is no further item.

use super::foreign;
use super::future::{Entered, State, Then, begin};
use super::lane::{self, Ending};
use futures_core::Stream;
use pin_project_lite::pin_project;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The key under which a stream's span says how many items came.
const ITEMS: &str = "synndicate.items";

pin_project! {
    /// A stream whose polls run in a span. The span begins at the first poll and ends when the stream has ended or is dropped; it
    /// says how many items came.
    #[derive(Debug)]
    #[must_use = "streams do nothing unless they are polled"]
    pub struct TracedStream<S, E> {
        #[pin]
        pub(super) stream: Option<S>,
        pub(super) look: Option<E>,
        pub(super) items: u64,
        pub(super) state: State,
    }

    impl<S, E> PinnedDrop for TracedStream<S, E> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let items = *this.items;
            match std::mem::replace(this.state, State::Nothing) {
                State::Lane(frame) => {
                    let mut entered = Entered::new(frame, this.state);
                    lane::amend_frame(entered.span_id, |ending| count(ending, items));
                    entered.then = Then::Cancel;
                    this.stream.set(None);
                }
                State::Foreign(span) => {
                    foreign::finish(&span, |ending| count(ending, items));
                    let _entered = span.enter();
                    this.stream.set(None);
                }
                State::New(_) | State::Prepared(_) | State::Nothing => {}
            }
        }
    }
}

fn count(ending: &mut Ending<'_>, items: u64) {
    ending.attributes().record_as(ITEMS, &items);
}

impl<S, E> Stream for TracedStream<S, E>
where
    S: Stream,
    E: Fn(&S::Item, &mut Ending<'_>),
{
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        // Only this type's own drop takes the stream away.
        let Some(stream) = this.stream.as_pin_mut() else { return Poll::Ready(None) };
        if matches!(this.state, State::New(_) | State::Prepared(_)) {
            *this.state = begin(std::mem::replace(this.state, State::Nothing));
        }
        let (look, items) = (this.look.as_ref(), &mut *this.items);
        match std::mem::replace(this.state, State::Nothing) {
            State::Lane(frame) => {
                let mut entered = Entered::new(frame, this.state);
                let polled = stream.poll_next(context);
                if let Some(amend) = note(&polled, look, items) {
                    lane::amend_frame(entered.span_id, amend);
                }
                if let Poll::Ready(None) = polled {
                    entered.then = Then::End;
                }
                polled
            }
            State::Foreign(span) => {
                let polled = span.in_scope(|| stream.poll_next(context));
                if let Some(amend) = note(&polled, look, items) {
                    foreign::finish(&span, amend);
                }
                if !matches!(polled, Poll::Ready(None)) {
                    *this.state = State::Foreign(span);
                }
                polled
            }
            State::New(_) | State::Prepared(_) | State::Nothing => stream.poll_next(context),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.as_ref().map_or((0, Some(0)), Stream::size_hint)
    }
}

/// What to add to the span after a poll: what the item says, or how many there were.
fn note<'a, T, E>(
    polled: &'a Poll<Option<T>>,
    look: Option<&'a E>,
    items: &mut u64,
) -> Option<impl FnOnce(&mut Ending<'_>) + use<'a, T, E>>
where
    E: Fn(&T, &mut Ending<'_>),
{
    let item = match polled {
        Poll::Ready(item) => item.as_ref(),
        Poll::Pending => return None,
    };
    *items += u64::from(item.is_some());
    let count_now = *items;
    let is_silent = item.is_some() && look.is_none();
    (!is_silent).then_some(move |ending: &mut Ending<'_>| match (item, look) {
        (Some(item), Some(look)) => {
            look(item, ending);
            // The next item may have the same to say.
            ending.content.expect_repeats();
        }
        _ => count(ending, count_now),
    })
}
