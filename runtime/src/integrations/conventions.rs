//! The names that OpenTelemetry has for what is known of a request, and the call sites of both of its sides.
//!
//! Sources: <https://opentelemetry.io/docs/specs/semconv/http/http-spans/>,
//! <https://opentelemetry.io/docs/specs/semconv/rpc/rpc-spans/>.

use crate::recorder::{Attributes, CallSite, Key};
use http::{Method, Version};
use tracing_core::callsite::DefaultCallsite;
use tracing_core::field::FieldSet;
use tracing_core::{Kind, Level, Metadata, identify_callsite};

/// Makes a key of each name, and the list of all.
macro_rules! keys {
    ($($key:ident = $name:literal,)+) => {
        $(pub(super) static $key: Key<'static> = Key::new($name);)+
        static FIELDS: &[&str] = &["otel.name", "otel.kind", "otel.status_code", $($name),+];
    };
}

keys! {
    METHOD = "http.request.method",
    METHOD_ORIGINAL = "http.request.method_original",
    ROUTE = "http.route",
    STATUS = "http.response.status_code",
    PATH = "url.path",
    SCHEME = "url.scheme",
    URL = "url.full",
    ADDRESS = "server.address",
    PORT = "server.port",
    PROTOCOL_VERSION = "network.protocol.version",
    USER_AGENT = "user_agent.original",
    RPC_SYSTEM = "rpc.system.name",
    RPC_METHOD = "rpc.method",
    RPC_STATUS = "rpc.response.status_code",
    ERROR_TYPE = "error.type",
}

/// Without a place, because it is not the user's code that begins these spans.
macro_rules! site {
    ($site:ident, $name:literal, kind $kind:literal, $metadata:ident, $callsite:ident) => {
        static $metadata: Metadata<'static> = Metadata::new(
            $name,
            "synndicate",
            Level::INFO,
            None,
            None,
            None,
            FieldSet::new(FIELDS, identify_callsite!(&$callsite)),
            Kind::SPAN,
        );
        static $callsite: DefaultCallsite = DefaultCallsite::new(&$metadata);
        pub(super) static $site: CallSite =
            CallSite::new(&$metadata, &$callsite, &[]).of_kind($kind);
    };
}

site!(SERVER, "http_server", kind 2, SERVER_METADATA, SERVER_CALLSITE);
site!(CLIENT, "http_client", kind 3, CLIENT_METADATA, CLIENT_CALLSITE);

/// A method as attribute and in the span's name: those that are not known are one for both, because anybody can make them up.
pub(super) fn known(method: &Method) -> (&str, &str) {
    const KNOWN: [Method; 9] = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::PATCH,
        Method::HEAD,
        Method::OPTIONS,
        Method::CONNECT,
        Method::TRACE,
    ];
    if KNOWN.contains(method) { (method.as_str(), method.as_str()) } else { ("_OTHER", "HTTP") }
}

/// Records the method.
pub(super) fn record_method(attributes: &mut Attributes<'_>, method: &Method) {
    let (name, _) = known(method);
    attributes.record(&METHOD, name);
    if name != method.as_str() {
        attributes.record(&METHOD_ORIGINAL, method.as_str());
    }
}

/// Records which HTTP is spoken.
pub(super) fn record_version(attributes: &mut Attributes<'_>, version: Version) {
    let number = match version {
        Version::HTTP_09 => "0.9",
        Version::HTTP_10 => "1.0",
        Version::HTTP_11 => "1.1",
        Version::HTTP_2 => "2",
        Version::HTTP_3 => "3",
        _ => return,
    };
    attributes.record(&PROTOCOL_VERSION, number);
}

/// Records which server is meant.
pub(super) fn record_server(attributes: &mut Attributes<'_>, host: &str, port: Option<u16>) {
    if !host.is_empty() {
        attributes.record(&ADDRESS, host);
        if let Some(port) = port {
            attributes.record(&PORT, &port);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_that_nobody_knows_are_one() {
        assert_eq!(known(&Method::PATCH), ("PATCH", "PATCH"));
        for method in ["BREW", "get", "GETS"] {
            assert_eq!(known(&method.parse().unwrap()), ("_OTHER", "HTTP"), "{method}");
        }
    }
}
