//! How often a backend is asked, and how long one that came back too soon has to wait.

use std::time::Duration;

/// The first wait before a backend that is down is asked again.
const SOON: Duration = Duration::from_secs(1);
/// No backend that answers has to wait longer before spans go to it again.
const LONGEST_PAUSE: Duration = Duration::from_secs(600);
/// How often backends that are down are asked where the settings ask for no probes, but another backend stands in.
const WITHOUT_CHECKS: Duration = Duration::from_secs(30);

/// The times of one backend's monitor, which do not change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// How long a backend that is up may say nothing before it is asked; `None`: for ever.
    while_up: Option<Duration>,
    /// The longest wait before one that is down is asked again; `None`: it is not asked.
    while_down: Option<Duration>,
    /// The first pause of a backend that came back too soon. Zero where there is no other one.
    first_pause: Duration,
}

impl Pace {
    /// For one of `backends`, with the interval of the settings; `None`: they switched the probes off. Then a backend that is up
    /// is not asked; one that is down is, if another one stands in for it: nobody would know when it is back.
    pub(crate) fn new(interval: Option<Duration>, backends: usize) -> Pace {
        let is_alone = backends < 2;
        let while_down = interval.or((!is_alone).then_some(WITHOUT_CHECKS));
        let first_pause = while_down.filter(|_| !is_alone).unwrap_or_default();
        Pace { while_up: interval, while_down, first_pause }
    }

    /// The same where spans wait in a spool for a backend that is down: nothing is sent to it that would tell when it is back.
    pub(crate) fn with_spool(self) -> Pace {
        Pace { while_down: self.while_down.or(Some(WITHOUT_CHECKS)), ..self }
    }

    /// How long a backend that is up may say nothing.
    pub(super) fn while_up(&self) -> Option<Duration> {
        self.while_up
    }

    /// How long to wait after so many probes in a row that failed.
    pub(super) fn while_down(&self, failed: u32) -> Option<Duration> {
        let doubled = 1_u32.checked_shl(failed.saturating_sub(1)).unwrap_or(u32::MAX);
        self.while_down.map(|longest| SOON.saturating_mul(doubled).min(longest))
    }

    /// The pause after one of `last`.
    pub(super) fn longer_pause(&self, last: Duration) -> Duration {
        last.saturating_mul(2).max(self.first_pause).min(LONGEST_PAUSE.max(self.first_pause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_secs(30);

    #[test]
    fn a_backend_that_is_alone_is_asked_without_health_checks_only_where_spans_wait_in_a_spool() {
        let alone = Pace::new(None, 1);
        assert_eq!(alone.while_down(1), None);
        assert_eq!(alone.with_spool().while_down(9), Some(WITHOUT_CHECKS));
        assert_eq!(alone.with_spool().while_up(), None);
    }

    #[test]
    fn a_backend_that_stays_down_is_asked_ever_less_often_down_to_the_interval() {
        let pace = Pace::new(Some(INTERVAL), 1);
        let waits: Vec<u64> =
            (0..=7).map(|failed| pace.while_down(failed).unwrap().as_secs()).collect();
        assert_eq!(waits, [1, 1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(pace.while_down(u32::MAX), Some(INTERVAL));
        let eager = Pace::new(Some(Duration::from_millis(200)), 1);
        assert_eq!(eager.while_down(0), Some(Duration::from_millis(200)));
    }

    #[test]
    fn without_checks_only_a_backend_that_is_down_is_asked_and_only_if_there_is_another() {
        let (alone, one_of_two) = (Pace::new(None, 1), Pace::new(None, 2));
        assert_eq!((alone.while_up(), alone.while_down(9)), (None, None));
        assert_eq!((one_of_two.while_up(), one_of_two.while_down(9)), (None, Some(WITHOUT_CHECKS)));
    }

    #[test]
    fn pauses_double_from_the_interval_up_to_ten_minutes() {
        let pace = Pace::new(Some(INTERVAL), 2);
        let next = |last: &Duration| Some(pace.longer_pause(*last));
        let pauses = std::iter::successors(Some(Duration::ZERO), next);
        let pauses: Vec<u64> = pauses.skip(1).take(7).map(|pause| pause.as_secs()).collect();
        assert_eq!(pauses, [30, 60, 120, 240, 480, 600, 600]);
        let alone = Pace::new(Some(INTERVAL), 1);
        assert_eq!(alone.longer_pause(Duration::ZERO), Duration::ZERO, "there is no other one");
        let rare = Pace::new(Some(Duration::from_secs(3600)), 2);
        assert_eq!(rare.longer_pause(Duration::from_secs(3600)), Duration::from_secs(3600));
    }
}
