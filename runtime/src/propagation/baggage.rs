//! W3C Baggage: what a caller wants all services of a trace to know.
//!
//! Source: <https://www.w3.org/TR/baggage/>.

use percent_encoding::percent_decode_str;

pub(super) const HEADER: &str = "baggage";

/// The most that is passed on, in entries and bytes: what the specification asks everybody to be able to.
const ENTRIES: usize = 64;
const BYTES: usize = 8192;

/// The well-formed entries of all headers as one, as far as they fit.
pub(super) fn joined(headers: &[&str]) -> String {
    let mut joined = String::new();
    let entries = headers.iter().flat_map(|header| header.split(',')).map(str::trim);
    for entry in entries.filter(|entry| is_entry(entry)).take(ENTRIES) {
        if joined.len() + 1 + entry.len() > BYTES {
            break;
        }
        joined.push_str(if joined.is_empty() { "" } else { "," });
        joined.push_str(entry);
    }
    joined
}

/// The value of `key`, decoded.
pub(super) fn value(baggage: &str, key: &str) -> Option<String> {
    let mut entries = baggage.split(',').filter_map(|entry| entry.split_once('='));
    let (_, value) = entries.find(|(known, _)| known.trim() == key)?;
    let value = value.split(';').next().unwrap_or_default().trim();
    Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
}

/// `key=value`, with properties behind semicolons.
fn is_entry(entry: &str) -> bool {
    let (entry, properties) = entry.split_once(';').unwrap_or((entry, ""));
    let is_visible = |text: &str| text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t'));
    entry.split_once('=').is_some_and(|(key, value)| {
        is_token(key.trim()) && value.trim().bytes().all(is_octet) && is_visible(properties)
    })
}

/// Source: <https://www.rfc-editor.org/rfc/rfc7230#section-3.2.6>.
fn is_token(key: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !key.is_empty() && key.bytes().all(is_token)
}

fn is_octet(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\",;\\".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_several_headers_are_one_and_malformed_ones_left_out() {
        let headers = ["a=1, b = 2;secret;ttl=3", "", "=4,c,d e=5,f=\"6\",g=é,h=7"];
        assert_eq!(joined(&headers), "a=1,b = 2;secret;ttl=3,h=7");
    }

    #[test]
    fn values_are_decoded() {
        let baggage = "user=Am%C3%A9lie, plan = gold ;internal,empty=,bad=%ff";
        let values = ["user", "plan", "empty", "missing"].map(|key| value(baggage, key));
        let expected = [Some("Amélie"), Some("gold"), Some(""), None];
        assert_eq!(values, expected.map(|value| value.map(str::to_owned)));
        assert_eq!(value(baggage, "bad").as_deref(), Some("\u{fffd}"));
    }

    #[test]
    fn what_is_too_much_is_cut_between_entries() {
        let many: Vec<String> = (0..100).map(|n| format!("k{n}=v")).collect();
        assert_eq!(joined(&[&many.join(",")]).split(',').count(), ENTRIES);
        let long = format!("k={}", "v".repeat(5000));
        assert_eq!(joined(&[&long, &long]), long);
    }
}
