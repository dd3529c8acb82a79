//! OTLP, which the spans' bytes are in already: its names on both wires, and what its servers say of spans that they took only in part.
//!
//! Source: <https://opentelemetry.io/docs/specs/otlp/>.

use crate::batch::protobuf::{Value, whole};

/// The method of gRPC.
pub(super) const EXPORT: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

/// The content type over HTTP.
pub(super) const PROTOBUF: &str = "application/x-protobuf";

/// What a server says about the spans that it did not take although it took the request: how many, and why.
///
/// An answer that is not a whole `ExportTraceServiceResponse` says nothing.
/// Source: <https://opentelemetry.io/docs/specs/otlp/#partial-success>.
pub(super) fn partial_success(response: &[u8]) -> (u64, &[u8]) {
    let (mut rejected, mut reason) = (0, &[][..]);
    for (number, value) in whole(response).unwrap_or_default() {
        if number != 1 {
            continue;
        }
        for (number, value) in whole(value.as_bytes()).unwrap_or_default() {
            match (number, value) {
                (1, Value::Varint(spans)) => {
                    rejected = u64::try_from(spans.cast_signed()).unwrap_or(0);
                }
                (2, Value::Bytes(text)) => reason = text,
                _ => {}
            }
        }
    }
    (rejected, reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::collector::trace::v1::{
        ExportTracePartialSuccess, ExportTraceServiceResponse,
    };
    use prost::Message;

    fn response(rejected_spans: i64, error_message: &str) -> Vec<u8> {
        let partial_success =
            ExportTracePartialSuccess { rejected_spans, error_message: error_message.into() };
        ExportTraceServiceResponse { partial_success: Some(partial_success) }.encode_to_vec()
    }

    #[test]
    fn a_partial_success_is_read() {
        assert_eq!(partial_success(&response(3, "too old")), (3, &b"too old"[..]));
        assert_eq!(partial_success(&response(0, "deprecated")), (0, &b"deprecated"[..]));
        assert_eq!(partial_success(&response(-3, "")), (0, &b""[..]));
        assert_eq!(partial_success(&response(i64::MAX, "")), (i64::MAX as u64, &b""[..]));
    }

    #[test]
    fn an_answer_that_is_no_protobuf_says_nothing() {
        let mut cut = response(3, "too old");
        cut.pop();
        let bodies = [
            &b""[..],
            b"OK",
            b"{\"partialSuccess\":{}}",
            b"<html></html>",
            b"\n<html></html>",
            &[0xff; 20],
            &cut,
        ];
        for body in bodies {
            assert_eq!(partial_success(body), (0, &b""[..]), "{body:?}");
        }
    }
}
