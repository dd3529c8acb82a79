//! What a child, an event or a carrier needs to know of the span it is in, and each thread's stack of them.

use super::frame::Frame;

/// The trace is recorded.
pub(crate) const SAMPLED: u32 = 1;
/// The state lives with its call, in a [`Frame`].
pub(crate) const LANE: u32 = 1 << 1;
/// The span is in another process.
pub(crate) const REMOTE: u32 = 1 << 2;

/// A span's identity.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct SpanContext {
    pub(crate) trace_id: u128,
    pub(crate) span_id: u64,
    /// Which recorder it belongs to: a scoped one may sit over a global one, and their spans must not mix.
    pub(crate) recorder: u32,
    /// [`SAMPLED`] and [`REMOTE`].
    pub(crate) flags: u32,
}

impl SpanContext {
    #[inline]
    pub(crate) fn is_sampled(&self) -> bool {
        self.flags & SAMPLED != 0
    }
}

/// Where the state of a span on the stack is.
#[derive(Debug)]
pub(crate) enum State {
    /// Here: a lane span, and also an unsampled root or a remote parent, which are never written but good for handles.
    Frame(Box<Frame>),
    /// In the slot of an entered `tracing` span, by its id.
    Slot(u64),
}

/// One span that is entered on this thread.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) context: SpanContext,
    pub(crate) state: State,
}

impl Entry {
    fn is_frame_of(&self, span_id: u64) -> bool {
        self.context.span_id == span_id && matches!(self.state, State::Frame(_))
    }
}

/// The spans that are entered on a thread, the innermost last. One stack for both kinds.
#[derive(Debug)]
pub(crate) struct ContextStack {
    entries: Vec<Entry>,
}

impl ContextStack {
    pub(crate) const EMPTY: ContextStack = ContextStack { entries: Vec::new() };

    #[inline]
    pub(crate) fn push(&mut self, context: SpanContext, state: State) {
        self.entries.push(Entry { context, state });
    }

    /// The innermost span of a recorder: usually the top.
    #[inline]
    pub(crate) fn innermost(&self, recorder: u32) -> Option<&Entry> {
        match self.entries.last() {
            Some(top) if top.context.recorder == recorder => Some(top),
            None => None,
            Some(_) => self.entries.iter().rev().find(|entry| entry.context.recorder == recorder),
        }
    }

    /// The frame of a span that is somewhere on this thread.
    #[inline]
    pub(crate) fn frame(&mut self, span_id: u64) -> Option<&mut Box<Frame>> {
        let entry = self.entries.iter_mut().rev().find(|entry| entry.is_frame_of(span_id))?;
        match &mut entry.state {
            State::Frame(frame) => Some(frame),
            State::Slot(_) => None,
        }
    }

    /// The frame at the very top.
    #[inline]
    pub(crate) fn top_frame(&mut self) -> Option<&mut Box<Frame>> {
        match &mut self.entries.last_mut()?.state {
            State::Frame(frame) => Some(frame),
            State::Slot(_) => None,
        }
    }

    /// Takes the frame of span `span_id` off the top; `None` where it is not there.
    #[inline]
    pub(crate) fn pop_frame(&mut self, span_id: u64) -> Option<Box<Frame>> {
        self.entries.last().filter(|top| top.is_frame_of(span_id))?;
        match self.entries.pop()?.state {
            State::Frame(frame) => Some(frame),
            State::Slot(_) => None,
        }
    }

    /// Takes the frame of `span_id` from wherever it is, and what was left above it: frames there belong to calls that can
    /// never return (a leaked guard), so they come out too, innermost last. Entered `tracing` spans above are legal and stay.
    #[cold]
    pub(crate) fn take_frame(&mut self, span_id: u64) -> Option<(Box<Frame>, Vec<Box<Frame>>)> {
        let at = self.entries.iter().rposition(|entry| entry.is_frame_of(span_id))?;
        let mut leaked = Vec::new();
        for entry in self.entries.split_off(at) {
            match entry.state {
                State::Frame(frame) => leaked.push(frame),
                State::Slot(_) => self.entries.push(entry),
            }
        }
        (!leaked.is_empty()).then(|| (leaked.remove(0), leaked))
    }

    /// Takes an entered `tracing` span off, wherever it is.
    pub(crate) fn exit_slot(&mut self, id: u64) {
        let is_it = |entry: &Entry| matches!(entry.state, State::Slot(slot) if slot == id);
        if let Some(at) = self.entries.iter().rposition(is_it) {
            self.entries.remove(at);
        }
    }

    pub(crate) fn shrink(&mut self) {
        self.entries.shrink_to_fit();
    }

    #[cfg(test)]
    pub(crate) fn depth(&self) -> usize {
        self.entries.len()
    }
}
