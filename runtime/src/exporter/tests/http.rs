//! OTLP over HTTP: what is sent, and what the answers mean.

use super::http_receiver::{HttpReceiver, Reply, reply, reply_with};
use super::{assert_error, batch, destination, export, export_error, http_at, remote};
use crate::exporter::{Accepted, ErrorKind, Exporter};
use crate::plan::{Compression, Wire};
use flate2::read::GzDecoder;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message;
use std::io::Read;
use std::time::Duration;

#[tokio::test]
async fn a_batch_is_posted_as_protobuf() {
    let receiver = HttpReceiver::accepting();
    let place = receiver.listen("127.0.0.1").await;
    let mut remote = http_at(&format!("http://{place}/prefix"));
    remote.headers.0.insert("x-team", "a b".parse().unwrap());
    assert_eq!(export(&remote).await.unwrap(), Accepted::default());

    let seen = &receiver.seen()[0];
    assert_eq!(seen.line, "POST /prefix/v1/traces");
    assert_eq!(seen.header("host"), Some(place.as_str()));
    assert_eq!(seen.header("content-type"), Some("application/x-protobuf"));
    assert_eq!(seen.header("content-encoding"), None);
    assert_eq!(seen.header("user-agent"), Some(concat!("synndicate/", env!("CARGO_PKG_VERSION"))));
    assert_eq!(seen.header("x-team"), Some("a b"));
    assert_eq!(seen.header("content-length"), Some(seen.body.len().to_string().as_str()));
    assert_eq!(seen.span_names(), ["one", "two", "three"]);
}

#[tokio::test]
async fn an_empty_batch_is_an_empty_request() {
    let receiver = HttpReceiver::accepting();
    let place = receiver.listen("127.0.0.1").await;
    let mut exporter = Exporter::remote(&http_at(&format!("http://{place}"))).unwrap();
    assert_eq!(exporter.export(&batch(&[])).await.unwrap(), Accepted::default());
    let seen = &receiver.seen()[0];
    assert_eq!((seen.header("content-length"), seen.body.len()), (Some("0"), 0));
}

#[tokio::test]
async fn headers_of_the_user_win_but_for_those_that_the_wire_needs() {
    let receiver = HttpReceiver::accepting();
    let mut remote = http_at(&format!("http://{}", receiver.listen("127.0.0.1").await));
    remote.headers.0.insert("user-agent", "mine".parse().unwrap());
    remote.headers.0.insert("content-type", "text/plain".parse().unwrap());
    export(&remote).await.unwrap();
    let seen = &receiver.seen()[0];
    assert_eq!(seen.header("user-agent"), Some("mine"));
    assert_eq!(seen.header("content-type"), Some("application/x-protobuf"));
}

#[tokio::test]
async fn a_packed_batch_unpacks_to_the_same_request() {
    let receiver = HttpReceiver::accepting();
    let mut remote = http_at(&format!("http://{}", receiver.listen("127.0.0.1").await));
    remote.compression = Compression::Gzip;
    export(&remote).await.unwrap();
    let mut seen = receiver.seen().remove(0);
    assert_eq!(seen.header("content-encoding"), Some("gzip"));
    let packed = std::mem::take(&mut seen.body);
    GzDecoder::new(&packed[..]).read_to_end(&mut seen.body).unwrap();
    assert_eq!(seen.span_names(), ["one", "two", "three"]);
}

async fn accepted(reply: Reply) -> Accepted {
    let receiver = HttpReceiver::new(move |_| reply.clone());
    export(&http_at(&format!("http://{}", receiver.listen("127.0.0.1").await))).await.unwrap()
}

fn partial_success(rejected_spans: i64, error_message: &str) -> Vec<u8> {
    let partial_success =
        ExportTracePartialSuccess { rejected_spans, error_message: error_message.into() };
    ExportTraceServiceResponse { partial_success: Some(partial_success) }.encode_to_vec()
}

#[tokio::test]
async fn a_partial_success_says_how_many_were_rejected_and_why() {
    let rejected = |rejected, message: &str| Accepted { rejected, message: Some(message.into()) };
    assert_eq!(accepted(reply(200, &partial_success(2, "too old"))).await, rejected(2, "too old"));
    assert_eq!(
        accepted(reply(200, &partial_success(0, "deprecated"))).await,
        rejected(0, "deprecated")
    );
    assert_eq!(
        accepted(reply(200, &partial_success(99, "all"))).await,
        rejected(3, "all"),
        "three were sent"
    );
}

#[tokio::test]
async fn a_good_status_with_any_other_body_is_a_full_success() {
    let endless = vec![0xff; 100_000];
    for body in [b"", &b"OK"[..], b"{\"partialSuccess\":{\"rejectedSpans\":3}}", &endless] {
        assert_eq!(accepted(reply(200, body)).await, Accepted::default());
        assert_eq!(accepted(reply(202, body)).await, Accepted::default());
    }
}

#[track_caller]
fn check(
    error: &crate::exporter::ExportError,
    place: &str,
    kind: ErrorKind,
    verdict: &str,
    hint: &str,
) {
    assert_error(error, kind, &format!("`http://{place}/v1/traces` answered {verdict}"), hint);
}

