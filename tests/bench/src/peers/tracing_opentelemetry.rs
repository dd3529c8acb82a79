//! tracing-opentelemetry over the OpenTelemetry SDK's batch processor, with opentelemetry-otlp as its exporter.

use super::{Peer, Records, Setup, Sink, Tracer, Wire, instrumented};
use crate::encoding::Encoder;
use anyhow::Result;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracer, SdkTracerProvider,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use tokio::runtime::{Builder, Runtime};
use tracing_opentelemetry::{OpenTelemetryLayer, layer};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Registry, registry};

type OtelLayer = OpenTelemetryLayer<Registry, SdkTracer>;

/// With the attributes that ours has: those of the work, and where the code is.
pub(super) fn peer() -> Peer {
    Peer {
        name: "tracing-opentelemetry",
        workload: instrumented::workload(),
        start: |setup| start(setup, same_attributes),
        records: Records::Otlp,
        wires: &[Wire::Http, Wire::Grpc],
    }
}

/// As its documentation's first example sets it up.
pub(super) fn with_defaults() -> Peer {
    Peer {
        name: "tracing-opentelemetry-default",
        start: |setup| start(setup, |layer| layer),
        ..peer()
    }
}

fn same_attributes(layer: OtelLayer) -> OtelLayer {
    layer.with_location(true).with_threads(false).with_tracked_inactivity(false).with_target(false)
}

struct Installed {
    provider: SdkTracerProvider,
    encoded: Arc<AtomicU64>,
    /// The connection's tasks run here; tonic finds no other runtime in the processor's thread.
    _runtime: Option<Runtime>,
}

impl Tracer for Installed {
    fn drain(&self) {
        self.provider.force_flush().expect("the batch processor flushes");
    }

    fn delivered(&self) -> Option<u64> {
        Some(self.encoded.load(Relaxed))
    }
}

fn start(setup: &Setup, configure: fn(OtelLayer) -> OtelLayer) -> Result<Box<dyn Tracer>> {
    let exporter = Encoder::default();
    let encoded = exporter.encoded();
    let mut runtime = None;
    let processor = match &setup.sink {
        None => processor(exporter, setup),
        Some(sink) => {
            let runtime = runtime.insert(runtime_for_connections()?);
            let _entered = runtime.enter();
            processor(otlp(sink)?, setup)
        }
    };
    let sampler = if setup.sampled { Sampler::AlwaysOn } else { Sampler::AlwaysOff };
    let provider = SdkTracerProvider::builder()
        .with_span_processor(processor)
        .with_sampler(Sampler::ParentBased(Box::new(sampler)))
        .with_resource(Resource::builder().with_service_name("bench").build())
        .build();
    let otel = configure(layer().with_tracer(provider.tracer("bench")));
    registry().with(otel).with(LevelFilter::INFO).try_init()?;
    Ok(Box::new(Installed { provider, encoded, _runtime: runtime }))
}

fn processor(
    exporter: impl opentelemetry_sdk::trace::SpanExporter + 'static,
    setup: &Setup,
) -> BatchSpanProcessor {
    let mut config = BatchConfigBuilder::default();
    if let Some(queue) = setup.queue {
        config = config.with_max_queue_size(queue);
    }
    BatchSpanProcessor::builder(exporter).with_batch_config(config.build()).build()
}

/// The exporter of opentelemetry-otlp, for the peers that bring none of their own.
pub(super) fn otlp(sink: &Sink) -> Result<SpanExporter> {
    let exporter = SpanExporter::builder();
    Ok(match sink.wire {
        Wire::Http => exporter
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{}/v1/traces", sink.endpoint))
            .build()?,
        Wire::Grpc => exporter.with_tonic().with_endpoint(&sink.endpoint).build()?,
    })
}

/// A service has a runtime anyway; here it serves the connection alone.
pub(super) fn runtime_for_connections() -> Result<Runtime> {
    Ok(Builder::new_multi_thread().worker_threads(1).enable_all().build()?)
}
