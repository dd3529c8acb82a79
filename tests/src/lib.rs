//! What the tests share: servers that they start, and how they look at what arrived there.

pub mod jaeger;
mod ports;

pub use ports::free_ports;
