//! What all wire protocols share: heads of requests, frames, and what the answers of servers say.

pub(super) mod grpc;
pub(super) mod http;
#[cfg(feature = "http-json")]
pub(super) mod json_answer;
mod retry_after;
mod status;

use crate::plan::Remote;
use ::http::header::USER_AGENT;
use ::http::{HeaderMap, HeaderValue};

/// The headers of every request. The user's win over ours, and are secret wherever a library shows headers.
pub(super) fn headers(remote: &Remote) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let user_agent = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));
    headers.insert(USER_AGENT, HeaderValue::from_static(user_agent));
    let mut own = remote.headers.0.clone();
    own.values_mut().for_each(|value| value.set_sensitive(true));
    headers.extend(own);
    headers
}

/// Whether a server complains about the size of a request without a status of its own for that. These are the words of gRPC in
/// Go and C++, in Java, in .NET, of tonic, and of HTTP servers in Go, the OpenTelemetry Collector among them.
fn is_about_size(said: &[u8]) -> bool {
    let said = String::from_utf8_lossy(said).to_ascii_lowercase();
    let words = [
        "larger than max",
        "exceeds maximum size",
        "exceeds the maximum",
        "message length too large",
        "request body too large",
    ];
    words.iter().any(|words| said.contains(words))
}
