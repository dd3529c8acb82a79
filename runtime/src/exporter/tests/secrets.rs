//! What is secret appears nowhere, whatever the server says and whatever the libraries log.

use super::grpc_receiver::GrpcReceiver;
use super::http_receiver::{HttpReceiver, reply};
use super::proxy::{behind, tunnel};
use super::{Then, export, export_error, grpc_at, http_at, raw_server};
use crate::exporter::Exporter;
use crate::plan::Remote;
use std::io;
use std::sync::{Arc, Mutex};
use tonic::Status;

pub(super) fn with_token(mut remote: Remote) -> Remote {
    remote.headers.0.insert("authorization", "Bearer s3cret".parse().unwrap());
    remote
}

#[tokio::test]
async fn a_token_that_the_server_repeats_is_blotted_out() {
    for (said, shown) in [
        ("bad token: Bearer s3cret", "bad token: Bearer <redacted>"),
        ("bad token: Bearer%20s%33cret", "bad token: Bearer%20<redacted>"),
        ("s3cret", "<redacted>"),
    ] {
        let http = HttpReceiver::new(move |_| reply(401, said.as_bytes()));
        let place = http.listen("127.0.0.1").await;
        let error = export_error(&with_token(http_at(&format!("http://{place}")))).await;
        assert_eq!(
            error.message,
            format!("`http://{place}/v1/traces` answered 401 Unauthorized: {shown}")
        );
        assert!(!format!("{error} {error:?}").contains("s3cret"));

        let grpc = GrpcReceiver::refusing(Status::unauthenticated(said));
        let place = grpc.listen("127.0.0.1").await;
        let error = export_error(&with_token(grpc_at(&format!("http://{place}")))).await;
        assert_eq!(error.message, format!("`http://{place}` answered UNAUTHENTICATED: {shown}"));
    }
}

#[tokio::test]
async fn a_token_in_a_partial_success_and_in_a_foreign_greeting_is_blotted_out() {
    use opentelemetry_proto::tonic::collector::trace::v1::{
        ExportTracePartialSuccess, ExportTraceServiceResponse,
    };
    let receiver = GrpcReceiver::new(|_| {
        let error_message = "s3cret is deprecated".into();
        let partial_success = ExportTracePartialSuccess { rejected_spans: 1, error_message };
        Ok(ExportTraceServiceResponse { partial_success: Some(partial_success) })
    });
    let place = receiver.listen("127.0.0.1").await;
    let accepted = export(&with_token(grpc_at(&format!("http://{place}")))).await.unwrap();
    assert_eq!(accepted.message.as_deref(), Some("<redacted> is deprecated"));

    let place = raw_server(b"echo: s3cret\r\n", Then::BeSilent).await;
    let error = export_error(&with_token(http_at(&format!("http://{place}")))).await;
    assert!(error.message.ends_with("it answered `echo: <redacted>`"), "{error}");
}

/// A log that keeps all that was written to it.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// All that the libraries log on this thread while `remote` is sent to.
pub(super) fn log_of(remote: &Remote) -> String {
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
    let writer = log.clone();
    let subscriber = subscriber.with_writer(move || writer.clone()).finish();
    tracing::subscriber::with_default(subscriber, || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(export(remote)).unwrap();
    });
    let log = log.0.lock().unwrap().clone();
    String::from_utf8(log).unwrap()
}

#[test]
fn no_library_logs_the_value_of_a_header() {
    let receivers =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let grpc = receivers.block_on(GrpcReceiver::accepting().listen("127.0.0.1"));
    let http = receivers.block_on(HttpReceiver::accepting().listen("127.0.0.1"));
    let log = log_of(&with_token(grpc_at(&format!("http://{grpc}"))));
    assert!(log.contains("h2"), "the libraries log something: {log}");
    assert!(!log.contains("s3cret"), "{log}");
    let log = log_of(&with_token(http_at(&format!("http://{http}"))));
    assert!(log.contains("hyper_util"), "the libraries log something: {log}");
    assert!(!log.contains("s3cret"), "{log}");
}

#[test]
fn no_library_logs_the_credentials_of_a_proxy() {
    let receivers =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (forward, tunnel) = receivers.block_on(async {
        let grpc = GrpcReceiver::accepting().listen("127.0.0.1").await;
        (HttpReceiver::accepting().listen("127.0.0.1").await, tunnel(grpc).await.0)
    });
    for (proxy, remote) in [
        (forward, http_at("http://collector.example:4318")),
        (tunnel, grpc_at("http://collector.example:4317")),
    ] {
        let log = log_of(&behind(&format!("http://user:s3cret@{proxy}"), with_token(remote)));
        assert!(log.contains("hyper_util"), "the libraries log something: {log}");
        // The second is what they make of the first on the wire.
        assert!(!log.contains("s3cret") && !log.contains("dXNlcjpzM2NyZXQ"), "{log}");
    }
}

#[test]
fn headers_are_marked_as_secret_for_all_libraries() {
    let mut remote = with_token(http_at("http://127.0.0.1:4318"));
    remote.headers.0.insert("x-key", "s3cret".parse().unwrap());
    drop(Exporter::remote(&remote).unwrap());
    let head = crate::exporter::wire::headers(&remote);
    assert_eq!(head.values().filter(|value| value.is_sensitive()).count(), 2);
    assert!(!format!("{head:?}").contains("s3cret"));
}
