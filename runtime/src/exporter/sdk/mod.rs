//! Any exporter of the OpenTelemetry SDK as a backend.

mod convert;

use super::Accepted;
use super::decoded::{Decoded, left_out};
use super::error::{ErrorKind, ExportError};
use crate::batch::{Batch, Resource};
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// Hands batches to an exporter of the SDK.
pub(crate) struct SdkExporter {
    exporter: Box<dyn Exporter>,
    /// The resource that the exporter knows.
    resource: Option<Arc<Resource>>,
}

impl SdkExporter {
    pub(crate) fn new(exporter: impl SpanExporter + 'static) -> SdkExporter {
        SdkExporter { exporter: Box::new(exporter), resource: None }
    }

    /// Sends `batch`. What an exporter answers to no spans is its own business, so one without spans is not handed to it.
    pub(crate) async fn export(&mut self, batch: &Batch) -> Result<Accepted, ExportError> {
        if batch.spans() == 0 {
            return Ok(Accepted::default());
        }
        let scopes: Vec<_> = batch.by_scope().iter().map(Decoded::of).collect();
        if let Some(Decoded { resource, .. }) = scopes.first()
            && !self.resource.as_ref().is_some_and(|known| Arc::ptr_eq(known, batch.resource()))
        {
            self.exporter.set_resource(&convert::resource(resource));
            self.resource = Some(batch.resource().clone());
        }
        let left_out = left_out(&scopes);
        let spans = scopes.into_iter().flat_map(convert::spans).collect();
        self.exporter.export(spans).await.map_err(failed)?;
        Ok(left_out)
    }

    /// Lets the exporter send what it holds back, and close what it has open.
    pub(crate) fn end(&mut self) -> Result<Accepted, ExportError> {
        let flushed = self.exporter.force_flush();
        flushed.and(self.exporter.shutdown()).map(|()| Accepted::default()).map_err(failed)
    }
}

impl fmt::Debug for SdkExporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The exporter's own text may hold headers.
        f.debug_struct("SdkExporter").finish_non_exhaustive()
    }
}

/// The SDK does not tell a failure that passes from one that stays: it is tried again, and what waits meanwhile is bounded.
fn failed(error: OTelSdkError) -> ExportError {
    let (kind, message) = match error {
        OTelSdkError::AlreadyShutdown => (
            ErrorKind::Refused,
            "the exporter of the program was shut down by somebody else".to_owned(),
        ),
        OTelSdkError::Timeout(after) => {
            (ErrorKind::TimedOut, format!("the exporter of the program gave up after {after:?}"))
        }
        OTelSdkError::InternalFailure(reason) => (
            ErrorKind::Retryable { wait: None },
            format!("the exporter of the program failed: {reason}"),
        ),
    };
    ExportError::new(kind, message)
}

/// [`SpanExporter`], whose futures have no name, as a trait that can be boxed.
trait Exporter: Send {
    fn export(
        &self,
        batch: Vec<SpanData>,
    ) -> Pin<Box<dyn Future<Output = OTelSdkResult> + Send + '_>>;
    fn force_flush(&self) -> OTelSdkResult;
    fn shutdown(&self) -> OTelSdkResult;
    fn set_resource(&mut self, resource: &opentelemetry_sdk::Resource);
}

impl<E: SpanExporter> Exporter for E {
    fn export(
        &self,
        batch: Vec<SpanData>,
    ) -> Pin<Box<dyn Future<Output = OTelSdkResult> + Send + '_>> {
        Box::pin(SpanExporter::export(self, batch))
    }

    fn force_flush(&self) -> OTelSdkResult {
        SpanExporter::force_flush(self)
    }

    fn shutdown(&self) -> OTelSdkResult {
        self.shutdown_with_timeout(Duration::from_secs(1))
    }

    fn set_resource(&mut self, resource: &opentelemetry_sdk::Resource) {
        SpanExporter::set_resource(self, resource);
    }
}
