//! Names whose addresses a test chooses, beside those that the system knows.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Mutex;
use std::{io, vec};
use tokio::net;

static NAMES: Mutex<BTreeMap<String, IpAddr>> = Mutex::new(BTreeMap::new());

/// From now on `name` has this address.
pub(crate) fn point(name: &str, address: impl Into<IpAddr>) {
    NAMES.lock().unwrap().insert(name.to_owned(), address.into());
}

/// Two addresses of this machine.
pub(crate) const OLD: Ipv4Addr = Ipv4Addr::LOCALHOST;
pub(crate) const NEW: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// Listeners at the same port of both, and that port.
pub(crate) fn listen_at_both() -> (TcpListener, TcpListener, u16) {
    loop {
        let old = TcpListener::bind((OLD, 0)).unwrap();
        let port = old.local_addr().unwrap().port();
        // Somebody else may have it there.
        if let Ok(new) = TcpListener::bind((NEW, port)) {
            return (old, new, port);
        }
    }
}

/// As [`tokio::net::lookup_host`].
pub(super) async fn lookup_host(
    (name, port): (String, u16),
) -> io::Result<vec::IntoIter<SocketAddr>> {
    let known = NAMES.lock().unwrap().get(&name).copied();
    let found = match known {
        Some(address) => vec![SocketAddr::new(address, port)],
        None => net::lookup_host((name, port)).await?.collect(),
    };
    Ok(found.into_iter())
}
