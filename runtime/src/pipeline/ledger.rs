//! What became of every span.

use crate::display::units;
use crate::forked;
use crate::recorder::Core;
use crate::spool::{Loss, Tally};
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
    ShutDown => "the program ended before the backend took them, see `tracing_spool_dir` and `shutdown_timeout`",
    /// The spool was full, so its oldest spans made room. Raise `tracing_spool_max_bytes`.
    SpoolFull => "the spool was full, see `tracing_spool_max_bytes`",
    /// Files of the spool were not what had been written: cut by a crash, or damaged. They were named when they were found.
    SpoolDamaged => "they were damaged in the spool",
    /// The disk did not take the spans, for instance because it was full. Make room, or choose another `tracing_spool_dir`.
    SpoolFailed => "the disk of the spool did not take them, see `tracing_spool_dir`",
    /// The process was forked from one that traces, and such a child exports nothing. Start tracing after the fork, or let the
    /// child `exec`.
    Forked => "a forked child exports nothing: start tracing after the fork",
    /// The exporter panicked. The panic's message is on standard error.
    ExporterPanicked => "the exporter panicked",
}

/// What became of all spans so far: `created + recovered = exported + dropped + waiting`, at any moment.
///
/// Spans of traces that are not sampled are never created.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ledger {
    /// Sampled spans that have ended.
    pub created: u64,
    /// Spans of earlier runs that were found in `tracing_spool_dir`.
    pub recovered: u64,
    /// Spans that a backend has taken.
    pub exported: u64,
    /// Spans on their way: in the threads' rings, in the queue, in a request that is not answered yet, or in the spool.
    pub waiting: u64,
    /// Those of `waiting` that are in the spool, where they outlast the program.
    pub spooled: u64,
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
    /// That of a forked child, which knows only what it has noticed to be lost. What its parent recorded is the parent's.
    pub(crate) fn of_forked_child() -> Ledger {
        let mut ledger = Ledger { created: forked::dropped(), ..Ledger::default() };
        ledger.dropped[DropReason::Forked as usize] = ledger.created;
        ledger
    }

    /// The reasons for which spans were dropped, and how many.
    fn drops(&self) -> impl Iterator<Item = (DropReason, u64)> {
        let drops = DropReason::ALL.into_iter().map(|reason| (reason, self.dropped_for(reason)));
        drops.filter(|(_, spans)| *spans > 0)
    }

    /// What to tell at the end, if anything was lost.
    pub(crate) fn lost(&self) -> Option<String> {
        (self.dropped() + self.waiting > 0).then(|| self.to_string())
    }
}

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ledger { created, recovered, exported, waiting, spooled, .. } = self;
        write!(f, "{} created", units::count(*created, "span"))?;
        if *recovered > 0 {
            write!(f, ", {recovered} recovered")?;
        }
        write!(f, ": {exported} exported, {} dropped, {waiting} waiting", self.dropped())?;
        if *spooled > 0 {
            write!(f, " ({spooled} in the spool, for the next run)")?;
        }
        for (reason, spans) in self.drops() {
            write!(f, "\n  {spans} dropped: {}", reason.text())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ledger { created, recovered, exported, waiting, spooled, .. } = self;
        let dropped: Vec<_> = self.drops().collect();
        f.debug_struct("Ledger")
            .field("created", created)
            .field("recovered", recovered)
            .field("exported", exported)
            .field("waiting", waiting)
            .field("spooled", spooled)
            .field("dropped", &dropped)
            .finish()
    }
}

/// The counters behind the [`Ledger`]. What waits is never counted, only what entered and what left.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    spool: Option<Arc<Tally>>,
    exported: AtomicU64,
    dropped: [AtomicU64; DropReason::ALL.len()],
}

impl Accounts {
    /// With those of a spool.
    pub(crate) fn new(spool: Option<Arc<Tally>>) -> Accounts {
        Accounts { spool, ..Accounts::default() }
    }

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
        let lost_in_spool = |loss| self.spool.as_ref().map_or(0, |tally| tally.lost(loss));
        let of_spool = [
            (DropReason::SpoolFull, lost_in_spool(Loss::Full)),
            (DropReason::SpoolDamaged, lost_in_spool(Loss::Damaged)),
            (DropReason::SpoolFailed, lost_in_spool(Loss::Unwritable)),
        ];
        for (reason, spans) in of_recorder.into_iter().chain(of_spool) {
            if let Some(counter) = dropped.get_mut(reason as usize) {
                *counter += spans;
            }
        }
        let (spooled, recovered) =
            self.spool.as_ref().map_or((0, 0), |tally| (tally.waiting(), tally.recovered()));
        let created = core.created();
        let left = exported + dropped.iter().sum::<u64>();
        let waiting = (created + recovered).saturating_sub(left);
        Ledger { created, recovered, exported, waiting, spooled: spooled.min(waiting), dropped }
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
             1 dropped: the program ended before the backend took them, see `tracing_spool_dir` and `shutdown_timeout`"
        );
    }

    #[test]
    fn the_text_says_what_is_in_the_spool_and_what_came_from_there() {
        let ledger = Ledger {
            created: 10,
            recovered: 5,
            exported: 8,
            waiting: 7,
            spooled: 6,
            ..Ledger::default()
        };
        assert_eq!(
            ledger.to_string(),
            "10 spans created, 5 recovered: 8 exported, 0 dropped, 7 waiting (6 in the spool, for the next run)"
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
