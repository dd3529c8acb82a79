//! Requests as spans, for everything that is a tower service: servers of axum, hyper and tonic, and clients.
//!
//! ```
//! use axum::{Router, routing::get};
//! use synndicate::tower::TraceLayer;
//!
//! let router: Router = Router::new()
//!     .route("/api/query", get(|| async { "an answer" }))
//!     .layer(TraceLayer::new());
//! ```
//!
//! For axum enable the feature `axum`: without it the routes are not known, and all these spans are called `GET`.
//!
//! [`TraceLayer`] makes a span of every request that a server receives, below the span of its caller; [`TraceClientLayer`] one of
//! every request that a client sends, and tells the server of it. What runs for a request belongs to its span: spans of
//! `#[traced]` functions are its children, and [`set_attribute`](crate::set_attribute) writes to it.
//!
//! # What is recorded
//!
//! What the [conventions for HTTP] and, for calls of gRPC, the [conventions for RPC] call for, with these differences:
//!
//! - **`url.query` is not recorded,** and `url.full` has neither query nor credentials: they hold keys and searches.
//! - **`client.address` is not recorded:** it is a person's. `synndicate::set_attribute("client.address", …)` in a handler
//!   records it where one may.
//! - **What errors say is not recorded,** but their type: they cite URLs.
//!
//! | | server | client |
//! |---|---|---|
//! | name | `GET /users/{id}`; without a route `GET` | `GET` |
//! | name of a call of gRPC | `shop.Orders/Place` | the same |
//! | an error | 5xx; of gRPC what is a server's fault | 4xx and 5xx; all codes but `OK` |
//! | the span ends with | the response's body and its trailers | the same, or when its body is dropped |
//!
//! A server whose client goes away has a span with `synndicate.cancelled = true` and `error.type = "cancelled"`, which is no
//! error: so ends everything that streams. A handler that panics has a span with that error.
//!
//! Methods that HTTP does not know are `_OTHER`, and their spans are called `HTTP`.
//!
//! # What is not
//!
//! The key `tracing_http_exclude` of the settings lists paths whose requests have no spans, nor has what runs for them. Rules
//! (`[[observability.span]]`) know all spans of servers as `function = "http_server"`, those of clients as `"http_client"`.
//!
//! # For people who report what went wrong
//!
//! With the key `tracing_http_response_header`, or [`TraceLayer::with_response_header`], each response names its trace.
//!
//! [conventions for HTTP]: https://opentelemetry.io/docs/specs/semconv/http/http-spans/
//! [conventions for RPC]: https://opentelemetry.io/docs/specs/semconv/rpc/rpc-spans/

mod body;
mod client;
mod future;
mod route;
mod server;

pub use body::ResponseBody;
pub use client::{TraceClient, TraceClientLayer};
pub use future::ResponseFuture;
pub use server::{Trace, TraceLayer};
