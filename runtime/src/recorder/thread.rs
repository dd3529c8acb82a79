//! One thread's part of the recorder, and the life of a lane span on it once it has [begun](super::beginning): amend, end.
//!
//! Nothing here runs user code. Whoever does so first takes out what it needs and lets the borrow go, because that code may be
//! traced, may log, may panic, and would come back here.

use super::callsite::CallSite;
use super::clock;
use super::context::{REMOTE, SAMPLED, SpanContext};
use super::core::{Core, Counters};
use super::encoder::{Content, Facts, Head, Limits, Precedence};
use super::frame::{Frame, FramePool};
use super::ids::IdGenerator;
use super::outlet::{ThreadOutlet, finish};
use super::remote::Carried;
use super::sampler::Sampler;
use super::slot::{Opening, Slot};
use super::slots;
use super::stack::ContextStack;
use crate::batch::UNFINISHED;
use crate::forked;
use std::cell::RefCell;
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use tracing_core::Metadata;

thread_local! {
    // Never destroyed, so that it works in every other thread-local's destructor, in whatever order they run; and constant, so
    // that no access has to ask whether it exists. What it holds goes back through `SWEEP`, whose destructor may run any time.
    static THREAD: ManuallyDrop<RefCell<Thread>> =
        const { ManuallyDrop::new(RefCell::new(Thread::NEW)) };
    static SWEEP: Sweep = const { Sweep };
}

struct Sweep;

impl Drop for Sweep {
    fn drop(&mut self) {
        with(Thread::leave);
    }
}

/// Borrows the calling thread's part.
#[inline]
pub(crate) fn with<R>(run: impl FnOnce(&mut Thread) -> R) -> R {
    THREAD.with(|thread| run(&mut thread.borrow_mut()))
}

/// The spans that are entered on this thread, for a hook, which must not panic wherever it is called.
pub(super) fn entered() -> Vec<u64> {
    let entered =
        |thread: &RefCell<Thread>| Some(thread.try_borrow().ok()?.stack.span_ids().collect());
    THREAD.with(|thread| entered(thread)).unwrap_or_default()
}

/// Counts a span that ends in a forked child, where nobody can write it.
#[cold]
pub(super) fn count_out_of_reach(slot: &Slot) {
    if slot.start() != 0 && slot.info() & SAMPLED != 0 {
        forked::count_dropped();
    }
}

/// The state of one thread.
#[derive(Debug)]
pub(crate) struct Thread {
    pub(crate) stack: ContextStack,
    pub(crate) ids: IdGenerator,
    frames: FramePool,
    free_slots: Vec<u32>,
    // Boxed: whole contents would be moved in and out all the time.
    fragments: Vec<Box<Content>>,
    /// The ways out, one a recorder; the one that was used last stands first.
    outlets: Vec<ThreadOutlet>,
    /// Its thread-locals are being destroyed: what it collects it gives away at once.
    leaving: bool,
    /// It works for the pipeline: what it does is not recorded.
    quiet: bool,
}

impl Thread {
    const NEW: Thread = Thread {
        stack: ContextStack::EMPTY,
        ids: IdGenerator::UNSEEDED,
        frames: FramePool::EMPTY,
        free_slots: Vec::new(),
        fragments: Vec::new(),
        outlets: Vec::new(),
        leaving: false,
        quiet: false,
    };

    #[inline(always)]
    pub(super) fn open_frame(
        &mut self,
        opening: &Opening,
        site: Option<&'static CallSite>,
    ) -> Option<Box<Frame>> {
        let Some(mut frame) = self.frames.take(&mut self.free_slots) else {
            self.count_too_many_open(opening.context);
            return None;
        };
        if frame.context.recorder != opening.context.recorder {
            frame.limits = self.limits(opening.context.recorder)?;
        }
        frame.slot().publish(opening);
        frame.context = opening.context;
        frame.site = site;
        frame.fresh = true;
        Some(frame)
    }

    #[cold]
    pub(crate) fn count_too_many_open(&mut self, context: SpanContext) {
        if context.is_sampled() {
            self.count(context.recorder, |counters| &counters.too_many_open);
        }
    }

    /// Adds one to a counter of `recorder`.
    #[cold]
    pub(crate) fn count(&mut self, recorder: u32, counter: impl FnOnce(&Counters) -> &AtomicU64) {
        if let Some(outlet) = self.outlet(recorder) {
            counter(&outlet.core.counters).fetch_add(1, Relaxed);
        }
    }

    /// A frame that stands for a span in another process; it is never written.
    pub(crate) fn remote(&mut self, context: SpanContext) -> Option<Box<Frame>> {
        self.outlet(context.recorder)?;
        self.open_frame(&Opening { context, parent: 0, info: REMOTE }, None)
    }

    /// Makes the innermost span a child of `parent`, in another process. False where there is none, or where another span began
    /// on this thread since that one did: it may be its child.
    pub(crate) fn adopt(&mut self, parent: &SpanContext, carried: Arc<Carried>) -> bool {
        let last = self.ids.last();
        let innermost = self.stack.innermost_mut(parent.recorder);
        innermost
            .filter(|entry| entry.context.span_id == last && entry.context.flags & REMOTE == 0)
            .is_some_and(|entry| entry.adopt(parent, carried))
    }

