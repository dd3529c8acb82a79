//! The rings of one recorder's threads, and how they are read: each once, to its end where its thread has ended.

use super::ring::{Drained, Record, Ring};
use super::slot::{lock, lock_unless_forked};
use super::sync::{Arc, AtomicU64, Mutex, Ordering::Acquire, fence};

/// The rings.
#[derive(Debug, Default)]
pub(crate) struct Rings(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The oldest first, which is the order of a thread's spans.
    known: Vec<Arc<Ring>>,
    /// How many records were pushed into those that are forgotten.
    forgotten: u64,
}

impl Rings {
    /// A ring for the calling thread. It outlives the thread, so that a thread's end needs no code to lose nothing.
    pub(crate) fn add(&self, words: usize) -> Arc<Ring> {
        let ring = Arc::new(Ring::new(words));
        if let Some(mut state) = lock_unless_forked(&self.0) {
            state.known.push(ring.clone());
        }
        ring
    }

    /// A pass begins: [`drain`](Rings::drain) says when all has been taken that is here now.
    pub(crate) fn begin_pass(&self) {
        lock(&self.0).known.iter().for_each(|ring| ring.set_goal());
    }

    /// Reads every ring once: `most` records at the most, but all of a ring that nobody writes to any more. Such a ring is
    /// forgotten, so that threads that come and go leave no memory behind, whatever the reader has room for.
    pub(crate) fn drain(&self, most: u64, mut each: impl FnMut(Record, &[AtomicU64])) -> Drained {
        let mut room = most;
        let mut drained = Drained::All;
        for ring in self.in_turn(most) {
            // Looked at before reading: nothing can come after. One is the list's own, one is this function's.
            let orphaned = Arc::strong_count(&ring) == 2;
            // The count is read relaxed; with this the ring's last record is seen by whoever saw its thread let go of it.
            fence(Acquire);
            let (read, rest) = ring.drain(if orphaned { u64::MAX } else { room }, &mut each);
            room = room.saturating_sub(read);
            if orphaned {
                self.forget(&ring);
            }
            if rest == Drained::Some {
                drained = Drained::Some;
            }
        }
        drained
    }

    /// The rings in their order. Where there may be no room for all, each time beginning with another one, so that none is always
    /// the last.
    fn in_turn(&self, most: u64) -> Vec<Arc<Ring>> {
        let rings = &mut lock(&self.0).known;
        if most < u64::MAX && !rings.is_empty() {
            rings.rotate_left(1);
        }
        rings.clone()
    }

    fn forget(&self, ring: &Arc<Ring>) {
        let mut state = lock(&self.0);
        state.known.retain(|known| !Arc::ptr_eq(known, ring));
        state.forgotten += ring.pushed();
    }

    /// How many records were ever pushed.
    pub(crate) fn pushed(&self) -> u64 {
        let state = lock(&self.0);
        state.forgotten + state.known.iter().map(|ring| ring.pushed()).sum::<u64>()
    }

    /// How many rings there are.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        lock(&self.0).known.len()
    }
}
