//! What the last requests came to.

use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;

/// So many answers are remembered.
const REMEMBERED: usize = 32;
/// What is older says nothing of how a backend is now.
pub(super) const MEMORY: Duration = Duration::from_secs(60);
/// An answer that usually takes longer is slow.
const SLOW: Duration = Duration::from_secs(2);

/// The last requests of one backend.
#[derive(Debug, Default)]
pub(super) struct Recent(VecDeque<Answer>);

#[derive(Clone, Copy, Debug)]
struct Answer {
    at: Instant,
    took: Duration,
    is_good: bool,
}

impl Recent {
    pub(super) fn good(&mut self, at: Instant, took: Duration) {
        self.push(Answer { at, took, is_good: true });
    }

    pub(super) fn bad(&mut self, at: Instant, took: Duration) {
        self.push(Answer { at, took, is_good: false });
    }

    fn push(&mut self, answer: Answer) {
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(answer);
    }

    /// How long the good answers took, in the middle.
    pub(super) fn latency(&self) -> Option<Duration> {
        let good = self.0.iter().filter(|answer| answer.is_good);
        let mut times: Vec<_> = good.map(|answer| answer.took).collect();
        times.sort_unstable();
        times.get(times.len() / 2).copied()
    }

    /// Why a backend that is up is not as it should be, and since when.
    pub(super) fn trouble(&self, now: Instant) -> Option<(Instant, String)> {
        let last = self.0.iter().filter(|answer| now.duration_since(answer.at) < MEMORY);
        let mut failed = last.clone().filter(|answer| !answer.is_good);
        if let Some(first) = failed.next() {
            let (failed, all) = (failed.count() + 1, last.count());
            return Some((first.at, format!("{failed} of the last {all} requests failed")));
        }
        let latency = self.latency().filter(|latency| *latency > SLOW)?;
        let since = self.0.iter().find(|answer| answer.took > SLOW)?.at;
        Some((since, format!("its answers take {:.1} s", latency.as_secs_f64())))
    }
}
