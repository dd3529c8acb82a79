//! Names that are put together when the program is compiled.

/// The bytes of two texts with a space between; `LENGTH` is that of all of it.
#[must_use]
pub const fn in_words<const LENGTH: usize>(first: &str, second: &str) -> [u8; LENGTH] {
    let mut bytes = [b' '; LENGTH];
    let (before, rest) = bytes.split_at_mut(first.len());
    before.copy_from_slice(first.as_bytes());
    if let Some((_, after)) = rest.split_first_mut() {
        after.copy_from_slice(second.as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_behind_each_other() {
        const WORDS: [u8; 14] = in_words("invoke", "planner");
        assert_eq!(&WORDS, b"invoke planner");
        assert_eq!(&in_words::<1>("", ""), b" ");
    }
}
