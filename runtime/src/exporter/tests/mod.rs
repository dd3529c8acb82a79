//! Exporters against receivers on the loopback interface, which answer by script.
#![cfg(feature = "_remote")]

#[cfg(all(feature = "grpc", feature = "http"))]
mod choice;
#[cfg(feature = "http")]
mod connection;
#[cfg(feature = "grpc")]
mod grpc;
#[cfg(feature = "grpc")]
mod grpc_receiver;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "http")]
mod http_receiver;
#[cfg(feature = "jaeger")]
mod jaeger;
#[cfg(feature = "jaeger")]
mod jaeger_receiver;
#[cfg(feature = "http-json")]
mod json;
// Elsewhere the whole of 127.0.0.0/8 is not this machine.
#[cfg(all(feature = "grpc", feature = "http", target_os = "linux"))]
mod moved;
#[cfg(all(feature = "grpc", feature = "http", unix))]
mod place;
#[cfg(all(feature = "grpc", feature = "http"))]
mod proxy;
#[cfg(all(feature = "grpc", feature = "http"))]
mod secrets;
#[cfg(all(feature = "grpc", feature = "http", feature = "tls"))]
mod tls;
#[cfg(all(feature = "grpc", feature = "http"))]
mod wrong_port;
#[cfg(feature = "zipkin")]
mod zipkin;

use super::{Accepted, ErrorKind, ExportError, Exporter};
use crate::batch::protobuf::put_bytes;
use crate::batch::{Batch, Chunk, Resource};
use crate::plan::{Compression, Destination, Endpoint, Headers, Proxies, Remote, Tls, Wire};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

/// A backend that listens in these places. Its timeout is so long that only a test that is broken reaches it.
pub(crate) fn remote(destinations: impl IntoIterator<Item = Destination>) -> Remote {
    Remote {
        name: "otlp",
        destinations: destinations.into_iter().collect(),
        headers: Headers::default(),
        tls: Tls::default(),
        compression: Compression::None,
        request_bytes: usize::MAX,
        timeout: Duration::from_secs(30),
        proxies: Proxies::default(),
    }
}

pub(crate) fn destination(wire: Wire, uri: &str) -> Destination {
    Destination { wire, endpoint: Endpoint::Tcp(uri.parse().unwrap()) }
}

fn grpc_at(place: &str) -> Remote {
    remote([destination(Wire::OtlpGrpc, place)])
}

fn http_at(place: &str) -> Remote {
    remote([destination(Wire::OtlpHttp, &format!("{place}/v1/traces"))])
}

/// A batch of one chunk for each list of names.
fn batch(chunks: &[&[&str]]) -> Batch {
    let mut batch = Batch::empty(Arc::new(Resource::new([("service.name", "test")])));
    for names in chunks {
        let mut bytes = Vec::new();
        for name in *names {
            let mut span = Vec::new();
            put_bytes(&mut span, 5, name.as_bytes());
            put_bytes(&mut bytes, 2, &span);
        }
        batch.push(Chunk::new(bytes.into(), names.len() as u64));
    }
    batch
}

async fn export(remote: &Remote) -> Result<Accepted, ExportError> {
    Exporter::remote(remote).unwrap().export(&batch(&[&["one"], &["two", "three"]])).await
}

async fn export_error(remote: &Remote) -> ExportError {
    export(remote).await.expect_err("the receiver does not take it")
}

#[track_caller]
fn assert_error(error: &ExportError, kind: ErrorKind, message: &str, hint: &str) {
    assert_eq!(
        (error.message.as_str(), error.hint.as_deref().unwrap_or_default()),
        (message, hint)
    );
    assert_eq!(error.kind, kind);
}

/// The names of the spans in `request`.
fn span_names(request: &ExportTraceServiceRequest) -> Vec<String> {
    let scopes = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
    scopes.flat_map(|scope| &scope.spans).map(|span| span.name.clone()).collect()
}

/// A server that says `greeting` to whoever connects, and then hangs up or is silent.
async fn raw_server(greeting: &'static [u8], then: Then) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(greet(stream, greeting, then));
        }
    });
    place
}

#[derive(Clone, Copy, PartialEq)]
enum Then {
    HangUp,
    BeSilent,
}

async fn greet(mut stream: impl AsyncRead + AsyncWrite + Unpin, greeting: &[u8], then: Then) {
    stream.write_all(greeting).await.unwrap();
    if then == Then::HangUp {
        stream.shutdown().await.unwrap();
    }
    // What was sent is read, since the kernel answers unread bytes with a reset that may overtake the greeting.
    while stream.read(&mut [0; 4096]).await.is_ok_and(|read| read > 0) {}
}
