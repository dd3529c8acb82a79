//! Ports at which nobody listens, or somebody else does.

use super::grpc_receiver::GrpcReceiver;
use super::http_receiver::{HttpReceiver, reply};
use super::{Then, assert_error, export_error, grpc_at, http_at, raw_server};
use crate::exporter::ErrorKind;
use std::time::Duration;
use tokio::net::TcpListener;

const GRPC_PORT: &str = "OTLP over gRPC usually listens on port 4317";
const HTTP_PORT: &str = "OTLP over HTTP usually listens on port 4318";
const LATER: ErrorKind = ErrorKind::Retryable { wait: None };

#[tokio::test]
async fn a_port_where_nobody_listens_refuses_the_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap();
    drop(listener);
    let hint = "is the backend running, and does it listen there?";
    for (error, path) in [
        (export_error(&grpc_at(&format!("http://{place}"))).await, ""),
        (export_error(&http_at(&format!("http://{place}"))).await, "/v1/traces"),
    ] {
        let message = format!("cannot reach `http://{place}{path}`: connection refused");
        assert_error(&error, ErrorKind::Unreachable, &message, hint);
    }
}

#[tokio::test]
async fn a_name_without_an_address_is_named() {
    let error = export_error(&grpc_at("http://no-such-host.invalid:4317")).await;
    assert_eq!(
        (error.kind, error.hint.as_deref()),
        (ErrorKind::Unreachable, Some("check the name in `tracing_endpoint`"))
    );
    let expected = "cannot reach `http://no-such-host.invalid:4317`: no address for this name: ";
    assert!(error.message.starts_with(expected), "{}", error.message);
}

#[tokio::test]
async fn an_http_server_at_a_grpc_port_is_recognised() {
    let place =
        raw_server(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n", Then::HangUp).await;
    let message =
        format!("`http://{place}` does not speak gRPC over HTTP/2: it answered in HTTP/1");
    let hint =
        "set `tracing_protocol = \"http\"`, or name the port of OTLP over gRPC, usually 4317";
    assert_error(
        &export_error(&grpc_at(&format!("http://{place}"))).await,
        ErrorKind::WireNotSpoken,
        &message,
        hint,
    );
}

#[tokio::test]
async fn a_grpc_server_at_an_http_port_is_recognised() {
    let settings = &[0, 0, 0, 4, 0, 0, 0, 0, 0];
    let place = raw_server(settings, Then::HangUp).await;
    let message = format!(
        "`http://{place}/v1/traces` does not speak HTTP/1: it answered in HTTP/2, as gRPC does"
    );
    let hint =
        "set `tracing_protocol = \"grpc\"`, or name the port of OTLP over HTTP, usually 4318";
    assert_error(
        &export_error(&http_at(&format!("http://{place}"))).await,
        ErrorKind::WireNotSpoken,
        &message,
        hint,
    );
}

#[tokio::test]
async fn real_servers_of_the_other_wire_are_recognised_or_hang_up() {
    let http = HttpReceiver::accepting().listen("127.0.0.1").await;
    let message = format!("`http://{http}` closed the connection without an answer");
    assert_error(
        &export_error(&grpc_at(&format!("http://{http}"))).await,
        LATER,
        &message,
        GRPC_PORT,
    );
    let grpc = GrpcReceiver::accepting().listen("127.0.0.1").await;
    let error = export_error(&http_at(&format!("http://{grpc}"))).await;
    assert_eq!(error.kind, ErrorKind::WireNotSpoken, "{error}");
}

#[tokio::test]
async fn a_server_that_speaks_something_else_is_quoted() {
    let place = raw_server(b"SSH-2.0-OpenSSH_9.2\r\n", Then::BeSilent).await;
    let message = format!(
        "`http://{place}` does not speak gRPC over HTTP/2: it answered `SSH-2.0-OpenSSH_9.2`"
    );
    assert_error(
        &export_error(&grpc_at(&format!("http://{place}"))).await,
        ErrorKind::WireNotSpoken,
        &message,
        GRPC_PORT,
    );
    let message = format!(
        "`http://{place}/v1/traces` does not speak HTTP/1: it answered `SSH-2.0-OpenSSH_9.2`"
    );
    assert_error(
        &export_error(&http_at(&format!("http://{place}"))).await,
        ErrorKind::WireNotSpoken,
        &message,
        HTTP_PORT,
    );
}

#[tokio::test]
async fn a_server_that_hangs_up_without_a_word_may_be_restarting() {
    let place = raw_server(b"", Then::HangUp).await;
    let message = format!("`http://{place}` closed the connection without an answer");
    assert_error(
        &export_error(&grpc_at(&format!("http://{place}"))).await,
        LATER,
        &message,
        GRPC_PORT,
    );
    let message = format!("`http://{place}/v1/traces` closed the connection without an answer");
    assert_error(
        &export_error(&http_at(&format!("http://{place}"))).await,
        LATER,
        &message,
        HTTP_PORT,
    );
}

#[tokio::test]
async fn a_server_that_is_silent_times_out() {
    let place = raw_server(b"", Then::BeSilent).await;
    let timeout = Duration::from_millis(50);
    for (mut remote, path) in [
        (grpc_at(&format!("http://{place}")), ""),
        (http_at(&format!("http://{place}")), "/v1/traces"),
    ] {
        remote.timeout = timeout;
        let message = format!("no answer from `http://{place}{path}` within 50ms");
        assert_error(&export_error(&remote).await, ErrorKind::TimedOut, &message, "");
    }
}

#[tokio::test]
async fn a_server_that_breaks_off_in_the_middle_is_asked_again_later() {
    let place = raw_server(b"HTTP/1.1 503 Serv", Then::HangUp).await;
    let error = export_error(&http_at(&format!("http://{place}"))).await;
    let message = format!(
        "the connection to `http://{place}/v1/traces` broke: connection closed before message completed"
    );
    assert_error(&error, LATER, &message, "");
}

#[tokio::test]
async fn a_plain_text_request_to_a_tls_port_is_recognised() {
    let https = "write `https://` in `tracing_endpoint`";
    let alert = &[0x15, 3, 1, 0, 2, 2, 70];
    let place = raw_server(alert, Then::HangUp).await;
    for error in [
        export_error(&grpc_at(&format!("http://{place}"))).await,
        export_error(&http_at(&format!("http://{place}"))).await,
    ] {
        assert_eq!(error.kind, ErrorKind::WireNotSpoken);
        assert_eq!(error.hint, Some(format!("TLS is spoken there: {https}")));
    }
    let polite =
        HttpReceiver::new(|_| reply(400, b"Client sent an HTTP request to an HTTPS server.\n"));
    let error =
        export_error(&http_at(&format!("http://{}", polite.listen("127.0.0.1").await))).await;
    assert_eq!(
        (error.kind, error.hint),
        (ErrorKind::WireNotSpoken, Some(format!("TLS is spoken there: {https}")))
    );
}

#[tokio::test]
async fn http_2_without_grpc_is_recognised() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let service = hyper::service::service_fn(|_| async {
            Ok::<_, std::convert::Infallible>(reply(200, b"<html>"))
        });
        let server = hyper::server::conn::http2::Builder::new(hyper_util::rt::TokioExecutor::new());
        server.serve_connection(hyper_util::rt::TokioIo::new(stream), service).await
    });
    let message = format!("`http://{place}` answered in HTTP/2, but not in gRPC");
    assert_error(
        &export_error(&grpc_at(&format!("http://{place}"))).await,
        ErrorKind::WireNotSpoken,
        &message,
        GRPC_PORT,
    );
}
