//! A unary call of gRPC. It is written by hand because it is small, while a library for it would bring eight more crates
//! into each user's program and copy each message into a buffer of its own first.
//!
//! Sources: <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>,
//! <https://opentelemetry.io/docs/specs/otlp/#otlpgrpc>.

use super::http::refusal;
use super::status::{RetryInfo, retry_info};
use super::{headers, is_about_size};
use crate::exporter::error::{ErrorKind, ExportError};
use crate::exporter::peer::Peer;
use crate::exporter::transport::{Answer, endpoint};
use crate::grpc_status::{NAMES, UNKNOWN};
#[cfg(feature = "jaeger")]
use crate::plan::Wire;
use crate::plan::{Compression, Remote};
use ::http::header::{CONTENT_TYPE, TE};
use ::http::{HeaderMap, HeaderName, HeaderValue, Request, Uri};
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use bytes::Bytes;
use percent_encoding::percent_decode;

const TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");
const ENCODING: HeaderName = HeaderName::from_static("grpc-encoding");
const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const DETAILS: HeaderName = HeaderName::from_static("grpc-status-details-bin");

/// The head of all calls of `method` at `uri`, of which only scheme, host and port count.
pub(in crate::exporter) fn head(
    uri: &Uri,
    method: &str,
    remote: &Remote,
) -> ::http::Result<Request<()>> {
    let mut head = Request::post(format!("{}{method}", endpoint::origin(uri))).body(())?;
    *head.headers_mut() = headers(remote);
    let headers = head.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(TE, HeaderValue::from_static("trailers"));
    // Eight digits are the most that gRPC allows.
    let millis = remote.timeout.as_millis().clamp(1, 99_999_999);
    headers.insert(TIMEOUT, HeaderValue::try_from(format!("{millis}m"))?);
    if remote.compression == Compression::Gzip {
        headers.insert(ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(head)
}

/// `pieces` as one message.
pub(in crate::exporter) fn frame(
    pieces: Vec<Bytes>,
    compression: Compression,
) -> impl Iterator<Item = Bytes> {
    let is_packed = u8::from(compression == Compression::Gzip);
    // The limit of a request keeps it far below the four bytes that its length has.
    let len = pieces.iter().map(Bytes::len).sum::<usize>() as u32;
    let [a, b, c, d] = len.to_be_bytes();
    std::iter::once(Bytes::copy_from_slice(&[is_packed, a, b, c, d])).chain(pieces)
}

/// The message that the server answers.
pub(in crate::exporter) fn read<'a>(
    answer: &'a Answer,
    peer: &Peer,
) -> Result<&'a [u8], ExportError> {
    let trailers = trailers(answer, peer)?;
    match trailers.get(STATUS).map(HeaderValue::as_bytes) {
        Some(b"0") => Ok(message(&answer.body)),
        Some(code) => Err(refused(code, trailers, peer)),
        None => {
            let hint = "a proxy on the way may drop the trailers of HTTP/2, which gRPC needs";
            Err(peer.refused(ErrorKind::Refused, "without a `grpc-status`", b"").hint(Some(hint)))
        }
    }
}

/// Where the status stands: behind the body, or in the head of an answer that has none.
fn trailers<'a>(answer: &'a Answer, peer: &Peer) -> Result<&'a HeaderMap, ExportError> {
    if answer.headers.contains_key(STATUS) {
        return Ok(&answer.headers);
    }
    let content_type = answer.headers.get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    if !content_type.starts_with(b"application/grpc") {
        return Err(not_grpc(answer, peer));
    }
    answer.trailers.as_ref().map_err(|failure| peer.failed(failure))
}

/// The answer comes from a server or a proxy that does not speak gRPC, so a 400 is not about the batch.
fn not_grpc(answer: &Answer, peer: &Peer) -> ExportError {
    if answer.status.is_success() {
        return peer
            .refused(ErrorKind::WireNotSpoken, "in HTTP/2, but not in gRPC", b"")
            .hint(Some(peer.usual_port()));
    }
    let refusal = refusal(answer, peer);
    match refusal.kind {
        ErrorKind::Invalid => ExportError { kind: ErrorKind::WireNotSpoken, ..refusal },
        _ => refusal,
    }
}

fn refused(code: &[u8], trailers: &HeaderMap, peer: &Peer) -> ExportError {
    let bytes = |name| trailers.get(name).map_or(&b""[..], HeaderValue::as_bytes);
    let said: Vec<u8> = percent_decode(bytes(MESSAGE)).collect();
    let details = bytes(DETAILS).trim_ascii_end();
    let padding = details.iter().rev().take_while(|&&byte| byte == b'=').count();
    let details = details.get(..details.len() - padding).unwrap_or_default();
    let status = BASE64_STANDARD_NO_PAD.decode(details).unwrap_or_default();
    let code = Code::of(code);
    let kind = match peer.wire {
        #[cfg(feature = "jaeger")]
        Wire::JaegerGrpc => code.kind_by_jaeger(&said, retry_info(&status)),
        _ => code.kind(&said, retry_info(&status)),
    };
    peer.refused(kind, code.name(), &said).hint(code.hint(peer))
}

