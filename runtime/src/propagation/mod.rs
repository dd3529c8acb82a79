//! Trace context in the headers of requests and messages, so that the spans of several processes are one trace.
//!
//! Whoever sends a request lets [`inject`] write to its headers; whoever receives one lets [`extract`] read them, and runs what
//! serves it in the [`RemoteContext`] that this returns.
//!
//! ```
//! use http::HeaderMap;
//! use synndicate::{propagation, traced};
//!
//! #[traced(kind = client)]
//! fn ask() -> HeaderMap {
//!     let mut headers = HeaderMap::new();
//!     propagation::inject(&mut headers);
//!     headers // … of the request that is sent now.
//! }
//!
//! #[traced(kind = server)]
//! async fn answer() {}
//!
//! async fn serve(headers: &HeaderMap) {
//!     propagation::extract(headers).wrap(answer()).await; // A child of `ask`, wherever that runs.
//! }
//! # use futures::FutureExt as _;
//! # serve(&ask()).now_or_never().unwrap();
//! ```
//!
//! Which headers that are is said by the key `tracing_propagators`, or `OTEL_PROPAGATORS`: `tracecontext` (W3C `traceparent` and
//! `tracestate`) and `baggage` where nobody says anything, and also `b3`, `b3multi` and `jaeger`. All of them are written; of
//! those that are read, the first one that names a span counts.
//!
//! Headers come from strangers. One that is malformed, or stands twice, names no parent: a new trace begins, and [`refused`]
//! counts it. Whether a trace is recorded is what the caller has decided. `tracestate` and baggage are passed on as they came by
//! what runs in the context, and recorded nowhere.

mod b3;
mod baggage;
mod carrier;
mod ids;
mod jaeger;
mod propagators;
mod remote;
#[cfg(test)]
mod tests;
mod trace_context;

pub use carrier::{Source, Target};
pub(crate) use propagators::use_propagators;
pub use remote::{InRemote, RemoteContext, TooLate, extract, inject, refused, set_remote_parent};
