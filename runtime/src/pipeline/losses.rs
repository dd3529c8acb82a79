//! Says that spans are lost while the program runs: once for each reason, as soon as it is seen.

use super::ledger::{DropReason, Ledger};
use super::notice::Say;

/// The reasons that come without words of the backend; the other ones are told with those, by [`super::Notices`].
const REASONS: [DropReason; 4] = [
    DropReason::QueueFull,
    DropReason::ThreadTooFast,
    DropReason::TooManyOpen,
    DropReason::TooLarge,
];

/// What has not been said yet.
pub(super) struct Losses {
    say: Say,
    untold: Vec<DropReason>,
}

impl Losses {
    pub(super) fn new(say: Say) -> Losses {
        Losses { say, untold: REASONS.to_vec() }
    }

    /// Says each reason for which `ledger` has lost spans, if it is new.
    pub(super) fn look(&mut self, ledger: &Ledger) {
        let say = &self.say;
        self.untold.retain(|&reason| {
            let spans = ledger.dropped_for(reason);
            if spans > 0 {
                say(&format!("{spans} spans dropped so far: {}", reason.text()));
            }
            spans == 0
        });
    }
}
