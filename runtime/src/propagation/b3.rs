//! B3, Zipkin's own headers: one of them, or one for each field.
//!
//! Source: <https://github.com/openzipkin/b3-propagation>. A header that only says whether to sample, without ids, names no
//! parent, and is left alone.

use super::carrier::{Source, Target};
use super::ids::{Ids, hex, hex64};

const SINGLE: &str = "b3";
const TRACE_ID: &str = "x-b3-traceid";
const SPAN_ID: &str = "x-b3-spanid";
const SAMPLED: &str = "x-b3-sampled";
const FLAGS: &str = "x-b3-flags";

/// What the single header says: `None` where there is none, an error where it is not one.
pub(super) fn read_single(source: &(impl Source + ?Sized)) -> Option<Result<Ids, ()>> {
    match source.read(SINGLE)[..] {
        [] | ["0" | "1" | "d"] => None,
        [header] => Some(parse(header).ok_or(())),
        _ => Some(Err(())),
    }
}

fn parse(header: &str) -> Option<Ids> {
    let fields: Vec<&str> = header.trim().split('-').collect();
    let (&[trace_id, span_id], rest) = fields.split_first_chunk::<2>()?;
    let is_sampled = match rest {
        [] | ["1" | "d"] | ["1" | "d", _] => true,
        ["0"] | ["0", _] => false,
        _ => return None,
    };
    ids(trace_id, span_id, is_sampled)
}

/// What the headers for each field say.
pub(super) fn read_multi(source: &(impl Source + ?Sized)) -> Option<Result<Ids, ()>> {
    let values = [TRACE_ID, SPAN_ID, SAMPLED, FLAGS].map(|name| source.read(name));
    let [trace_id, span_id, sampled, flags] = values.each_ref().map(|values| match values[..] {
        [] => Ok(None),
        [value] => Ok(Some(value.trim())),
        _ => Err(()),
    });
    let (trace_id, span_id, sampled, flags) = match (trace_id, span_id, sampled, flags) {
        (Ok(None), Ok(None), ..) => return None,
        (Ok(Some(trace_id)), Ok(Some(span_id)), Ok(sampled), Ok(flags)) => {
            (trace_id, span_id, sampled, flags)
        }
        _ => return Some(Err(())),
    };
    let is_sampled = match (sampled, flags) {
        (_, Some("1")) | (None | Some("1" | "true"), _) => true,
        (Some("0" | "false"), _) => false,
        (Some(_), _) => return Some(Err(())),
    };
    Some(ids(trace_id, span_id, is_sampled).ok_or(()))
}

fn ids(trace_id: &str, span_id: &str, is_sampled: bool) -> Option<Ids> {
    let trace_id = Some(trace_id).filter(|id| [16, 32].contains(&id.len())).and_then(hex)?;
    let span_id = Some(span_id).filter(|id| id.len() == 16).and_then(hex64)?;
    Some(Ids { trace_id, span_id, is_sampled })
}

/// Writes the single header.
pub(super) fn write_single(target: &mut (impl Target + ?Sized), ids: Ids) {
    let Ids { trace_id, span_id, is_sampled } = ids;
    target.write(SINGLE, &format!("{trace_id:032x}-{span_id:016x}-{}", u8::from(is_sampled)));
}

/// Writes a header for each field.
pub(super) fn write_multi(target: &mut (impl Target + ?Sized), ids: Ids) {
    let Ids { trace_id, span_id, is_sampled } = ids;
    target.write(TRACE_ID, &format!("{trace_id:032x}"));
    target.write(SPAN_ID, &format!("{span_id:016x}"));
    target.write(SAMPLED, if is_sampled { "1" } else { "0" });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn headers<const N: usize>(headers: [(&str, &str); N]) -> BTreeMap<String, String> {
        headers.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
    }

    const IDS: Ids = Ids { trace_id: 0x80f1_9886, span_id: 0xe457, is_sampled: true };
    const TRACE: &str = "00000000000000000000000080f19886";
    const SPAN: &str = "000000000000e457";

    #[test]
    fn what_is_written_is_read() {
        for is_sampled in [true, false] {
            let ids = Ids { is_sampled, ..IDS };
            let (mut single, mut multi) = (BTreeMap::new(), BTreeMap::new());
            write_single(&mut single, ids);
            write_multi(&mut multi, ids);
            assert_eq!((read_single(&single), read_multi(&multi)), (Some(Ok(ids)), Some(Ok(ids))));
            assert_eq!((read_multi(&single), read_single(&multi)), (None, None));
        }
    }

    #[test]
    fn every_form_of_the_single_header_is_read() {
        for (header, is_sampled) in [
            (format!("{TRACE}-{SPAN}"), true),
            (format!("{TRACE}-{SPAN}-1"), true),
            (format!("{TRACE}-{SPAN}-d"), true),
            (format!("{TRACE}-{SPAN}-0"), false),
            (format!("{TRACE}-{SPAN}-1-{SPAN}"), true),
            (format!("0000000080F19886-{SPAN}-0"), false),
        ] {
            let read = read_single(&headers([("b3", &header)]));
            assert_eq!(read, Some(Ok(Ids { is_sampled, ..IDS })), "{header}");
        }
        for header in ["0", "1", "d"] {
            assert_eq!(read_single(&headers([("b3", header)])), None, "it names no parent");
        }
    }

    #[test]
    fn what_is_malformed_is_refused() {
        let zeros = "0".repeat(32);
        for header in [
            "",
            "x",
            TRACE,
            &format!("{TRACE}-"),
            &format!("{TRACE}-{SPAN}-x"),
            &format!("{TRACE}-{SPAN}-1-{SPAN}-1"),
            &format!("{zeros}-{SPAN}-1"),
            &format!("{TRACE}-0000000000000000-1"),
            &format!("{TRACE}0-{SPAN}-1"),
        ] {
            assert_eq!(read_single(&headers([("b3", header)])), Some(Err(())), "{header}");
        }
        for (sampled, trace, span) in
            [("maybe", TRACE, SPAN), ("1", "xyz", SPAN), ("1", TRACE, "0"), ("1", &zeros, SPAN)]
        {
            let headers = headers([(TRACE_ID, trace), (SPAN_ID, span), (SAMPLED, sampled)]);
            assert_eq!(read_multi(&headers), Some(Err(())), "{headers:?}");
        }
        assert_eq!(read_multi(&headers([(TRACE_ID, TRACE)])), Some(Err(())));
        assert_eq!(read_multi(&headers([(SAMPLED, "1")])), None);
        let debug = headers([(TRACE_ID, TRACE), (SPAN_ID, SPAN), (FLAGS, "1")]);
        assert_eq!(read_multi(&debug), Some(Ok(IDS)));
    }
}
