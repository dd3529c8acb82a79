//! Tracing that a program sets up itself, for those who want objects in place of `#[traced_service]`.
//!
//! Stands on the [`Builder`](crate::Builder) and on `tracing` spans, and adds no way of its own to the backend: what a manager
//! sets are settings, and its spans nest with those of `#[traced]`.

mod configuration;
mod distributed;
mod span;
mod tracing_manager;

pub use configuration::{DistributedTracingManagerBuilder, TracingBackend, TracingProtocol};
pub use distributed::{
    DistributedTracingManager, NotSetUp, setup_jaeger_tracing, setup_otlp_tracing,
    setup_zipkin_tracing,
};
pub use span::ManagedSpan;
pub use tracing_manager::{TracingManager, get_tracing_manager};
