//! How long to wait before the same batch is tried again.
//!
//! Source: <https://opentelemetry.io/docs/specs/otel/protocol/exporter/#retry>.

use std::time::Duration;

/// Exponential backoff with full jitter, unless the server says how long to wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RetryPolicy {
    /// The first wait is at most this long; each further one at most twice as long as the one before.
    pub(crate) first: Duration,
    /// No wait is longer but the one that a server asks for, which has a limit of its own.
    pub(crate) most: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        RetryPolicy { first: Duration::from_secs(1), most: Duration::from_secs(60) }
    }
}

impl RetryPolicy {
    /// How long to wait after `failures` in a row. `random` is from 0.0 to 1.0; `asked` is what the server asked for.
    pub(crate) fn wait(&self, failures: u32, asked: Option<Duration>, random: f64) -> Duration {
        if let Some(asked) = asked {
            return asked;
        }
        let doubled = 1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
        let most = self.first.saturating_mul(doubled).min(self.most);
        // A tenth at the least, so that a server in trouble is not asked again at once.
        most.mul_f64(random.clamp(0.1, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: RetryPolicy =
        RetryPolicy { first: Duration::from_secs(1), most: Duration::from_secs(60) };

    #[test]
    fn waits_double_up_to_the_longest() {
        let waits: Vec<u64> =
            (1..=9).map(|failures| POLICY.wait(failures, None, 1.0).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(POLICY.wait(u32::MAX, None, 1.0).as_secs(), 60);
    }

    #[test]
    fn jitter_spreads_a_wait_but_never_to_nothing() {
        assert_eq!(POLICY.wait(2, None, 0.5), Duration::from_secs(1));
        assert_eq!(POLICY.wait(2, None, 0.0), Duration::from_millis(200));
    }

    #[test]
    fn what_the_server_asks_for_counts_also_beyond_the_longest_of_our_own() {
        for asked in [2, 60, 300].map(Duration::from_secs) {
            assert_eq!(POLICY.wait(1, Some(asked), 0.0), asked);
        }
    }
}