/// The message in a body; nothing where it is packed, which it may not be because we did not say that we understand that.
fn message(body: &[u8]) -> &[u8] {
    match body.split_first_chunk() {
        Some(([0, a, b, c, d], rest)) => {
            rest.get(..u32::from_be_bytes([*a, *b, *c, *d]) as usize).unwrap_or_default()
        }
        _ => &[],
    }
}

/// A status of gRPC. Source: <https://github.com/grpc/grpc/blob/master/doc/statuscodes.md>.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Code(usize);

impl Code {
    const CANCELLED: Code = Code(1);
    const UNKNOWN: Code = Code(2);
    const INVALID_ARGUMENT: Code = Code(3);
    const DEADLINE_EXCEEDED: Code = Code(4);
    const PERMISSION_DENIED: Code = Code(7);
    const RESOURCE_EXHAUSTED: Code = Code(8);
    const ABORTED: Code = Code(10);
    const OUT_OF_RANGE: Code = Code(11);
    const UNIMPLEMENTED: Code = Code(12);
    const UNAVAILABLE: Code = Code(14);
    const DATA_LOSS: Code = Code(15);
    const UNAUTHENTICATED: Code = Code(16);

    /// What is no known number is `UNKNOWN`.
    fn of(code: &[u8]) -> Code {
        let code = std::str::from_utf8(code).ok().and_then(|code| code.parse().ok());
        code.filter(|&code| code < NAMES.len()).map_or(Code::UNKNOWN, Code)
    }

