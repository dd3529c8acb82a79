//! Code that uses the API of OpenTelemetry, under our recorder: what is recorded of its spans, and who is whose parent.

mod content;
mod contexts;
mod edges;
mod parents;
mod stacks;

use opentelemetry::trace::TracerProvider as _;
use synndicate::opentelemetry::{Tracer, TracerProvider};
use synndicate::traced;

fn tracer() -> Tracer {
    TracerProvider::new().tracer("library")
}

/// A `#[traced]` span, with `work` in it.
#[traced(capture())]
fn outer<R>(work: impl FnOnce() -> R) -> R {
    work()
}

/// Another one.
#[traced(capture())]
fn inner<R>(work: impl FnOnce() -> R) -> R {
    work()
}

/// One without anything in it.
#[traced]
fn leaf() {}
