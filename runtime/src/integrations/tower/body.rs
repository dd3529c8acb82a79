//! The body of a response, with which the span of its request ends.

use crate::integrations::exchange::{Exchange, Side};
use bytes::Buf;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use std::pin::Pin;
use std::task::{Context, Poll};

pin_project! {
    /// A body that belongs to the span of its request, which ends when it ends or is dropped.
    #[derive(Debug)]
    pub struct ResponseBody<B> {
        #[pin]
        body: Option<B>,
        exchange: Exchange,
        // How many bytes are still to come. Servers ask for no more when that is none, whether the body knows or not.
        left: Option<u64>,
    }

    impl<B> PinnedDrop for ResponseBody<B> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if !this.exchange.is_over() {
                // A client need not want all that it is given.
                let is_done = this.exchange.side == Side::Client || *this.left == Some(0);
                let mut work = this.exchange.enter();
                if is_done {
                    work.end();
                }
                this.body.set(None);
            }
        }
    }
}

impl<B: Body> ResponseBody<B> {
    /// `left` bytes are to come, if that is known.
    pub(super) fn new(body: B, mut exchange: Exchange, left: Option<u64>) -> ResponseBody<B> {
        if body.is_end_stream() {
            exchange.enter().end();
        }
        ResponseBody { body: Some(body), exchange, left }
    }
}

impl<B: Body> Body for ResponseBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        // Only this type's own drop takes the body away.
        let Some(mut body) = this.body.as_mut().as_pin_mut() else { return Poll::Ready(None) };
        if this.exchange.is_over() {
            return body.poll_frame(context);
        }
        let mut work = this.exchange.enter();
        let polled = body.as_mut().poll_frame(context);
        match &polled {
            Poll::Pending => {}
            Poll::Ready(None) => work.end(),
            Poll::Ready(Some(Err(_))) => work.break_off::<B::Error>(),
            Poll::Ready(Some(Ok(frame))) => {
                let data = frame.data_ref().map_or(0, |data| data.remaining() as u64);
                *this.left = this.left.map(|left| left.saturating_sub(data));
                if let Some(trailers) = frame.trailers_ref() {
                    work.conclude(trailers);
                }
                // Nobody asks for what comes behind trailers.
                if frame.is_trailers() || *this.left == Some(0) || body.is_end_stream() {
                    work.end();
                }
            }
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}
