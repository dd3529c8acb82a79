//! A lane span's state, and the pool it comes from and goes back to.
//!
//! A frame is on its thread's stack while its code runs, in its future between polls, in the pool between spans.

use super::callsite::CallSite;
use super::context::SpanContext;
use super::encoder::Content;
use super::slot::{self, Slot, lock};
use std::sync::Mutex;

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
    /// `None`: a remote parent, which is never written.
    pub(crate) site: Option<&'static CallSite>,
    /// When it began, by the monotonic clock.
    pub(crate) began: u64,
    /// The thread was unwinding already when the span began, so that its panic is not this span's.
    pub(crate) unwinding: bool,
    /// Made by a future's wrapper whose body has not run yet.
    pub(crate) fresh: bool,
    slot: &'static Slot,
    index: u32,
}

impl Frame {
    /// A frame with a slot of its own. `None`: a million spans are open.
    fn new(free: &mut Vec<u32>) -> Option<Box<Frame>> {
        let (index, slot) = slot::allocate(free)?;
        slot.renew();
        Some(Box::new(Frame {
            context: SpanContext::default(),
            content: Content::with_capacity(),
            site: None,
            began: 0,
            unwinding: false,
            fresh: false,
            slot,
            index,
        }))
    }

    /// The id by which handles know the span.
    #[inline]
    pub(crate) fn id(&self) -> u64 {
        self.slot.generation() | (u64::from(self.index) + 1)
    }

    #[inline]
    pub(crate) fn slot(&self) -> &'static Slot {
        self.slot
    }

    /// Leaves the slot to the handles that live on, and takes another one. False where there is none to take.
    pub(crate) fn leave_slot(&mut self, free: &mut Vec<u32>) -> bool {
        if self.slot.release(self.id()) {
            slot::free(self.index);
        }
        match slot::allocate(free) {
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
            slot::free(self.index);
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
        let mut shared = lock(&SHARED);
        let keep = shared.len().saturating_sub(SHARE);
        self.frames.extend(shared.drain(keep..));
        drop(shared);
        self.frames.pop().or_else(|| Frame::new(free))
    }

    #[inline]
    pub(crate) fn give_back(&mut self, mut frame: Box<Frame>) {
        frame.content.recycle();
        self.frames.push(frame);
        if self.frames.len() >= KEEP {
            self.share(SHARE);
        }
    }

    /// Gives all but `keep` frames to the other threads.
    #[cold]
    pub(crate) fn share(&mut self, keep: usize) {
        let surplus = self.frames.split_off(keep.min(self.frames.len()));
        let mut shared = lock(&SHARED);
        let room = WAIT.saturating_sub(shared.len());
        shared.extend(surplus.into_iter().take(room));
    }

    pub(crate) fn shrink(&mut self) {
        self.frames.shrink_to_fit();
    }
}
