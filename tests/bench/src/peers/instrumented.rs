//! The work under `#[tracing::instrument]`, which several peers share.

use crate::workload::{Workload, async_burst, burst, spans, workload, workload_with_options};

workload!(#[tracing::instrument]);
workload_with_options! {
    #[tracing::instrument(name = "request", level = "info", target = "bench", skip(ok), ret, err, fields(otel.kind = "server", phase = "all", share = 0.5))]
    #[tracing::instrument(name = "step", level = "info", target = "bench", skip(ok), ret, err, fields(otel.kind = "client", phase = "one", share = 0.5))]
}

pub(super) fn workload() -> Workload {
    Workload {
        sync: || burst(sync::root),
        asynchronous: Some(|| async_burst(asynchronous::root)),
        spans: Some(|| burst(spans::root)),
        options: Some(with_options()),
    }
}