    fn name(self) -> &'static str {
        NAMES.get(self.0).copied().unwrap_or(UNKNOWN)
    }

    /// What becomes of the batch. `retry` is there if the server asks for another try.
    ///
    /// Source: <https://opentelemetry.io/docs/specs/otlp/#failures>.
    fn kind(self, said: &[u8], retry: Option<RetryInfo>) -> ErrorKind {
        match self {
            Code::RESOURCE_EXHAUSTED | Code::OUT_OF_RANGE if is_about_size(said) => {
                ErrorKind::TooLarge
            }
            Code::CANCELLED
            | Code::DEADLINE_EXCEEDED
            | Code::ABORTED
            | Code::OUT_OF_RANGE
            | Code::UNAVAILABLE
            | Code::DATA_LOSS => ErrorKind::Retryable { wait: retry.and_then(|retry| retry.wait) },
            Code::RESOURCE_EXHAUSTED => match retry {
                Some(RetryInfo { wait }) => ErrorKind::Retryable { wait },
                None => ErrorKind::Refused,
            },
            Code::INVALID_ARGUMENT => ErrorKind::Invalid,
            Code::UNIMPLEMENTED => ErrorKind::WireNotSpoken,
            _ => ErrorKind::Refused,
        }
    }

    /// The same where the server is a Jaeger, which has no code of its own for what passes: the first says `RESOURCE_EXHAUSTED`
    /// when its queue is full, the second `UNKNOWN` whatever its storage says, in words that tell what is permanent.
    ///
    /// Sources: <https://github.com/jaegertracing/jaeger/blob/v1.76.0/cmd/collector/app/handler/grpc_handler.go>,
    /// <https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/v0.140.1/receiver/jaegerreceiver/trace_receiver.go>.
    #[cfg(feature = "jaeger")]
    fn kind_by_jaeger(self, said: &[u8], retry: Option<RetryInfo>) -> ErrorKind {
        let is_permanent = || String::from_utf8_lossy(said).contains("Permanent error: ");
        match (self, self.kind(said, retry)) {
            (Code::RESOURCE_EXHAUSTED, ErrorKind::Refused) => ErrorKind::Retryable { wait: None },
            (Code::UNKNOWN, _) if !is_permanent() => ErrorKind::Retryable { wait: None },
            (_, kind) => kind,
        }
    }

    fn hint(self, peer: &Peer) -> Option<&'static str> {
        match self {
            Code::UNAUTHENTICATED | Code::PERMISSION_DENIED => Some(
                "`tracing_headers` holds what the server wants to know, such as `authorization`",
            ),
            Code::UNIMPLEMENTED => Some(peer.unknown_method()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const SOON: Option<RetryInfo> = Some(RetryInfo { wait: Some(Duration::from_secs(2)) });

    #[test]
    fn codes_are_judged_as_the_specification_asks() {
        let later = ErrorKind::Retryable { wait: None };
        let kinds = [
            (1, later),
            (2, ErrorKind::Refused),
            (3, ErrorKind::Invalid),
            (4, later),
            (5, ErrorKind::Refused),
            (6, ErrorKind::Refused),
            (7, ErrorKind::Refused),
            (8, ErrorKind::Refused),
            (9, ErrorKind::Refused),
            (10, later),
            (11, later),
            (12, ErrorKind::WireNotSpoken),
            (13, ErrorKind::Refused),
            (14, later),
            (15, later),
            (16, ErrorKind::Refused),
        ];
        for (code, kind) in kinds {
            assert_eq!(Code(code).kind(b"no", None), kind, "{}", Code(code).name());
        }
    }

    #[test]
    fn a_wait_of_the_server_is_followed_where_a_retry_is_allowed() {
        let wait = ErrorKind::Retryable { wait: Some(Duration::from_secs(2)) };
        assert_eq!(Code::UNAVAILABLE.kind(b"", SOON), wait);
        assert_eq!(Code::RESOURCE_EXHAUSTED.kind(b"", SOON), wait);
        assert_eq!(
            Code::RESOURCE_EXHAUSTED.kind(b"", Some(RetryInfo { wait: None })),
            ErrorKind::Retryable { wait: None }
        );
        assert_eq!(Code::UNAUTHENTICATED.kind(b"", SOON), ErrorKind::Refused);
    }

    #[test]
    fn a_message_that_is_too_large_is_told_by_the_words_of_its_server() {
        let go = "grpc: received message larger than max (5000000 vs. 4194304)";
        let java = "gRPC message exceeds maximum size 4194304: 5000000";
        let dotnet = "Received message exceeds the maximum configured message size.";
        for said in [go, java, dotnet] {
            assert_eq!(
                Code::RESOURCE_EXHAUSTED.kind(said.as_bytes(), SOON),
                ErrorKind::TooLarge,
                "{said}"
            );
        }
        let tonic = b"Error, decoded message length too large: found 70000 bytes, the limit is: 65536 bytes";
        assert_eq!(Code::OUT_OF_RANGE.kind(tonic, None), ErrorKind::TooLarge);
        assert_eq!(Code::RESOURCE_EXHAUSTED.kind(b"quota exceeded", None), ErrorKind::Refused);
    }

    #[cfg(feature = "jaeger")]
    #[test]
    fn trouble_of_a_jaeger_passes_unless_it_says_that_it_is_permanent() {
        let kind = |code: Code, said: &str| code.kind_by_jaeger(said.as_bytes(), None);
        let later = ErrorKind::Retryable { wait: None };
        assert_eq!(kind(Code::RESOURCE_EXHAUSTED, "server busy"), later);
        assert_eq!(kind(Code::UNKNOWN, "data refused due to high memory usage"), later);
        assert_eq!(kind(Code::UNKNOWN, "Permanent error: no such index"), ErrorKind::Refused);
        assert_eq!(kind(Code::UNAVAILABLE, ""), later);
        assert_eq!(kind(Code::PERMISSION_DENIED, "no"), ErrorKind::Refused);
        assert_eq!(
            kind(Code::RESOURCE_EXHAUSTED, "grpc: received message larger than max (5 vs. 4)"),
            ErrorKind::TooLarge
        );
    }

    #[test]
    fn a_code_that_is_no_known_number_is_unknown() {
        assert_eq!(Code::of(b"14"), Code::UNAVAILABLE);
        for code in [&b""[..], b"17", b"-1", b"OK", b"99999999999999999999", &[0xff]] {
            assert_eq!(Code::of(code), Code::UNKNOWN, "{code:?}");
        }
    }

    #[test]
    fn a_message_is_taken_out_of_its_frame() {
        assert_eq!(message(&[0, 0, 0, 0, 2, 7, 8]), [7, 8]);
        assert_eq!(message(&[0, 0, 0, 0, 2, 7, 8, 9]), [7, 8]);
        for body in
            [&[][..], &[0, 0, 0], &[0, 0, 0, 0, 0], &[0, 0, 0, 0, 3, 7, 8], &[1, 0, 0, 0, 2, 7, 8]]
        {
            assert!(message(body).is_empty(), "{body:?}");
        }
    }

    #[test]
    fn a_frame_says_its_length_and_keeps_the_pieces() {
        let pieces = vec![Bytes::from_static(b"ab"), Bytes::from_static(b"c")];
        let framed: Vec<Bytes> = frame(pieces.clone(), Compression::None).collect();
        assert_eq!(framed, [&[0, 0, 0, 0, 3][..], b"ab", b"c"]);
        assert_eq!(framed[1].as_ptr(), pieces[0].as_ptr(), "no copy is made");
        assert_eq!(
            frame(Vec::new(), Compression::Gzip).collect::<Vec<_>>(),
            [&[1, 0, 0, 0, 0][..]]
        );
    }
}
