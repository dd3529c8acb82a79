//! What gRPC says in the headers and trailers of HTTP.
//!
//! Sources: <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>,
//! <https://opentelemetry.io/docs/specs/semconv/rpc/grpc/>.

use super::exchange::Side;
use crate::grpc_status::{NAMES, UNKNOWN};
use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// The codes that are the fault of a server. The others tell the client of its own.
const FAULTS: [&str; 6] =
    ["UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"];

/// Whether a request is a call of gRPC. That for browsers is not: its status stands in the body.
pub(super) fn is_call(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.and_then(|kind| kind.strip_prefix("application/grpc"))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['+', ';']))
}

/// The name of the status that stands in headers or trailers; a code that nobody knows is `UNKNOWN`.
pub(super) fn status(headers: &HeaderMap) -> Option<&'static str> {
    let code = headers.get("grpc-status")?.to_str().ok()?.parse::<usize>().ok();
    Some(code.and_then(|code| NAMES.get(code)).copied().unwrap_or(UNKNOWN))
}

/// Whether that status is a failure of the span's own side.
pub(super) fn is_failure(status: &str, side: Side) -> bool {
    match side {
        Side::Server => FAULTS.contains(&status),
        Side::Client => status != "OK",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn calls_are_known_by_their_content_type() {
        for (kind, expected) in [
            ("application/grpc", true),
            ("application/grpc+proto", true),
            ("application/grpc;charset=utf-8", true),
            ("application/grpc-web+proto", false),
            ("application/json", false),
        ] {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))]);
            assert_eq!(is_call(&headers), expected, "{kind}");
        }
    }

    #[test]
    fn codes_have_names_and_what_is_none_is_unknown() {
        for (code, name) in [("0", "OK"), ("5", "NOT_FOUND"), ("16", "UNAUTHENTICATED")]
            .into_iter()
            .chain(["17", "-1", "ok", ""].map(|code| (code, "UNKNOWN")))
        {
            let mut headers = HeaderMap::new();
            headers.insert("grpc-status", HeaderValue::from_static(code));
            assert_eq!(status(&headers), Some(name), "{code}");
        }
        assert_eq!(status(&HeaderMap::new()), None);
    }

    #[test]
    fn a_client_fails_by_what_a_server_tells_it() {
        let failures =
            |status| (is_failure(status, Side::Server), is_failure(status, Side::Client));
        assert_eq!(failures("OK"), (false, false));
        assert_eq!(failures("NOT_FOUND"), (false, true));
        assert_eq!(failures("INTERNAL"), (true, true));
    }
}
