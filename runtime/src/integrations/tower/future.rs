//! The future of a response.

use super::ResponseBody;
use crate::integrations::exchange::Exchange;
use http::header::{HeaderName, HeaderValue};
use http::{Response, StatusCode};
use http_body::Body;
use pin_project_lite::pin_project;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// What [`Trace`](super::Trace) and [`TraceClient`](super::TraceClient) answer with, when it is there.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless they are polled"]
    pub struct ResponseFuture<F> {
        #[pin]
        future: Option<F>,
        exchange: Exchange,
        header: Option<(HeaderName, u128)>,
        has_no_body: bool,
    }

    impl<F> PinnedDrop for ResponseFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if !this.exchange.is_over() {
                let _work = this.exchange.enter();
                this.future.set(None);
            }
        }
    }
}

impl<F> ResponseFuture<F> {
    pub(super) fn new(future: F, exchange: Exchange, has_no_body: bool) -> ResponseFuture<F> {
        ResponseFuture { future: Some(future), exchange, header: None, has_no_body }
    }

    /// Lets the response say a trace id in this header.
    pub(super) fn with_header(mut self, header: Option<(HeaderName, u128)>) -> ResponseFuture<F> {
        self.header = header;
        self
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body,
{
    type Output = Result<Response<ResponseBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        // Only this type's own drop takes the future away.
        let Some(future) = this.future.as_pin_mut() else { return Poll::Pending };
        let mut work = this.exchange.enter();
        let mut response = match ready!(future.poll(context)) {
            Ok(response) => response,
            Err(error) => {
                work.break_off::<E>();
                return Poll::Ready(Err(error));
            }
        };
        work.respond(response.status(), response.version(), response.headers());
        drop(work);
        if let Some((name, trace_id)) = this.header.take()
            && let Ok(value) = HeaderValue::from_str(&format!("{trace_id:032x}"))
        {
            response.headers_mut().insert(name, value);
        }
        let has_no_body = *this.has_no_body || never_has_a_body(response.status());
        let left = if has_no_body { Some(0) } else { content_length(&response) };
        let exchange = this.exchange.hand_on();
        Poll::Ready(Ok(response.map(|body| ResponseBody::new(body, exchange, left))))
    }
}

fn never_has_a_body(status: StatusCode) -> bool {
    status.is_informational() || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}

/// How many bytes the response says that there are.
fn content_length<B>(response: &Response<B>) -> Option<u64> {
    response.headers().get(http::header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
