//! OTLP over HTTP with JSON bodies.

use super::http_receiver::{HttpReceiver, Reply, reply, reply_with};
use super::{assert_error, batch, destination, export, export_error, remote};
use crate::exporter::{Accepted, ErrorKind, Exporter};
use crate::plan::{Remote, Wire};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;

fn json_at(place: &str) -> Remote {
    remote([destination(Wire::OtlpJson, &format!("http://{place}/v1/traces"))])
}

async fn listening(receiver: &HttpReceiver) -> Remote {
    json_at(&receiver.listen("127.0.0.1").await)
}

async fn accepted(reply: Reply) -> Accepted {
    let receiver = HttpReceiver::new(move |_| reply.clone());
    export(&listening(&receiver).await).await.unwrap()
}

#[tokio::test]
async fn a_batch_is_posted_as_json() {
    let receiver = HttpReceiver::accepting();
    assert_eq!(export(&listening(&receiver).await).await.unwrap(), Accepted::default());
    let seen = &receiver.seen()[0];
    assert_eq!(seen.line, "POST /v1/traces");
    assert_eq!(seen.header("content-type"), Some("application/json"));
    let request: ExportTraceServiceRequest = serde_json::from_slice(&seen.body).unwrap();
    assert_eq!(super::span_names(&request), ["one", "two", "three"]);
}

#[tokio::test]
async fn an_empty_batch_is_an_empty_object() {
    let receiver = HttpReceiver::accepting();
    let mut exporter = Exporter::remote(&listening(&receiver).await).unwrap();
    exporter.export(&batch(&[])).await.unwrap();
    assert_eq!(receiver.seen()[0].body, b"{}");
}

#[tokio::test]
async fn a_partial_success_is_read_from_json() {
    let two = br#"{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}}"#;
    assert_eq!(
        accepted(reply(200, two)).await,
        Accepted { rejected: 2, message: Some("too old".into()) }
    );
    let too_many = br#"{"partialSuccess":{"rejectedSpans":"99"}}"#;
    assert_eq!(accepted(reply(200, too_many)).await, Accepted { rejected: 3, message: None });
    for body in [&b"{}"[..], b"", b"OK"] {
        assert_eq!(accepted(reply(200, body)).await, Accepted::default());
    }
}

#[tokio::test]
async fn an_error_in_json_is_shown_as_text() {
    let status = br#"{"code":3,"message":"span 7 is \"bad\"","details":[]}"#;
    let receiver =
        HttpReceiver::new(|_| reply_with(400, ("content-type", "application/json"), status));
    let place = receiver.listen("127.0.0.1").await;
    let message = format!("`http://{place}/v1/traces` answered 400 Bad Request: span 7 is \"bad\"");
    assert_error(&export_error(&json_at(&place)).await, ErrorKind::Invalid, &message, "");
}

#[tokio::test]
async fn spans_that_cannot_be_read_are_counted_beside_those_that_the_server_rejects() {
    let two = br#"{"partialSuccess":{"rejectedSpans":"1","errorMessage":"too old"}}"#;
    let receiver = HttpReceiver::new(|_| reply(200, two));
    let mut exporter = Exporter::remote(&listening(&receiver).await).unwrap();
    let mut batch = batch(&[&["one", "two", "three"]]);
    batch.push(crate::batch::Chunk::new((&b"\x12\x01\xff"[..]).into(), 1));
    let accepted = exporter.export(&batch).await.unwrap();
    assert_eq!(accepted.rejected, 2);
    let message = accepted.message.unwrap();
    assert!(message.starts_with("1 of the spans could not be read: "), "{message}");
    assert!(message.ends_with("; too old"), "{message}");
}
