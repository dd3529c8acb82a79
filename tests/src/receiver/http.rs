//! Wires over HTTP: the messages of opentelemetry-proto behind hyper.

use super::answer::{Answer, Refusal, Retry};
use super::connection::Connection;
use super::noted::Export;
use super::{Wire, zipkin};
use bytes::Bytes;
use flate2::read::GzDecoder;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use std::io::{self, Read};
use tonic::body::Body;

/// What the server takes for now where it names a date: years behind, so that whoever compares with another clock waits for
/// ever or not at all.
const NOW: &str = "Wed, 21 Oct 2015 07:28:00 GMT";

pub(super) async fn answer(
    connection: &Connection,
    wire: Wire,
    request: Request<Incoming>,
) -> Response<Body> {
    let (head, body) = request.into_parts();
    if head.uri.path().ends_with(zipkin::PATH) != (wire == Wire::Zipkin) {
        return response(StatusCode::NOT_FOUND, Bytes::new());
    }
    // As real servers do, a body that is too large is refused before it is read to its end.
    let Ok(body) = Limited::new(body, connection.limit()).collect().await else {
        return response(StatusCode::PAYLOAD_TOO_LARGE, Bytes::new());
    };
    let Ok((request, bytes)) = decode(wire, &head.headers, &body.to_bytes()) else {
        return response(StatusCode::BAD_REQUEST, "this is not what is spoken here".into());
    };
    let export = Export::new(head.uri.path().to_owned(), head.headers, request, bytes);
    match connection.judge(export).await {
        Answer::Refused(refusal) => refused(refusal),
        taken => accepted(wire, taken),
    }
}

fn accepted(wire: Wire, taken: Answer) -> Response<Body> {
    let taken = taken.into_response();
    match wire {
        Wire::Zipkin => response(zipkin::TAKEN, Bytes::new()),
        Wire::Json => {
            let json = serde_json::to_vec(&taken).unwrap_or_default();
            response(StatusCode::OK, json.into())
        }
        _ => response(StatusCode::OK, taken.encode_to_vec().into()),
    }
}

/// The request, and its size before it was packed.
fn decode(
    wire: Wire,
    headers: &HeaderMap,
    body: &[u8],
) -> io::Result<(ExportTraceServiceRequest, usize)> {
    let mut plain = Vec::new();
    let body = match headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes) {
        Some(b"gzip") => {
            GzDecoder::new(body).read_to_end(&mut plain)?;
            &plain
        }
        _ => body,
    };
    let request = match wire {
        Wire::Zipkin => zipkin::decode(body)?,
        Wire::Json => serde_json::from_slice(body)?,
        _ => ExportTraceServiceRequest::decode(body).map_err(io::Error::other)?,
    };
    Ok((request, body.len()))
}

fn refused(refusal: Refusal) -> Response<Body> {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = response(status, refusal.message.into());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    let after = match refusal.retry {
        Some(Retry::Seconds(seconds)) => Some(seconds.into()),
        Some(Retry::Header(text)) => Some(HeaderValue::from_static(text)),
        Some(Retry::Date(seconds)) => {
            headers.insert(DATE, HeaderValue::from_static(NOW));
            HeaderValue::try_from(NOW.replace(":00 GMT", &format!(":{seconds:02} GMT"))).ok()
        }
        None => None,
    };
    headers.extend(after.map(|after| (RETRY_AFTER, after)));
    response
}

fn response(status: StatusCode, body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::new(Full::new(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"));
    response
}
