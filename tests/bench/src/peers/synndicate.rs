//! This project's recorder, with its whole pipeline behind it.

use super::{OURS, Peer, Records, Setup, Tracer, Wire};
use crate::workload::{Workload, async_burst, burst, spans, workload};
use anyhow::Result;
use synndicate::{Builder, Tracing};

workload!(#[synndicate::traced(capture(agent))]);

pub(super) fn peer() -> Peer {
    Peer {
        name: OURS,
        workload: Workload {
            sync: || burst(sync::root),
            asynchronous: Some(|| async_burst(asynchronous::root)),
            spans: Some(|| burst(spans::root)),
        },
        start,
        records: Records::Otlp,
        wires: &[Wire::Http, Wire::Grpc],
    }
}

/// Tracing ends with it.
struct Running(#[expect(dead_code, reason = "it is kept for its end")] Tracing);

impl Tracer for Running {
    fn drain(&self) {
        assert!(synndicate::flush(), "everything is sent in time");
    }

    fn delivered(&self) -> Option<u64> {
        Some(synndicate::ledger().exported)
    }
}

fn start(setup: &Setup) -> Result<Box<dyn Tracer>> {
    let mut builder = Builder::new()
        .set("service_name", "bench")
        .set("tracing_backend", "otlp")
        .set("tracing_sample_rate", f64::from(u8::from(setup.sampled)));
    if let Some(queue) = setup.queue {
        builder = builder.set("tracing_max_queue_size", queue).set("tracing_max_queue_bytes", "1GiB");
    }
    let tracing = match &setup.sink {
        None => builder.start_discarding()?,
        Some(sink) => builder
            .set("tracing_protocol", sink.wire.name())
            .set("tracing_endpoint", &sink.endpoint)
            .start()?,
    };
    Ok(Box::new(Running(tracing)))
}
