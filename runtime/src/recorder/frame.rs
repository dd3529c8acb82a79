//! A lane span's state, and the pool it comes from and goes back to.
//!
//! A frame is on its thread's stack while its code runs, in its future between polls, in the pool between spans.

use super::beside::Mark;
use super::callsite::CallSite;
use super::clock;
use super::context::SpanContext;
use super::encoder::{Content, Limits};
use super::remote::Carried;
use super::slot::{Opening, Slot, lock_unless_forked};
use super::slots;
use std::sync::{Arc, Mutex};

/// How many frames a thread keeps before it shares them, and how many it takes at once.
const KEEP: usize = 64;
const SHARE: usize = 32;
/// How many frames wait for any thread at the most.
const WAIT: usize = 64 * 1024;

static SHARED: Mutex<Vec<Box<Frame>>> = Mutex::new(Vec::new());

/// The state of one lane span.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) context: SpanContext,
    pub(crate) content: Content,
    /// What it may hold, so that nobody looks for its recorder again to write to it.
    pub(crate) limits: Limits,
    /// `None`: a remote parent, which is never written.
    pub(crate) site: Option<&'static CallSite>,
    /// When it began, by the monotonic clock.
    pub(crate) began: u64,
    /// The thread was unwinding already when the span began, so that its panic is not this span's.
    pub(crate) unwinding: bool,
    /// What came with the request that the span serves.
    pub(crate) carried: Option<Arc<Carried>>,
    /// Made by a future's wrapper whose body has not run yet.
    pub(crate) fresh: bool,
    /// What was active beside the stack when it was begun.
    pub(super) beneath: Mark,
    slot: &'static Slot,
    index: u32,
}

impl Frame {
    /// A frame with a slot of its own. `None`: a million spans are open.
    fn new(free: &mut Vec<u32>) -> Option<Box<Frame>> {
        let (index, slot) = slots::allocate(free)?;
        slot.renew();
        Some(Box::new(Frame {
            context: SpanContext::default(),
            content: Content::with_capacity(),
            limits: Limits::NONE,
            site: None,
            began: 0,
            unwinding: false,
            carried: None,
            fresh: false,
            beneath: Mark::default(),
            slot,
            index,
        }))
    }

    /// The id by which handles know the span.
    #[inline]
    pub(crate) fn id(&self) -> u64 {
        self.slot.generation() | (u64::from(self.index) + 1)
    }

    /// Whether a future's wrapper has just made it for `site`.
    #[inline]
    pub(crate) fn is_fresh_for(&self, site: &'static CallSite) -> bool {
        self.fresh && self.site.is_some_and(|known| std::ptr::eq(known, site))
    }

    #[inline]
    pub(crate) fn slot(&self) -> &'static Slot {
        self.slot
    }

    /// Makes the span a child of `parent`, in another process. False where somebody has a handle of it.
    pub(crate) fn adopt(&mut self, parent: &SpanContext, carried: Arc<Carried>) -> bool {
        let Some(site) = self.site.filter(|_| self.slot.is_private()) else { return false };
        let was_sampled = self.context.is_sampled();
        let opening = Opening::adopted(&self.context, self.slot.info(), parent);
        self.slot.publish(&opening);
        self.context = opening.context;
        self.carried = Some(carried);
        match (was_sampled, self.context.is_sampled()) {
            (true, false) => _ = self.slot.close(),
            (false, true) => {
                self.content.begin(site.kind);
                self.began = clock::monotonic();
                self.slot.open(clock::unix(self.began));
            }
            (true, true) | (false, false) => {}
        }
        true
    }

    /// Leaves the slot to the handles that live on, and takes another one. False where there is none to take.
    pub(crate) fn leave_slot(&mut self, free: &mut Vec<u32>) -> bool {
        if self.slot.release(self.id()) {
            slots::free(self.index);
        }
        match slots::allocate(free) {
            Some((index, slot)) => {
                slot.renew();
                (self.index, self.slot) = (index, slot);
                true
            }
            None => false,
        }
    }

    /// A frame whose slot was left without another one in its place: its own memory goes, the slot is not its to free.
    pub(crate) fn dissolve(mut self: Box<Self>) {
        self.index = u32::MAX;
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        if self.index != u32::MAX {
            self.slot.close();
            self.slot.abandon();
            slots::free(self.index);
        }
    }
}

/// One thread's frames. What is too much goes to a list for all threads, and from there to those that need some: futures that
/// begin on one thread and end on another would starve one pool and swell the other.
#[derive(Debug)]
pub(crate) struct FramePool {
    frames: Vec<Box<Frame>>,
}

