//! What a URI says, taken apart. That of an endpoint holds no secrets: the settings refuse a user and a query in it.

use crate::plan::Endpoint;
use http::Uri;
use std::net::IpAddr;

/// The endpoint as people write it.
pub(in crate::exporter) fn shown(endpoint: &Endpoint) -> String {
    match endpoint {
        Endpoint::Tcp(uri) => format!("{}{}", origin(uri), uri.path().trim_end_matches('/')),
        Endpoint::Unix { socket, .. } if socket.is_absolute() => {
            format!("unix://{}", socket.display())
        }
        Endpoint::Unix { socket, .. } => format!("unix:{}", socket.display()),
    }
}

/// The URI that requests to this endpoint are about.
pub(in crate::exporter) fn uri(endpoint: &Endpoint) -> &Uri {
    let (Endpoint::Tcp(uri) | Endpoint::Unix { uri, .. }) = endpoint;
    uri
}

/// Scheme, host and port, if it has one: `http://[::1]:4317`.
pub(in crate::exporter) fn origin(uri: &Uri) -> String {
    format!("{}://{}", uri.scheme_str().unwrap_or("http"), host_and_port(uri))
}

/// Host and port, if it has one: `[::1]:4317`. Never a user, whom the URI of a proxy may have.
pub(super) fn host_and_port(uri: &Uri) -> &str {
    let authority = uri.authority().map_or("localhost", |authority| authority.as_str());
    authority.rsplit_once('@').map_or(authority, |(_, host_and_port)| host_and_port)
}

/// The host, an IPv6 address without its brackets.
pub(super) fn host(uri: &Uri) -> &str {
    uri.host().unwrap_or("localhost").trim_start_matches('[').trim_end_matches(']')
}

/// Whether the scheme asks for TLS.
pub(super) fn is_https(uri: &Uri) -> bool {
    uri.scheme_str() == Some("https")
}

/// Whether the host is this machine whatever the resolver says.
pub(super) fn is_loopback(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    match host.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_shown_as_people_write_them() {
        let tcp = |uri: &str| shown(&Endpoint::Tcp(uri.parse().unwrap()));
        assert_eq!(tcp("http://localhost:4317"), "http://localhost:4317");
        assert_eq!(tcp("https://h/"), "https://h");
        assert_eq!(tcp("http://[::1]:4318/v1/traces"), "http://[::1]:4318/v1/traces");
        let unix = |socket: &str| {
            shown(&Endpoint::Unix {
                socket: socket.into(),
                uri: "http://localhost/v1/traces".parse().unwrap(),
            })
        };
        assert_eq!(
            (unix("/run/otel.sock"), unix("otel.sock")),
            ("unix:///run/otel.sock".into(), "unix:otel.sock".into())
        );
    }

    #[test]
    fn the_user_of_a_proxy_is_never_shown_whatever_its_password_holds() {
        for uri in
            ["http://proxy:3128", "http://user:pass@proxy:3128", "http://user:p@ss@proxy:3128"]
        {
            assert_eq!(origin(&uri.parse().unwrap()), "http://proxy:3128");
        }
    }

    #[test]
    fn hosts_lose_the_brackets_of_an_address() {
        for (uri, expected) in
            [("http://[::1]:4317", "::1"), ("http://h:1", "h"), ("https://10.0.0.1", "10.0.0.1")]
        {
            assert_eq!(host(&uri.parse().unwrap()), expected);
        }
    }
}
