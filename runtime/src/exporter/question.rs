//! A question to a server that shows what it has: one GET, and what it answers.

use super::error::SetupError;
use super::peer::Peer;
use super::secret::Secrets;
use super::transport::{Pieces, Protocol, Transport, endpoint};
use super::wire::headers;
use crate::plan::{Endpoint, Remote, Wire};
use http::{Request, Uri};
use std::sync::Arc;

/// Asks for one URL, as often as is wanted.
pub(crate) struct Question {
    transport: Transport,
    head: Request<()>,
    peer: Peer,
}

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Question {
    /// Reads certificates, opens no connection. Headers, certificates and proxies are those of `remote`.
    ///
    /// # Errors
    ///
    /// When a file of the settings cannot be used, or when a feature that the URL needs is off.
    pub(crate) fn new(uri: &Uri, remote: &Remote) -> Result<Question, SetupError> {
        let endpoint = Endpoint::Tcp(uri.clone());
        let transport = Transport::new(&endpoint, Protocol::Http1, remote)?;
        let shown = endpoint::origin(uri);
        let head = Request::get(uri).body(());
        let mut head = head.map_err(|error| SetupError(format!("`{shown}` is no URL: {error}")))?;
        *head.headers_mut() = headers(remote);
        transport.prepare(&mut head);
        let secrets = Arc::new(Secrets::of(remote));
        let peer = Peer { wire: Wire::OtlpHttp, place: format!("`{shown}`"), secrets };
        Ok(Question { transport, head, peer })
    }

    /// Asks once.
    ///
    /// # Errors
    ///
    /// When there is no answer; the text says why, without secrets.
    pub(crate) async fn ask(&mut self) -> Result<Reply, String> {
        let request = self.head.clone().map(|()| Pieces::default());
        match self.transport.send(request).await {
            Ok(answer) => Ok(Reply { status: answer.status.as_u16(), body: answer.body }),
            Err(failure) => Err(self.peer.failed(&failure).message),
        }
    }
}
