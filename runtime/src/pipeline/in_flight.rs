//! A batch between the queue and the backend. It leaves by being delivered or dropped for a reason, and in no other way.

use super::ledger::{Accounts, DropReason};
use super::queue::Queue;
use crate::batch::Batch;
use crate::spool::Room;
use std::sync::Arc;

/// A batch that is not settled. Where nobody settles it, because the worker was ended in the middle, it counts as dropped by
/// the end of the program, unless the spool still has it.
pub(super) struct InFlight {
    batch: Batch,
    /// How many spans are not settled.
    spans: u64,
    accounts: Arc<Accounts>,
    /// Where it comes from; `None`: from the spool.
    queue: Option<Arc<Queue>>,
}

impl InFlight {
    pub(super) fn new(batch: Batch, accounts: Arc<Accounts>, queue: Arc<Queue>) -> InFlight {
        InFlight { spans: batch.spans(), batch, accounts, queue: Some(queue) }
    }

    /// A batch that the spool has until it is told that all is settled.
    pub(super) fn replayed(batch: Batch, accounts: Arc<Accounts>) -> InFlight {
        InFlight { spans: batch.spans(), batch, accounts, queue: None }
    }

    /// Whether the spool has it already.
    pub(super) fn is_replayed(&self) -> bool {
        self.queue.is_none()
    }

    /// It goes to the spool, whose it is from now on. It is settled when it is on the disk: who waits for that may be about to be
    /// killed.
    pub(super) fn spooled(mut self, room: Room) {
        let empty = Batch::empty(self.batch.resource().clone());
        let batch = std::mem::replace(&mut self.batch, empty);
        let (queue, spans) = (self.queue.take(), std::mem::take(&mut self.spans));
        room.put(batch, move || {
            if let Some(queue) = queue {
                queue.settle(spans);
            }
        });
    }

    pub(super) fn batch(&self) -> &Batch {
        &self.batch
    }

    /// A backend has taken all but `rejected` spans.
    pub(super) fn delivered(mut self, rejected: u64) {
        let rejected = rejected.min(self.spans);
        self.accounts.export(self.spans - rejected);
        self.accounts.drop_for(DropReason::Rejected, rejected);
        self.settle();
    }

    /// It will never be taken.
    pub(super) fn dropped(mut self, reason: DropReason) {
        self.accounts.drop_for(reason, self.spans);
        self.settle();
    }

    /// The first `first` spans and the others, or itself where one of the two parts would be empty.
    pub(super) fn split(mut self, first: u64) -> Result<[InFlight; 2], InFlight> {
        let empty = Batch::empty(self.batch.resource().clone());
        match std::mem::replace(&mut self.batch, empty).split(first) {
            Ok((first, second)) => {
                self.spans = 0;
                let part = |batch: Batch| InFlight {
                    spans: batch.spans(),
                    batch,
                    accounts: self.accounts.clone(),
                    queue: self.queue.clone(),
                };
                Ok([part(first), part(second)])
            }
            Err(single) => {
                self.batch = single;
                Err(self)
            }
        }
    }

    fn settle(&mut self) {
        let spans = std::mem::take(&mut self.spans);
        if let Some(queue) = &self.queue {
            queue.settle(spans);
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if self.spans > 0 && !self.is_replayed() {
            self.accounts.drop_for(DropReason::ShutDown, self.spans);
            self.settle();
        }
    }
}
