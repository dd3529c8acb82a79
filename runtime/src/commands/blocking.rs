//! What has to wait for others, in a program that may have a runtime already.

use super::{NO_THREADS, Refusal};
use std::panic::resume_unwind;
use std::{io, thread};

/// Runs what `begin` begins to its end, on a thread and a runtime of its own.
pub(super) fn wait<F: Future<Output: Send>>(
    begin: impl FnOnce() -> F + Send,
) -> Result<F::Output, Refusal> {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(runtime.block_on(begin()))
    };
    let outcome: io::Result<_> = thread::scope(|scope| {
        let thread = thread::Builder::new().name("synndicate-command".into());
        let thread = thread.spawn_scoped(scope, run)?;
        thread.join().unwrap_or_else(|panic| resume_unwind(panic))
    });
    outcome.map_err(|error| Refusal::new(NO_THREADS, format!("no thread can be started: {error}")))
}
