//! Ids as they are written in headers.

/// What a header says of a span in another process.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ids {
    pub(super) trace_id: u128,
    pub(super) span_id: u64,
    pub(super) is_sampled: bool,
}

/// A number in lower-case hexadecimal; `None` for anything else, nothing and zero included.
pub(super) fn lower_hex(text: &str) -> Option<u128> {
    let is_lower = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    hex(text).filter(|_| is_lower)
}

/// A number in hexadecimal of either case; `None` for anything else, nothing and zero included.
pub(super) fn hex(text: &str) -> Option<u128> {
    // What parses takes a sign, too.
    let is_hex = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = if is_hex { u128::from_str_radix(text, 16).ok() } else { None };
    number.filter(|&number| number != 0)
}

/// The same for an id of 64 bits.
pub(super) fn hex64(text: &str) -> Option<u64> {
    hex(text).and_then(|number| u64::try_from(number).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hexadecimal_is_a_number() {
        assert_eq!(lower_hex("0a"), Some(10));
        assert_eq!((hex("0A"), lower_hex("0A")), (Some(10), None));
        for text in ["", "0", "000", "+1", "-1", "1 ", "0x1", "g", "é", &"f".repeat(33)] {
            assert_eq!(hex(text), None, "{text:?}");
        }
        assert_eq!(hex64("1ffffffffffffffff"), None);
    }
}
