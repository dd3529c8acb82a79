//! Names whose addresses a test chooses, beside those that the system knows.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Mutex;
use std::{io, vec};
use tokio::net;

static NAMES: Mutex<BTreeMap<String, IpAddr>> = Mutex::new(BTreeMap::new());

/// From now on `name` has this address.
pub(crate) fn point(name: &str, address: impl Into<IpAddr>) {
    NAMES.lock().unwrap().insert(name.to_owned(), address.into());
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
