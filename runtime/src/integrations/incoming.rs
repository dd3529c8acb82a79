//! How the span of a request begins that a server has received.

use super::authority;
use super::conventions::{
    PATH, ROUTE, RPC_METHOD, RPC_SYSTEM, SCHEME, SERVER, USER_AGENT, known, record_method,
    record_server, record_version,
};
use super::exchange::{Exchange, Protocol, Side};
use super::grpc;
use crate::propagation::extract;
use crate::recorder::{Attributes, Ending, Ongoing};
use crate::requests::is_excluded;
use http::header::{HOST, USER_AGENT as USER_AGENT_HEADER};
use http::{HeaderMap, Method, Uri, Version};

/// What is known of a request before it is served.
#[derive(Debug)]
pub(super) struct Incoming<'a> {
    pub(super) method: &'a Method,
    pub(super) uri: &'a Uri,
    pub(super) version: Version,
    pub(super) headers: &'a HeaderMap,
    /// The pattern that has led to what serves it.
    pub(super) route: Option<&'a str>,
}

impl Incoming<'_> {
    /// Begins the span, as a child of the one that the headers name.
    pub(super) fn begin(&self) -> Exchange {
        let remote = extract(self.headers);
        let side = Side::Server;
        let protocol = if grpc::is_call(self.headers) { Protocol::Grpc } else { Protocol::Http };
        if is_excluded(self.uri.path()) {
            let remote = Some(remote.unrecorded());
            return Exchange { span: Ongoing::NOTHING, remote, side, protocol };
        }
        let mut span = {
            let _parent = remote.enter();
            Ongoing::prepare(&SERVER)
        };
        if !span.is_any() {
            return Exchange { span, remote: Some(remote), side, protocol };
        }
        span.carry(remote.into_carried());
        let mut exchange = Exchange { span, remote: None, side, protocol };
        exchange.enter().amend(|ending| match protocol {
            Protocol::Http => self.describe(ending),
            Protocol::Grpc => self.describe_call(ending),
        });
        exchange
    }

    fn describe(&self, ending: &mut Ending<'_>) {
        let (_, method) = known(self.method);
        match self.route {
            Some(route) => ending.rename_by_words(method, route),
            None => ending.rename(method),
        }
        let mut attributes = ending.attributes();
        record_method(&mut attributes, self.method);
        if let Some(route) = self.route {
            attributes.record(&ROUTE, route);
        }
        attributes.record(&PATH, self.uri.path());
        attributes.record(&SCHEME, self.scheme());
        self.record_peers(&mut attributes);
        if let Some(agent) = self.text(USER_AGENT_HEADER.as_str()) {
            attributes.record(&USER_AGENT, agent);
        }
    }

    fn describe_call(&self, ending: &mut Ending<'_>) {
        let method = self.uri.path().trim_start_matches('/');
        ending.rename(method);
        let mut attributes = ending.attributes();
        attributes.record(&RPC_SYSTEM, "grpc");
        attributes.record(&RPC_METHOD, method);
        self.record_peers(&mut attributes);
    }

    fn record_peers(&self, attributes: &mut Attributes<'_>) {
        let authority = self.uri.authority().map(http::uri::Authority::as_str);
        if let Some(authority) = authority.or_else(|| self.text(HOST.as_str())) {
            let (host, port) = authority::split(authority);
            record_server(attributes, host, port);
        }
        record_version(attributes, self.version);
    }

    /// As the client sees it: what ends TLS before the server says so.
    fn scheme(&self) -> &str {
        let forwarded = self.text("x-forwarded-proto");
        let forwarded = forwarded.filter(|scheme| ["http", "https"].contains(scheme));
        forwarded.or(self.uri.scheme_str()).unwrap_or("http")
    }

    fn text(&self, header: &str) -> Option<&str> {
        self.headers.get(header).and_then(|value| value.to_str().ok())
    }
}
