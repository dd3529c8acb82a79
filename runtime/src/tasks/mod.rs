//! Work that runs elsewhere or later than the code that starts it: futures and streams with a span of their own, and the current
//! span carried to tasks and threads.
//!
//! Stands on the recorder and, for tasks, on tokio. Must never: keep a span open longer than its work.

mod context;
mod future;
mod site;
mod spawn;
mod stream;

pub use context::Context;
pub use future::{TraceFuture, TracedFuture};
pub use spawn::{spawn, spawn_blocking};
pub use stream::{TraceStream, TracedStream};
