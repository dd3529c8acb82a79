//! The wrapper of a traced stream: as that of a future, but its span goes on until there is no further item.

use super::ending::Ending;
use super::polling::{Polling, State, Then};
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
            if this.state.has_begun() {
                let mut polling = Polling::start(this.state);
                polling.then = Then::Cancel;
                count(&polling, *this.items);
                this.stream.set(None);
            }
        }
    }
}

fn count(polling: &Polling<'_>, items: u64) {
    polling.amend(&|ending: &mut Ending<'_>| ending.attributes().record_as(ITEMS, &items));
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
        let mut polling = Polling::start(this.state);
        let polled = stream.poll_next(context);
        match &polled {
            Poll::Pending => {}
            Poll::Ready(None) => {
                polling.then = Then::End;
                count(&polling, *this.items);
            }
            Poll::Ready(Some(item)) => {
                *this.items += 1;
                if let Some(look) = this.look {
                    polling.amend(&|ending: &mut Ending<'_>| look(item, ending));
                }
            }
        }
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.as_ref().map_or((0, Some(0)), Stream::size_hint)
    }
}
