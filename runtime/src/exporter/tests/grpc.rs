//! OTLP over gRPC: what is sent, and what the answers mean.

use super::grpc_receiver::GrpcReceiver;
use super::{assert_error, batch, export, export_error, grpc_at, remote, span_names};
use crate::batch::protobuf::put_bytes;
use crate::exporter::{Accepted, ErrorKind, Exporter};
use crate::plan::{Compression, Destination, Endpoint, Wire};
use bytes::Bytes;
use http::{HeaderMap, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use std::convert::Infallible;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tonic::{Code, Status};

#[tokio::test]
async fn a_batch_is_one_call() {
    let receiver = GrpcReceiver::accepting();
    let mut remote = grpc_at(&format!("http://{}", receiver.listen("127.0.0.1").await));
    remote.headers.0.insert("x-team", "a b".parse().unwrap());
    assert_eq!(export(&remote).await.unwrap(), Accepted::default());

    let seen = &receiver.seen()[0];
    let header = |name| seen.metadata.get(name).map(|value| value.to_str().unwrap());
    assert_eq!(header("x-team"), Some("a b"));
    assert_eq!(header("user-agent"), Some(concat!("synndicate/", env!("CARGO_PKG_VERSION"))));
    assert_eq!(header("grpc-timeout"), Some("30000m"));
    assert_eq!(header("content-type"), Some("application/grpc"));
    assert_eq!(span_names(&seen.request), ["one", "two", "three"]);
}

#[tokio::test]
async fn a_packed_batch_unpacks_to_the_same_request() {
    let receiver = GrpcReceiver::accepting();
    let mut remote = grpc_at(&format!("http://{}", receiver.listen("127.0.0.1").await));
    remote.compression = Compression::Gzip;
    export(&remote).await.unwrap();
    let seen = &receiver.seen()[0];
    assert_eq!(seen.metadata.get("grpc-encoding").unwrap(), "gzip");
    assert_eq!(span_names(&seen.request), ["one", "two", "three"]);
}

#[tokio::test]
async fn an_empty_batch_is_an_empty_message_packed_or_not() {
    for compression in [Compression::None, Compression::Gzip] {
        let receiver = GrpcReceiver::accepting();
        let mut remote = grpc_at(&format!("http://{}", receiver.listen("127.0.0.1").await));
        remote.compression = compression;
        Exporter::remote(&remote).unwrap().export(&batch(&[])).await.unwrap();
        assert!(receiver.seen()[0].request.resource_spans.is_empty());
    }
}

#[tokio::test]
async fn a_partial_success_says_how_many_were_rejected_and_why() {
    for (rejected_spans, message, rejected) in
        [(2, "too old", 2), (0, "deprecated", 0), (99, "all", 3)]
    {
        let receiver = GrpcReceiver::new(move |_| {
            let partial_success =
                ExportTracePartialSuccess { rejected_spans, error_message: message.into() };
            Ok(ExportTraceServiceResponse { partial_success: Some(partial_success) })
        });
        let accepted = export(&grpc_at(&format!("http://{}", receiver.listen("127.0.0.1").await)))
            .await
            .unwrap();
        assert_eq!(accepted, Accepted { rejected, message: Some(message.into()) });
    }
}

#[tokio::test]
async fn each_refusal_says_its_code_and_url() {
    const HEADERS: &str =
        "`tracing_headers` holds what the server wants to know, such as `authorization`";
    const PLACE: &str = "no OTLP is taken there: check the host and the port in `tracing_endpoint`; \
                         `tracing_backend = \"jaeger\"` also speaks Jaeger's own protocol";
    let later = ErrorKind::Retryable { wait: None };
    let cases = [
        (Code::Unavailable, "", later, "UNAVAILABLE", ""),
        (Code::DeadlineExceeded, "too busy", later, "DEADLINE_EXCEEDED: too busy", ""),
        (Code::InvalidArgument, "bäd\nid", ErrorKind::Invalid, "INVALID_ARGUMENT: bäd id", ""),
        (Code::Unauthenticated, "who?", ErrorKind::Refused, "UNAUTHENTICATED: who?", HEADERS),
        (Code::PermissionDenied, "no", ErrorKind::Refused, "PERMISSION_DENIED: no", HEADERS),
        (Code::ResourceExhausted, "quota", ErrorKind::Refused, "RESOURCE_EXHAUSTED: quota", ""),
        (Code::Unimplemented, "", ErrorKind::WireNotSpoken, "UNIMPLEMENTED", PLACE),
        (Code::Internal, "oh", ErrorKind::Refused, "INTERNAL: oh", ""),
    ];
    for (code, message, kind, verdict, hint) in cases {
        let receiver = GrpcReceiver::refusing(Status::new(code, message));
        let place = receiver.listen("127.0.0.1").await;
        let error = export_error(&grpc_at(&format!("http://{place}"))).await;
        assert_error(&error, kind, &format!("`http://{place}` answered {verdict}"), hint);
    }
}

#[tokio::test]
async fn a_retry_that_the_server_asks_for_is_passed_on() {
    let (mut delay, mut any, mut status) = (Vec::new(), Vec::new(), vec![0x08, 8]);
    put_bytes(&mut delay, 1, &[0x08, 2]);
    put_bytes(&mut any, 1, b"type.googleapis.com/google.rpc.RetryInfo");
    put_bytes(&mut any, 2, &delay);
    put_bytes(&mut status, 3, &any);
    let receiver = GrpcReceiver::refusing(Status::with_details(
        Code::ResourceExhausted,
        "quota",
        status.into(),
    ));
    let error =
        export_error(&grpc_at(&format!("http://{}", receiver.listen("127.0.0.1").await))).await;
    assert_eq!(error.kind, ErrorKind::Retryable { wait: Some(Duration::from_secs(2)) });
}

#[tokio::test]
async fn a_batch_over_the_servers_limit_is_too_large_and_the_connection_stays_good() {
    let receiver = GrpcReceiver::accepting();
    let remote = grpc_at(&format!("http://{}", receiver.listen("127.0.0.1").await));
    let mut exporter = Exporter::remote(&remote).unwrap();
    let large = "x".repeat(3_000_000);
    assert_eq!(exporter.export(&batch(&[&[&large]])).await.unwrap_err().kind, ErrorKind::TooLarge);
    assert_eq!(exporter.export(&batch(&[&["small"]])).await.unwrap(), Accepted::default());
}

/// Answers every call on `io` with this head and body; what was asked for.
async fn answer_bare(
    io: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    head: HeaderMap,
    body: &'static [u8],
    trailers: Option<HeaderMap>,
) -> Vec<Uri> {
    let asked = Arc::<Mutex<Vec<Uri>>>::default();
    let service = service_fn(|request: http::Request<Incoming>| {
        asked.lock().unwrap().push(request.uri().clone());
        let trailers = trailers.clone().map(Ok);
        let body = Full::new(Bytes::from_static(body)).with_trailers(async { trailers });
        let mut response = http::Response::new(body);
        *response.headers_mut() = head.clone();
        async { Ok::<_, Infallible>(response) }
    });
    // A client that hangs up is no mistake of the server.
    let _ =
        http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(io), service).await;
    std::mem::take(&mut *asked.lock().unwrap())
}

