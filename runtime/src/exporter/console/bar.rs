//! The bar beside a span that shows when in its trace it ran.

use opentelemetry_proto::tonic::trace::v1::Span;

/// The columns of a bar.
pub(super) const COLUMNS: usize = 12;

/// Half columns: the finest that line characters can show.
const STEPS: u64 = 2 * COLUMNS as u64;

/// The time that a bar's whole width stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Window {
    start: u64,
    end: u64,
}

impl Window {
    /// From the first start to the last end.
    pub(super) fn of(spans: &[Span]) -> Window {
        let start = spans.iter().map(|span| span.start_time_unix_nano).min().unwrap_or(0);
        let end = spans.iter().map(|span| span.end_time_unix_nano).max().unwrap_or(0);
        Window { start, end: end.max(start) }
    }

    pub(super) fn start(self) -> u64 {
        self.start
    }

    pub(super) fn duration(self) -> u64 {
        self.end - self.start
    }

    /// The blanks before the bar of `span`, and the bar. However short the span, half a column is drawn.
    pub(super) fn bar(self, span: &Span) -> (usize, String) {
        let first = self.step(span.start_time_unix_nano).min(STEPS - 1);
        let after = self.step_up(span.end_time_unix_nano).max(first + 1);
        let (first_column, after_column) = (first / 2, after.div_ceil(2));
        let cells = (first_column..after_column).map(|column| {
            match (first <= 2 * column, 2 * column + 1 < after) {
                (true, true) => '━',
                (true, false) => '╸',
                (false, _) => '╺',
            }
        });
        (first_column as usize, cells.collect())
    }

    fn step(self, moment: u64) -> u64 {
        (self.scaled(moment) / u128::from(self.duration().max(1))) as u64
    }

    fn step_up(self, moment: u64) -> u64 {
        self.scaled(moment).div_ceil(u128::from(self.duration().max(1))) as u64
    }

    fn scaled(self, moment: u64) -> u128 {
        u128::from(moment.clamp(self.start, self.end) - self.start) * u128::from(STEPS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start_time_unix_nano: u64, end_time_unix_nano: u64) -> Span {
        Span { start_time_unix_nano, end_time_unix_nano, ..Span::default() }
    }

    #[test]
    fn a_bar_covers_the_part_of_the_trace_in_which_its_span_ran() {
        let window = Window::of(&[span(1_000, 3_400), span(1_500, 2_000)]);
        for (start, end, blanks, bar) in [
            (1_000, 3_400, 0, "━━━━━━━━━━━━"),
            (1_000, 2_200, 0, "━━━━━━"),
            (1_100, 1_300, 0, "╺╸"),
            (1_200, 1_500, 1, "━╸"),
            (1_000, 1_000, 0, "╸"),
            (1_301, 1_302, 1, "╺"),
            (3_400, 3_400, 11, "╺"),
            (0, u64::MAX, 0, "━━━━━━━━━━━━"),
        ] {
            assert_eq!(window.bar(&span(start, end)), (blanks, bar.to_owned()), "{start} to {end}");
        }
    }

    #[test]
    fn a_trace_that_took_no_time_still_has_a_bar() {
        assert_eq!(Window::of(&[span(7, 7)]).bar(&span(7, 7)), (0, "╸".to_owned()));
        assert_eq!(Window::of(&[span(0, u64::MAX)]).bar(&span(u64::MAX, 0)), (11, "╺".to_owned()));
        assert_eq!(Window::of(&[]).duration(), 0);
    }
}
