//! Types of the standard library that have a natural form on the wire, and bytes that are shared.

use super::{AnyValue, Value};
use std::ffi::{OsStr, OsString};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::path::{Path, PathBuf};
use std::time::Duration;

macro_rules! written {
    ($($standard:ty => $write:expr;)*) => {$(
        impl Value for $standard {
            fn write(&self, to: AnyValue<'_>) {
                let write: fn(&$standard, AnyValue<'_>) = $write;
                write(self, to);
            }
        }
    )*};
}
written! {
    Duration => |duration, to| to.double(duration.as_secs_f64());
    // What is no Unicode is replaced: a text on the wire is UTF-8.
    OsStr => |text, to| to.text(&text.to_string_lossy());
    OsString => |text, to| to.text(&text.to_string_lossy());
    Path => |path, to| to.text(&path.to_string_lossy());
    PathBuf => |path, to| to.text(&path.to_string_lossy());
    IpAddr => |address, to| to.display(address);
    Ipv4Addr => |address, to| to.display(address);
    Ipv6Addr => |address, to| to.display(address);
    SocketAddr => |address, to| to.display(address);
    SocketAddrV4 => |address, to| to.display(address);
    SocketAddrV6 => |address, to| to.display(address);
    bytes::Bytes => |bytes, to| to.bytes(bytes);
    bytes::BytesMut => |bytes, to| to.bytes(bytes);
}
