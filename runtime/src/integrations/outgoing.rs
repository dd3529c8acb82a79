//! How the span of a request begins that a client is about to send.

use super::authority;
use super::conventions::{
    CLIENT, RPC_METHOD, RPC_SYSTEM, URL, known, record_method, record_server,
};
use super::exchange::{Exchange, Protocol, Side};
use crate::recorder::{Ending, Ongoing};
use http::{Method, Uri};

/// What is known of a request before it is sent.
#[derive(Debug)]
pub(super) struct Outgoing<'a> {
    pub(super) method: &'a Method,
    pub(super) scheme: Option<&'a str>,
    /// Host and port.
    pub(super) authority: Option<&'a str>,
    pub(super) path: &'a str,
    pub(super) protocol: Protocol,
}

impl<'a> Outgoing<'a> {
    pub(super) fn of_uri(method: &'a Method, uri: &'a Uri, protocol: Protocol) -> Outgoing<'a> {
        Outgoing {
            method,
            scheme: uri.scheme_str(),
            authority: uri.authority().map(http::uri::Authority::as_str),
            path: uri.path(),
            protocol,
        }
    }

    /// Begins the span, as a child of the one that is current.
    pub(super) fn begin(&self) -> Exchange {
        let span = Ongoing::prepare(&CLIENT);
        let mut exchange =
            Exchange { span, remote: None, side: Side::Client, protocol: self.protocol };
        exchange.enter().amend(|ending| self.describe(ending));
        exchange
    }

    fn describe(&self, ending: &mut Ending<'_>) {
        let (host, port) = authority::split(self.authority.unwrap_or_default());
        let rpc_method = self.path.trim_start_matches('/');
        let (_, method) = known(self.method);
        ending.rename(if self.protocol == Protocol::Grpc { rpc_method } else { method });
        let mut attributes = ending.attributes();
        match (self.protocol, self.scheme) {
            (Protocol::Grpc, _) => {
                attributes.record(&RPC_SYSTEM, "grpc");
                attributes.record(&RPC_METHOD, rpc_method);
            }
            (Protocol::Http, scheme) => {
                record_method(&mut attributes, self.method);
                if let Some(scheme) = scheme.filter(|_| !host.is_empty()) {
                    let authority = self.authority.unwrap_or_default();
                    let (_, public) = authority.rsplit_once('@').unwrap_or(("", authority));
                    attributes.display(&URL, &format_args!("{scheme}://{public}{}", self.path));
                }
            }
        }
        record_server(&mut attributes, host, port.or_else(|| self.usual_port()));
    }

    fn usual_port(&self) -> Option<u16> {
        match self.scheme? {
            "http" => Some(80),
            "https" => Some(443),
            _ => None,
        }
    }
}
