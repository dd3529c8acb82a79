//! Requests of [`reqwest`](https://docs.rs/reqwest) as spans.
//!
//! ```no_run
//! # async fn example() -> reqwest::Result<()> {
//! use synndicate::reqwest::SendTraced as _;
//!
//! let answer = reqwest::Client::new().get("http://inventory/parts/7").send_traced().await?;
//! # Ok(())
//! # }
//! ```

use super::exchange::Protocol;
use super::outgoing::Outgoing;
use crate::propagation::inject;
use reqwest::{Client, Error, Request, RequestBuilder, Response, Result};
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// Sends a request in a span of its own.
pub trait SendTraced {
    /// As `send`, in a span that has the one that is current for a parent, and of which the server is told in the headers that
    /// `tracing_propagators` names.
    ///
    /// What is recorded is what [`tower`](crate::tower) tells of clients. The span ends when the head of the response is there.
    ///
    /// # Errors
    ///
    /// Those of `send`.
    fn send_traced(self) -> impl Future<Output = Result<Response>> + Send;
}

impl SendTraced for RequestBuilder {
    async fn send_traced(self) -> Result<Response> {
        let (client, request) = self.build_split();
        send(client, request?).await
    }
}

async fn send(client: Client, mut request: Request) -> Result<Response> {
    let mut exchange = {
        let url = request.url();
        Outgoing {
            method: request.method(),
            scheme: Some(url.scheme()),
            authority: Some(url.authority()),
            path: url.path(),
            protocol: Protocol::Http,
        }
        .begin()
    };
    let sending = {
        let _work = exchange.enter();
        inject(request.headers_mut());
        client.execute(request)
    };
    let mut sending = pin!(sending);
    poll_fn(|context| {
        let mut work = exchange.enter();
        let polled = sending.as_mut().poll(context);
        match &polled {
            Poll::Pending => {}
            Poll::Ready(Ok(response)) => {
                work.respond(response.status(), response.version(), response.headers());
                work.end();
            }
            Poll::Ready(Err(_)) => work.break_off::<Error>(),
        }
        polled
    })
    .await
}