    /// Takes the frame of a span that is recorded into the caller's hand, who is about to run user code for it. Meanwhile the
    /// span is on the stack as if it lived in its slot, where that code may write to it.
    #[inline]
    pub(crate) fn take_in_hand(&mut self, span_id: u64) -> Option<Box<Frame>> {
        self.stack.take_in_hand(span_id)
    }

    /// The same with the frame at the top, if it was just made for `site`.
    #[inline]
    pub(crate) fn take_fresh_in_hand(&mut self, site: &'static CallSite) -> Option<Box<Frame>> {
        let mut frame = self.stack.take_top_in_hand(|frame| frame.is_fresh_for(site))?;
        frame.fresh = false;
        Some(frame)
    }

    /// Puts a frame back that was in hand. Where its place is gone its call has ended meanwhile, and so does the span.
    #[inline]
    pub(crate) fn put_back(&mut self, frame: Box<Frame>) {
        if let Some(frame) = self.stack.put_back(frame) {
            self.end(frame, clock::monotonic());
        }
    }

    /// Takes the frame of span `span_id` off the stack.
    #[inline]
    pub(crate) fn take(&mut self, span_id: u64) -> Option<Box<Frame>> {
        match self.stack.pop_frame(span_id) {
            Some(frame) => Some(frame),
            None => self.take_from_below(span_id),
        }
    }

    #[cold]
    fn take_from_below(&mut self, span_id: u64) -> Option<Box<Frame>> {
        let (frame, leaked) = self.stack.take_frame(span_id)?;
        let now = clock::monotonic();
        for mut above in leaked.into_iter().rev() {
            above.content.mark(UNFINISHED, &true);
            self.end(above, now);
        }
        Some(frame)
    }

    /// Ends a span: writes it into the thread's ring and gives the frame back.
    #[inline(always)]
    pub(crate) fn end(&mut self, mut frame: Box<Frame>, now: u64) {
        let slot = frame.slot();
        if !slot.is_private() {
            return self.end_with_handles(frame, now);
        }
        let start = slot.close();
        self.write(&mut frame, slot, start, now);
        slot.renew();
        self.give_back(frame);
    }

    /// Ends a span that was never the current one; its frame does not come back.
    #[cold]
    pub(crate) fn end_unentered(&mut self, frame: &mut Frame, now: u64) {
        let slot = frame.slot();
        let start = slot.close();
        self.write(frame, slot, start, now);
    }

    /// Handles of the span live on or wrote to it. What they wrote joins it; they keep the slot, where they are still good as
    /// parents, and the frame takes another one.
    #[cold]
    fn end_with_handles(&mut self, mut frame: Box<Frame>, now: u64) {
        let (slot, id) = (frame.slot(), frame.id());
        let shared = slot.shared();
        let start = slot.close();
        if let Some(mut shared) = shared.filter(|shared| shared.belongs_to(id)) {
            frame.content.absorb(shared.content(), Precedence::New, frame.limits);
            shared.end();
        }
        // The slot is read once more, and may be another span's as soon as it is left.
        self.write(&mut frame, slot, start, now);
        let has_slot = frame.leave_slot(&mut self.free_slots);
        if has_slot { self.give_back(frame) } else { frame.dissolve() }
    }

    #[inline(always)]
    fn write(&mut self, frame: &mut Frame, slot: &Slot, start: u64, now: u64) {
        if start != 0 && frame.site.is_some() {
            let end = start + now.saturating_sub(frame.began);
            let context = frame.context;
            self.push(&mut frame.content, &context, slot, (start, end));
        }
    }

    #[inline(always)]
    fn give_back(&mut self, frame: Box<Frame>) {
        self.frames.give_back(frame);
        if self.leaving {
            self.leave();
        }
    }

    /// Ends a `tracing` span whose last handle is gone.
    pub(crate) fn end_slot(&mut self, slot: &'static Slot, index: u32, now: u64) {
        self.end_before_handles(slot, now);
        slot.abandon();
        self.give_back_slot(index);
    }

    /// Gives a slot back that nobody holds any more.
    pub(super) fn give_back_slot(&mut self, index: u32) {
        self.free_slots.push(index);
        if self.leaving {
            self.leave();
        } else if self.free_slots.len() >= 128 {
            slots::free_all(&mut self.free_slots);
        }
    }

    /// Ends a `tracing` span, whose state is in its slot; handles that live on are good as parents.
    pub(crate) fn end_before_handles(&mut self, slot: &Slot, now: u64) {
        let Some(mut shared) = slot.shared() else { return count_out_of_reach(slot) };
        let start = slot.close();
        let context = slot.context();
        // At 0 it was handed over as unfinished, or is over.
        if start != 0 && context.is_sampled() {
            let end = start + now.saturating_sub(shared.began);
            self.push(shared.content(), &context, slot, (start, end));
        }
        shared.end();
    }

