//! The other side of a call, which Zipkin draws its map of services from.
//!
//! Source: <https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/zipkin/#remote-endpoint>.

use crate::exporter::decoded::value::as_str;
use crate::json::{number, object, text};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Attributes that name the other side, the best first, and the port that belongs to each.
const RANKED: [(&str, Option<&str>); 11] = [
    ("peer.service", None),
    ("server.address", Some("server.port")),
    ("net.peer.name", Some("net.peer.port")),
    ("network.peer.address", Some("network.peer.port")),
    ("server.socket.domain", Some("server.socket.port")),
    ("server.socket.address", Some("server.socket.port")),
    ("net.sock.peer.name", Some("net.sock.peer.port")),
    ("net.sock.peer.addr", Some("net.sock.peer.port")),
    ("peer.hostname", Some("peer.port")),
    ("peer.address", Some("peer.port")),
    ("db.name", None),
];

/// Where a call went.
#[derive(Debug, PartialEq)]
pub(super) struct Endpoint<'a> {
    host: Host<'a>,
    port: Option<u16>,
}

#[derive(Debug, PartialEq)]
enum Host<'a> {
    Name(&'a str),
    V4(Ipv4Addr),
    V6(Ipv6Addr),
}

/// Whom `span` called. The attributes of other kinds of spans name this side of the call.
pub(super) fn remote(span: &Span) -> Option<Endpoint<'_>> {
    if !matches!(span.kind(), SpanKind::Client | SpanKind::Producer) {
        return None;
    }
    let named = |key: &str| {
        let attribute = span.attributes.iter().find(|attribute| attribute.key == key)?;
        as_str(attribute).filter(|name| !name.is_empty())
    };
    let (name, port_key) = RANKED.iter().find_map(|(key, port)| Some((named(key)?, *port)))?;
    let port =
        span.attributes.iter().find(|attribute| port_key.is_some_and(|key| attribute.key == key));
    Some(Endpoint { host: Host::of(name), port: port.and_then(port_of) })
}

impl Endpoint<'_> {
    /// Appends the endpoint as an object.
    pub(super) fn write(&self, out: &mut String) {
        object(out, |out| {
            match self.host {
                Host::Name(name) => text(out, "serviceName", name),
                Host::V4(address) => text(out, "ipv4", &address.to_string()),
                Host::V6(address) => text(out, "ipv6", &address.to_string()),
            }
            if let Some(port) = self.port {
                number(out, "port", port);
            }
        });
    }
}

impl Host<'_> {
    fn of(name: &str) -> Host<'_> {
        match name.parse() {
            Ok(IpAddr::V4(address)) => Host::V4(address),
            Ok(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
                Some(address) => Host::V4(address),
                None => Host::V6(address),
            },
            Err(_) => Host::Name(name),
        }
    }
}

/// A port may come as a text. What is none would have the server refuse all spans of the request.
fn port_of(attribute: &KeyValue) -> Option<u16> {
    let port = match attribute.value.as_ref()?.value.as_ref()? {
        Value::IntValue(port) => u16::try_from(*port).ok()?,
        Value::StringValue(port) => port.parse().ok()?,
        _ => return None,
    };
    (port > 0).then_some(port)
}
