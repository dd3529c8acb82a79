//! Requests as spans: real servers and clients of axum, hyper, tonic and reqwest on this machine.
//!
//! Each test runs on one thread, so that all of it is captured and nothing of the others.

mod bodies;
mod clients;
mod grpc;
mod servers;

use axum::Router;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use std::net::{Ipv4Addr, SocketAddr};
use synndicate::testing::{AttributeValue, Recording, Span, Spans};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;

/// The spans of what `body` does on this thread, and of everything that it spawns.
fn capture(body: impl Future<Output = ()>) -> Spans {
    let recording = Recording::new();
    capture_in(&recording, body);
    recording.spans()
}

fn capture_in(recording: &Recording, body: impl Future<Output = ()>) {
    recording.run(|| {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(body);
    });
}

/// Serves `router` on a port of its own.
async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// Sends a request and reads the whole response.
async fn send(request: Request<Full<Bytes>>) -> Response<Bytes> {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let (head, body) = client.request(request).await.unwrap().into_parts();
    Response::from_parts(head, body.collect().await.unwrap().to_bytes())
}

/// Asks for a path.
async fn get(address: SocketAddr, path: &str) -> Response<Bytes> {
    send(Request::get(format!("http://{address}{path}")).body(Full::default()).unwrap()).await
}

/// Sends these bytes as they are, and returns what comes until the connection is closed.
async fn send_raw(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn text(span: &Span, key: &str) -> Option<String> {
    span.attribute(key).map(|value| match value {
        AttributeValue::Text(text) => text.clone(),
        other => other.to_string(),
    })
}

/// All attributes as `key=value`, sorted, but for where the code stands and the server listens.
fn attributes(span: &Span) -> Vec<String> {
    let attributes = span.attributes.iter().map(|(key, value)| format!("{key}={value}"));
    let mut attributes: Vec<_> =
        attributes.filter(|attribute| !attribute.starts_with("server.port")).collect();
    attributes.sort();
    attributes
}
