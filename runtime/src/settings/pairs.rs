//! The list form `name=value,name=value` that the OpenTelemetry specification takes from W3C
//! Baggage.
//!
//! Source:
//! <https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables>.

/// One entry of a list.
pub(super) struct ListEntry<'a> {
    /// Which one, in words that tell nothing of its text: a piece of a secret may stand there.
    pub(super) which: String,
    pub(super) text: &'a str,
    /// Its name and value, percent-decoded, or what is wrong with it.
    pub(super) pair: Result<(String, String), &'static str>,
}

/// The entries of a list. Spaces around them and empty entries mean nothing; the value begins after
/// the first `=`.
pub(super) fn pairs(list: &str) -> Vec<ListEntry<'_>> {
    let texts = list.split(',').map(str::trim).filter(|text| !text.is_empty());
    let mut entries: Vec<ListEntry<'_>> = Vec::new();
    for (index, text) in texts.enumerate() {
        let before = entries.last().and_then(|entry| entry.pair.as_ref().ok());
        let before = before.filter(|(name, _)| is_plain(name));
        let after = before.map(|(name, _)| format!(" after `{name}`"));
        let which = format!("entry {}{}", index + 1, after.unwrap_or_default());
        entries.push(ListEntry { which, text, pair: pair(text) });
    }
    entries
}

/// Whether this is surely a name, and no piece of a value that holds a comma.
fn is_plain(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn pair(entry: &str) -> Result<(String, String), &'static str> {
    let (name, value) = entry.split_once('=').ok_or("has no `=`")?;
    if name.trim().is_empty() {
        return Err("has no name before its `=`");
    }
    let decoded = |text: &str| decoded(text.trim()).ok_or("is not UTF-8 when it is decoded");
    Ok((decoded(name)?, decoded(value)?))
}

/// Decodes `%20` and its like; a `%` that no two hex digits follow stays what it is.
fn decoded(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.first_chunk().filter(|_| first == b'%').and_then(|digits| hex(*digits));
        decoded.push(digits.unwrap_or(first));
        rest = after.get(if digits.is_some() { 2.. } else { 0.. }).unwrap_or_default();
    }
    String::from_utf8(decoded).ok()
}

fn hex(digits: [u8; 2]) -> Option<u8> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(digit(digits[0])? * 16 + digit(digits[1])?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn good(list: &str) -> Vec<(String, String)> {
        pairs(list).into_iter().filter_map(|entry| entry.pair.ok()).collect()
    }

    fn bad(list: &str) -> Vec<String> {
        let why = |entry: ListEntry<'_>| Some(format!("{} {}", entry.which, entry.pair.err()?));
        pairs(list).into_iter().filter_map(why).collect()
    }

    #[test]
    fn values_are_decoded_and_begin_after_the_first_equals_sign() {
        for (entry, name, value) in [
            ("authorization=Basic%20dXNlcjpwdw==", "authorization", "Basic dXNlcjpwdw=="),
            ("x-team=a b", "x-team", "a b"),
            ("x-auth=vendor key=abc123==", "x-auth", "vendor key=abc123=="),
            (" k = %C3%A9 ", "k", "é"),
            ("a%2Cb=c%3Dd%2Ce", "a,b", "c=d,e"),
            ("rate=100%", "rate", "100%"),
            ("odd=%zz%4", "odd", "%zz%4"),
            ("empty=", "empty", ""),
        ] {
            assert_eq!(good(entry), [(name.to_owned(), value.to_owned())], "{entry}");
        }
        assert_eq!(good(" a=1 , ,b=2,").len(), 2);
    }

    #[test]
    fn bad_entries_are_told_by_their_number_and_neighbour() {
        let list = "x-auth=s3cret,novalue,=3,b=%FF,c=1";
        assert_eq!(
            bad(list),
            [
                "entry 2 after `x-auth` has no `=`",
                "entry 3 has no name before its `=`",
                "entry 4 is not UTF-8 when it is decoded",
            ]
        );
        assert_eq!(good(list).len(), 2);
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn every_entry_is_a_pair_or_a_bad_one(list in ".*") {
            let entries = list.split(',').filter(|entry| !entry.trim().is_empty()).count();
            prop_assert_eq!(pairs(&list).len(), entries);
        }
    }
}
