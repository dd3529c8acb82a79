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

/// How many keystrokes lie between the two. A prefix that was left out, as in `sample_rate`, counts
/// as one, and so do the last words, as in `tracing_sample`.
fn distance(name: &str, candidate: &str) -> usize {
    let left_out = candidate.strip_suffix(name).is_some_and(|prefix| prefix.ends_with(['_', '.']));
    if left_out {
        return 1;
    }
    beginnings(candidate)
        .map(|beginning| strsim::damerau_levenshtein(name, beginning) + 1)
        .chain([strsim::damerau_levenshtein(name, candidate)])
        .min()
        .unwrap_or(usize::MAX)
}

/// What a name begins with where words at its end are left out: two words or more, since one says
/// too little about which of the names that begin with it is meant.
fn beginnings(name: &str) -> impl Iterator<Item = &str> {
    let ends = name.match_indices(['_', '.']).skip(1);
    ends.filter_map(|(end, _)| name.get(..end))
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
            ("tracing_sample", "tracing_sample_rate"),
            ("TRACING_SAMPEL", "tracing_sample_rate"),
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
