//! What the tests share: servers that they start, programs that they watch, and how they look at what arrived.

pub mod built;
pub mod collector;
pub mod deployment;
pub mod examples;
pub mod jaeger;
pub mod kafka;
mod ports;
pub mod printed;
pub mod program;
pub mod receiver;
pub mod spans;
pub mod two_services;
mod waiting;
pub mod zipkin;

pub use ports::free_ports;
pub use waiting::wait_for;