impl FramePool {
    pub(crate) const EMPTY: FramePool = FramePool { frames: Vec::new() };

    #[inline]
    pub(crate) fn take(&mut self, free: &mut Vec<u32>) -> Option<Box<Frame>> {
        match self.frames.pop() {
            Some(frame) => Some(frame),
            None => self.refill(free),
        }
    }

    #[cold]
    fn refill(&mut self, free: &mut Vec<u32>) -> Option<Box<Frame>> {
        if let Some(mut shared) = lock_unless_forked(&SHARED) {
            let keep = shared.len().saturating_sub(SHARE);
            self.frames.extend(shared.drain(keep..));
        }
        self.frames.pop().or_else(|| Frame::new(free))
    }

    #[inline(always)]
    pub(crate) fn give_back(&mut self, mut frame: Box<Frame>) {
        frame.content.recycle();
        frame.carried = None;
        self.frames.push(frame);
        if self.frames.len() >= KEEP {
            self.share(SHARE);
        }
    }

    /// Gives all but `keep` frames to the other threads.
    #[cold]
    pub(crate) fn share(&mut self, keep: usize) {
        let surplus = self.frames.drain(keep.min(self.frames.len())..);
        let Some(mut shared) = lock_unless_forked(&SHARED) else { return };
        let room = WAIT.saturating_sub(shared.len());
        shared.extend(surplus.take(room));
    }

    pub(crate) fn shrink(&mut self) {
        self.frames.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(pool: &mut FramePool) -> Box<Frame> {
        pool.take(&mut Vec::new()).unwrap()
    }

    #[test]
    fn a_frame_that_was_given_back_is_taken_again() {
        let mut pool = FramePool::EMPTY;
        let frame = take(&mut pool);
        let (address, slot) = (std::ptr::from_ref(&*frame).addr(), frame.index);
        pool.give_back(frame);
        let again = take(&mut pool);
        assert_eq!((std::ptr::from_ref(&*again).addr(), again.index), (address, slot));
    }

    #[test]
    fn every_frame_has_a_slot_of_its_own_that_its_id_finds() {
        let mut pool = FramePool::EMPTY;
        let frames: Vec<_> = (0..100).map(|_| take(&mut pool)).collect();
        let slots: std::collections::HashSet<_> = frames.iter().map(|frame| frame.index).collect();
        assert_eq!(slots.len(), 100);
        for frame in &frames {
            assert!(std::ptr::eq(slots::find(frame.id()).unwrap(), frame.slot()));
        }
    }

    #[test]
    fn the_slot_of_a_frame_that_is_dropped_is_found_by_nobody() {
        let frame = take(&mut { FramePool::EMPTY });
        let (id, slot) = (frame.id(), frame.slot());
        slot.open(7);
        drop(frame);
        assert!(slots::find(id).is_none());
        assert_eq!(slot.start(), 0);
    }

    #[test]
    fn a_frame_leaves_its_slot_to_the_handles_and_takes_another() {
        let mut frame = take(&mut { FramePool::EMPTY });
        let (id, slot) = (frame.id(), frame.slot());
        assert!(slot.retain(id));
        assert!(frame.leave_slot(&mut Vec::new()));
        assert!(!std::ptr::eq(frame.slot(), slot));
        assert!(frame.slot().is_private());
        assert!(slots::find(id).is_some(), "the handle still has it");
        assert!(slot.release(id), "and is the last one");
    }

    #[test]
    fn a_frame_that_is_dissolved_leaves_its_slot_alone() {
        let frame = take(&mut { FramePool::EMPTY });
        let (id, slot) = (frame.id(), frame.slot());
        frame.dissolve();
        assert!(slots::find(id).is_some());
        slot.abandon();
    }

    #[test]
    fn a_pool_shares_what_is_too_much_and_takes_from_the_others() {
        let (mut pool, mut other) = (FramePool::EMPTY, FramePool::EMPTY);
        let frames: Vec<_> = (0..KEEP).map(|_| take(&mut pool)).collect();
        frames.into_iter().for_each(|frame| pool.give_back(frame));
        assert_eq!(pool.frames.len(), SHARE, "the other half is for all threads");
        let frame = take(&mut other);
        other.give_back(frame);
        assert!((1..=SHARE).contains(&other.frames.len()));
        pool.share(0);
        assert!(pool.frames.is_empty());
    }
}
