//! The name that was probably meant.

/// The candidate nearest to `name`, if one is near enough to be worth a hint.
pub(super) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let name = name.to_ascii_lowercase().replace('-', "_");
    let enough = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(&name, candidate), candidate))
        .filter(|(distance, _)| *distance <= enough)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many keystrokes lie between the two; a prefix that was left out, as in `sample_rate`, counts
/// as one.
fn distance(name: &str, candidate: &str) -> usize {
    let left_out = candidate.strip_suffix(name).is_some_and(|prefix| prefix.ends_with(['_', '.']));
    if left_out { 1 } else { strsim::damerau_levenshtein(name, candidate) }
}

/// Whether the two differ by one slip of the fingers at most.
pub(super) fn is_typo(name: &str, meant: &str) -> bool {
    strsim::damerau_levenshtein(name, meant) <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] =
        ["tracing_backend", "tracing_sample_rate", "tracing_tls.ca_file", "grpc"];

    #[test]
    fn typos_other_separators_and_missing_prefixes_find_their_name() {
        for (name, meant) in [
            ("tracing_sampel_rate", "tracing_sample_rate"),
            ("tracing-backend", "tracing_backend"),
            ("TRACING_BACKEND", "tracing_backend"),
            ("sample_rate", "tracing_sample_rate"),
            ("ca_file", "tracing_tls.ca_file"),
            ("gprc", "grpc"),
        ] {
            assert_eq!(nearest(name, NAMES), Some(meant), "{name}");
        }
    }

    #[test]
    fn a_name_that_resembles_nothing_has_no_suggestion() {
        for name in ["", "x", "colour", "tracing"] {
            assert_eq!(nearest(name, NAMES), None, "{name}");
        }
    }
}
