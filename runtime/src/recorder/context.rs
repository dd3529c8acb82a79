//! What a child, an event or a carrier needs to know of the span it is in.

/// The trace is recorded.
pub(crate) const SAMPLED: u32 = 1;
/// The state lives with its call, in a [`Frame`](super::frame::Frame).
pub(crate) const LANE: u32 = 1 << 1;
/// The span is in another process.
pub(crate) const REMOTE: u32 = 1 << 2;
/// Its parent is in another process.
pub(crate) const REMOTE_PARENT: u32 = 1 << 3;

/// Layers see it: they know it by an id of theirs, which its slot keeps.
pub(crate) const SEEN: u32 = 1 << 4;
/// Nobody records it, it is there for layers alone. What is in it belongs to the recorded span around it, whose identity it has.
pub(crate) const ASIDE: u32 = 1 << 5;

/// A span's identity.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct SpanContext {
    pub(crate) trace_id: u128,
    pub(crate) span_id: u64,
    /// Which recorder it belongs to: a scoped one may sit over a global one, and their spans must not mix.
    pub(crate) recorder: u32,
    /// [`SAMPLED`], [`REMOTE`] and [`SEEN`].
    pub(crate) flags: u32,
}

impl SpanContext {
    #[inline]
    pub(crate) fn is_sampled(&self) -> bool {
        self.flags & SAMPLED != 0
    }

    /// What a child of this span is to be marked with.
    #[inline]
    pub(crate) fn mark_of_child(&self) -> u32 {
        if self.flags & REMOTE == 0 { 0 } else { REMOTE_PARENT }
    }
}
