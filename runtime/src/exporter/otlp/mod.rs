//! OTLP over both its wires: what is asked, and what the answers mean. The spans' bytes are sent as they are.
//!
//! Source: <https://opentelemetry.io/docs/specs/otlp/>.

mod grpc;
mod http_protobuf;
mod message;
mod retry_after;

use super::Accepted;
use super::error::{ErrorKind, ExportError, SetupError};
use super::peer::Peer;
use super::secret::Secrets;
use super::transport::{Pieces, Protocol, Transport, endpoint};
use crate::batch::Batch;
use crate::plan::{Compression, Destination, Remote, Wire};
use bytes::Bytes;
use flate2::write::GzEncoder;
use http::header::USER_AGENT;
use http::{HeaderMap, HeaderValue, Request};
use std::io::{self, Write};
use std::sync::Arc;

/// One server, spoken to in one wire protocol.
pub(super) struct OtlpClient {
    peer: Peer,
    transport: Transport,
    /// The head of all requests.
    head: Request<()>,
    compression: Compression,
}

impl OtlpClient {
    /// Reads certificates, opens no connection.
    pub(super) fn new(
        Destination { wire, endpoint }: &Destination,
        remote: &Remote,
        secrets: Arc<Secrets>,
    ) -> Result<OtlpClient, SetupError> {
        let transport = Transport::new(endpoint, protocol(*wire), remote)?;
        let uri = endpoint::uri(endpoint);
        let head = match wire {
            Wire::OtlpGrpc => grpc::head(uri, remote),
            Wire::OtlpHttp => http_protobuf::head(uri, remote),
        };
        let shown = endpoint::shown(endpoint);
        let mut head =
            head.map_err(|error| SetupError(format!("`{shown}` is no endpoint: {error}")))?;
        transport.prepare(&mut head);
        let place = match transport.proxy() {
            Some(proxy) => format!("`{shown}` through the proxy `{proxy}`"),
            None => format!("`{shown}`"),
        };
        Ok(OtlpClient {
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

    /// Sends `batch`.
    pub(super) async fn export(&mut self, batch: &Batch) -> Result<Accepted, ExportError> {
        let request = self.request(batch).map_err(|error| {
            ExportError::new(
                ErrorKind::Refused,
                format!("the request for {} cannot be packed: {error}", self.place()),
            )
        })?;
        let answer =
            self.transport.send(request).await.map_err(|failure| self.peer.failed(&failure))?;
        let (rejected, reason) = match self.peer.wire {
            Wire::OtlpGrpc => grpc::read(&answer, &self.peer)?,
            Wire::OtlpHttp => http_protobuf::read(&answer, &self.peer)?,
        };
        let message = Some(self.peer.secrets.clean(reason)).filter(|message| !message.is_empty());
        // A server that claims to have rejected more than it got must not unbalance the ledger.
        Ok(Accepted { rejected: rejected.min(batch.spans()), message })
    }

    fn request(&self, batch: &Batch) -> io::Result<Request<Pieces>> {
        let pieces = match self.compression {
            Compression::None => batch.request(),
            Compression::Gzip => vec![gzip(&batch.request())?],
        };
        let body = match self.peer.wire {
            Wire::OtlpGrpc => grpc::frame(pieces, self.compression).collect(),
            Wire::OtlpHttp => pieces.into_iter().collect(),
        };
        Ok(self.head.clone().map(|()| body))
    }
}

/// What `wire` is spoken over.
fn protocol(wire: Wire) -> Protocol {
    match wire {
        Wire::OtlpGrpc => Protocol::Http2,
        Wire::OtlpHttp => Protocol::Http1,
    }
}

/// The headers that both wires send. The user's win over ours, and are secret wherever a library shows headers.
pub(super) fn headers(remote: &Remote) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let user_agent = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));
    headers.insert(USER_AGENT, HeaderValue::from_static(user_agent));
    let mut own = remote.headers.0.clone();
    own.values_mut().for_each(|value| value.set_sensitive(true));
    headers.extend(own);
    headers
}

/// Packs fast rather than small: spans repeat themselves so much that the slow levels gain little.
fn gzip(pieces: &[Bytes]) -> io::Result<Bytes> {
    let mut packed = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    pieces.iter().try_for_each(|piece| packed.write_all(piece))?;
    packed.finish().map(Bytes::from)
}

/// Whether a server complains about the size of a request without a status of its own for that. These are the words of gRPC in
/// Go and C++, in Java, in .NET, of tonic, and of HTTP servers in Go, the OpenTelemetry Collector among them.
fn is_about_size(said: &[u8]) -> bool {
    let said = String::from_utf8_lossy(said).to_ascii_lowercase();
    let words = [
        "larger than max",
        "exceeds maximum size",
        "exceeds the maximum",
        "message length too large",
        "request body too large",
    ];
    words.iter().any(|words| said.contains(words))
}
