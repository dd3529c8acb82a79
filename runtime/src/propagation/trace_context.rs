//! W3C Trace Context: `traceparent` and `tracestate`.
//!
//! Source: <https://www.w3.org/TR/trace-context-2/>.

use super::ids::{Ids, lower_hex};

pub(super) const TRACEPARENT: &str = "traceparent";
pub(super) const TRACESTATE: &str = "tracestate";

/// So many vendors may pass their state on.
const MEMBERS: usize = 32;

/// What `traceparent` says; `None` where it is not one. Of later versions the first four fields count.
pub(super) fn parse(traceparent: &str) -> Option<Ids> {
    let mut fields = traceparent.trim_matches([' ', '\t']).splitn(5, '-');
    let [version, trace_id, span_id, flags] = std::array::from_fn(|_| fields.next());
    let version = version.filter(|version| version.len() == 2 && *version != "ff")?;
    let is_known = version == "00";
    if (is_known && fields.next().is_some()) || (!is_known && lower_hex(version).is_none()) {
        return None;
    }
    let flags = flags.filter(|flags| flags.len() == 2)?;
    Some(Ids {
        trace_id: trace_id.filter(|id| id.len() == 32).and_then(lower_hex)?,
        span_id: span_id.filter(|id| id.len() == 16).and_then(lower_hex)? as u64,
        is_sampled: if flags == "00" { false } else { lower_hex(flags)? & 1 == 1 },
    })
}

/// Whether a well-formed `traceparent` says that the trace's id was drawn at random.
///
/// Source: <https://www.w3.org/TR/trace-context-2/#random-trace-id-flag>.
pub(super) fn is_random(traceparent: &str) -> bool {
    let flags = traceparent.trim_matches([' ', '\t']).split('-').nth(3).and_then(lower_hex);
    flags.is_some_and(|flags| flags & 2 == 2)
}

/// The header for a span of ours.
pub(super) fn format(Ids { trace_id, span_id, is_sampled }: Ids, is_random: bool) -> String {
    let flags = u8::from(is_sampled) | u8::from(is_random) << 1;
    format!("00-{trace_id:032x}-{span_id:016x}-{flags:02x}")
}

/// The state of all vendors as one header; nothing where any of it is malformed.
pub(super) fn state(headers: &[&str]) -> String {
    let members: Vec<&str> = headers
        .iter()
        .flat_map(|header| header.split(','))
        .map(|member| member.trim_matches([' ', '\t']))
        .filter(|member| !member.is_empty())
        .collect();
    let is_valid = members.len() <= MEMBERS && members.iter().all(|member| is_member(member));
    if is_valid { members.join(",") } else { String::new() }
}

fn is_member(member: &str) -> bool {
    member.split_once('=').is_some_and(|(key, value)| is_key(key) && is_value(value))
}

/// By level 2 of the specification, which knows no parts of a key any more. All keys of level 1 are such.
fn is_key(key: &str) -> bool {
    let may_begin = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9');
    let may_follow = |byte| may_begin(byte) || b"_-*/@".contains(&byte);
    key.len() <= 256 && key.bytes().next().is_some_and(may_begin) && key.bytes().all(may_follow)
}

fn is_value(value: &str) -> bool {
    value.len() <= 256
        && value.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b',' && byte != b'=')
        && value.bytes().next_back().is_some_and(|last| last != b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[test]
    fn a_header_is_read_and_written_again() {
        let header = format!("00-{TRACE}-00f067aa0ba902b7-01");
        let ids = parse(&header).unwrap();
        assert_eq!(
            (ids.trace_id, ids.span_id),
            (0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736, 0x00f0_67aa_0ba9_02b7)
        );
        assert!(ids.is_sampled);
        assert_eq!(format(ids, false), header);
        assert_eq!(format(ids, true), header.replace("-01", "-03"));
    }

    #[test]
    fn only_the_lowest_flag_decides_and_later_versions_are_read() {
        for (header, is_sampled) in [
            ("00-{}-00f067aa0ba902b7-00", false),
            ("00-{}-00f067aa0ba902b7-02", false),
            ("00-{}-00f067aa0ba902b7-03", true),
            ("00-{}-00f067aa0ba902b7-ff", true),
            ("01-{}-00f067aa0ba902b7-01", true),
            ("cc-{}-00f067aa0ba902b7-01-what-the-future-brings", true),
            (" \t00-{}-00f067aa0ba902b7-01\t ", true),
        ] {
            let ids = parse(&header.replace("{}", TRACE));
            assert_eq!(ids.map(|ids| ids.is_sampled), Some(is_sampled), "{header}");
        }
    }

    #[test]
    fn the_second_flag_says_that_the_id_is_random() {
        for (flags, expected) in [("00", false), ("01", false), ("02", true), ("fb", true)] {
            let header = format!(" 00-{TRACE}-00f067aa0ba902b7-{flags}");
            assert_eq!(is_random(&header), expected, "{header}");
        }
    }

    #[test]
    fn what_is_malformed_is_refused() {
        for header in [
            "",
            "00",
            "00-{}",
            "00-{}-00f067aa0ba902b7",
            "00-{}-00f067aa0ba902b7-",
            "00-{}-00f067aa0ba902b7-1",
            "00-{}-00f067aa0ba902b7-001",
            "00-{}-00f067aa0ba902b7-0X",
            "00-{}-00f067aa0ba902b7-01-",
            "00-{}-00f067aa0ba902b7-01-more",
            "01-{}-00f067aa0ba902b7-01more",
            "ff-{}-00f067aa0ba902b7-01",
            "0-{}-00f067aa0ba902b7-01",
            "0g-{}-00f067aa0ba902b7-01",
            "0A-{}-00f067aa0ba902b7-01",
            "00-{}-0000000000000000-01",
            "00-{}-00F067AA0BA902B7-01",
            "00-{}-00f067aa0ba902b-01",
            "00-{}-+0f067aa0ba902b7-01",
            "00-{}0-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00_{}_00f067aa0ba902b7_01",
        ] {
            assert_eq!(parse(&header.replace("{}", TRACE)), None, "{header}");
        }
    }

    #[test]
    fn states_of_several_headers_are_one() {
        assert_eq!(state(&["a=1 , b=2", "", ",c@d=3,1@=4,"]), "a=1,b=2,c@d=3,1@=4");
        assert_eq!(state(&[]), "");
        let long = format!("{}=1,{}@{}=2", "z".repeat(256), "t".repeat(241), "v".repeat(14));
        assert_eq!(state(&[&long]), long);
    }

    #[test]
    fn a_malformed_state_is_dropped_as_a_whole() {
        let many: Vec<String> = (0..33).map(|n| format!("k{n}=v")).collect();
        let (key, value) = ("z".repeat(257), "v".repeat(257));
        for header in [
            "a",
            "a=",
            "=1",
            "A=1",
            "a=1=2",
            "a =1",
            "@b=1",
            "a.b=1",
            "a=\u{e9}",
            &many.join(","),
            &format!("{key}=1"),
            &format!("a={value}"),
        ] {
            assert_eq!(state(&["ok=1", header]), "", "{header}");
        }
    }
}
