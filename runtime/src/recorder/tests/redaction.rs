//! Values of which only a hash is recorded.

use super::enter_with;
use crate::recorder::{Key, Value};
use crate::testing::{AttributeValue, Recording};
use std::collections::{HashMap, HashSet};

const KEY: &Key<'_> = &Key::new("key");

fn hashes<const N: usize>(values: [&dyn Value; N]) -> Vec<Option<String>> {
    let one = |value: &&dyn Value| {
        site!(FUNCTION, "hashed");
        let recording = Recording::new();
        recording.run(|| {
            let _function = enter_with(&FUNCTION, |attributes| {
                attributes.hash(KEY, |seen| seen.record(KEY, *value));
            });
        });
        match recording.spans().one("hashed").attribute("key").cloned() {
            Some(AttributeValue::Text(text)) => Some(text),
            Some(other) => panic!("{other:?}"),
            None => None,
        }
    };
    values.iter().map(one).collect()
}

#[test]
fn equal_values_have_equal_hashes_and_nothing_else_is_seen() {
    let owned = "a@example.com".to_owned();
    let [first, second, third] = &hashes([&"a@example.com", &owned, &"b@example.com"])[..] else {
        unreachable!()
    };
    assert_eq!(first, second);
    assert_ne!(first, third);
    let text = first.as_deref().unwrap();
    let digits = text.strip_prefix("[hash:").and_then(|text| text.strip_suffix(']')).unwrap();
    assert!(digits.len() == 16 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
}

#[test]
fn types_and_ends_of_long_values_count_and_nothing_has_no_hash() {
    const LONG: usize = if cfg!(miri) { 1000 } else { 100_000 };
    let [long, longer] = [LONG, LONG + 1].map(|len| "x".repeat(len));
    let hashes = hashes([&1, &1_u64, &"1", &[1], &long, &longer, &None::<u8>]);
    assert_eq!(hashes[0], hashes[1]);
    let different: HashSet<_> = hashes[1..].iter().collect();
    assert_eq!(different.len(), 6);
    assert_eq!(hashes[6], None);
}

#[test]
fn equal_sets_and_maps_have_equal_hashes_whatever_their_order() {
    const MANY: i32 = if cfg!(miri) { 6 } else { 50 };
    // Each has a random order of its own.
    let set = || (0..MANY).collect::<HashSet<_>>();
    let map = || (0..MANY).map(|key| (format!("{key}"), set())).collect::<HashMap<_, _>>();
    let fewer = (1..MANY).collect::<HashSet<_>>();
    let hashes = hashes([&set(), &set(), &fewer, &map(), &map(), &[1, 2], &[2, 1]]);
    assert_eq!((&hashes[0], &hashes[3]), (&hashes[1], &hashes[4]));
    let different: HashSet<_> = hashes[1..].iter().collect();
    assert_eq!(different.len(), 5);
}
