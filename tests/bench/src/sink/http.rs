//! OTLP/HTTP with protobuf bodies, uncompressed.

use super::Counter;
use super::counted::Request as Counted;
use http_body_util::{BodyExt, Collected, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use prost::Message;
use std::convert::Infallible;
use tokio::net::TcpListener;

pub(super) async fn serve(listener: TcpListener, counter: Counter) {
    while let Ok((stream, _)) = listener.accept().await {
        let counter = counter.clone();
        let service = service_fn(move |request| export(request, counter.clone()));
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn export(
    request: Request<Incoming>,
    counter: Counter,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let found = request.uri().path() == "/v1/traces";
    let body = request.into_body().collect().await.map(Collected::to_bytes).unwrap_or_default();
    let status = match Counted::decode(body) {
        Ok(request) if found => {
            counter.add(request.spans());
            StatusCode::OK
        }
        Ok(_) => StatusCode::NOT_FOUND,
        Err(_) => StatusCode::BAD_REQUEST,
    };
    // That all was taken is an empty message.
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    Ok(response)
}
