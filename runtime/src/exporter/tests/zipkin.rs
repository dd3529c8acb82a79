//! Zipkin's own wire: what is sent, what the answers mean, and a collector that listens in Zipkin's place.

use super::http_receiver::{HttpReceiver, reply};
use super::{Then, assert_error, batch, destination, export_error, raw_server, remote};
use crate::batch::Batch;
use crate::exporter::decoded::arbitrary::batch_of;
use crate::exporter::{Accepted, ErrorKind, Exporter};
use crate::plan::{Compression, Remote, Wire};
use flate2::read::GzDecoder;
use opentelemetry_proto::tonic::trace::v1::Span;
use serde_json::Value;

const SPANS: &str = "/api/v2/spans";

fn zipkin_at(place: &str) -> Remote {
    remote([destination(Wire::ZipkinJson, &format!("http://{place}{SPANS}"))])
}

/// Two spans, and a third one that Zipkin cannot read.
fn spans() -> Batch {
    let span = |name: &str, trace_id| Span {
        name: name.into(),
        trace_id,
        span_id: vec![1; 8],
        ..Span::default()
    };
    batch_of(&[span("one", vec![1; 16]), span("two", vec![2; 16]), span("three", vec![3; 8])])
}

fn names(body: &Value) -> Vec<&str> {
    body.as_array().unwrap().iter().filter_map(|span| span["name"].as_str()).collect()
}

#[tokio::test]
async fn a_batch_is_posted_as_a_list_and_what_is_not_in_it_is_counted() {
    let receiver = HttpReceiver::new(|_| reply(202, b""));
    let remote = zipkin_at(&receiver.listen("127.0.0.1").await);
    let accepted = Exporter::remote(&remote).unwrap().export(&spans()).await.unwrap();
    assert_eq!(accepted.rejected, 1);
    assert!(accepted.message.is_some_and(|message| message.contains("1 of the spans")));
    let seen = &receiver.seen()[0];
    assert_eq!(seen.line, "POST /api/v2/spans");
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert_eq!(names(&serde_json::from_slice(&seen.body).unwrap()), ["one", "two"]);
}

#[tokio::test]
async fn a_packed_batch_unpacks_to_the_same_list() {
    let receiver = HttpReceiver::accepting();
    let mut remote = zipkin_at(&receiver.listen("127.0.0.1").await);
    remote.compression = Compression::Gzip;
    Exporter::remote(&remote).unwrap().export(&spans()).await.unwrap();
    let seen = &receiver.seen()[0];
    assert_eq!(seen.header("content-encoding"), Some("gzip"));
    let body = serde_json::from_reader(GzDecoder::new(&seen.body[..])).unwrap();
    assert_eq!(names(&body), ["one", "two"]);
}

#[tokio::test]
async fn an_empty_batch_is_an_empty_list() {
    let receiver = HttpReceiver::accepting();
    let remote = zipkin_at(&receiver.listen("127.0.0.1").await);
    let accepted = Exporter::remote(&remote).unwrap().export(&batch(&[])).await.unwrap();
    assert_eq!((accepted, &receiver.seen()[0].body[..]), (Accepted::default(), &b"[]"[..]));
}

#[tokio::test]
async fn a_list_that_is_refused_is_said_to_be_wrong() {
    let said = b"zz should be lower-hex encoded with no prefix reading List<Span> from json";
    let receiver = HttpReceiver::new(|_| reply(400, said));
    let place = receiver.listen("127.0.0.1").await;
    let message = format!(
        "`http://{place}{SPANS}` answered 400 Bad Request: {}",
        String::from_utf8_lossy(said)
    );
    assert_error(&export_error(&zipkin_at(&place)).await, ErrorKind::Invalid, &message, "");
}

#[tokio::test]
async fn what_is_no_zipkin_is_told_from_it() {
    let usual = "Zipkin usually listens on port 9411";
    for greeting in [&b"SSH-2.0-OpenSSH_9.2\r\n"[..], &[0, 0, 0, 4, 0, 0, 0, 0, 0]] {
        let place = raw_server(greeting, Then::BeSilent).await;
        let error = export_error(&zipkin_at(&place)).await;
        assert_eq!((error.kind, error.hint.as_deref()), (ErrorKind::WireNotSpoken, Some(usual)));
    }
}

/// A collector knows the path of OTLP and no other.
#[tokio::test]
async fn where_zipkin_is_not_known_otlp_is_tried_and_kept() {
    let collector = HttpReceiver::new(|seen| {
        reply(if seen.line == "POST /v1/traces" { 200 } else { 404 }, b"")
    });
    let place = collector.listen("127.0.0.1").await;
    let otlp = destination(Wire::OtlpHttp, &format!("http://{place}/v1/traces"));
    let mut remote = zipkin_at(&place);
    remote.destinations.push(otlp);
    let mut exporter = Exporter::remote(&remote).unwrap();
    for _ in 0..2 {
        exporter.export(&spans()).await.unwrap();
    }
    let seen = collector.seen();
    let lines: Vec<_> = seen.iter().map(|seen| &seen.line[5..]).collect();
    assert_eq!(lines, [SPANS, "/v1/traces", "/v1/traces", "/v1/traces"]);
    assert_eq!(seen[2].span_names(), ["one", "two", "three"], "OTLP takes ids of any length");
    assert_eq!(exporter.place(), format!("`http://{place}/v1/traces`"));
}

/// The limit of a request counts the list, which is larger than the spans that batches are cut by.
#[tokio::test]
async fn a_list_over_the_limit_is_not_sent_unless_it_is_of_one_span() {
    let receiver = HttpReceiver::accepting();
    let mut remote = zipkin_at(&receiver.listen("127.0.0.1").await);
    remote.request_bytes = 250;
    let mut exporter = Exporter::remote(&remote).unwrap();
    let (one, others) = spans().split(1).unwrap();
    assert!(one.body_len() < 250 && others.body_len() < 250);
    assert_eq!(exporter.export(&others).await.unwrap_err().kind, ErrorKind::TooLarge);
    assert_eq!(receiver.seen().len(), 0);
    exporter.export(&one).await.unwrap();
    assert!(receiver.seen()[0].body.len() > 250, "it goes alone");
}
