//! Futures with a span of their own.

use super::site;
use crate::recorder::{Ending, Traced};
use pin_project_lite::pin_project;
use std::borrow::Cow;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Gives any future a span: a block, a future of another crate, one branch of a `select!`.
pub trait TraceFuture: Future + Sized {
    /// Runs the future in a span called `name`.
    ///
    /// Its parent is the span that is current now, wherever the future is polled later. It begins with the first poll and ends
    /// when the future is ready or dropped; in the latter case it says so by `synndicate.cancelled = true`. A future that is
    /// never polled has no span. Where it was traced is told by `code.file.path` and `code.line.number`. Of the output nothing is
    /// recorded; [`set_attribute`](crate::set_attribute) in the future says more.
    ///
    /// Spans are grouped by their names: put no ids into them, but into attributes. In `tracing_filter` they have the target
    /// `synndicate` and the level `info`. Rules (`[[observability.span]]`) know all of them together, as `function = "traced"`.
    ///
    /// ```
    /// use synndicate::TraceFuture as _;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let prices = async { vec![120, 80] }.traced("fetch prices");
    /// let seats = async { 3 }.traced("count seats");
    /// let (prices, seats) = tokio::join!(prices, seats);
    /// # assert_eq!((prices.len(), seats), (2, 3));
    /// # }
    /// ```
    #[track_caller]
    fn traced(self, name: impl Into<Cow<'static, str>>) -> TracedFuture<Self> {
        let span = site::prepare(&name.into(), Location::caller());
        TracedFuture { inner: span.trace(self, |_, _| {}) }
    }
}

impl<F: Future> TraceFuture for F {}

pin_project! {
    /// A future that runs in a span of its own; see [`TraceFuture::traced`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless they are polled"]
    pub struct TracedFuture<F>
    where
        F: Future,
    {
        #[pin]
        inner: Traced<F, fn(&F::Output, &mut Ending<'_>)>,
    }
}

impl<F: Future> Future for TracedFuture<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        self.project().inner.poll(context)
    }
}
