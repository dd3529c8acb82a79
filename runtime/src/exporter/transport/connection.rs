//! One open HTTP connection.

use super::failure::{Failure, cause_of};
use super::watched::{Heard, Io, Watched};
use super::{Pieces, Protocol};
use http::{Request, Response};
use hyper::body::Incoming;
#[cfg(feature = "http")]
use hyper::client::conn::http1;
#[cfg(feature = "grpc")]
use hyper::client::conn::http2;
use hyper_util::rt::TokioIo;
#[cfg(feature = "grpc")]
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::time::Duration;
use tokio::time::Instant;

/// A connection is not used for longer, so that spans follow a name whose server has moved, and so that many processes
/// spread over many servers again.
const MAX_AGE: Duration = Duration::from_secs(300);

/// HTTP/2 asks a silent server whether it is still there while a request waits for it. Never more often, and never while there
/// is no request: gRPC servers take that for an attack. Between requests the pings of TCP do it.
///
/// Source: <https://github.com/grpc/proposal/blob/master/A8-client-side-keepalive.md>.
#[cfg(feature = "grpc")]
const PING_INTERVAL: Duration = Duration::from_secs(20);

/// An open connection, ready for one request after the other.
pub(super) struct Connection {
    sender: Sender,
    protocol: Protocol,
    heard: Heard,
    opened: Instant,
}

enum Sender {
    #[cfg(feature = "http")]
    Http1(http1::SendRequest<Pieces>),
    #[cfg(feature = "grpc")]
    Http2(http2::SendRequest<Pieces>),
}

impl Connection {
    /// Begins to speak `protocol` over `io`.
    pub(super) async fn open(protocol: Protocol, io: Io) -> Result<Connection, Failure> {
        let (watched, heard) = Watched::new(io);
        let opened = match protocol {
            #[cfg(feature = "http")]
            Protocol::Http1 => open_http1(watched).await,
            #[cfg(feature = "grpc")]
            Protocol::Http2 => open_http2(watched).await,
            #[cfg(not(all(feature = "grpc", feature = "http")))]
            _ => {
                return Err(Failure::NotConnected("the feature of its protocol is off".into()));
            }
        };
        let sender = opened.map_err(|error| explain(&error, protocol, &heard))?;
        Ok(Connection { sender, protocol, heard, opened: Instant::now() })
    }

    /// Whether it can take another request.
    pub(super) fn is_usable(&self) -> bool {
        self.opened.elapsed() < MAX_AGE
            && match &self.sender {
                #[cfg(feature = "http")]
                Sender::Http1(sender) => sender.is_ready(),
                #[cfg(feature = "grpc")]
                Sender::Http2(sender) => sender.is_ready(),
            }
    }

    /// Sends `request`. It comes back with the failure if nothing of it has left.
    pub(super) async fn send(
        &mut self,
        request: Request<Pieces>,
    ) -> Result<Response<Incoming>, (Failure, Option<Request<Pieces>>)> {
        let sent = match &mut self.sender {
            #[cfg(feature = "http")]
            Sender::Http1(sender) => sender.try_send_request(request).await,
            #[cfg(feature = "grpc")]
            Sender::Http2(sender) => sender.try_send_request(request).await,
        };
        sent.map_err(|mut error| {
            let unsent = error.take_message();
            (self.explain(error.error()), unsent)
        })
    }

    /// What an error on this connection means.
    pub(super) fn explain(&self, error: &hyper::Error) -> Failure {
        explain(error, self.protocol, &self.heard)
    }
}

#[cfg(feature = "http")]
async fn open_http1(io: Watched) -> hyper::Result<Sender> {
    let (sender, connection) = http1::handshake(TokioIo::new(io)).await?;
    tokio::spawn(connection);
    Ok(Sender::Http1(sender))
}

#[cfg(feature = "grpc")]
async fn open_http2(io: Watched) -> hyper::Result<Sender> {
    let mut http2 = http2::Builder::new(TokioExecutor::new());
    http2.timer(TokioTimer::new()).keep_alive_interval(PING_INTERVAL);
    let (sender, connection) = http2.handshake(TokioIo::new(io)).await?;
    tokio::spawn(connection);
    Ok(Sender::Http2(sender))
}

fn explain(error: &hyper::Error, protocol: Protocol, heard: &Heard) -> Failure {
    if let Some(fault) = heard.fault() {
        return fault.clone();
    }
    match heard.first() {
        Some(first) if !protocol.begins_with(first) => Failure::Foreign(first.into()),
        Some(_) => Failure::Broken(cause_of(error)),
        None => Failure::Closed,
    }
}

impl Protocol {
    /// Whether a server that speaks this protocol may begin with these bytes.
    fn begins_with(self, first: &[u8]) -> bool {
        match self {
            Protocol::Http1 => first.iter().zip(b"HTTP/1.").all(|(a, b)| a == b),
            // An HTTP/2 server begins with a SETTINGS frame, whose type stands behind the three bytes of its length.
            Protocol::Http2 => first.get(3).is_none_or(|&frame_type| frame_type == 4),
        }
    }
}
