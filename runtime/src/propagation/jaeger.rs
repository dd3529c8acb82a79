//! Jaeger's own header.
//!
//! Source: <https://www.jaegertracing.io/docs/1.76/client-libraries/#propagation-format>.

use super::ids::{Ids, hex, hex64};

pub(super) const HEADER: &str = "uber-trace-id";

/// What `trace:span:parent:flags` says; `None` where it is not that. Leading zeros may be missing.
pub(super) fn parse(header: &str) -> Option<Ids> {
    // Some clients encode it as a part of a URL.
    let header = header.trim().replace("%3A", ":").replace("%3a", ":");
    let fields: Vec<&str> = header.split(':').collect();
    let [trace_id, span_id, _parent, flags] = fields[..] else { return None };
    let flags = u8::from_str_radix(flags, 16).ok().filter(|_| !flags.starts_with('+'))?;
    Some(Ids {
        trace_id: Some(trace_id).filter(|id| id.len() <= 32).and_then(hex)?,
        span_id: Some(span_id).filter(|id| id.len() <= 16).and_then(hex64)?,
        is_sampled: flags & 1 == 1,
    })
}

/// The header for a span of ours. The parent's place is for clients of old; the specification asks for a zero.
pub(super) fn format(Ids { trace_id, span_id, is_sampled }: Ids) -> String {
    format!("{trace_id:032x}:{span_id:016x}:0:{}", u8::from(is_sampled))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for is_sampled in [true, false] {
            let ids = Ids { trace_id: 1 << 100, span_id: 7, is_sampled };
            assert_eq!(parse(&format(ids)), Some(ids));
        }
    }

    #[test]
    fn short_and_encoded_ids_are_read() {
        let ids = Ids { trace_id: 0xab, span_id: 0xc, is_sampled: true };
        for header in ["ab:c:0:1", "AB:C:0:3", "ab%3Ac%3a0%3A1", " 00ab:000c:0:01 "] {
            assert_eq!(parse(header), Some(ids), "{header}");
        }
    }

    #[test]
    fn what_is_malformed_is_refused() {
        let long = format!("{}:1:0:1", "1".repeat(33));
        for header in [
            "",
            ":::",
            "0:1:0:1",
            "1:0:0:1",
            "1:1:0",
            "1:1:0:1:1",
            "x:1:0:1",
            "1:1:0:x",
            "1:1:0:+1",
            "1:1:0:100",
            &long,
        ] {
            assert_eq!(parse(header), None, "{header}");
        }
    }
}
