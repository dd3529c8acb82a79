//! Exporters of the OpenTelemetry SDK in the place of ours.

use super::whole::{SETTINGS, check_against, expected};
use super::{Result, Turn, program};
use opentelemetry_otlp::WithExportConfig;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use synndicate::{Builder, DropReason};
use synndicate_tests::receiver::{Receiver, Wire};

fn builder(settings: &[(&str, &str)]) -> Builder {
    let patient = Builder::new().set("shutdown_timeout", "60");
    settings.iter().fold(patient, |builder, &(key, value)| builder.set(key, value))
}

#[test]
fn the_exporter_of_the_sdk_sends_the_same_spans() -> Result<()> {
    let _turn = Turn::take();
    let receiver = Receiver::over(Wire::Grpc).listen()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let exporter = {
        let _entered = runtime.enter();
        let exporter = opentelemetry_otlp::SpanExporter::builder().with_tonic();
        exporter.with_endpoint(receiver.endpoint()).build()?
    };
    let tracing = builder(&SETTINGS).start_with_exporter(exporter)?;
    program::serve();
    let ledger = tracing.shutdown();
    assert_eq!((ledger.created, ledger.exported), (8, 8), "{ledger}");

    let mut spans = expected();
    // Bytes are a type that the SDK does not have.
    let rank = spans.get_mut("rank pages").expect("it is one of them");
    rank.attributes.retain(|(key, _)| key != "raw");
    rank.attributes.push(("raw".into(), "\"01ff\"".into()));
    rank.attributes.sort();
    check_against(&receiver.noted().exports, spans);
    Ok(())
}

/// Fails as it is told, and counts what it takes.
#[derive(Clone, Debug, Default)]
struct Moody {
    failures: Arc<Mutex<Vec<OTelSdkError>>>,
    taken: Arc<AtomicUsize>,
    ends: Arc<AtomicUsize>,
}

impl SpanExporter for Moody {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        if let Some(failure) = self.failures.lock().expect("nobody panics").pop() {
            return Err(failure);
        }
        assert!(batch.iter().all(|span| span.name != "panic"), "as it was asked to");
        self.taken.fetch_add(batch.len(), SeqCst);
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        self.ends.fetch_add(1, SeqCst);
        Ok(())
    }
}

#[test]
fn what_an_exporter_fails_to_send_is_sent_again_and_at_the_end_it_is_shut_down() -> Result<()> {
    let _turn = Turn::take();
    let moody = Moody::default();
    moody.failures.lock().expect("nobody panics").extend([
        OTelSdkError::Timeout(Duration::from_secs(1)),
        OTelSdkError::InternalFailure("no connection".into()),
    ]);
    let tracing = builder(&[]).start_with_exporter(moody.clone())?;
    program::serve();
    assert!(synndicate::flush());
    assert_eq!(moody.ends.load(SeqCst), 0);
    let ledger = tracing.shutdown();
    assert_eq!((ledger.created, ledger.exported, ledger.dropped()), (8, 8, 0), "{ledger}");
    assert_eq!((moody.taken.load(SeqCst), moody.ends.load(SeqCst)), (8, 1));
    Ok(())
}

#[test]
fn an_exporter_that_panics_or_was_shut_down_costs_counted_spans_only() -> Result<()> {
    let _turn = Turn::take();
    let moody = Moody::default();
    let tracing = builder(&[]).start_with_exporter(moody.clone())?;
    drop(synndicate::get_tracing_manager().start_span("panic"));
    assert!(synndicate::flush());
    moody.failures.lock().expect("nobody panics").push(OTelSdkError::AlreadyShutdown);
    program::serve();
    assert!(synndicate::flush());
    program::serve();
    let ledger = tracing.shutdown();
    assert_eq!((ledger.created, ledger.exported), (17, 8), "{ledger}");
    assert_eq!(ledger.dropped_for(DropReason::ExporterPanicked), 1, "{ledger}");
    assert_eq!(ledger.dropped_for(DropReason::Refused), 8, "{ledger}");
    Ok(())
}
