//! What became of every span that the spool was given or found.

use std::sync::atomic::{
    AtomicU64,
    Ordering::{AcqRel, Acquire},
};

/// Why a span was lost in the spool.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Loss {
    /// The spool was full: the oldest went.
    Full,
    /// The bytes on the disk were not those that were written.
    Damaged,
    /// The disk did not take it.
    Unwritable,
}

/// The counters. What waits is never counted, only what came and what left: `recovered + given = replayed + lost + waiting`, at
/// any moment.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    recovered: AtomicU64,
    given: AtomicU64,
    replayed: AtomicU64,
    lost: [AtomicU64; 3],
}

impl Tally {
    /// Spans that were found on the disk.
    pub(crate) fn recovered(&self) -> u64 {
        self.recovered.load(Acquire)
    }

    /// Spans that were read back and are settled.
    pub(crate) fn replayed(&self) -> u64 {
        self.replayed.load(Acquire)
    }

    /// Spans that were lost for this reason.
    pub(crate) fn lost(&self, loss: Loss) -> u64 {
        self.counter(loss).map_or(0, |counter| counter.load(Acquire))
    }

    /// Spans that are on the disk, or on their way there. What left is read first, so that nothing is seen to leave before it
    /// came.
    pub(crate) fn waiting(&self) -> u64 {
        let lost: u64 = self.lost.iter().map(|counter| counter.load(Acquire)).sum();
        let left = self.replayed() + lost;
        (self.recovered() + self.given.load(Acquire)).saturating_sub(left)
    }

    pub(super) fn recover(&self, spans: u64) {
        self.recovered.fetch_add(spans, AcqRel);
    }

    pub(super) fn give(&self, spans: u64) {
        self.given.fetch_add(spans, AcqRel);
    }

    pub(super) fn replay(&self, spans: u64) {
        self.replayed.fetch_add(spans, AcqRel);
    }

    pub(super) fn lose(&self, loss: Loss, spans: u64) {
        if let Some(counter) = self.counter(loss) {
            counter.fetch_add(spans, AcqRel);
        }
    }

    fn counter(&self, loss: Loss) -> Option<&AtomicU64> {
        self.lost.get(loss as usize)
    }
}
