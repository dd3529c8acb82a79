//! Says that spans are lost while the program runs: once for each reason, as soon as it is seen.

use super::ledger::{DropReason, Ledger};
use super::notice::Say;

/// The reasons that come without words of the backend; the other ones are told with those, by [`super::Notices`].
const REASONS: [DropReason; 5] = [
    DropReason::QueueFull,
    DropReason::ThreadTooFast,
    DropReason::TooManyOpen,
    DropReason::TooLarge,
    DropReason::SpoolFull,
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

    /// Says each reason for which `ledger` has lost spans, if it is new. Once all are said there is nothing to look for.
    pub(super) fn look(&mut self, ledger: impl FnOnce() -> Ledger) {
        if self.untold.is_empty() {
            return;
        }
        let (ledger, say) = (ledger(), &self.say);
        self.untold.retain(|&reason| {
            let spans = ledger.dropped_for(reason);
            if spans > 0 {
                say(&format!("{spans} spans dropped so far: {}", reason.text()));
            }
            spans == 0
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::ledger::Accounts;
    use crate::pipeline::queue::Queue;
    use crate::plan::QueueLimits;
    use crate::recorder::Core;
    use std::sync::{Arc, Mutex};

    #[test]
    fn each_reason_is_said_once_and_then_nobody_looks() {
        let accounts = Arc::new(Accounts::default());
        let queue = Queue::new(QueueLimits { spans: 1, bytes: 1 }, accounts.clone());
        let core = Core::new(crate::testing::everything(), Arc::new(queue));
        let told = Arc::new(Mutex::new(Vec::new()));
        let into = told.clone();
        let mut losses =
            Losses::new(Arc::new(move |line| into.lock().unwrap().push(line.to_owned())));
        losses.look(|| accounts.ledger(&core));
        for reason in REASONS {
            accounts.drop_for(reason, 2);
            losses.look(|| accounts.ledger(&core));
        }
        losses.look(|| panic!("all reasons are said"));
        let expected = REASONS.map(|reason| format!("2 spans dropped so far: {}", reason.text()));
        assert_eq!(told.lock().unwrap()[..], expected);
    }
}
