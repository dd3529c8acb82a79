//! Ports for servers that cannot choose one themselves.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// Below those that operating systems give to whoever connects: else a connection might take one before its server is there.
const FIRST: u16 = 20_000;
const COUNT: u32 = 12_000;
/// So far apart begin two processes that are started one after the other, so that they do not choose the same.
const APART: u32 = 97;

/// Ports of the loopback address on which nobody listened a moment ago. This process is never given one of them again.
///
/// # Errors
///
/// When none is free.
pub fn free_ports<const NEEDED: usize>() -> io::Result<[u16; NEEDED]> {
    let mut ports = [0; NEEDED];
    for port in &mut ports {
        let free = (0..COUNT).map(|_| next()).find(|port| is_free(*port));
        *port = free.ok_or_else(|| io::Error::other("no port is free"))?;
    }
    Ok(ports)
}

fn next() -> u16 {
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    let number = GIVEN.fetch_add(1, Ordering::Relaxed);
    let number = process::id().wrapping_mul(APART).wrapping_add(number);
    FIRST + (number % COUNT) as u16
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_port_is_given_twice_or_while_somebody_listens() -> io::Result<()> {
        let [held] = free_ports()?;
        let _listener = TcpListener::bind((Ipv4Addr::LOCALHOST, held))?;
        let given: BTreeSet<u16> = free_ports::<100>()?.into_iter().collect();
        assert!(given.len() == 100 && !given.contains(&held) && !is_free(held));
        Ok(())
    }
}
