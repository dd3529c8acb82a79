//! A whole program through the real pipeline to a receiver that we did not write: every field of every span, how spans are
//! batched and packed, and services that run one after another.
//!
//! Tracing belongs to the whole process, so the tests of this one take turns.

mod batches;
mod custom;
mod managers;
mod opentelemetry_api;
mod program;
mod services;
mod testing;
mod whole;

use anyhow::Result;
use std::sync::{Mutex, MutexGuard, PoisonError};
use synndicate::{Builder, Ledger};
use synndicate_tests::receiver::Receiver;

/// The right to trace this process, for as long as it is held.
struct Turn(#[expect(dead_code, reason = "it is held, not read")] MutexGuard<'static, ()>);

impl Turn {
    /// Waits until no other test traces.
    fn take() -> Turn {
        static TURN: Mutex<()> = Mutex::new(());
        Turn(TURN.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Runs `body` traced by these settings, with spans going to `receiver`; what became of them.
fn run(
    _: &Turn,
    receiver: &Receiver,
    settings: &[(&str, &str)],
    body: impl FnOnce() -> Result<()>,
) -> Result<Ledger> {
    let patient = [("shutdown_timeout", "60"), ("tracing_timeout", "60 s")];
    let place = receiver.settings();
    let builder =
        place.iter().fold(Builder::new(), |builder, (key, value)| builder.set(*key, value));
    let settings = patient.iter().chain(settings);
    let tracing =
        settings.fold(builder, |builder, &(key, value)| builder.set(key, value)).start()?;
    body()?;
    Ok(tracing.shutdown())
}
