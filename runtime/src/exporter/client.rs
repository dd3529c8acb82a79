//! One server, spoken to in one wire protocol: what is asked, and what the answers mean.

use super::error::{ErrorKind, ExportError, SetupError};
#[cfg(feature = "jaeger")]
use super::jaeger;
#[cfg(feature = "http-json")]
use super::otlp_json;
use super::peer::Peer;
use super::secret::Secrets;
use super::transport::{Pieces, Protocol, Transport, endpoint};
use super::wire::{grpc, http};
#[cfg(feature = "zipkin")]
use super::zipkin;
use super::{Accepted, otlp};
use crate::batch::Batch;
use crate::plan::{Compression, Destination, Remote, Wire};
use ::http::Request;
use bytes::Bytes;
use flate2::write::GzEncoder;
use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::Arc;

/// Sends batches to one server.
pub(super) struct Client {
    peer: Peer,
    transport: Transport,
    /// The head of all requests.
    head: Request<()>,
    compression: Compression,
    /// The most bytes of one request before it is packed.
    request_bytes: usize,
}

impl Client {
    /// Reads certificates, opens no connection.
    pub(super) fn new(
        Destination { wire, endpoint }: &Destination,
        remote: &Remote,
        secrets: Arc<Secrets>,
    ) -> Result<Client, SetupError> {
        let transport = Transport::new(endpoint, protocol(*wire), remote)?;
        let uri = endpoint::uri(endpoint);
        let head = match wire {
            Wire::OtlpGrpc => grpc::head(uri, otlp::EXPORT, remote),
            Wire::OtlpHttp => http::head(uri, otlp::PROTOBUF, remote),
            #[cfg(feature = "jaeger")]
            Wire::JaegerGrpc => grpc::head(uri, jaeger::POST_SPANS, remote),
            #[cfg(feature = "http-json")]
            Wire::OtlpJson => http::head(uri, http::JSON, remote),
            #[cfg(feature = "zipkin")]
            Wire::ZipkinJson => http::head(uri, http::JSON, remote),
        };
        let shown = endpoint::shown(endpoint);
        let mut head =
            head.map_err(|error| SetupError(format!("`{shown}` is no endpoint: {error}")))?;
        transport.prepare(&mut head);
        let place = match transport.proxy() {
            Some(proxy) => format!("`{shown}` through the proxy `{proxy}`"),
            None => format!("`{shown}`"),
        };
        Ok(Client {
            peer: Peer { wire: *wire, place, secrets },
            transport,
            head,
            compression: remote.compression,
            request_bytes: remote.request_bytes,
        })
    }

    /// Where this client sends to, for people: the URL in backticks, and the proxy on the way.
    pub(super) fn place(&self) -> &str {
        &self.peer.place
    }

    /// Closes the connection. Who speaks which wire is found out over new ones, since the server may have been replaced by
    /// one at another address; and a place that was not chosen needs none.
    pub(super) fn hang_up(&mut self) {
        self.transport.hang_up();
    }

    /// Sends `batch`.
    pub(super) async fn export(&mut self, batch: &Batch) -> Result<Accepted, ExportError> {
        let (pieces, left_out) = self.encoded(batch);
        self.check_size(&pieces, batch)?;
        let request = self.request(pieces).map_err(|error| {
            ExportError::new(
                ErrorKind::Refused,
                format!("the request for {} cannot be packed: {error}", self.place()),
            )
        })?;
        let answer =
            self.transport.send(request).await.map_err(|failure| self.peer.failed(&failure))?;
        let said = match protocol(self.peer.wire) {
            Protocol::Http2 => grpc::read(&answer, &self.peer)?,
            Protocol::Http1 => http::read(&answer, &self.peer)?,
        };
        let Accepted { rejected, message } = self.accepted(left_out, said);
        // A server that claims to have rejected more than it got must not unbalance the ledger.
        Ok(Accepted { rejected: rejected.min(batch.spans()), message })
    }

    /// `batch` as the wire wants it, and what of it the wire has no form for.
    fn encoded(&self, batch: &Batch) -> (Vec<Bytes>, Accepted) {
        match self.peer.wire {
            Wire::OtlpGrpc | Wire::OtlpHttp => (batch.request(), Accepted::default()),
            #[cfg(feature = "jaeger")]
            Wire::JaegerGrpc => jaeger::request(batch),
            #[cfg(feature = "http-json")]
            Wire::OtlpJson => otlp_json::request(batch),
            #[cfg(feature = "zipkin")]
            Wire::ZipkinJson => zipkin::request(batch),
        }
    }

    /// Batches are cut by the size of their own bytes; another encoding of them may be larger.
    fn check_size(&self, pieces: &[Bytes], batch: &Batch) -> Result<(), ExportError> {
        let bytes: usize = pieces.iter().map(Bytes::len).sum();
        if bytes <= self.request_bytes || batch.spans() <= 1 {
            return Ok(());
        }
        let place = self.place();
        let message = format!("the request for {place} is of {bytes} bytes, which is too large");
        Err(ExportError::new(ErrorKind::TooLarge, message))
    }

    /// What the server `said` of a request that it took, beside what was left out of it.
    fn accepted(&self, left_out: Accepted, said: &[u8]) -> Accepted {
        let (rejected, reason) = self.partial_success(said);
        let reason = Some(self.peer.secrets.clean(&reason)).filter(|reason| !reason.is_empty());
        let reasons: Vec<_> = left_out.message.into_iter().chain(reason).collect();
        Accepted {
            rejected: left_out.rejected.saturating_add(rejected),
            message: (!reasons.is_empty()).then(|| reasons.join("; ")),
        }
    }

    /// How many spans the server did not take although it took the request, and why.
    fn partial_success<'a>(&self, said: &'a [u8]) -> (u64, Cow<'a, [u8]>) {
        match self.peer.wire {
            Wire::OtlpGrpc | Wire::OtlpHttp => {
                let (rejected, reason) = otlp::partial_success(said);
                (rejected, reason.into())
            }
            #[cfg(feature = "http-json")]
            Wire::OtlpJson => {
                let (rejected, reason) = otlp_json::partial_success(said);
                (rejected, reason.into_bytes().into())
            }
            // Neither of them has a word for it.
            #[cfg(feature = "jaeger")]
            Wire::JaegerGrpc => (0, Cow::default()),
            #[cfg(feature = "zipkin")]
            Wire::ZipkinJson => (0, Cow::default()),
        }
    }

    fn request(&self, pieces: Vec<Bytes>) -> io::Result<Request<Pieces>> {
        let pieces = match self.compression {
            Compression::None => pieces,
            Compression::Gzip => vec![gzip(&pieces)?],
        };
        let body = match protocol(self.peer.wire) {
            Protocol::Http2 => grpc::frame(pieces, self.compression).collect(),
            Protocol::Http1 => pieces.into_iter().collect(),
        };
        Ok(self.head.clone().map(|()| body))
    }
}

/// What `wire` is spoken over: HTTP/2 is gRPC's.
fn protocol(wire: Wire) -> Protocol {
    match wire {
        Wire::OtlpGrpc => Protocol::Http2,
        #[cfg(feature = "jaeger")]
        Wire::JaegerGrpc => Protocol::Http2,
        _ => Protocol::Http1,
    }
}

/// Packs fast rather than small: spans repeat themselves so much that the slow levels gain little.
fn gzip(pieces: &[Bytes]) -> io::Result<Bytes> {
    let mut packed = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    pieces.iter().try_for_each(|piece| packed.write_all(piece))?;
    packed.finish().map(Bytes::from)
}
