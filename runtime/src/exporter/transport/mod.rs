//! Requests to one server over one connection, which is opened when it is needed and given up as soon as it fails.
//!
//! Knows HTTP/1 and HTTP/2, TCP and Unix sockets, proxies and TLS; nothing of spans. It never decides whether something is sent
//! again, except that a request which found its idle connection closed, and of which nothing was sent, gets a new connection.

mod body;
mod connection;
mod dial;
pub(super) mod endpoint;
mod failure;
mod proxy;
mod resolve;
mod tcp;
#[cfg(feature = "tls")]
mod tls;
#[cfg(not(feature = "tls"))]
#[path = "tls_off.rs"]
mod tls;
mod watched;
#[cfg(test)]
pub(crate) mod zone;

use super::error::SetupError;
use crate::plan::{Endpoint, Remote};
pub(super) use body::Pieces;
use connection::Connection;
use dial::Dialer;
pub(super) use failure::{Failure, TlsFault};
use http::{HeaderMap, Request, Response, StatusCode};
use hyper::body::{Body, Incoming};
use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How many bytes of an answer are read: what says more than this about a batch is not about the batch.
const MAX_ANSWER: usize = 64 * 1024;

/// What is spoken over a connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Protocol {
    Http1,
    Http2,
}

/// The way to one server.
pub(super) struct Transport {
    dialer: Dialer,
    /// The open connection, while no request is under way: a request that fails or is dropped takes it along.
    connection: Option<Connection>,
    timeout: Duration,
}

/// What a server answered.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// What came after the body, or why its end was not reached.
    pub(super) trailers: Result<HeaderMap, Failure>,
}

impl Transport {
    /// The way to `endpoint`. Reads certificates, opens no connection.
    pub(super) fn new(
        endpoint: &Endpoint,
        protocol: Protocol,
        remote: &Remote,
    ) -> Result<Transport, SetupError> {
        protocol.check_feature()?;
        Ok(Transport {
            dialer: Dialer::new(endpoint, protocol, remote)?,
            connection: None,
            timeout: remote.timeout,
        })
    }

    /// The proxy on this way, as it may be shown.
    pub(super) fn proxy(&self) -> Option<String> {
        self.dialer.proxy()
    }

    /// Gives the head of all requests the form that this way asks for.
    pub(super) fn prepare(&self, head: &mut Request<()>) {
        self.dialer.prepare(head);
    }

    /// Closes the connection, if there is one.
    pub(super) fn hang_up(&mut self) {
        self.connection = None;
    }

    /// Sends `request` and reads the answer, both in the time that a request may take.
    pub(super) async fn send(&mut self, request: Request<Pieces>) -> Result<Answer, Failure> {
        let deadline = Instant::now() + self.timeout;
        let (connection, response) = self.respond(request, deadline).await?;
        let (head, incoming) = response.into_parts();
        let mut body = Vec::new();
        let trailers = timeout_at(deadline, read(incoming, &mut body, &connection)).await;
        let trailers = trailers.unwrap_or(Err(Failure::NoAnswer(self.timeout)));
        self.connection = trailers.is_ok().then_some(connection);
        Ok(Answer { status: head.status, headers: head.headers, body, trailers })
    }

    async fn respond(
        &mut self,
        mut request: Request<Pieces>,
        deadline: Instant,
    ) -> Result<(Connection, Response<Incoming>), Failure> {
        loop {
            let idle = self.connection.take().filter(Connection::is_usable);
            let is_new = idle.is_none();
            let mut connection = match idle {
                Some(connection) => connection,
                None => self.connect(deadline).await?,
            };
            match timeout_at(deadline, connection.send(request)).await {
                Ok(Ok(response)) => return Ok((connection, response)),
                Ok(Err((_, Some(unsent)))) if !is_new => request = unsent,
                Ok(Err((failure, _))) => return Err(failure),
                Err(_) => return Err(Failure::NoAnswer(self.timeout)),
            }
        }
    }

    async fn connect(&self, deadline: Instant) -> Result<Connection, Failure> {
        match timeout_at(deadline, self.dialer.dial()).await {
            Ok(connection) => connection,
            Err(_) => Err(Failure::NoConnection(self.timeout)),
        }
    }
}

impl Protocol {
    fn check_feature(self) -> Result<(), SetupError> {
        match self {
            Protocol::Http1 if !cfg!(feature = "http") => {
                Err(SetupError::feature_is_off("http", "OTLP over HTTP"))
            }
            Protocol::Http2 if !cfg!(feature = "grpc") => {
                Err(SetupError::feature_is_off("grpc", "OTLP over gRPC"))
            }
            _ => Ok(()),
        }
    }
}

/// Reads `incoming` into `body`, and returns what follows it.
async fn read(
    mut incoming: Incoming,
    body: &mut Vec<u8>,
    connection: &Connection,
) -> Result<HeaderMap, Failure> {
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut incoming).poll_frame(cx)).await {
        let frame = frame.map_err(|error| connection.explain(&error))?;
        match frame.into_data() {
            Ok(data) => body.extend(data.iter().take(MAX_ANSWER - body.len())),
            Err(frame) => return Ok(frame.into_trailers().unwrap_or_default()),
        }
        if body.len() >= MAX_ANSWER {
            return Err(Failure::LongAnswer);
        }
    }
    Ok(HeaderMap::new())
}
