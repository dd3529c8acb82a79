//! Which way to take: directly, or through a proxy of the environment.

use super::Protocol;
use super::endpoint::{host, is_https, is_loopback, origin};
use crate::plan::Proxies;
use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

/// The way to a server.
pub(super) enum Route {
    Direct,
    /// An HTTP proxy that is asked for each request.
    Forward(Intercept),
    /// An HTTP proxy that is asked once for a tunnel.
    Tunnel(Intercept),
    /// A SOCKS5 proxy.
    Socks(Intercept),
    /// A proxy that wants to be spoken to in another way.
    Unsupported(Intercept),
}

impl Route {
    /// The way to `uri`. This machine itself is never behind a proxy.
    ///
    /// TLS and HTTP/2 need a tunnel; plain HTTP/1 goes without, because many proxies refuse tunnels to any port but 443.
    pub(super) fn new(uri: &Uri, protocol: Protocol, proxies: &Proxies) -> Route {
        if is_loopback(host(uri)) {
            return Route::Direct;
        }
        let Some(proxy) = matcher(proxies).intercept(uri) else {
            return Route::Direct;
        };
        match proxy.uri().scheme_str() {
            Some("http") if protocol == Protocol::Http1 && !is_https(uri) => Route::Forward(proxy),
            Some("http") => Route::Tunnel(proxy),
            Some("socks5" | "socks5h") => Route::Socks(proxy),
            _ => Route::Unsupported(proxy),
        }
    }

    /// The proxy as it may be shown.
    pub(super) fn shown(&self) -> Option<String> {
        match self {
            Route::Direct => None,
            Route::Forward(proxy)
            | Route::Tunnel(proxy)
            | Route::Socks(proxy)
            | Route::Unsupported(proxy) => Some(origin(proxy.uri())),
        }
    }

    /// The proxy that is asked for each request, if that is the way.
    pub(super) fn forward(&self) -> Option<&Intercept> {
        match self {
            Route::Forward(proxy) => Some(proxy),
            _ => None,
        }
    }
}

fn matcher(proxies: &Proxies) -> Matcher {
    let value = |proxy: &Option<String>| proxy.clone().unwrap_or_default();
    Matcher::builder()
        .http(value(&proxies.http))
        .https(value(&proxies.https))
        .all(value(&proxies.all))
        .no(value(&proxies.no))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies() -> Proxies {
        Proxies {
            http: Some("http://plain:3128".into()),
            https: Some("http://user:pass@secure:3128".into()),
            all: None,
            no: Some("localhost,.svc,10.0.0.0/8".into()),
        }
    }

    #[track_caller]
    fn check(uri: &str, protocol: Protocol, proxies: &Proxies, expected: &str) {
        let route = Route::new(&uri.parse().unwrap(), protocol, proxies);
        let kind = match &route {
            Route::Direct => "direct",
            Route::Forward(_) => "forward",
            Route::Tunnel(_) => "tunnel",
            Route::Socks(_) => "socks",
            Route::Unsupported(_) => "unsupported",
        };
        assert_eq!(
            format!("{kind} {}", route.shown().unwrap_or_default()).trim(),
            expected,
            "{uri}"
        );
    }

    #[test]
    fn the_variables_of_the_environment_are_obeyed() {
        check(
            "https://collector.example:4317",
            Protocol::Http2,
            &proxies(),
            "tunnel http://secure:3128",
        );
        check(
            "https://collector.example:4318/v1/traces",
            Protocol::Http1,
            &proxies(),
            "tunnel http://secure:3128",
        );
        check(
            "http://collector.example:4317",
            Protocol::Http2,
            &proxies(),
            "tunnel http://plain:3128",
        );
        check(
            "http://collector.example:4318/v1/traces",
            Protocol::Http1,
            &proxies(),
            "forward http://plain:3128",
        );
        check("https://collector.example", Protocol::Http2, &Proxies::default(), "direct");
    }

    #[test]
    fn what_the_environment_exempts_is_reached_directly() {
        for uri in ["https://collector.svc:4317", "http://10.1.2.3:4317"] {
            check(uri, Protocol::Http2, &proxies(), "direct");
        }
    }

    #[test]
    fn this_machine_is_never_behind_a_proxy() {
        let all = Proxies { all: Some("http://proxy:3128".into()), ..Proxies::default() };
        for host in [
            "localhost",
            "LOCALHOST.",
            "a.localhost",
            "127.0.0.1",
            "127.8.8.8",
            "[::1]",
            "[::ffff:127.0.0.1]",
        ] {
            check(&format!("http://{host}:4317"), Protocol::Http2, &all, "direct");
        }
        check("http://localhost.example:4317", Protocol::Http2, &all, "tunnel http://proxy:3128");
    }

    #[test]
    fn other_kinds_of_proxies_are_told_apart() {
        let all = |proxy: &str| Proxies { all: Some(proxy.into()), ..Proxies::default() };
        check(
            "http://h:4317",
            Protocol::Http2,
            &all("socks5h://user:pass@p:1080"),
            "socks socks5h://p:1080",
        );
        check(
            "http://h:4317",
            Protocol::Http2,
            &all("https://user:pass@p:443"),
            "unsupported https://p:443",
        );
        check("http://h:4317", Protocol::Http2, &all("p:3128"), "tunnel http://p:3128");
    }
}
