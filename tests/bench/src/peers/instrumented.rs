//! The work under `#[tracing::instrument]`, which several peers share.

use crate::workload::{Workload, async_burst, burst, spans, workload};

workload!(#[tracing::instrument]);

pub(super) fn workload() -> Workload {
    Workload {
        sync: || burst(sync::root),
        asynchronous: Some(|| async_burst(asynchronous::root)),
        spans: Some(|| burst(spans::root)),
    }
}
