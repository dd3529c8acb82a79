//! This project's recorder, with its whole pipeline behind it.

use super::{OURS, Peer, Records, Setup, Tracer, WITH_RULES, Wire};
use crate::workload::{Workload, async_burst, burst, spans, workload, workload_with_options};
use anyhow::Result;
use synndicate::{Builder, Tracing};

workload!(#[synndicate::traced(capture(agent))]);
workload_with_options! {
    #[synndicate::traced(name = "request", level = "info", target = "bench", skip(ok), capture(agent), ret, err, kind = server, fields(phase = "all", share = 0.5))]
    #[synndicate::traced(name = "step", level = "info", target = "bench", skip(ok), capture(agent), ret, err, kind = client, fields(phase = "one", share = 0.5))]
}

/// Rules for functions that the work does not call, of every kind, and one that the work's names do not tell from them at once.
const RULES: &str = r#"[
    { function = "other::*", enabled = false },
    { function = "*::step_by_step", sample_rate = 0.5 },
    { target = "another", capture = ["agent"] },
    { function = "bench::*", redact = ["password"], at_level = "error" },
]"#;

pub(super) fn peer() -> Peer {
    Peer {
        name: OURS,
        workload: Workload {
            sync: || burst(sync::root),
            asynchronous: Some(|| async_burst(asynchronous::root)),
            spans: Some(|| burst(spans::root)),
            options: Some(with_options()),
        },
        start: |setup| start(setup, Builder::new()),
        records: Records::Otlp,
        wires: &[Wire::Http, Wire::Grpc],
    }
}

/// The same with rules in the settings.
pub(super) fn with_rules() -> Peer {
    Peer {
        name: WITH_RULES,
        start: |setup| start(setup, Builder::new().set("span", RULES)),
        ..peer()
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

fn start(setup: &Setup, builder: Builder) -> Result<Box<dyn Tracer>> {
    let mut builder = builder
        .set("service_name", "bench")
        .set("tracing_backend", "otlp")
        .set("tracing_sample_rate", f64::from(u8::from(setup.sampled)));
    if let Some(queue) = setup.queue {
        builder =
            builder.set("tracing_max_queue_size", queue).set("tracing_max_queue_bytes", "1GiB");
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
