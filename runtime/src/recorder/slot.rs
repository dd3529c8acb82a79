//! A slot: where other threads find a span.
//!
//! An id is a generation and an index; one of an older generation is recognised and does no harm. Every frame owns a slot for
//! life, so making a handle of a `#[traced]` span moves nothing: it only counts a reference. A `tracing` span has all its
//! state in its slot.

use super::context::{ASIDE, REMOTE, REMOTE_PARENT, SAMPLED, SEEN, SpanContext};
use super::encoder::Content;
use super::remote::Carried;
use super::sync::{
    AtomicU32, AtomicU64, Mutex, MutexGuard,
    Ordering::{AcqRel, Acquire, Relaxed, Release},
    PoisonError, TryLockError, fence, is_child,
};
use std::sync::Arc;
use tracing_core::{Metadata, span};

/// One span's place. The atomics fill the first cache line, which is all that a lane span ever touches.
///
/// They are written by the one who opens the span, before `word` or `start` is released with the new generation, and read by
/// others after they have acquired it; a reader that was overtaken sees another generation when it looks again.
#[derive(Debug, Default)]
#[repr(align(64))]
pub(crate) struct Slot {
    /// Generation in the upper half; a mark and the number of references in the lower one, so that a reference is counted
    /// only in the generation for which it was asked.
    word: AtomicU64,
    trace_id: [AtomicU64; 2],
    span_id: AtomicU64,
    /// The parent; of a span that is there for layers alone the id by which handles know the span around it.
    parent: AtomicU64,
    /// Nanoseconds since 1970; 0: not open.
    start: AtomicU64,
    /// Flags in the lower eight bits, the call site above.
    info: AtomicU32,
    recorder: AtomicU32,
    shared: Mutex<Shared>,
}

/// For a `tracing` span all it has; for a lane span what was written through handles.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    // Boxed, so that what was written before the span had its slot moves in by its address; and only where something was.
    content: Option<Box<Content>>,
    pub(crate) metadata: Option<&'static Metadata<'static>>,
    /// When it began, by the monotonic clock.
    pub(crate) began: u64,
    /// The id by which layers know the span.
    pub(crate) seen: Option<span::Id>,
    /// What came with the request that the span serves.
    pub(crate) carried: Option<Arc<Carried>>,
    generation: u32,
}

/// What opens a span in its slot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opening {
    pub(crate) context: SpanContext,
    pub(crate) parent: u64,
    pub(crate) info: u32,
}

impl Opening {
    /// The span that is `context`, with these flags and this call site, as a child of `parent` in another process.
    pub(crate) fn adopted(context: &SpanContext, info: u32, parent: &SpanContext) -> Opening {
        let flags = parent.flags & SAMPLED | context.flags & SEEN;
        let context = SpanContext { trace_id: parent.trace_id, flags, ..*context };
        Opening { context, parent: parent.span_id, info: info & !SAMPLED | REMOTE_PARENT }
    }
}

const WRITTEN: u64 = 1 << 31;
const REFERENCES: u64 = WRITTEN - 1;
const GENERATION: u64 = !0 << 32;

/// Locks, whether or not somebody panicked meanwhile: what is inside stays valid between any two statements.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Locks as [`lock`] does, but never waits in a forked child: whoever holds the lock may have stayed with the parent.
pub(crate) fn lock_unless_forked<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match mutex.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) if is_child() => None,
        Err(TryLockError::WouldBlock) => Some(lock(mutex)),
    }
}

impl Slot {
    /// Publishes a span here, still without a start.
    #[inline]
    pub(crate) fn publish(&self, opening: &Opening) {
        let Opening { context, parent, info } = opening;
        // Whoever sees any of this sees that the last span's generation is over, too.
        fence(Release);
        self.trace_id[0].store((context.trace_id >> 64) as u64, Relaxed);
        self.trace_id[1].store(context.trace_id as u64, Relaxed);
        self.span_id.store(context.span_id, Relaxed);
        self.parent.store(*parent, Relaxed);
        self.info.store(*info | context.flags & SAMPLED, Relaxed);
        self.recorder.store(context.recorder, Relaxed);
    }

    /// Whether the span `id` has the slot and somebody still holds it.
    #[inline]
    pub(crate) fn belongs_to(&self, id: u64) -> bool {
        let word = self.word.load(Acquire);
        (word ^ id) & GENERATION == 0 && word & REFERENCES != 0
    }

    /// Who the span `id` is, if it has the slot. Nothing keeps it there, so what was read counts only if it has it still.
    pub(crate) fn context_of(&self, id: u64) -> Option<SpanContext> {
        if !self.belongs_to(id) {
            return None;
        }
        let context = self.context();
        fence(Acquire);
        self.belongs_to(id).then_some(context)
    }

    /// Who the span is, for the one who opened it or has locked it.
    pub(crate) fn context(&self) -> SpanContext {
        let [high, low] = &self.trace_id;
        SpanContext {
            trace_id: u128::from(high.load(Relaxed)) << 64 | u128::from(low.load(Relaxed)),
            span_id: self.span_id.load(Relaxed),
            recorder: self.recorder.load(Relaxed),
            flags: self.info() & (SAMPLED | REMOTE | SEEN),
        }
    }

    #[inline]
    pub(crate) fn parent(&self) -> u64 {
        self.parent.load(Relaxed)
    }

    #[inline]
    pub(crate) fn info(&self) -> u32 {
        self.info.load(Relaxed)
    }

