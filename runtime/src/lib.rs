//! Declarative distributed tracing for Rust services and agents: two attributes, one settings file, spans at a tenth of the
//! usual cost.
//!
//! ```no_run
//! use synndicate::{traced, traced_service};
//!
//! #[traced_service]
//! async fn main() {
//!     plan("find the cheapest flight").await;
//! }
//!
//! #[traced]
//! async fn plan(query: &str) -> Vec<String> {
//!     synndicate::set_attribute("plan.kind", "search");
//!     vec![query.to_owned()]
//! }
//! ```
//!
//! [`traced_service`] on `main` reads the settings, starts what they say, tells in one line where traces go, and at the end sends
//! what is left within one deadline. [`traced`] turns calls of a function, or of all methods of an `impl` block, into spans.
//! Where traces go, how many, and how they wait is said in `Synndicate.toml`, in the standard `OTEL_*` variables and in
//! `SYN_OBSERVABILITY__*` variables, never in code.
//!
//! # Beside `tracing`
//!
//! The recorder is a [`tracing`](https://docs.rs/tracing) subscriber: spans and events of every library join the same traces, and
//! `Span::current()`, `.instrument()`, `record` and `in_scope` work on `#[traced]` spans. It is the subscriber of the whole
//! process, so `tracing_subscriber::fmt().init()` must go. What needs `LookupSpan` or `OpenTelemetrySpanExt` cannot work on it;
//! [`set_attribute`] takes their place.
//!
//! # What is recorded
//!
//! Nobody's text leaves the process unless you ask for it: numbers and booleans are recorded by value, texts and collections by
//! their length. `#[traced(capture(query))]` records a value, `fields(key = expression)` anything. See [`traced`].
//!
//! # What becomes of spans
//!
//! `created = exported + dropped + waiting`, at any moment: [`ledger`] tells, and for every dropped span a [`DropReason`]. What
//! was lost is told at the end of the program. [`std::process::exit`] gives nobody the time for that: call [`shutdown`] before.
//!
//! # Features
//!
//! | feature | default | |
//! |---|---|---|
//! | `grpc` | yes | OTLP over gRPC |
//! | `http` | yes | OTLP over HTTP/protobuf |
//! | `tls` | yes | TLS by rustls, with the roots of the operating system |
//! | `console` | yes | traces as trees or JSON lines on standard error |
//! | `testing` | no | [`testing`](https://docs.rs/synndicate/latest/synndicate/testing): capturing spans in tests |

#![cfg_attr(
    test,
    allow(
        clippy::disallowed_methods,
        clippy::format_push_string,
        clippy::mem_forget,
        clippy::needless_pass_by_value,
        clippy::string_slice,
        reason = "tests do what users may do"
    )
)]

// The rooms, in the order in which a span passes them. A room uses only rooms above it.
mod settings;

mod plan;

mod batch;

mod recorder;

mod capture;

mod exporter;

mod pipeline;

mod builder;
mod report;
mod running;
mod service;
mod shutdown;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use builder::{Builder, StartError, Tracing};
pub use pipeline::{DropReason, Ledger};
pub use recorder::{Value, set_attribute};
pub use running::{flush, ledger, shutdown};
pub use service::traced_service;
pub use shutdown::shutdown_requested;
pub use synndicate_macros::traced;
