//! Figures for people: durations in humane units, moments in UTC, counts of things.

const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A duration of nanoseconds in at most seven columns: `850ns`, `12.4ms`, `124ms`, `2m 05s`, `3d 07h`.
pub(crate) fn duration(nanos: u64) -> String {
    if nanos < 1_000 {
        return format!("{nanos}ns");
    }
    [(1_000, "µs", 999), (1_000_000, "ms", 999), (SECOND, "s", 59)]
        .into_iter()
        .find_map(|(size, unit, most)| in_unit(nanos, size, unit, most))
        .unwrap_or_else(|| in_two_units(nanos.saturating_add(SECOND / 2) / SECOND))
}

/// With one decimal below 100, without above; `None` where more than `most` of the unit would be shown after rounding.
fn in_unit(nanos: u64, size: u64, unit: &str, most: u64) -> Option<String> {
    let tenths = nanos.saturating_add(size / 20) / (size / 10);
    let whole = nanos.saturating_add(size / 2) / size;
    match tenths {
        _ if whole > most => None,
        0..1_000 => Some(format!("{}.{}{unit}", tenths / 10, tenths % 10)),
        _ => Some(format!("{whole}{unit}")),
    }
}

fn in_two_units(seconds: u64) -> String {
    match seconds {
        0..HOUR => format!("{}m {:02}s", seconds / MINUTE, seconds % MINUTE),
        HOUR..DAY => format!("{}h {:02}m", seconds / HOUR, seconds % HOUR / MINUTE),
        _ => format!("{}d {:02}h", seconds / DAY, seconds % DAY / HOUR),
    }
}

/// So many of a thing: `1 span`, `2 spans`.
pub(crate) fn count(number: impl Into<u64>, thing: &str) -> String {
    match number.into() {
        1 => format!("1 {thing}"),
        number => format!("{number} {thing}s"),
    }
}

/// The time of day in UTC with milliseconds, of nanoseconds since 1970: `14:03:22.123Z`.
pub(crate) fn time_of_day(nanos: u64) -> String {
    let (_, clock) = day_and_clock(nanos);
    format!("{clock}.{:03}Z", nanos % SECOND / 1_000_000)
}

/// The moment with all nine digits, of nanoseconds since 1970: `2026-08-01T14:03:22.123456789Z`.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc3339>.
pub(crate) fn rfc3339(nanos: u64) -> String {
    let (days, clock) = day_and_clock(nanos);
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}T{clock}.{:09}Z", nanos % SECOND)
}

/// The days since 1970 and `hours:minutes:seconds` of the last one.
fn day_and_clock(nanos: u64) -> (u64, String) {
    let seconds = nanos / SECOND;
    let (hours, minutes) = (seconds % DAY / HOUR, seconds % HOUR / MINUTE);
    (seconds / DAY, format!("{hours:02}:{minutes:02}:{:02}", seconds % MINUTE))
}

/// Year, month and day of a day since 1970. Years begin in March here, so that the leap day is their last.
///
/// Source: <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let leap_days = day_of_era / 1_460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    (400 * era + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_round_to_what_a_person_reads() {
        for (nanos, text) in [
            (0, "0ns"),
            (999, "999ns"),
            (1_000, "1.0µs"),
            (12_349, "12.3µs"),
            (99_949, "99.9µs"),
            (99_950, "100µs"),
            (999_499, "999µs"),
            (999_500, "1.0ms"),
            (8_100_000, "8.1ms"),
            (124_000_000, "124ms"),
            (999_600_000, "1.0s"),
            (59_400_000_000, "59.4s"),
            (59_500_000_000, "1m 00s"),
            (125_000_000_000, "2m 05s"),
            (3_599_600_000_000, "1h 00m"),
            (86_340_000_000_000, "23h 59m"),
            (284_400_000_000_000, "3d 07h"),
        ] {
            assert_eq!(duration(nanos), text, "{nanos}");
        }
        assert_eq!(duration(u64::MAX), "213503d 23h");
    }

    #[test]
    fn moments_are_dates_of_the_calendar() {
        for (nanos, text) in [
            (0, "1970-01-01T00:00:00.000000000Z"),
            (951_782_399_000_000_001, "2000-02-28T23:59:59.000000001Z"),
            (951_825_600_500_000_000, "2000-02-29T12:00:00.500000000Z"),
            (1_785_542_400_000_000_000, "2026-08-01T00:00:00.000000000Z"),
            (4_107_542_399_999_999_999, "2100-02-28T23:59:59.999999999Z"),
            (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000000000Z"),
            (u64::MAX, "2554-07-21T23:34:33.709551615Z"),
        ] {
            assert_eq!(rfc3339(nanos), text);
        }
        assert_eq!(time_of_day(1_785_593_002_123_999_999), "14:03:22.123Z");
    }
}