fn headers<const COUNT: usize>(headers: [(&'static str, &'static str); COUNT]) -> HeaderMap {
    let header = |(name, value)| {
        (http::HeaderName::from_static(name), http::HeaderValue::from_static(value))
    };
    headers.into_iter().map(header).collect()
}

const GRPC: (&str, &str) = ("content-type", "application/grpc");
const OK: (&str, &str) = ("grpc-status", "0");

#[tokio::test]
async fn an_ok_counts_whatever_the_message_is() {
    let bodies: [&[u8]; 4] =
        [&[], &[0, 0, 0, 0, 0], &[0, 0, 0, 0, 3, 0xff, 0xff, 0xff], &[0, 0, 0, 0, 9, 1]];
    let mut answers: Vec<_> =
        bodies.map(|body| (headers([GRPC]), body, Some(headers([OK])))).into();
    // An answer without a body has its status in the head.
    answers.push((headers([GRPC, OK]), &[], None));
    for (head, body, trailers) in answers {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let place = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            answer_bare(listener.accept().await.unwrap().0, head, body, trailers).await
        });
        assert_eq!(export(&grpc_at(&place)).await.unwrap(), Accepted::default(), "{body:?}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_server_at_a_unix_socket_is_called_localhost() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("otel.sock");
    let listener = tokio::net::UnixListener::bind(&socket).unwrap();
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        answer_bare(stream, headers([GRPC, OK]), &[], None).await
    });
    let endpoint = Endpoint::Unix { socket, uri: "http://localhost".parse().unwrap() };
    let remote = remote([Destination { wire: Wire::OtlpGrpc, endpoint }]);
    export(&remote).await.unwrap();
    let asked = server.await.unwrap();
    let path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    assert_eq!(asked, [format!("http://localhost{path}").parse::<Uri>().unwrap()]);
}

#[tokio::test]
async fn a_server_without_the_service_does_not_speak_the_wire() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap().to_string();
    let router = tonic::transport::Server::builder().add_routes(tonic::service::Routes::default());
    tokio::spawn(
        router.serve_with_incoming(tokio_stream::wrappers::TcpListenerStream::new(listener)),
    );
    assert_eq!(
        export_error(&grpc_at(&format!("http://{place}"))).await.kind,
        ErrorKind::WireNotSpoken
    );
}

/// A server that lets each connection go after its first answer, as one does that is replaced: it says so by `GOAWAY`, finishes
/// what is under way and hangs up. How many connections it has had.
async fn says_farewell_after_each_answer() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap().to_string();
    let connections = Arc::<AtomicUsize>::default();
    let count = connections.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(say_farewell_after_an_answer(stream));
        }
    });
    (place, connections)
}

async fn say_farewell_after_an_answer(stream: TcpStream) {
    let asked = Notify::new();
    let service = service_fn(|_: http::Request<Incoming>| {
        asked.notify_one();
        let mut response = http::Response::new(Full::new(Bytes::new()));
        *response.headers_mut() = headers([GRPC, OK]);
        async { Ok::<_, Infallible>(response) }
    });
    let builder = http2::Builder::new(TokioExecutor::new());
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let is_over = tokio::select! {
        biased;
        _ = &mut connection => true,
        () = asked.notified() => false,
    };
    if !is_over {
        connection.as_mut().graceful_shutdown();
        // A client that hangs up is no mistake of the server.
        let _ = connection.await;
    }
}

#[tokio::test]
async fn a_server_that_says_farewell_gets_the_next_call_over_another_connection() {
    let (place, connections) = says_farewell_after_each_answer().await;
    let mut exporter = Exporter::remote(&grpc_at(&format!("http://{place}"))).unwrap();
    let mut taken = 0;
    for _ in 0..20 {
        match exporter.export(&batch(&[&["span"]])).await {
            Ok(_) => taken += 1,
            // The farewell came just while the call was on its way.
            Err(error) => assert_eq!(error.kind, ErrorKind::Retryable { wait: None }, "{error}"),
        }
    }
    assert!(taken >= 10 && connections.load(Ordering::Relaxed) >= 10, "{taken} of 20 were taken");
}
