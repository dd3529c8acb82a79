//! An exporter for the OpenTelemetry SDK that encodes as opentelemetry-otlp does and drops the bytes.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use prost::Message;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

#[derive(Debug, Default)]
pub(crate) struct Encoder {
    resource: ResourceAttributesWithSchema,
    encoded: Arc<AtomicU64>,
}

impl Encoder {
    /// How many spans were encoded, readable while the SDK owns the exporter.
    pub(crate) fn encoded(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.encoded)
    }
}

impl SpanExporter for Encoder {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len() as u64;
        let resource_spans = group_spans_by_resource_and_scope(batch, &self.resource);
        black_box(ExportTraceServiceRequest { resource_spans }.encode_to_vec());
        self.encoded.fetch_add(spans, Relaxed);
        Ok(())
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.resource = resource.into();
    }
}
