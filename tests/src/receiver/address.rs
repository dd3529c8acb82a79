//! Where a receiver listens, also while it does not.

use super::PATIENCE;
use crate::waiting::wait_for;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use tokio::net::{TcpListener, TcpSocket, TcpStream, UnixListener, UnixStream};

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 128;

/// An address that stays the receiver's own.
pub(super) enum Address {
    /// The socket is bound but does not listen: it keeps the port from others, and connections are refused.
    Tcp {
        address: SocketAddr,
        _reservation: TcpSocket,
    },
    /// The same port of both loopback addresses, of which one is listened to.
    Localhost {
        addresses: [SocketAddr; 2],
        has_moved: AtomicBool,
        _reservations: [TcpSocket; 2],
    },
    Unix(PathBuf),
}

/// A port of the IPv4 loopback address that is free need not be one of the other.
const PORTS: usize = 100;

impl Address {
    pub(super) fn ipv4() -> io::Result<Address> {
        Address::tcp(TcpSocket::new_v4()?, (Ipv4Addr::LOCALHOST, 0).into())
    }

    pub(super) fn ipv6() -> io::Result<Address> {
        Address::tcp(TcpSocket::new_v6()?, (Ipv6Addr::LOCALHOST, 0).into())
    }

    pub(super) fn localhost() -> io::Result<Address> {
        let mut free = Err(io::ErrorKind::AddrInUse.into());
        for _ in 0..PORTS {
            let (ipv4, first) = reserve(TcpSocket::new_v4()?, (Ipv4Addr::LOCALHOST, 0).into())?;
            let second = (Ipv6Addr::LOCALHOST, ipv4.port()).into();
            match reserve(TcpSocket::new_v6()?, second) {
                Ok((ipv6, second)) => {
                    let (addresses, reservations) = ([ipv4, ipv6], [first, second]);
                    let has_moved = AtomicBool::new(false);
                    return Ok(Address::Localhost {
                        addresses,
                        has_moved,
                        _reservations: reservations,
                    });
                }
                Err(error) => free = Err(error),
            }
        }
        free
    }

    pub(super) fn unix(path: &Path) -> Address {
        Address::Unix(path.to_owned())
    }

    fn tcp(reservation: TcpSocket, address: SocketAddr) -> io::Result<Address> {
        let (address, reservation) = reserve(reservation, address)?;
        Ok(Address::Tcp { address, _reservation: reservation })
    }

    /// The other one of two addresses is listened to from now on.
    pub(super) fn change(&self) -> io::Result<()> {
        match self {
            Address::Localhost { has_moved, .. } => {
                has_moved.fetch_not(SeqCst);
                Ok(())
            }
            Address::Tcp { .. } | Address::Unix(_) => {
                Err(io::Error::other("the receiver has one address only"))
            }
        }
    }

    pub(super) fn endpoint(&self) -> String {
        match self {
            Address::Tcp { address, .. } => format!("http://{address}"),
            Address::Localhost { addresses: [address, _], .. } => {
                format!("http://localhost:{}", address.port())
            }
            Address::Unix(path) => format!("unix://{}", path.display()),
        }
    }

    pub(super) fn listen(&self) -> io::Result<Listener> {
        match self {
            Address::Tcp { address, .. } => listen_at(*address),
            Address::Localhost { addresses, has_moved, .. } => {
                listen_at(addresses[usize::from(has_moved.load(SeqCst))])
            }
            Address::Unix(path) => UnixListener::bind(path).map(Listener::Unix),
        }
    }
}

/// Keeps an address from others.
fn reserve(socket: TcpSocket, address: SocketAddr) -> io::Result<(SocketAddr, TcpSocket)> {
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok((socket.local_addr()?, socket))
}

/// A process that another test is just starting has, until it is another program, what this one has open: also a listener that
/// was closed here.
fn listen_at(address: SocketAddr) -> io::Result<Listener> {
    let listen = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG).map(Listener::Tcp)
    };
    let is_held = |error: &io::Error| error.kind() == io::ErrorKind::AddrInUse;
    wait_for(PATIENCE, || Some(listen()).filter(|result| !result.as_ref().is_err_and(is_held)))
        .unwrap_or_else(listen)
}

/// Takes connections.
pub(super) enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// A connection.
pub(super) enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Listener {
    pub(super) async fn accept(&self) -> io::Result<Stream> {
        Ok(match self {
            Listener::Tcp(listener) => Stream::Tcp(listener.accept().await?.0),
            Listener::Unix(listener) => Stream::Unix(listener.accept().await?.0),
        })
    }
}
