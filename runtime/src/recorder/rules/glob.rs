//! Patterns in which `*` stands for anything, `::` included.

/// Whether the pattern fits the whole text. It takes one pass over the text, whatever the pattern: no part of it is looked for
/// again once it is found, because a later place could only leave less for the parts behind it.
pub(crate) fn fits(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    let Some(text) = text.strip_prefix(first).and_then(|text| text.strip_suffix(last)) else {
        return false;
    };
    let mut left = Some(text);
    for part in middle.split('*').filter(|part| !part.is_empty()) {
        left = left.and_then(|left| left.split_once(part)).map(|(_, behind)| behind);
    }
    left.is_some()
}

/// Whether it fits a path, or an end of it that begins behind a `::`.
pub(crate) fn fits_end(pattern: &str, path: &str) -> bool {
    let ends = path.match_indices("::").filter_map(|(at, mark)| path.get(at + mark.len()..));
    fits(pattern, path) || ends.into_iter().any(|end| fits(pattern, end))
}

/// Whether it fits a path, or a beginning of it that ends before a `::`.
pub(crate) fn fits_beginning(pattern: &str, path: &str) -> bool {
    let beginnings = path.match_indices("::").filter_map(|(at, _)| path.get(..at));
    fits(pattern, path) || beginnings.into_iter().any(|beginning| fits(pattern, beginning))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a pattern means, said in the shortest way and not in linear time.
    fn means(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, _) => text.is_empty(),
            (Some((b'*', rest)), None) => means(rest, text),
            (Some((b'*', rest)), Some((_, behind))) => means(rest, text) || means(pattern, behind),
            (Some((byte, rest)), Some((known, behind))) => byte == known && means(rest, behind),
            (Some(_), None) => false,
        }
    }

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text) in [
            ("planner::*", "planner::search::run"),
            ("*", ""),
            ("*::run", "planner::run"),
            ("a*b*c", "a-b-b-c"),
            ("a**c", "ac"),
            ("run", "run"),
        ] {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("planner::*", "planner"),
            ("aba*ba", "aba"),
            ("", "a"),
            ("run", "runs"),
            ("*a*a*", "a"),
        ] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn a_function_is_known_by_the_end_of_its_path_and_a_target_by_its_beginning() {
        for end in ["shop::planner::run", "planner::run", "run", "planner::*", "*::run"] {
            assert!(fits_end(end, "shop::planner::run"), "{end}");
        }
        assert!(!fits_end("lanner::run", "shop::planner::run"));
        for beginning in ["shop::planner", "shop", "sh*"] {
            assert!(fits_beginning(beginning, "shop::planner"), "{beginning}");
        }
        assert!(!fits_beginning("shop::plan", "shop::planner"));
    }

    #[test]
    fn many_stars_take_no_longer_than_the_text() {
        let (pattern, text) = ("*a".repeat(10_000) + "b", "a".repeat(100_000));
        assert!(!fits(&pattern, &text));
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: if cfg!(miri) { 8 } else { 256 },
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn it_fits_what_it_means(pattern in "[ab*é]{0,8}", text in "[abé]{0,10}") {
            prop_assert_eq!(fits(&pattern, &text), means(pattern.as_bytes(), text.as_bytes()));
        }
    }
}