    #[inline]
    pub(crate) fn recorder(&self) -> u32 {
        self.recorder.load(Relaxed)
    }

    /// When the span began; 0: it is not open.
    #[inline]
    pub(crate) fn start(&self) -> u64 {
        self.start.load(Acquire)
    }

    /// Opens the span for others to see.
    #[inline]
    pub(crate) fn open(&self, start: u64) {
        self.start.store(start, Release);
    }

    /// Closes the span; says when it began.
    #[inline]
    pub(crate) fn close(&self) -> u64 {
        let start = self.start.load(Relaxed);
        self.start.store(0, Release);
        start
    }

    /// Closes a span that is somebody else's, if it still is the one that began at `start`.
    pub(crate) fn close_for_owner(&self, start: u64) -> bool {
        self.start.compare_exchange(start, 0, AcqRel, Relaxed).is_ok()
    }

    /// Makes the slot one holder's alone, in a new generation, and says which one that is (in the upper half).
    #[inline]
    pub(crate) fn renew(&self) -> u64 {
        let generation = ((self.word.load(Relaxed) >> 32) as u32).wrapping_add(1).max(1);
        let word = u64::from(generation) << 32 | 1;
        self.word.store(word, Release);
        word & GENERATION
    }

    /// Leaves the slot to nobody: no id of any generation finds it.
    pub(crate) fn abandon(&self) {
        self.word.store(self.word.load(Relaxed) & GENERATION, Release);
    }

    /// The generation, in the upper half.
    #[inline]
    pub(crate) fn generation(&self) -> u64 {
        self.word.load(Relaxed) & GENERATION
    }

    /// Whether the frame that owns the slot is its only holder and no handle wrote to it.
    #[inline]
    pub(crate) fn is_private(&self) -> bool {
        self.word.load(Acquire) as u32 == 1
    }

    /// Makes the span `id` a child of `parent`, in another process; its new identity. `None` where it has gone, or where
    /// somebody else has a handle of it, too.
    pub(crate) fn adopt(
        &self,
        id: u64,
        parent: &SpanContext,
        carried: Arc<Carried>,
    ) -> Option<SpanContext> {
        if self.word.load(Acquire) != id & GENERATION | 1 || self.info() & ASIDE != 0 {
            return None;
        }
        let opening = Opening::adopted(&self.context(), self.info(), parent);
        let mut shared = self.shared()?;
        self.publish(&opening);
        shared.carried = Some(carried);
        Some(opening.context)
    }

    /// Counts a reference more, if `id` is of this generation.
    pub(crate) fn retain(&self, id: u64) -> bool {
        self.update(id, |word| (word & REFERENCES != REFERENCES).then_some(word + 1)).is_some()
    }

    /// Counts a reference less; true when it was the last one.
    pub(crate) fn release(&self, id: u64) -> bool {
        let less = |word| Some(if word & REFERENCES == 1 { word & GENERATION } else { word - 1 });
        self.update(id, less).is_some_and(|word| word & REFERENCES == 1)
    }

    /// Compare-exchange and not an addition, so that a stale id never counts on a stranger.
    fn update(&self, id: u64, next: impl Fn(u64) -> Option<u64>) -> Option<u64> {
        let same = |word: u64| (word ^ id) & GENERATION == 0 && word & REFERENCES != 0;
        self.word
            .fetch_update(AcqRel, Acquire, |word| if same(word) { next(word) } else { None })
            .ok()
    }

    /// Notes by which id layers know the span that is in the slot now.
    pub(crate) fn show(&self, id: span::Id) {
        if let Some(mut shared) = self.shared() {
            shared.seen = Some(id);
            self.info.fetch_or(SEEN, Relaxed);
        }
    }

    /// What handles share, for the span that is in the slot now. `None`: in a forked child, where a thread of its parent was at it.
    pub(crate) fn shared(&self) -> Option<MutexGuard<'_, Shared>> {
        lock_unless_forked(&self.shared)
    }

    /// Lets `write` add to the span `id` from anywhere; false where that span is over.
    pub(crate) fn write(&self, id: u64, write: impl FnOnce(&mut Content)) -> bool {
        let Some(mut shared) = self.shared() else { return false };
        if self.start() == 0 || (self.word.load(Acquire) ^ id) & GENERATION != 0 {
            return false;
        }
        shared.adopt(id);
        write(shared.content());
        self.update(id, |word| Some(word | WRITTEN)).is_some()
    }
}

impl Shared {
    /// Starts anew for the generation of `id`, if what is here is older.
    fn adopt(&mut self, id: u64) {
        let generation = (id >> 32) as u32;
        if self.generation != generation {
            self.begin(generation, None);
        }
    }

    /// Starts the state of a span.
    pub(crate) fn begin(&mut self, generation: u32, metadata: Option<&'static Metadata<'static>>) {
        self.generation = generation;
        self.metadata = metadata;
        (self.seen, self.carried) = (None, None);
        if let Some(content) = &mut self.content {
            content.clear();
        }
    }

    /// What the span holds.
    pub(crate) fn content(&mut self) -> &mut Box<Content> {
        self.content.get_or_insert_default()
    }

    /// Whether anything here belongs to the span with this id.
    pub(crate) fn belongs_to(&self, id: u64) -> bool {
        u64::from(self.generation) == id >> 32
    }

    /// Ends the state; large buffers are let go.
    pub(crate) fn end(&mut self) {
        self.generation = 0;
        self.carried = None;
        if let Some(content) = &mut self.content {
            content.recycle();
        }
    }
}

#[cfg(test)]
mod tests;
