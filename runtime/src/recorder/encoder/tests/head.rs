//! The head of a span, field by field.

use super::{CONTEXT, FACTS};
use crate::recorder::context::{LANE, REMOTE, REMOTE_PARENT, SAMPLED};
use crate::recorder::encoder::{Facts, Head, STATUS_ERROR};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

fn span(facts: Facts) -> Span {
    let head = Head::new(&CONTEXT, &facts);
    let bytes = head.to_bytes();
    assert_eq!(bytes.len(), head.len());
    Span::decode(&bytes[..]).unwrap()
}

#[test]
fn every_field_is_where_the_generated_type_finds_it() {
    let facts = Facts {
        parent: 0x2122_2324_2526_2728,
        info: LANE | SAMPLED,
        kind: 3,
        start: 0x1122_3344_5566_7788,
        end: u64::MAX,
    };
    let expected = Span {
        trace_id: CONTEXT.trace_id.to_be_bytes().to_vec(),
        span_id: CONTEXT.span_id.to_be_bytes().to_vec(),
        parent_span_id: facts.parent.to_be_bytes().to_vec(),
        kind: 3,
        start_time_unix_nano: facts.start,
        end_time_unix_nano: u64::MAX,
        flags: 0x101,
        ..Span::default()
    };
    assert_eq!(span(facts), expected);
}

#[test]
fn every_byte_of_the_times_has_its_place() {
    for bit in 0..64 {
        let (start, end) = (1_u64 << bit, 1_u64 << (63 - bit));
        let span = span(Facts { start, end, ..FACTS });
        assert_eq!((span.start_time_unix_nano, span.end_time_unix_nano), (start, end));
        assert_eq!((span.kind, &span.trace_id[..]), (1, &CONTEXT.trace_id.to_be_bytes()[..]));
    }
}

#[test]
fn a_root_has_no_parent() {
    let root = span(FACTS);
    assert!(root.parent_span_id.is_empty());
    assert_eq!((root.kind, root.flags), (1, 0x101));
}

#[test]
fn the_flags_say_whether_the_parent_is_remote_and_not_whether_the_span_is() {
    let flags = |info| span(Facts { parent: 1, info, ..FACTS }).flags;
    assert_eq!(flags(REMOTE_PARENT), 0x301);
    assert_eq!(flags(REMOTE | LANE), 0x101);
    assert_eq!(flags(7 << 8), 0x101, "the number of a call site is none of them");
}

#[test]
fn a_head_is_whole_words_so_that_what_follows_is_too() {
    for parent in [0, 1] {
        let head = Head::new(&CONTEXT, &Facts { parent, ..FACTS });
        assert_eq!(head.len(), head.words().len() * 8);
    }
}

#[test]
fn the_status_of_a_failed_span_is_an_error_without_words() {
    let status = Span::decode(&STATUS_ERROR[..]).unwrap().status.unwrap();
    assert_eq!((status.code, &status.message[..]), (2, ""));
}
