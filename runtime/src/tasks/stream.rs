//! Streams with a span of their own.

use super::site;
use crate::recorder::{self, Ending};
use futures_core::Stream;
use pin_project_lite::pin_project;
use std::borrow::Cow;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Gives any stream a span.
pub trait TraceStream: Stream + Sized {
    /// Runs the stream in a span called `name`, as [`TraceFuture::traced`](crate::TraceFuture::traced) does a future.
    ///
    /// The span begins with the first poll and ends when the stream has ended or is dropped; in the latter case it says so by
    /// `synndicate.cancelled = true`. `synndicate.items` is how many items came.
    ///
    /// ```
    /// use futures::StreamExt as _;
    /// use synndicate::TraceStream as _;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let words = futures::stream::iter(["a", "b"]).traced("read words");
    /// assert_eq!(words.count().await, 2);
    /// # }
    /// ```
    #[track_caller]
    fn traced(self, name: impl Into<Cow<'static, str>>) -> TracedStream<Self> {
        let span = site::prepare(&name.into(), Location::caller());
        TracedStream { inner: span.trace_stream(self) }
    }
}

impl<S: Stream> TraceStream for S {}

pin_project! {
    /// A stream that runs in a span of its own; see [`TraceStream::traced`].
    #[derive(Debug)]
    #[must_use = "streams do nothing unless they are polled"]
    pub struct TracedStream<S>
    where
        S: Stream,
    {
        #[pin]
        inner: recorder::TracedStream<S, fn(&S::Item, &mut Ending<'_>)>,
    }
}

impl<S: Stream> Stream for TracedStream<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        self.project().inner.poll_next(context)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}