    /// Puts a span into the ring of its recorder.
    #[inline(always)]
    pub(super) fn push(
        &mut self,
        content: &mut Content,
        context: &SpanContext,
        slot: &Slot,
        (start, end): (u64, u64),
    ) {
        let Some(outlet) = self.outlet(context.recorder) else { return };
        let marks = if content.is_ordinary() { 0 } else { finish(content) };
        let info = slot.info();
        let facts = Facts { parent: slot.parent(), info, kind: content.kind(), start, end };
        outlet.push(&Head::new(context, &facts), content.buffer(), marks, info >> 8);
    }

    /// This thread's way out for `recorder`; `None` where that recorder is gone.
    #[inline]
    pub(super) fn outlet(&mut self, recorder: u32) -> Option<&mut ThreadOutlet> {
        if self.outlets.first().is_none_or(|first| first.recorder != recorder) {
            self.turn_to(recorder)?;
        }
        self.outlets.first_mut()
    }

    /// The core of `recorder`, if it is the one that this thread has recorded to last: so nobody waits for the list of all.
    pub(super) fn known_core(&self, recorder: u32) -> Option<&Core> {
        let first = self.outlets.first().filter(|first| first.recorder == recorder)?;
        Some(&first.core)
    }

    /// What one span of `recorder` may hold.
    #[inline]
    pub(crate) fn limits(&mut self, recorder: u32) -> Option<Limits> {
        let limits = self.outlet(recorder)?.limits;
        if self.leaving {
            self.leave();
        }
        Some(limits)
    }

    /// How traces of `recorder` are sampled, and what one span may hold.
    #[inline]
    pub(crate) fn sampler_and_limits(&mut self, recorder: u32) -> Option<(Sampler, Limits)> {
        let outlet = self.outlet(recorder)?;
        Some((outlet.sampler, outlet.limits))
    }

    #[cold]
    fn turn_to(&mut self, recorder: u32) -> Option<()> {
        let _ = SWEEP.try_with(|_| ());
        self.outlets.retain(|outlet| outlet.recorder == recorder || outlet.is_of_use());
        let known = self.outlets.iter().position(|outlet| outlet.recorder == recorder);
        let at = known.unwrap_or(self.outlets.len());
        if known.is_none() {
            // The process may have been forked since its last recorder ended.
            self.ids.seed_again();
            self.outlets.push(ThreadOutlet::to(recorder)?);
        }
        self.outlets.swap(0, at);
        Some(())
    }

    /// An empty fragment, in which attributes are written before the span they belong to is looked for.
    pub(crate) fn fragment(&mut self) -> Box<Content> {
        let mut fragment = self.fragments.pop().unwrap_or_default();
        fragment.clear();
        fragment
    }

    pub(crate) fn give_back_fragment(&mut self, mut fragment: Box<Content>) {
        if self.fragments.len() < 16 && !self.leaving {
            fragment.recycle();
            self.fragments.push(fragment);
        }
    }

    /// What the two clocks show now, for a span below `parent`: before that it cannot have begun.
    #[inline]
    pub(super) fn now_below(&self, parent: u64) -> (u64, u64) {
        let began = clock::monotonic();
        let mut unix = clock::unix(began);
        if clock::has_stepped_back() {
            unix = unix.max(self.stack.start_of(parent));
        }
        (began, unix)
    }

    /// A slot for a span that has all its state there.
    pub(super) fn allocate_slot(&mut self) -> Option<(u32, &'static Slot)> {
        slots::allocate(&mut self.free_slots)
    }

    /// Opens a span that has all its state in a slot, by what the two clocks show at its start, and says its id. `None`: a million
    /// spans are open, or this is a forked child in which nobody lets go of the slot.
    pub(super) fn open_slot(
        &mut self,
        opening: &Opening,
        metadata: &'static Metadata<'static>,
        (began, start): (u64, u64),
        fill: impl FnOnce(&mut Box<Content>),
    ) -> Option<u64> {
        let Some((index, slot)) = self.allocate_slot() else {
            self.count_too_many_open(opening.context);
            return None;
        };
        let mut shared = slot.shared()?;
        slot.publish(opening);
        let generation = slot.renew();
        shared.begin((generation >> 32) as u32, Some(metadata));
        shared.began = began;
        fill(shared.content());
        slot.open(start);
        Some(generation | (u64::from(index) + 1))
    }

    /// Records nothing on this thread from now on: the pipeline's own client libraries are full of spans and events.
    pub(crate) fn silence(&mut self) {
        self.quiet = true;
    }

    #[inline]
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// The thread ends: frames and slots go to the others; the rings stay with their recorders, which drain them.
    fn leave(&mut self) {
        self.leaving = true;
        self.frames.share(0);
        self.frames.shrink();
        slots::free_all(&mut self.free_slots);
        self.free_slots = Vec::new();
        self.outlets = Vec::new();
        self.fragments = Vec::new();
        self.stack.shrink();
    }
}
