//! Where servers listen: both address families, and Unix sockets.

use super::grpc_receiver::GrpcReceiver;
use super::http_receiver::HttpReceiver;
use super::{export, grpc_at, http_at, remote};
use crate::exporter::Accepted;
use crate::plan::{Destination, Endpoint, Wire};
use std::path::Path;
use tokio::net::UnixListener;
use tokio_stream::wrappers::UnixListenerStream;

fn port(place: &str) -> &str {
    place.rsplit_once(':').unwrap().1
}

#[tokio::test]
async fn an_address_of_the_sixth_version_is_reached_and_named_in_brackets() {
    let http = HttpReceiver::accepting();
    let place = http.listen("::1").await;
    assert!(place.starts_with("[::1]:"));
    export(&http_at(&format!("http://{place}"))).await.unwrap();
    assert_eq!(http.seen()[0].header("host"), Some(place.as_str()));

    let grpc = GrpcReceiver::accepting();
    export(&grpc_at(&format!("http://{}", grpc.listen("::1").await))).await.unwrap();
}

#[tokio::test]
async fn localhost_is_reached_whichever_family_its_server_listens_on() {
    for host in ["127.0.0.1", "::1"] {
        let http = HttpReceiver::accepting();
        let place = http.listen(host).await;
        export(&http_at(&format!("http://localhost:{}", port(&place)))).await.unwrap();
        assert_eq!(
            http.seen()[0].header("host"),
            Some(format!("localhost:{}", port(&place)).as_str())
        );

        let grpc = GrpcReceiver::accepting();
        let place = grpc.listen(host).await;
        export(&grpc_at(&format!("http://localhost:{}", port(&place)))).await.unwrap();
    }
}

fn unix(socket: &Path, wire: Wire, uri: &'static str) -> crate::plan::Remote {
    let endpoint = Endpoint::Unix { socket: socket.to_owned(), uri: http::Uri::from_static(uri) };
    remote([Destination { wire, endpoint }])
}

#[tokio::test]
async fn a_unix_socket_is_reached_over_http() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("otel.sock");
    let listener = UnixListener::bind(&socket).unwrap();
    let receiver = HttpReceiver::accepting();
    let server = receiver.clone();
    tokio::spawn(async move { server.serve(listener.accept().await.unwrap().0, 1).await });
    let remote = unix(&socket, Wire::OtlpHttp, "http://localhost/v1/traces");
    assert_eq!(export(&remote).await.unwrap(), Accepted::default());
    let seen = &receiver.seen()[0];
    assert_eq!((seen.line.as_str(), seen.header("host")), ("POST /v1/traces", Some("localhost")));
}

#[tokio::test]
async fn a_unix_socket_is_reached_over_grpc() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("otel.sock");
    let receiver = GrpcReceiver::accepting();
    let incoming = UnixListenerStream::new(UnixListener::bind(&socket).unwrap());
    tokio::spawn(receiver.router().serve_with_incoming(incoming));
    export(&unix(&socket, Wire::OtlpGrpc, "http://localhost")).await.unwrap();
    assert_eq!(receiver.seen().len(), 1);
}

#[tokio::test]
async fn a_socket_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("otel.sock");
    let error = export(&unix(&socket, Wire::OtlpGrpc, "http://localhost")).await.unwrap_err();
    let expected = format!("cannot reach `unix://{}`: no such file or directory", socket.display());
    assert_eq!(error.message, expected);
}
