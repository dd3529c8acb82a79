//! Durations and sizes: how they are written, understood and shown.

use std::time::Duration;

/// The unit of a number that has none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Unit {
    Milliseconds,
    Seconds,
}

impl Unit {
    pub(super) fn name(self) -> &'static str {
        match self {
            Unit::Milliseconds => "milliseconds",
            Unit::Seconds => "seconds",
        }
    }

    /// The other unit that a number may have been meant in.
    pub(super) fn other(self) -> Unit {
        match self {
            Unit::Milliseconds => Unit::Seconds,
            Unit::Seconds => Unit::Milliseconds,
        }
    }

    pub(super) fn of(self, number: u64) -> Duration {
        match self {
            Unit::Milliseconds => Duration::from_millis(number),
            Unit::Seconds => Duration::from_secs(number),
        }
    }
}

const DURATIONS: &[(&str, f64)] = &[
    ("ns", 1e-9),
    ("us", 1e-6),
    ("µs", 1e-6),
    ("ms", 1e-3),
    ("s", 1.0),
    ("m", 60.0),
    ("min", 60.0),
    ("h", 3600.0),
    ("d", 86400.0),
];

const SIZES: &[(&str, f64)] = &[
    ("b", 1.0),
    ("kb", 1e3),
    ("mb", 1e6),
    ("gb", 1e9),
    ("kib", 1024.0),
    ("mib", 1024.0 * 1024.0),
    ("gib", 1024.0 * 1024.0 * 1024.0),
];

/// Reads a duration whose parts all have a unit: `10s`, `1.5 s`, `8 h 20 min`.
pub(super) fn duration(text: &str) -> Option<Duration> {
    parts(text, DURATIONS)?.into_iter().try_fold(Duration::ZERO, |sum, seconds| {
        sum.checked_add(Duration::try_from_secs_f64(seconds).ok()?)
    })
}

/// Reads a size with a unit: `64MiB`, `3.5 MiB`, `4MB`.
pub(super) fn size(text: &str) -> Option<u64> {
    let bytes = parts(&text.to_ascii_lowercase(), SIZES)?.into_iter().sum::<f64>().round();
    // Above this, a float cannot hold every whole number, and no machine that many bytes.
    (bytes < 9e15).then_some(bytes as u64)
}

/// Each number times its unit; `None` where something else stands in between or nothing at all.
fn parts(text: &str, units: &[(&str, f64)]) -> Option<Vec<f64>> {
    let mut rest = text.trim();
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let (number, unit);
        (number, rest) = split(rest, |c| c.is_ascii_digit() || c == '.');
        (unit, rest) = split(rest.trim_start(), char::is_alphabetic);
        rest = rest.trim_start();
        let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
        parts.push(number.parse::<f64>().ok()? * factor);
    }
    (!parts.is_empty()).then_some(parts)
}

fn split(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !belongs(c)).unwrap_or(text.len()))
}

/// Shows a duration for people: `8 h 20 min`.
pub(super) fn show_duration(duration: Duration) -> String {
    let (seconds, nanos) = (duration.as_secs(), duration.subsec_nanos());
    let parts = [
        (seconds / 3600, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
        (u64::from(nanos / 1_000_000), "ms"),
        (u64::from(nanos / 1_000 % 1_000), "µs"),
        (u64::from(nanos % 1_000), "ns"),
    ];
    let shown = parts.iter().filter(|(number, _)| *number > 0);
    let shown: Vec<_> = shown.map(|(number, unit)| format!("{number} {unit}")).collect();
    if shown.is_empty() { "0 s".into() } else { shown.join(" ") }
}

/// Shows a size for people, in the largest unit that does not round it: `3.5 MiB`.
pub(crate) fn show_size(bytes: u64) -> String {
    for (unit, name) in [(1u64 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")] {
        if bytes >= unit && bytes.is_multiple_of(unit / 4) {
            return format!("{} {name}", bytes as f64 / unit as f64);
        }
    }
    format!("{bytes} B")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_are_read_with_their_units() {
        for (text, millis) in [
            ("10s", 10_000.0),
            ("250ms", 250.0),
            (" 1m ", 60_000.0),
            ("1.5 s", 1_500.0),
            ("8 h 20 min", 30_000_000.0),
            ("1h30m", 5_400_000.0),
            ("1500µs", 1.5),
            ("0s", 0.0),
        ] {
            let expected = Duration::from_secs_f64(millis / 1000.0);
            assert_eq!(duration(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "10",
            "s",
            "10 parsecs",
            "-1s",
            "1s2",
            "1..5s",
            "1e400s",
            "٣s",
            "99999999999999999999h",
        ] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_are_read_with_their_units() {
        for (text, bytes) in
            [("64MiB", 64 << 20), ("3.5 MiB", 7 << 19), ("4MB", 4_000_000), ("64kib", 65_536)]
        {
            assert_eq!(size(text), Some(bytes), "{text}");
        }
        for text in ["", "64", "64M", "MiB", "-1MiB", "1e9GiB", "99999999999GiB"] {
            assert_eq!(size(text), None, "{text}");
        }
    }

    #[test]
    fn quantities_are_shown_for_people() {
        assert_eq!(show_duration(Duration::from_secs(30_000)), "8 h 20 min");
        assert_eq!(show_duration(Duration::from_millis(1_250)), "1 s 250 ms");
        assert_eq!(show_duration(Duration::ZERO), "0 s");
        assert_eq!(show_size(7 << 19), "3.5 MiB");
        assert_eq!(show_size(4_000_001), "4000001 B");
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn what_is_shown_is_read_as_the_same(millis in 0u64..1 << 40, bytes in 0u64..1 << 50) {
            let shown = Duration::from_millis(millis);
            prop_assert_eq!(duration(&show_duration(shown)), Some(shown));
            prop_assert_eq!(size(&show_size(bytes)), Some(bytes));
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = (duration(&text), size(&text));
        }
    }
}
