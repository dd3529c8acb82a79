//! Where a receiver listens, also while it does not.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
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
    Unix(PathBuf),
}

impl Address {
    pub(super) fn ipv4() -> io::Result<Address> {
        Address::tcp(TcpSocket::new_v4()?, (Ipv4Addr::LOCALHOST, 0).into())
    }

    pub(super) fn ipv6() -> io::Result<Address> {
        Address::tcp(TcpSocket::new_v6()?, (Ipv6Addr::LOCALHOST, 0).into())
    }

    pub(super) fn unix(path: &Path) -> Address {
        Address::Unix(path.to_owned())
    }

    fn tcp(reservation: TcpSocket, address: SocketAddr) -> io::Result<Address> {
        reservation.set_reuseaddr(true)?;
        reservation.bind(address)?;
        Ok(Address::Tcp { address: reservation.local_addr()?, _reservation: reservation })
    }

    pub(super) fn endpoint(&self) -> String {
        match self {
            Address::Tcp { address, .. } => format!("http://{address}"),
            Address::Unix(path) => format!("unix://{}", path.display()),
        }
    }

    pub(super) fn listen(&self) -> io::Result<Listener> {
        match self {
            Address::Tcp { address, .. } => {
                let socket =
                    if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
                socket.set_reuseaddr(true)?;
                socket.bind(*address)?;
                socket.listen(BACKLOG).map(Listener::Tcp)
            }
            Address::Unix(path) => UnixListener::bind(path).map(Listener::Unix),
        }
    }
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
