//! Opening a connection to a server, over TCP or to a Unix socket, and TLS where the URI asks for it.

use super::Protocol;
use super::connection::Connection;
use super::endpoint::{host, host_and_port, is_https, uri};
use super::failure::{Failure, io_text};
use super::tcp::Tcp;
use super::tls::Tls;
use super::watched::Io;
use crate::exporter::error::SetupError;
use crate::plan::{Endpoint, Remote};
use http::header::{HOST, PROXY_AUTHORIZATION};
use http::{HeaderValue, Request, Uri};
use std::path::{Path, PathBuf};

/// Opens connections to one server.
pub(super) struct Dialer {
    way: Way,
    tls: Option<Tls>,
    protocol: Protocol,
}

enum Way {
    Tcp(Box<Tcp>),
    Unix(PathBuf),
}

impl Dialer {
    pub(super) fn new(
        endpoint: &Endpoint,
        protocol: Protocol,
        remote: &Remote,
    ) -> Result<Dialer, SetupError> {
        let uri = uri(endpoint);
        let tls = is_https(uri).then(|| Tls::new(&remote.tls, host(uri), protocol)).transpose()?;
        let way = match endpoint {
            Endpoint::Tcp(_) => Way::Tcp(Box::new(Tcp::new(uri, protocol, remote)?)),
            Endpoint::Unix { socket, .. } => Way::Unix(socket.clone()),
        };
        Ok(Dialer { way, tls, protocol })
    }

    /// The proxy on the way, as it may be shown.
    pub(super) fn proxy(&self) -> Option<String> {
        match &self.way {
            Way::Tcp(tcp) => tcp.route.shown(),
            Way::Unix(_) => None,
        }
    }

    /// Gives the head of all requests the form that the way asks for.
    pub(super) fn prepare(&self, head: &mut Request<()>) {
        match self.protocol {
            Protocol::Http1 => self.prepare_http1(head),
            Protocol::Http2 => {}
        }
    }

    /// In HTTP/1 a request names the host in a header and only the path in its first line, except to a proxy.
    fn prepare_http1(&self, head: &mut Request<()>) {
        let host = HeaderValue::from_str(host_and_port(head.uri()));
        if let (Ok(host), false) = (host, head.headers().contains_key(HOST)) {
            head.headers_mut().insert(HOST, host);
        }
        let proxy = match &self.way {
            Way::Tcp(tcp) => tcp.route.forward(),
            Way::Unix(_) => None,
        };
        let Some(proxy) = proxy else {
            let path = head.uri().path_and_query().cloned();
            *head.uri_mut() = path.map(Uri::from).unwrap_or_default();
            return;
        };
        if let Some(user) = proxy.basic_auth() {
            head.headers_mut().insert(PROXY_AUTHORIZATION, user.clone());
        }
    }

    /// Opens a connection.
    pub(super) async fn dial(&self) -> Result<Connection, Failure> {
        let io = match &self.way {
            Way::Tcp(tcp) => Box::new(tcp.connect().await?),
            Way::Unix(socket) => unix(socket).await?,
        };
        let io = match &self.tls {
            Some(tls) => tls.wrap(io).await?,
            None => io,
        };
        Connection::open(self.protocol, io).await
    }
}

#[cfg(unix)]
async fn unix(socket: &Path) -> Result<Io, Failure> {
    let stream = tokio::net::UnixStream::connect(socket)
        .await
        .map_err(|error| Failure::NotConnected(io_text(&error)))?;
    Ok(Box::new(stream))
}

#[cfg(not(unix))]
async fn unix(_: &Path) -> Result<Io, Failure> {
    Err(Failure::NotConnected("this operating system has no Unix sockets".into()))
}
