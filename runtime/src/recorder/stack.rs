//! The spans that are entered on a thread.

use super::beside::Mark;
use super::context::{REMOTE, SpanContext};
use super::frame::Frame;
use super::layers::NOBODY;
use super::remote::Carried;
use super::slot::Slot;
use super::slots;
use std::sync::Arc;

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
    /// What was active beside the stack when it was entered.
    #[cfg_attr(
        not(feature = "opentelemetry"),
        expect(dead_code, reason = "without the API there is nothing beside the stack")
    )]
    pub(super) beneath: Mark,
}

impl Entry {
    /// Makes the span a child of `parent`, in another process. False where somebody may know it by what it was.
    pub(crate) fn adopt(&mut self, parent: &SpanContext, carried: Arc<Carried>) -> bool {
        let adopted = match &mut self.state {
            State::Frame(frame) => frame.adopt(parent, carried).then_some(frame.context),
            State::Slot(id) => slots::find(*id).and_then(|slot| slot.adopt(*id, parent, carried)),
        };
        self.context = adopted.unwrap_or(self.context);
        adopted.is_some()
    }

    fn is_frame_of(&self, span_id: u64) -> bool {
        self.context.span_id == span_id && matches!(self.state, State::Frame(_))
    }

    /// Not the one of a remote parent, which may be the same span when a process calls itself.
    #[inline]
    fn is_own_frame_of(&self, span_id: u64) -> bool {
        self.is_frame_of(span_id) && self.context.flags & REMOTE == 0
    }
}

#[inline]
fn take_frame_of(entry: &mut Entry) -> Option<Box<Frame>> {
    let State::Frame(frame) = &entry.state else { return None };
    if !entry.context.is_sampled() {
        return None;
    }
    let id = frame.id();
    match std::mem::replace(&mut entry.state, State::Slot(id)) {
        State::Frame(frame) => Some(frame),
        State::Slot(_) => None,
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
    pub(crate) fn push(&mut self, context: SpanContext, state: State, beneath: Mark) {
        self.entries.push(Entry { context, state, beneath });
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

    /// The same, where what is there for layers alone counts too.
    pub(crate) fn innermost_of_all(&self, recorder: u32) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| entry.context.recorder & !NOBODY == recorder)
    }

    /// The same, to be changed.
    pub(crate) fn innermost_mut(&mut self, recorder: u32) -> Option<&mut Entry> {
        self.entries.iter_mut().rev().find(|entry| entry.context.recorder == recorder)
    }

    /// What came with the request that is being served.
    pub(crate) fn carried(&self, recorder: u32) -> Option<Arc<Carried>> {
        let mut own = self.entries.iter().rev().filter(|entry| entry.context.recorder == recorder);
        own.find_map(|entry| match &entry.state {
            State::Frame(frame) => frame.carried.clone(),
            State::Slot(id) => slots::find(*id)?.shared()?.carried.clone(),
        })
    }

    /// Takes the frame of a sampled span that is somewhere on this thread, and leaves its slot's id in its place.
    #[inline]
    pub(crate) fn take_in_hand(&mut self, span_id: u64) -> Option<Box<Frame>> {
        take_frame_of(self.entries.iter_mut().rev().find(|entry| entry.is_own_frame_of(span_id))?)
    }

    /// The same with the top of the stack, if it is what is looked for.
    #[inline]
    pub(crate) fn take_top_in_hand(
        &mut self,
        is_it: impl Fn(&Frame) -> bool,
    ) -> Option<Box<Frame>> {
        let top = self.entries.last_mut()?;
        match &top.state {
            State::Frame(frame) if is_it(frame) => take_frame_of(top),
            _ => None,
        }
    }

    /// Puts a frame back to where it was taken from; gives it back where that place is gone.
    #[inline]
    pub(crate) fn put_back(&mut self, frame: Box<Frame>) -> Option<Box<Frame>> {
        let id = frame.id();
        let is_place = |entry: &&mut Entry| matches!(entry.state, State::Slot(slot) if slot == id);
        match self.entries.iter_mut().rev().find(is_place) {
            Some(entry) => {
                entry.state = State::Frame(frame);
                None
            }
            None => Some(frame),
        }
    }

    /// The frame of a span that is somewhere on this thread.
    #[inline]
    pub(crate) fn frame(&mut self, span_id: u64) -> Option<&mut Box<Frame>> {
        let entry = self.entries.iter_mut().rev().find(|entry| entry.is_own_frame_of(span_id))?;
        match &mut entry.state {
            State::Frame(frame) => Some(frame),
            State::Slot(_) => None,
        }
    }

    /// When a span that is entered on this thread began; 0 where it is not.
    #[cold]
    pub(crate) fn start_of(&self, span_id: u64) -> u64 {
        let entry = self.entries.iter().rev().find(|entry| entry.context.span_id == span_id);
        entry.map_or(0, |entry| match &entry.state {
            State::Frame(frame) => frame.slot().start(),
            State::Slot(id) => slots::find(*id).map_or(0, Slot::start),
        })
    }

    /// The frame at the very top.
    #[cfg(test)]
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

    /// Takes an entered `tracing` span off, wherever it is; its flags.
    pub(crate) fn exit_slot(&mut self, id: u64) -> Option<u32> {
        let is_it = |entry: &Entry| matches!(entry.state, State::Slot(slot) if slot == id);
        let at = self.entries.iter().rposition(is_it)?;
        Some(self.entries.remove(at).context.flags)
    }

    /// The spans that are entered, of all recorders.
    pub(crate) fn span_ids(&self) -> impl Iterator<Item = u64> {
        self.entries.iter().map(|entry| entry.context.span_id)
    }

    pub(crate) fn shrink(&mut self) {
        self.entries.shrink_to_fit();
    }

    #[cfg(test)]
    pub(crate) fn depth(&self) -> usize {
        self.entries.len()
    }
}
