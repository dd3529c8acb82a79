//! What became of every span.

use crate::recorder::Core;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{
    AtomicU64,
    Ordering::{AcqRel, Acquire},
};

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $reason:ident => $text:literal,)+) => {
        /// Why a span was dropped. The list is complete: a span that was created has been exported, has been dropped for one
        /// of these reasons, or waits.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum DropReason {
            $($(#[doc = $doc])+ $reason,)+
        }

        impl DropReason {
            /// All reasons.
            pub const ALL: [DropReason; [$($text),+].len()] = [$(DropReason::$reason),+];

            /// The reason in a few words.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self {
                    $(DropReason::$reason => $text,)+
                }
            }
        }
    };
}

reasons! {
    /// The queue was full. Raise `tracing_max_queue_size` (spans) or `tracing_max_queue_bytes`, lower
    /// `tracing_sample_rate`, or find out why the backend takes less than the program makes.
    QueueFull => "the queue was full, see `tracing_max_queue_size` and `tracing_max_queue_bytes`",
    /// The thread made spans faster than they could be taken from it. Lower `tracing_sample_rate`.
    ThreadTooFast => "a thread made spans faster than they could be taken from it, see `tracing_sample_rate`",
    /// A million spans were open at once, which usually means that spans leak: guards or futures that are never dropped.
    TooManyOpen => "a million spans were open at once",
    /// The span alone is larger than the backend or the wire takes. Lower `tracing_attribute_value_limit`.
    TooLarge => "one span was larger than the backend takes, see `tracing_attribute_value_limit`",
    /// The backend took the batch but not this span ("partial success"). Its message was logged.
    Rejected => "the backend took the batch but not this span",
    /// The backend refused the batch for good, for instance because of a wrong token or path.
    Refused => "the backend refused the batch",
    /// The backend calls the span malformed, or every batch that it is sent: then not each span is tried alone. Please report
    /// it, with the message that was logged.
    Invalid => "the backend called the span malformed",
    /// The program ended before the backend took the span. Raise `shutdown_timeout`, or look why the backend did not take it.
    ShutDown => "the program ended before the backend took them, see `shutdown_timeout`",
    /// The exporter panicked. The panic's message is on standard error.
    ExporterPanicked => "the exporter panicked",
}

/// What became of all spans so far: `created = exported + dropped + waiting`, at any moment.
///
/// Spans of traces that are not sampled are never created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ledger {
    /// Sampled spans that have ended.
    pub created: u64,
    /// Spans that a backend has taken.
    pub exported: u64,
    /// Spans on their way: in the threads' rings, in the queue, or in a request that is not answered yet.
    pub waiting: u64,
    pub(super) dropped: [u64; DropReason::ALL.len()],
}

impl Ledger {
    /// How many spans were dropped for `reason`.
    #[must_use]
    pub fn dropped_for(&self, reason: DropReason) -> u64 {
        self.dropped.get(reason as usize).copied().unwrap_or_default()
    }

    /// How many spans were dropped.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.iter().sum()
    }
}

impl Ledger {
    /// What to tell at the end, if anything was lost.
    pub(crate) fn lost(&self) -> Option<String> {
        (self.dropped() + self.waiting > 0).then(|| self.to_string())
    }
}

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ledger { created, exported, waiting, .. } = self;
        write!(
            f,
            "{created} spans created: {exported} exported, {} dropped, {waiting} waiting",
            self.dropped()
        )?;
        let lost = DropReason::ALL.into_iter().filter(|reason| self.dropped_for(*reason) > 0);
        for reason in lost {
            write!(f, "\n  {} dropped: {}", self.dropped_for(reason), reason.text())?;
        }
        Ok(())
    }
}

/// The counters behind the [`Ledger`]. What waits is never counted, only what entered and what left.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    exported: AtomicU64,
    dropped: [AtomicU64; DropReason::ALL.len()],
}

impl Accounts {
    pub(crate) fn export(&self, spans: u64) {
        self.exported.fetch_add(spans, AcqRel);
    }

    pub(crate) fn drop_for(&self, reason: DropReason, spans: u64) {
        if let Some(counter) = self.dropped.get(reason as usize) {
            counter.fetch_add(spans, AcqRel);
        }
    }

    /// The ledger now. What has left is read before what was created, so that nothing is seen to leave before it came.
    pub(crate) fn ledger(&self, core: &Arc<Core>) -> Ledger {
        let exported = self.exported.load(Acquire);
        let mut dropped = self.dropped.each_ref().map(|counter| counter.load(Acquire));
        let lost = core.lost();
        let of_recorder = [
            (DropReason::ThreadTooFast, lost.ring_full),
            (DropReason::TooManyOpen, lost.too_many_open),
            (DropReason::TooLarge, lost.too_large),
        ];
        for (reason, spans) in of_recorder {
            if let Some(counter) = dropped.get_mut(reason as usize) {
                *counter += spans;
            }
        }
        let created = core.created();
        let left = exported + dropped.iter().sum::<u64>();
        Ledger { created, exported, waiting: created.saturating_sub(left), dropped }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_names_each_reason_with_its_remedy() {
        let mut ledger = Ledger { created: 10, exported: 6, waiting: 1, ..Ledger::default() };
        ledger.dropped[DropReason::QueueFull as usize] = 2;
        ledger.dropped[DropReason::ShutDown as usize] = 1;
        assert_eq!(
            ledger.to_string(),
            "10 spans created: 6 exported, 3 dropped, 1 waiting\n  \
             2 dropped: the queue was full, see `tracing_max_queue_size` and `tracing_max_queue_bytes`\n  \
             1 dropped: the program ended before the backend took them, see `shutdown_timeout`"
        );
    }

    #[test]
    fn every_reason_has_a_counter_of_its_own() {
        for (at, reason) in DropReason::ALL.into_iter().enumerate() {
            let accounts = Accounts::default();
            accounts.drop_for(reason, 3);
            assert_eq!(accounts.dropped[at].load(Acquire), 3, "{reason:?}");
        }
    }
}
