//! Requests between services as spans, by the semantic conventions of OpenTelemetry, and a route that tells how tracing is.
//!
//! Stands on the recorder and on propagation, that route on [`health`](crate::health). Must never: record what may be a secret
//! (queries, credentials, bodies, messages of errors), or change a request or its response, but for the headers that it says.

mod authority;
#[cfg(feature = "axum")]
pub mod axum;
mod conventions;
mod exchange;
mod grpc;
mod incoming;
mod outgoing;
#[cfg(feature = "reqwest")]
pub mod reqwest;
pub mod tower;
