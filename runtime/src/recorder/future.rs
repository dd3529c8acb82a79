//! The wrapper of a traced future.

use super::callsite::CallSite;
use super::ending::Ending;
use super::polling::{Polling, State, Then};
use pin_project_lite::pin_project;
use std::pin::Pin;
use std::task::{Context, Poll};

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
            if this.state.has_begun() {
                let mut polling = Polling::start(this.state);
                polling.then = Then::Cancel;
                this.future.set(None);
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
        let mut polling = Polling::start(this.state);
        let polled = future.poll(context);
        if let Poll::Ready(output) = &polled {
            polling.then = Then::End;
            polling.amend(&|ending: &mut Ending<'_>| (this.finish)(output, ending));
        }
        polled
    }
}
