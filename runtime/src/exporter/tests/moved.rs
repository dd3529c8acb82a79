//! A name that gets another address while the server at the old one accepts connections and never answers.

use super::grpc_receiver::GrpcReceiver;
use super::http_receiver::HttpReceiver;
use super::{batch, grpc_at, http_at};
use crate::exporter::zone::{NEW, OLD, listen_at_both, point};
use crate::exporter::{Accepted, ErrorKind, Exporter};
use crate::plan::Remote;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;

/// A listener that nobody serves, one at its new address, and their port.
fn listen() -> (std::net::TcpListener, TcpListener, u16) {
    let (silent, listener, port) = listen_at_both();
    listener.set_nonblocking(true).unwrap();
    (silent, TcpListener::from_std(listener).unwrap(), port)
}

async fn assert_followed(name: &str, mut remote: Remote) {
    // Of both attempts, so long enough for the one that is answered.
    remote.timeout = Duration::from_secs(2);
    let mut exporter = Exporter::remote(&remote).unwrap();
    point(name, OLD);
    let silent = exporter.export(&batch(&[&["span"]])).await;
    assert_eq!(silent.unwrap_err().kind, ErrorKind::TimedOut);
    point(name, NEW);
    assert_eq!(exporter.export(&batch(&[&["span"]])).await.unwrap(), Accepted::default());
}

#[tokio::test]
async fn over_http_the_next_attempt_goes_to_the_new_address() {
    let (_silent, listener, port) = listen();
    let receiver = HttpReceiver::accepting();
    tokio::spawn(receiver.clone().serve_all(listener));
    assert_followed("http.moved.example", http_at(&format!("http://http.moved.example:{port}")))
        .await;
    assert_eq!(receiver.seen().len(), 1);
}

#[tokio::test]
async fn over_grpc_the_next_attempt_goes_to_the_new_address() {
    let (_silent, listener, port) = listen();
    let receiver = GrpcReceiver::accepting();
    tokio::spawn(receiver.router().serve_with_incoming(TcpListenerStream::new(listener)));
    assert_followed("grpc.moved.example", grpc_at(&format!("http://grpc.moved.example:{port}")))
        .await;
    assert_eq!(receiver.seen().len(), 1);
}
