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
//! process, so `tracing_subscriber::fmt().init()` must go. Layers of yours go on beside it, given to
//! [`traced_service`](macro@traced_service#layers) or to [`Builder::layers`]; or the recorder becomes a layer of your stack:
//! [`layer`](fn@layer).
//!
//! What looks for `LookupSpan` or for the layer of tracing-opentelemetry in the current subscriber does not find it there:
//! `OpenTelemetrySpanExt` does nothing. [`set_attribute`] and [`propagation`] take its place.
//!
//! Records of the crate `log` are events of the span that is current with the feature `log-records`: tracing that starts is the
//! process's logger then, by `tracing-log`, and whoever installs another one afterwards is refused. One that is installed
//! already stays, and a stack of yours ([`layer`](fn@layer)) brings its own, as `init` of `tracing-subscriber` does. The log of a
//! program and layers beside the recorder get records too. [`log::max_level`](https://docs.rs/log/latest/log/fn.max_level.html)
//! is what `tracing_filter` and they want; what a record has besides its message, its keys and values, is left out.
//!
//! Code that uses the API of OpenTelemetry joins the same traces with the feature
//! [`opentelemetry`](https://docs.rs/synndicate/latest/synndicate/opentelemetry).
//!
//! # Tasks and threads
//!
//! [`spawn`], [`spawn_blocking`] and [`Context`] carry the current span where neither tokio nor threads do; [`TraceFuture`] and
//! [`TraceStream`] give a span to what is no function.
//!
//! # What is recorded
//!
//! Of arguments and results, numbers and booleans by value, texts and collections by their length, everything else not at all:
//! their content leaves the process only where you ask for it, by `#[traced(capture(query))]` or `fields(key = expression)`.
//!
//! Three texts leave it without being asked: what an `Err` says with all its causes, what a panic says, and what `tracing` spans
//! and events say, those of libraries too. [`traced`](traced#what-is-private-and-what-is-not) tells how to keep each of them in.
//!
//! The settings have the last word, without a rebuild: rules for single functions, and for the spans of libraries, silence them,
//! sample them, show an argument, redact an attribute, rename the spans or add to them. [`callsites`] tells which rules are for
//! what.
//!
//! ```toml
//! [[observability.span]]
//! function = "planner::*"
//! sample_rate = 0.1
//! capture = ["query"]
//! redact = ["*token*"]
//! ```
//!
//! # What becomes of spans
//!
//! `created + recovered = exported + dropped + waiting`, at any moment: [`ledger`] tells, and for every dropped span a [`DropReason`]. What
//! is lost is told once for each reason while the program runs, and again at its end. [`std::process::exit`] gives nobody the time
//! for that: call [`shutdown`] before.
//!
//! A batch goes to the first backend that is up: `tracing_backend`, then each of `tracing_fallbacks`. [`health`] tells how each of
//! them is and what it has taken, also as JSON; [`prometheus`] says it to a monitoring system.
//!
//! # Is it set up well?
//!
//! `SYN_COMMAND=check` in front of any program with `#[traced_service]` says whether its settings are right and whether its
//! backends take and show spans; `SYN_COMMAND=config` which value counts for each key and who said so. The program `synndicate`
//! does the same and more, also for programs without the attribute, which say that the variable has no effect:
//! `cargo install synndicate --features cli`. See
//! [`traced_service`](macro@traced_service#is-tracing-set-up-well).
//!
//! # For those who run it
//!
//! [Settings](guide::settings), all of them;
//! [tuning](guide::tuning): what each costs;
//! [monitoring](guide::monitoring) the tracing itself;
//! [troubleshooting](guide::troubleshooting) by symptom.
//!
//! # Features
//!
//! | feature | default | |
//! |---|---|---|
//! | `grpc` | yes | OTLP over gRPC |
//! | `jaeger` | yes | Jaeger's own protocol over gRPC, which its port 14250 takes |
//! | `http` | yes | OTLP over HTTP/protobuf |
//! | `http-json` | yes | OTLP over HTTP/JSON |
//! | `zipkin` | yes | Zipkin's own format over HTTP |
//! | `tls` | yes | TLS by rustls, with the roots of the operating system |
//! | `console` | yes | traces as trees or JSON lines on standard error |
//! | `log` | yes | the log of a program with [`traced_service`](macro@traced_service#the-log) |
//! | `spool` | yes | spans on disk while no backend takes them |
//! | `tower` | no | a layer that traces the requests of servers and clients: [`tower`](https://docs.rs/synndicate/latest/synndicate/tower) |
//! | `reqwest` | no | requests of reqwest as spans: [`reqwest`](https://docs.rs/synndicate/latest/synndicate/reqwest) |
//! | `sdk` | no | exporters of the OpenTelemetry SDK as backends: [`Builder::start_with_exporter`](https://docs.rs/synndicate/latest/synndicate/struct.Builder.html#method.start_with_exporter) |
//! | `log-records` | no | records of the crate `log` as events of the span that is current |
//! | `opentelemetry` | no | spans of code that uses the API of OpenTelemetry: [`opentelemetry`](https://docs.rs/synndicate/latest/synndicate/opentelemetry) |
//! | `axum` | no | `tower` with the routes of axum, and [`axum::health_route` and `axum::metrics_route`](https://docs.rs/synndicate/latest/synndicate/axum): how tracing is, for a probe and for Prometheus |
//! | `cli` | no | the program `synndicate`: `check`, `config`, `init`, `spool`; `SYN_COMMAND=check` needs no feature |
//! | `metrics` | no | [`register_metrics`](https://docs.rs/synndicate/latest/synndicate/fn.register_metrics.html): how tracing is, as metrics of OpenTelemetry |
//! | `testing` | no | [`testing`](https://docs.rs/synndicate/latest/synndicate/testing): capturing spans in tests |

