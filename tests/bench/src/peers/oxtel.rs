//! oxtel's layer and batch processor, set up by its builder; its exporter speaks HTTP alone.

use super::{Peer, Records, Setup, Tracer, Wire, instrumented};
use anyhow::{Context, Result};
use oxtel::otlp::OtlpHttpExporter;
use oxtel::otlp::transform::traces_request;
use oxtel::sdk::export::{BatchConfig, ExportError};
use oxtel::sdk::trace::{Sampler, SpanData, SpanExporter};
use oxtel::{Guard, Resource};
use prost::Message;
use std::hint::black_box;

pub(super) fn peer() -> Peer {
    Peer {
        name: "oxtel",
        workload: instrumented::workload(),
        start,
        records: Records::Otlp,
        wires: &[Wire::Http],
    }
}

/// Encodes as oxtel's own exporter does and drops the bytes.
struct Encoder;

impl SpanExporter for Encoder {
    fn export(&self, batch: &[SpanData], resource: &Resource) -> Result<(), ExportError> {
        black_box(traces_request(batch, resource).encode_to_vec());
        Ok(())
    }
}

struct Installed(Guard);

impl Tracer for Installed {
    fn drain(&self) {
        self.0.force_flush().expect("oxtel flushes");
    }

    fn delivered(&self) -> Option<u64> {
        Some(self.0.tracer_provider()?.stats().exported)
    }
}

fn start(setup: &Setup) -> Result<Box<dyn Tracer>> {
    let mut config = BatchConfig::default();
    if let Some(queue) = setup.queue {
        config.max_queue_size = queue;
    }
    let sampler = if setup.sampled { Sampler::AlwaysOn } else { Sampler::AlwaysOff };
    let exporter = setup
        .sink
        .as_ref()
        .map(|sink| OtlpHttpExporter::builder().with_endpoint(&sink.endpoint).build());
    let guard = oxtel::builder()
        .without_env_exporters()
        .without_local_logs()
        .with_default_service_name("bench")
        .with_sampler(Sampler::ParentBased(Box::new(sampler)))
        .with_traces(move |traces| match exporter {
            None => traces.with_batch_exporter_config(Encoder, config),
            Some(exporter) => traces.with_batch_exporter_config(exporter, config),
        })
        .install()
        .context("oxtel cannot be installed")?;
    Ok(Box::new(Installed(guard)))
}
