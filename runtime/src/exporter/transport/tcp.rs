//! Opening a TCP connection, directly or through a proxy.

use super::Protocol;
use super::endpoint::{is_https, origin};
use super::failure::{Failure, cause_of, connect_failure};
use super::proxy::Route;
use super::resolve::Resolver;
use crate::exporter::error::SetupError;
use crate::plan::Remote;
use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::client::proxy::matcher::Intercept;
use hyper_util::rt::TokioIo;
use std::error::Error;
use std::future::poll_fn;
use std::time::Duration;
use tokio::net::TcpStream;
use tower_service::Service;

/// After so long without a word TCP asks whether the other side is still there; that also keeps the way through firewalls open.
const KEEPALIVE: Duration = Duration::from_secs(30);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);
const KEEPALIVE_RETRIES: u32 = 3;

/// The way to a host and a port.
pub(super) struct Tcp {
    destination: Uri,
    pub(super) route: Route,
    connector: HttpConnector<Resolver>,
    timeout: Duration,
}

impl Tcp {
    pub(super) fn new(uri: &Uri, protocol: Protocol, remote: &Remote) -> Result<Tcp, SetupError> {
        let default = if is_https(uri) { 443 } else { 80 };
        let destination = with_port(uri, default)
            .ok_or_else(|| SetupError(format!("`{}` names no host", origin(uri))))?;
        let route = Route::new(uri, protocol, &remote.proxies);
        Ok(Tcp {
            destination,
            route,
            connector: connector(Resolver, remote.timeout),
            timeout: remote.timeout,
        })
    }

    pub(super) async fn connect(&self) -> Result<TcpStream, Failure> {
        let (connector, destination) = (self.connector.clone(), &self.destination);
        let stream = match &self.route {
            Route::Direct => {
                return call(connector, destination)
                    .await
                    .map_err(|error| connect_failure(&*error, self.timeout));
            }
            Route::Forward(proxy) => call(connector, proxy.uri()).await,
            Route::Tunnel(proxy) => call(tunnel(proxy, connector), destination).await,
            Route::Socks(proxy) => call(socks(proxy, connector), destination).await,
            Route::Unsupported(_) => {
                Err("only `http`, `socks5` and `socks5h` proxies are supported".into())
            }
        };
        stream.map_err(|error| Failure::Proxy(cause_of(&*error)))
    }
}

fn tunnel(
    proxy: &Intercept,
    connector: HttpConnector<Resolver>,
) -> Tunnel<HttpConnector<Resolver>> {
    let tunnel = Tunnel::new(proxy.uri().clone(), connector);
    match proxy.basic_auth() {
        Some(auth) => tunnel.with_auth(auth.clone()),
        None => tunnel,
    }
}

/// The proxy resolves names, also for `socks5`: looking them up on this side would block.
fn socks(
    proxy: &Intercept,
    connector: HttpConnector<Resolver>,
) -> SocksV5<HttpConnector<Resolver>> {
    let socks = SocksV5::new(
        with_port(proxy.uri(), 1080).unwrap_or_else(|| proxy.uri().clone()),
        connector,
    );
    match proxy.raw_auth() {
        Some((user, password)) => socks.with_auth(user.to_owned(), password.to_owned()),
        None => socks,
    }
}

async fn call<S>(mut service: S, uri: &Uri) -> Result<TcpStream, Box<dyn Error + Send + Sync>>
where
    S: Service<Uri, Response = TokioIo<TcpStream>>,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
{
    poll_fn(|cx| service.poll_ready(cx)).await.map_err(Into::into)?;
    Ok(service.call(uri.clone()).await.map_err(Into::into)?.into_inner())
}

fn connector<R>(resolver: R, timeout: Duration) -> HttpConnector<R> {
    let mut connector = HttpConnector::new_with_resolver(resolver);
    connector.enforce_http(false);
    connector.set_nodelay(true);
    // Shared among the addresses of a name, so that one which swallows everything does not use up the time of the others.
    connector.set_connect_timeout(Some(timeout));
    connector.set_keepalive(Some(KEEPALIVE));
    connector.set_keepalive_interval(Some(KEEPALIVE_INTERVAL));
    connector.set_keepalive_retries(Some(KEEPALIVE_RETRIES));
    // What cannot be delivered keeps a connection that was given up alive until then.
    #[cfg(any(target_os = "android", target_os = "linux"))]
    connector.set_tcp_user_timeout(Some(timeout.max(KEEPALIVE)));
    connector
}

/// Scheme, host and port of `uri`, in the form of a URI.
fn with_port(uri: &Uri, default: u16) -> Option<Uri> {
    let authority = format!("{}:{}", uri.host()?, uri.port_u16().unwrap_or(default));
    Uri::builder().scheme(uri.scheme_str()?).authority(authority).path_and_query("/").build().ok()
}

#[cfg(test)]
mod tests {
    use super::super::resolve::Unresolved;
    use super::*;
    use hyper_util::client::legacy::connect::dns::Name;
    use std::future::{Ready, ready};
    use std::io;
    use std::net::{IpAddr, Ipv4Addr, SocketAddr};
    use std::sync::{Arc, Mutex};
    use std::task::{Context, Poll};
    use tokio::net::TcpListener;

    /// What names are from one look to the next; nothing at all where the resolver fails.
    #[derive(Clone)]
    struct Zone(Arc<Mutex<Vec<Vec<IpAddr>>>>);

    impl Zone {
        fn of<const LOOKS: usize>(looks: [&[IpAddr]; LOOKS]) -> Zone {
            Zone(Arc::new(Mutex::new(looks.into_iter().rev().map(<[IpAddr]>::to_vec).collect())))
        }
    }

    impl Service<Name> for Zone {
        type Response = std::vec::IntoIter<SocketAddr>;
        type Error = Unresolved;
        type Future = Ready<Result<Self::Response, Unresolved>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Unresolved>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: Name) -> Self::Future {
            let addresses = self.0.lock().unwrap().pop().unwrap();
            if addresses.is_empty() {
                return ready(Err(Unresolved(io::Error::other("no answer"))));
            }
            let addresses = addresses.into_iter().map(|address| SocketAddr::new(address, 0));
            ready(Ok(addresses.collect::<Vec<_>>().into_iter()))
        }
    }

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
    const NOWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 3));

    async fn listen() -> (TcpListener, Uri) {
        let listener = TcpListener::bind((HERE, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        (listener, format!("http://backend.example:{port}/").parse().unwrap())
    }

    fn connector_in(zone: &Zone) -> HttpConnector<Zone> {
        connector(zone.clone(), Duration::from_secs(30))
    }

    #[tokio::test]
    async fn each_address_of_a_name_is_tried_until_one_answers() {
        let (_listener, uri) = listen().await;
        for addresses in [&[THERE, HERE][..], &[THERE, NOWHERE, HERE]] {
            let zone = Zone::of([addresses]);
            let stream = call(connector_in(&zone), &uri).await.unwrap();
            assert_eq!(stream.peer_addr().unwrap().ip(), HERE, "of {addresses:?}");
        }
        call(connector_in(&Zone::of([&[THERE, NOWHERE]])), &uri).await.unwrap_err();
    }

    #[tokio::test]
    async fn a_name_is_looked_up_anew_for_each_connection() {
        let (_listener, uri) = listen().await;
        let zone = Zone::of([&[], &[THERE], &[HERE], &[]]);
        let connector = connector_in(&zone);
        for is_there in [false, false, true, false] {
            assert_eq!(call(connector.clone(), &uri).await.is_ok(), is_there);
        }
    }
}
