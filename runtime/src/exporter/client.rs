//! One server, spoken to in one wire protocol: what is asked, and what the answers mean.

use super::error::{ErrorKind, ExportError, SetupError};
#[cfg(feature = "jaeger")]
use super::jaeger;
use super::peer::Peer;
use super::secret::Secrets;
use super::transport::{Pieces, Protocol, Transport, endpoint};
use super::wire::{grpc, http};
use super::{Accepted, otlp};
use crate::batch::Batch;
use crate::plan::{Compression, Destination, Remote, Wire};
use ::http::Request;
use bytes::Bytes;
use flate2::write::GzEncoder;
use std::io::{self, Write};
use std::sync::Arc;

/// Sends batches to one server.
pub(super) struct Client {
    peer: Peer,
    transport: Transport,
    /// The head of all requests.
    head: Request<()>,
    compression: Compression,
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
        let (message, left_out) = self.message(batch);
        let request = self.request(message).map_err(|error| {
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
        let (rejected, reason) = match self.peer.wire {
            Wire::OtlpGrpc | Wire::OtlpHttp => otlp::partial_success(said),
            #[cfg(feature = "jaeger")]
            Wire::JaegerGrpc => (0, &[][..]),
        };
        let reason = Some(self.peer.secrets.clean(reason)).filter(|reason| !reason.is_empty());
        Ok(Accepted {
            // A server that claims to have rejected more than it got must not unbalance the ledger.
            rejected: left_out.rejected.saturating_add(rejected).min(batch.spans()),
            message: left_out.message.or(reason),
        })
    }

    /// `batch` as this wire has it, and what becomes of spans that cannot be said in it.
    fn message(&self, batch: &Batch) -> (Vec<Bytes>, Accepted) {
        match self.peer.wire {
            Wire::OtlpGrpc | Wire::OtlpHttp => (batch.request(), Accepted::default()),
            #[cfg(feature = "jaeger")]
            Wire::JaegerGrpc => jaeger::request(batch),
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
        Wire::OtlpHttp => Protocol::Http1,
    }
}

/// Packs fast rather than small: spans repeat themselves so much that the slow levels gain little.
fn gzip(pieces: &[Bytes]) -> io::Result<Bytes> {
    let mut packed = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    pieces.iter().try_for_each(|piece| packed.write_all(piece))?;
    packed.finish().map(Bytes::from)
}