#[tokio::test]
async fn each_refusal_says_status_and_url() {
    const HEADERS: &str =
        "`tracing_headers` holds what the server wants to know, such as `authorization`";
    const PLACE: &str = "check the host, the port and the path in `tracing_endpoint`";
    const GO: &str = "400 Bad Request: http: request body too large";
    let later = ErrorKind::Retryable { wait: None };
    let cases: [(u16, &[u8], ErrorKind, &str, &str); 11] = [
        (400, b"bad span id", ErrorKind::Invalid, "400 Bad Request: bad span id", ""),
        (400, b"http: request body too large", ErrorKind::TooLarge, GO, ""),
        (401, b"who are you?", ErrorKind::Refused, "401 Unauthorized: who are you?", HEADERS),
        (403, b"", ErrorKind::Refused, "403 Forbidden", HEADERS),
        (
            404,
            b"404 page not found\n",
            ErrorKind::WireNotSpoken,
            "404 Not Found: 404 page not found",
            PLACE,
        ),
        (405, b"", ErrorKind::WireNotSpoken, "405 Method Not Allowed", PLACE),
        (413, b"", ErrorKind::TooLarge, "413 Payload Too Large", ""),
        (415, b"", ErrorKind::WireNotSpoken, "415 Unsupported Media Type", ""),
        (429, b"slow down", later, "429 Too Many Requests: slow down", ""),
        (500, b"", ErrorKind::Refused, "500 Internal Server Error", ""),
        (503, b"", later, "503 Service Unavailable", ""),
    ];
    for (status, body, kind, verdict, hint) in cases {
        let receiver = HttpReceiver::new(move |_| reply(status, body));
        let place = receiver.listen("127.0.0.1").await;
        check(
            &export_error(&http_at(&format!("http://{place}"))).await,
            &place,
            kind,
            verdict,
            hint,
        );
    }
}

#[tokio::test]
async fn a_server_that_moved_is_not_followed_but_named() {
    let receiver = HttpReceiver::new(|_| reply_with(301, ("location", "https://h/v1/traces"), b""));
    let place = receiver.listen("127.0.0.1").await;
    let error = export_error(&http_at(&format!("http://{place}"))).await;
    let hint = "set `tracing_endpoint` to `https://h/v1/traces`";
    check(&error, &place, ErrorKind::Refused, "301 Moved Permanently", hint);
}

#[tokio::test]
async fn an_error_in_protobuf_is_shown_as_text() {
    let mut status = vec![0x08, 3];
    crate::batch::protobuf::put_bytes(&mut status, 2, b"span 7 is bad");
    let receiver = HttpReceiver::new(move |_| {
        reply_with(400, ("content-type", "application/x-protobuf"), &status)
    });
    let place = receiver.listen("127.0.0.1").await;
    let error = export_error(&http_at(&format!("http://{place}"))).await;
    check(&error, &place, ErrorKind::Invalid, "400 Bad Request: span 7 is bad", "");
}

#[tokio::test]
async fn the_wait_that_a_server_asks_for_is_passed_on() {
    for (value, wait) in [("2", Some(Duration::from_secs(2))), ("soon", None), ("-1", None)] {
        for status in [429, 503] {
            let receiver =
                HttpReceiver::new(move |_| reply_with(status, ("retry-after", value), b""));
            let error =
                export_error(&http_at(&format!("http://{}", receiver.listen("127.0.0.1").await)))
                    .await;
            assert_eq!(error.kind, ErrorKind::Retryable { wait }, "{status} {value}");
        }
    }
}

#[tokio::test]
async fn a_date_to_wait_for_is_compared_with_the_servers_clock() {
    let receiver = HttpReceiver::new(|_| {
        let mut reply = reply_with(503, ("retry-after", "Wed, 21 Oct 2015 07:28:02 GMT"), b"");
        reply.headers_mut().insert("date", "Wed, 21 Oct 2015 07:28:00 GMT".parse().unwrap());
        reply
    });
    let error =
        export_error(&http_at(&format!("http://{}", receiver.listen("127.0.0.1").await))).await;
    assert_eq!(error.kind, ErrorKind::Retryable { wait: Some(Duration::from_secs(2)) });
}

#[tokio::test]
async fn a_size_that_is_refused_is_told_also_while_the_batch_is_still_being_sent() {
    let receiver =
        HttpReceiver::new(|seen| reply(if seen.body.len() > 65_536 { 413 } else { 200 }, b""));
    let remote = http_at(&format!("http://{}", receiver.listen("127.0.0.1").await));
    let mut exporter = Exporter::remote(&remote).unwrap();
    let large = "x".repeat(100_000);
    assert_eq!(exporter.export(&batch(&[&[&large]])).await.unwrap_err().kind, ErrorKind::TooLarge);
    assert_eq!(exporter.export(&batch(&[&["small"]])).await.unwrap(), Accepted::default());
}

#[tokio::test]
async fn nothing_but_the_path_is_asked_for_where_it_is_the_root() {
    let receiver = HttpReceiver::accepting();
    let place = receiver.listen("127.0.0.1").await;
    export(&remote([destination(Wire::OtlpHttp, &format!("http://{place}"))])).await.unwrap();
    assert_eq!(receiver.seen()[0].line, "POST /");
}
