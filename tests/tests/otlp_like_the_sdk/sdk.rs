//! The program, sent by tracing-opentelemetry, the OpenTelemetry SDK and opentelemetry-otlp, each with its defaults.

use super::{Result, program};
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use std::mem::take;
use std::sync::{Arc, Mutex, PoisonError};
use synndicate_tests::receiver::{Receiver, Wire};
use tracing::subscriber::with_default;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::{Layer, layer::SubscriberExt, registry};

/// Keeps spans until they are sent together: the exporters are asynchronous, and want a runtime of the caller's.
#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Kept {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).append(&mut batch);
        Ok(())
    }
}

pub(crate) fn send(receiver: &Receiver) -> Result<()> {
    let kept = Kept::default();
    let resource = Resource::builder().with_service_name("twin").build();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(kept.clone())
        .with_resource(resource.clone())
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("twin"));
    let filter = Targets::new().with_target(program::TARGET, LevelFilter::TRACE);
    with_default(registry().with(layer.with_filter(filter)), program::run);

    let spans = take(&mut *kept.0.lock().unwrap_or_else(PoisonError::into_inner));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut exporter = exporter(receiver)?;
        exporter.set_resource(&resource);
        exporter.export(spans).await?;
        Ok(())
    })
}

fn exporter(receiver: &Receiver) -> Result<opentelemetry_otlp::SpanExporter> {
    let exporter = opentelemetry_otlp::SpanExporter::builder();
    Ok(match receiver.wire() {
        Wire::Grpc => exporter.with_tonic().with_endpoint(receiver.endpoint()).build()?,
        Wire::Http | Wire::Json | Wire::Zipkin => {
            let endpoint = format!("{}/v1/traces", receiver.endpoint());
            exporter
                .with_http()
                .with_protocol(Protocol::HttpBinary)
                .with_endpoint(endpoint)
                .build()?
        }
        Wire::Jaeger => anyhow::bail!("the SDK speaks OTLP alone"),
    })
}
