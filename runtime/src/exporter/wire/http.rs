//! One POST per batch, whose body is the request itself.
//!
//! Source: <https://opentelemetry.io/docs/specs/otlp/#otlphttp>, and what other protocols have in common with it.

#[cfg(feature = "http-json")]
use super::json_answer;
use super::status::status_text;
use super::{headers, is_about_size, retry_after};
use crate::exporter::error::{ErrorKind, ExportError};
use crate::exporter::peer::Peer;
use crate::exporter::transport::{Answer, endpoint};
use crate::plan::{Compression, Remote};
use ::http::header::{CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use ::http::{HeaderMap, HeaderValue, Request, StatusCode, Uri};
use std::borrow::Cow;

/// The content type of JSON.
#[cfg(any(feature = "http-json", feature = "zipkin"))]
pub(in crate::exporter) const JSON: &str = "application/json";

/// The head of all requests to `uri` with bodies of this type.
pub(in crate::exporter) fn head(
    uri: &Uri,
    content_type: &'static str,
    remote: &Remote,
) -> ::http::Result<Request<()>> {
    let target = format!(
        "{}{}",
        endpoint::origin(uri),
        uri.path_and_query().map_or("/", |path| path.as_str())
    );
    let mut head = Request::post(target).body(())?;
    *head.headers_mut() = headers(remote);
    head.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if remote.compression == Compression::Gzip {
        head.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(head)
}

/// What the server says about a request that it took. What follows a good status is not needed: a body that breaks off
/// changes nothing.
pub(in crate::exporter) fn read<'a>(
    answer: &'a Answer,
    peer: &Peer,
) -> Result<&'a [u8], ExportError> {
    if answer.status.is_success() { Ok(&answer.body) } else { Err(refusal(answer, peer)) }
}

/// What an answer means that is no success, whether or not it comes from an OTLP server.
pub(super) fn refusal(answer: &Answer, peer: &Peer) -> ExportError {
    let said = &*explanation(&answer.body);
    if wants_tls(answer.status, said) {
        let hint = "TLS is spoken there: write `https://` in `tracing_endpoint`";
        return peer
            .refused(ErrorKind::WireNotSpoken, answer.status.as_str(), said)
            .hint(Some(hint));
    }
    let kind = match classify(answer.status, &answer.headers) {
        ErrorKind::Invalid if is_about_size(said) => ErrorKind::TooLarge,
        kind => kind,
    };
    let verdict = answer.status.to_string();
    peer.refused(kind, verdict.trim(), said).hint(hint(answer, peer))
}

/// What stands in the body: a `google.rpc.Status` in the encoding of the request, or words for people.
fn explanation(body: &[u8]) -> Cow<'_, [u8]> {
    #[cfg(feature = "http-json")]
    if let Some(message) = json_answer::status_text(body) {
        return message.into_bytes().into();
    }
    status_text(body).unwrap_or(body).into()
}

fn classify(status: StatusCode, headers: &HeaderMap) -> ErrorKind {
    match status.as_u16() {
        400 | 422 => ErrorKind::Invalid,
        404 | 405 | 415 | 501 | 505 => ErrorKind::WireNotSpoken,
        413 => ErrorKind::TooLarge,
        429 | 502 | 503 | 504 => ErrorKind::Retryable { wait: retry_after::from_headers(headers) },
        _ => ErrorKind::Refused,
    }
}

/// Some servers answer plain text on their TLS port with a 400, which says nothing about the batch.
fn wants_tls(status: StatusCode, said: &[u8]) -> bool {
    status == StatusCode::BAD_REQUEST && said.windows(5).any(|word| word == b"HTTPS")
}

fn hint(answer: &Answer, peer: &Peer) -> Option<String> {
    Some(match answer.status.as_u16() {
        300..=399 => {
            let location = answer.headers.get(LOCATION)?;
            format!("set `tracing_endpoint` to `{}`", peer.secrets.clean(location.as_bytes()))
        }
        401 | 403 => {
            "`tracing_headers` holds what the server wants to know, such as `authorization`".into()
        }
        404 | 405 => "check the host, the port and the path in `tracing_endpoint`".into(),
        407 => {
            "the proxy wants a user and a password, as in `http://user:password@proxy:3128`".into()
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::http::header::RETRY_AFTER;
    use std::time::Duration;

    #[test]
    fn statuses_are_judged_as_the_specification_asks() {
        let later = ErrorKind::Retryable { wait: Some(Duration::from_secs(2)) };
        let kinds = [
            (301, ErrorKind::Refused),
            (400, ErrorKind::Invalid),
            (401, ErrorKind::Refused),
            (403, ErrorKind::Refused),
            (404, ErrorKind::WireNotSpoken),
            (405, ErrorKind::WireNotSpoken),
            (408, ErrorKind::Refused),
            (413, ErrorKind::TooLarge),
            (415, ErrorKind::WireNotSpoken),
            (422, ErrorKind::Invalid),
            (429, later),
            (500, ErrorKind::Refused),
            (501, ErrorKind::WireNotSpoken),
            (502, later),
            (503, later),
            (504, later),
            (599, ErrorKind::Refused),
        ];
        let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static("2"))]);
        for (status, kind) in kinds {
            assert_eq!(classify(StatusCode::from_u16(status).unwrap(), &headers), kind, "{status}");
        }
    }

    #[test]
    fn a_server_that_wants_tls_is_told_from_one_that_dislikes_the_batch() {
        for said in [
            "Client sent an HTTP request to an HTTPS server.\n",
            "<center>The plain HTTP request was sent to HTTPS port</center>",
        ] {
            assert!(wants_tls(StatusCode::BAD_REQUEST, said.as_bytes()), "{said}");
            assert!(!wants_tls(StatusCode::FORBIDDEN, said.as_bytes()));
        }
        assert!(!wants_tls(StatusCode::BAD_REQUEST, b"invalid span id"));
    }
}
