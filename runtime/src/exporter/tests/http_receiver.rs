//! A receiver of OTLP over HTTP, which notes what it was sent and answers as it is told.

use super::span_names;
use http::{HeaderMap, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// The number of the connection.
    pub(super) connection: usize,
    /// What stands in the first line.
    pub(super) line: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Seen {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The names of the spans in the request.
    pub(super) fn span_names(&self) -> Vec<String> {
        span_names(&ExportTraceServiceRequest::decode(&self.body[..]).unwrap())
    }
}

pub(super) type Reply = Response<Full<Bytes>>;

type Script = dyn Fn(&Seen) -> Reply + Send + Sync;

#[derive(Clone)]
pub(super) struct HttpReceiver {
    script: Arc<Script>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl HttpReceiver {
    pub(super) fn new(script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> HttpReceiver {
        HttpReceiver { script: Arc::new(script), seen: Arc::default() }
    }

    /// A receiver that takes everything.
    pub(super) fn accepting() -> HttpReceiver {
        HttpReceiver::new(|_| reply(200, b""))
    }

    /// Listens on a free port of `host`, and says where.
    pub(super) async fn listen(&self, host: &str) -> String {
        let listener = TcpListener::bind((host, 0)).await.unwrap();
        let place = listener.local_addr().unwrap().to_string();
        tokio::spawn(self.clone().serve_all(listener));
        place
    }

    /// Answers whoever connects.
    pub(super) async fn serve_all(self, listener: TcpListener) {
        let mut connection = 0;
        while let Ok((stream, _)) = listener.accept().await {
            connection += 1;
            tokio::spawn(self.clone().serve(stream, connection));
        }
    }

    /// Answers the requests of one connection.
    pub(super) async fn serve(
        self,
        io: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        connection: usize,
    ) {
        let service = service_fn(|request: http::Request<Incoming>| {
            let receiver = self.clone();
            async move {
                let (head, body) = request.into_parts();
                let line = format!("{} {}", head.method, head.uri);
                let body = body.collect().await.unwrap().to_bytes().to_vec();
                let seen = Seen { connection, line, headers: head.headers, body };
                let reply = (receiver.script)(&seen);
                receiver.seen.lock().unwrap().push(seen);
                Ok::<_, Infallible>(reply)
            }
        });
        // A client that hangs up is no mistake of the receiver.
        let _ = http1::Builder::new().serve_connection(TokioIo::new(io), service).await;
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

pub(super) fn reply(status: u16, body: &[u8]) -> Reply {
    Response::builder().status(status).body(Full::from(body.to_vec())).unwrap()
}

pub(super) fn reply_with(status: u16, header: (&str, &str), body: &[u8]) -> Reply {
    let mut reply = reply(status, body);
    let name = http::HeaderName::try_from(header.0).unwrap();
    reply.headers_mut().insert(name, header.1.parse().unwrap());
    reply
}
