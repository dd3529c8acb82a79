//! Names to addresses.

use super::endpoint::is_loopback;
#[cfg(test)]
use super::zone::lookup_host;
use hyper_util::client::legacy::connect::dns::Name;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::{fmt, io, vec};
#[cfg(not(test))]
use tokio::net::lookup_host;
use tower_service::Service;

/// Asks the system's resolver anew for each connection, so that a server which moved is found.
#[derive(Clone)]
pub(super) struct Resolver;

/// A name has no address.
#[derive(Debug)]
pub(super) struct Unresolved(pub(super) io::Error);

impl Service<Name> for Resolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = Unresolved;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Unresolved>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Unresolved>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        Box::pin(resolve(name.as_str().to_owned()))
    }
}

/// `localhost` is both loopback addresses, whatever the system says: some know only one, and the server may be at the other.
/// Source: <https://www.rfc-editor.org/rfc/rfc6761#section-6.3>.
async fn resolve(name: String) -> Result<vec::IntoIter<SocketAddr>, Unresolved> {
    if is_loopback(&name) {
        return Ok(
            vec![(Ipv6Addr::LOCALHOST, 0).into(), (Ipv4Addr::LOCALHOST, 0).into()].into_iter()
        );
    }
    let found = lookup_host((name, 0)).await.map_err(Unresolved)?;
    Ok(found.collect::<Vec<_>>().into_iter())
}

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Unresolved {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    #[tokio::test]
    async fn localhost_is_an_address_of_each_family() {
        for name in ["localhost", "LocalHost.", "a.localhost"] {
            let found: Vec<IpAddr> =
                resolve(name.into()).await.unwrap().map(|address| address.ip()).collect();
            assert_eq!(
                found,
                [IpAddr::from(Ipv6Addr::LOCALHOST), Ipv4Addr::LOCALHOST.into()],
                "{name}"
            );
        }
    }

    #[tokio::test]
    async fn a_name_without_an_address_is_an_error() {
        assert!(resolve("no such host".into()).await.is_err());
    }
}