#![forbid(unsafe_code)]
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

#[cfg_attr(not(feature = "console"), allow(dead_code, reason = "each exporter writes some of it"))]
mod json;

#[cfg_attr(
    not(feature = "console"),
    allow(dead_code, reason = "traces are painted with all of it")
)]
mod display;

mod forked;

mod recorder;

mod capture;

pub mod propagation;

#[cfg(any(feature = "_remote", feature = "tower"))]
mod grpc_status;

mod tasks;

#[cfg(feature = "tower")]
mod requests;

mod exporter;

mod health;

#[cfg_attr(not(feature = "spool"), path = "spool_off.rs")]
mod spool;

mod pipeline;

mod report;

#[cfg(feature = "opentelemetry")]
pub mod opentelemetry;

mod running;

mod commands;

mod shutdown;

#[cfg(feature = "log")]
mod log;

mod service;

mod builder;

mod managers;

mod metrics;

#[cfg(feature = "tower")]
mod integrations;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

#[cfg(doc)]
pub mod guide;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use builder::{Builder, StartError, Tracing, layer};
pub use capture::traced;
pub use health::{BackendHealth, BackendState};
#[cfg(feature = "axum")]
pub use integrations::axum;
#[cfg(feature = "reqwest")]
pub use integrations::reqwest;
#[cfg(feature = "tower")]
pub use integrations::tower;
pub use managers::{
    DistributedTracingManager, DistributedTracingManagerBuilder, ManagedSpan, NotSetUp,
    TracingBackend, TracingManager, TracingProtocol, get_tracing_manager, setup_jaeger_tracing,
    setup_otlp_tracing, setup_zipkin_tracing,
};
pub use metrics::prometheus;
#[cfg(feature = "metrics")]
pub use metrics::register_metrics;
pub use pipeline::{DropReason, Health, Ledger, Waiting};
pub use recorder::{
    AnyValue, ArrayWriter, CallSiteInfo, MapWriter, Value, callsites, set_attribute,
};
pub use running::{flush, health, ledger, shutdown};
pub use service::traced_service;
pub use shutdown::shutdown_requested;
pub use tasks::{
    Context, TraceFuture, TraceStream, TracedFuture, TracedStream, spawn, spawn_blocking,
};
