//! The few members of a JSON answer in which a server explains itself, found without reading the rest and never trusted.
//!
//! It is written by hand because it is small, while a library for it would bring four more crates into each user's program.
//! Source: <https://www.rfc-editor.org/rfc/rfc8259>.

use std::str::Chars;

/// The text in a `google.rpc.Status`.
pub(super) fn status_text(status: &[u8]) -> Option<String> {
    text(member(std::str::from_utf8(status).ok()?, "message")?)
}

/// The value of the member `name` of the object `json`, as it stands there.
pub(in crate::exporter) fn member<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = json.trim_start().strip_prefix('{')?;
    loop {
        let (key, after) = split_value(rest)?;
        let (value, after) = split_value(after.strip_prefix(':')?)?;
        if text(key)? == name {
            return Some(value);
        }
        rest = after.strip_prefix(',')?;
    }
}

/// What a text says.
pub(in crate::exporter) fn text(value: &str) -> Option<String> {
    let mut chars = value.strip_prefix('"')?.strip_suffix('"')?.chars();
    let mut units = Vec::with_capacity(value.len());
    while let Some(char) = chars.next() {
        match char {
            '\\' => units.push(escaped(&mut chars)?),
            char => units.extend_from_slice(char.encode_utf16(&mut [0; 2])),
        }
    }
    Some(String::from_utf16_lossy(&units))
}

/// A whole number, also in quotes as 64-bit ones are in OTLP; 0 where it is negative.
pub(in crate::exporter) fn unsigned(value: &str) -> Option<u64> {
    let number: i64 = value.trim_matches('"').parse().ok()?;
    Some(u64::try_from(number).unwrap_or_default())
}

/// The first value of a list or an object, and what follows it: outside of texts and brackets it ends at a sign that separates.
fn split_value(json: &str) -> Option<(&str, &str)> {
    let (mut depth, mut in_text, mut is_escaped) = (0_usize, false, false);
    let is_end = |byte| match byte {
        _ if is_escaped => {
            is_escaped = false;
            false
        }
        b'\\' => {
            is_escaped = in_text;
            false
        }
        b'"' => {
            in_text = !in_text;
            false
        }
        _ if in_text => false,
        b'{' | b'[' => {
            depth += 1;
            false
        }
        b'}' | b']' if depth > 0 => {
            depth -= 1;
            false
        }
        b',' | b':' | b'}' | b']' => depth == 0,
        _ => false,
    };
    let end = json.bytes().position(is_end)?;
    let (value, rest) = json.split_at_checked(end)?;
    Some((value.trim(), rest))
}

/// The unit of UTF-16 that an escape stands for.
fn escaped(chars: &mut Chars<'_>) -> Option<u16> {
    Some(match chars.next()? {
        'b' => 0x08,
        'f' => 0x0c,
        'n' => 0x0a,
        'r' => 0x0d,
        't' => 0x09,
        'u' => {
            let (digits, rest) = chars.as_str().split_at_checked(4)?;
            *chars = rest.chars();
            u16::from_str_radix(digits, 16).ok()?
        }
        char @ ('"' | '\\' | '/') => char as u16,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn members_are_found_by_name_whatever_stands_around_them() {
        let json =
            " { \"a\" : {\"code\": [1, \"}\\\"\"]} , \"c\\u006fde\" : 3 , \"message\":\"x\"} ";
        assert_eq!(member(json, "code"), Some("3"), "not the one within `a`");
        assert_eq!(member(json, "message").and_then(text), Some("x".into()));
        assert_eq!(member(json, "a"), Some("{\"code\": [1, \"}\\\"\"]}"));
        assert_eq!(member(json, "b"), None);
    }

    #[test]
    fn the_text_of_a_status_is_found() {
        let status = br#"{"code":3,"message":"span 7 is \u201cbad\u201d","details":[]}"#;
        assert_eq!(status_text(status), Some("span 7 is \u{201c}bad\u{201d}".into()));
        assert_eq!(status_text(b"plain text"), None);
        assert_eq!(status_text(b"\xff{\"message\":\"x\"}"), None);
    }

    #[test]
    fn what_is_no_json_says_nothing() {
        for json in ["", "{", "{}", "[]", "{\"a\"", "{\"a\":", "{\"a\":1", "{a:1}", "OK", "<html>"]
        {
            assert_eq!(member(json, "a"), None, "{json}");
        }
        for value in ["", "\"", "x", "\"\\", "\"\\\"", "\"\\u12\"", "\"\\u12é\"", "\"\\x\""] {
            assert_eq!(text(value), None, "{value}");
        }
    }

    #[test]
    fn numbers_may_stand_in_quotes_and_are_not_below_zero() {
        let numbers =
            [("3", Some(3)), ("\"3\"", Some(3)), ("-3", Some(0)), ("3.5", None), ("", None)];
        for (value, expected) in numbers {
            assert_eq!(unsigned(value), expected, "{value}");
        }
        assert_eq!(unsigned("\"9223372036854775807\""), Some(i64::MAX as u64));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn texts_come_back_as_a_library_wrote_them(first in ".*", name in ".*", value in ".*") {
            let json = serde_json::json!({ "": [first], name.clone(): { "x": value } });
            for written in [json.to_string(), serde_json::to_string_pretty(&json).unwrap()] {
                let found = member(&written, &name).and_then(|inner| member(inner, "x"));
                let expected = json[&name].get("x").is_some().then_some(value.clone());
                prop_assert_eq!(found.and_then(text), expected);
            }
        }

        #[test]
        fn nothing_panics(json in "[{}\\[\\]\":,\\\\ua1é ]*") {
            let _ = member(&json, "a").map(text);
            let _ = text(&json);
        }
    }
}
