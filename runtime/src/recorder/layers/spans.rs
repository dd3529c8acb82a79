//! What layers are told of spans: each by the id that is kept in its slot.

use super::super::beside::Beside;
use super::super::callsite::TracingSite;
use super::super::context::{ASIDE, SEEN, SpanContext};
use super::super::install::current_recorder;
use super::super::slot::{Opening, Slot};
use super::super::slots;
use super::super::spans::{self, LEFT_OUT, Spans, Under};
use super::super::stack::State;
use super::super::thread::{self, Thread};
use super::{Layers, NOBODY, decision, guarded, of};
use std::cell::Cell;
use tracing_core::{dispatcher, span};

thread_local! {
    /// The parent of the span that is being closed, and whether the registry still has to say that it is to be closed.
    static PARENT: Cell<Option<(u64, bool)>> = const { Cell::new(None) };
}

/// Opens a span for the recorder and for its layers, or for one of the two.
pub(in super::super) fn open(
    spans: Spans,
    site: &TracingSite,
    under: Under,
    attributes: &span::Attributes<'_>,
) -> u64 {
    if !decision(site, spans.0).is_seen() {
        return spans.open(site, under, attributes);
    }
    let seen = tell(spans, under, attributes);
    let id = spans.open(site, under, attributes);
    let Some((layers, seen)) = seen else { return id };
    let id = if id == LEFT_OUT { open_aside(spans, site, under) } else { id };
    match slots::find(id) {
        Some(slot) => slot.show(seen),
        None => layers.close(&seen),
    }
    id
}

/// Tells the layers of a new span, if they want it now.
fn tell(
    spans: Spans,
    under: Under,
    attributes: &span::Attributes<'_>,
) -> Option<(&'static Layers, span::Id)> {
    if thread::with(|thread| thread.is_quiet()) {
        return None;
    }
    let layers = of(spans.0)?;
    let parent = match under {
        Under::Span(id) => Held::of(id, spans.0),
        Under::Current | Under::Nothing => None,
    };
    let (metadata, values) = (attributes.metadata(), attributes.values());
    let attributes = match (under, &parent) {
        (Under::Nothing, _) => span::Attributes::new_root(metadata, values),
        (_, Some(parent)) => span::Attributes::child_of(parent.seen.clone(), metadata, values),
        // A parent that they do not see has, most of the time, the same one around it as the new span.
        (_, None) => span::Attributes::new(metadata, values),
    };
    Some((layers, layers.new_span(&attributes)?))
}

/// A span that cannot be closed meanwhile: the registry does not bear parents that are gone.
struct Held {
    id: u64,
    seen: span::Id,
}

impl Held {
    fn of(id: u64, recorder: u32) -> Option<Held> {
        let slot = slots::find(id)?;
        if slot.recorder() & !NOBODY != recorder || !slot.retain(id) {
            return None;
        }
        let seen = seen(slot);
        if seen.is_none() {
            release(id);
        }
        Some(Held { id, seen: seen? })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        release(self.id);
    }
}

/// A slot for a span that only layers want. For the recorder it is the span around it.
fn open_aside(spans: Spans, site: &TracingSite, under: Under) -> u64 {
    let beside = Beside::now();
    let opened = thread::with(|thread| {
        let (context, around) = around(spans, thread, under, &beside);
        let (index, slot) = thread.allocate_slot()?;
        let mut shared = slot.shared()?;
        slot.publish(&Opening { context, parent: around, info: ASIDE });
        let generation = slot.renew();
        shared.begin((generation >> 32) as u32, Some(site.metadata));
        Some(generation | (u64::from(index) + 1))
    });
    opened.unwrap_or(spans::NOWHERE)
}

/// The recorded span around a new one, and the id by which handles know it.
fn around(spans: Spans, thread: &Thread, under: Under, beside: &Beside) -> (SpanContext, u64) {
    let id = match under {
        Under::Nothing => None,
        Under::Span(id) => Some(id),
        Under::Current => match beside.innermost(&thread.stack, spans.0) {
            Some(active) => Some(active.id()),
            None => thread.stack.innermost(spans.0).map(|entry| match &entry.state {
                State::Frame(frame) => frame.id(),
                State::Slot(id) => *id,
            }),
        },
    };
    let nobody = SpanContext { recorder: spans.0 | NOBODY, ..SpanContext::default() };
    let Some(id) = id else { return (nobody, 0) };
    let Some(context) = spans.context_of(id) else { return (nobody, 0) };
    match slots::find(id) {
        Some(slot) if slot.info() & ASIDE != 0 => (context, slot.parent()),
        _ => (context, id),
    }
}

/// The id by which layers know the span in a slot.
fn seen(slot: &Slot) -> Option<span::Id> {
    if slot.info() & SEEN == 0 { None } else { slot.shared()?.seen.clone() }
}

/// The layers that see a span, and by which id.
pub(super) fn found(id: u64) -> Option<(&'static Layers, span::Id)> {
    let slot = slots::find(id)?;
    let seen = seen(slot)?;
    Some((of(slot.recorder())?, seen))
}

/// Tells layers that a span is entered.
#[cold]
pub(in super::super) fn enter(id: u64) {
    if let Some((layers, seen)) = found(id) {
        guarded(|| layers.stack.all().enter(&seen));
    }
}

/// Tells layers that a span is left.
#[cold]
pub(in super::super) fn exit(id: u64) {
    if let Some((layers, seen)) = found(id) {
        guarded(|| layers.stack.all().exit(&seen));
    }
}

/// Tells layers of fields that are added to a span.
#[cold]
pub(in super::super) fn record(id: u64, values: &span::Record<'_>) {
    if let Some((layers, seen)) = found(id) {
        guarded(|| layers.stack.all().record(&seen, values));
    }
}

/// Tells layers that a span was caused by another one.
#[cold]
pub(in super::super) fn follow(id: u64, cause: u64) {
    if let (Some((layers, seen)), Some((_, cause))) = (found(id), found(cause)) {
        guarded(|| layers.stack.all().record_follows_from(&seen, &cause));
    }
}

/// Lets go of a handle; with the last one the span ends. Whether it was the last one.
pub(in super::super) fn release(id: u64) -> bool {
    let Some(slot) = slots::find(id) else { return false };
    // Read before another span may have the slot.
    let (info, recorder) = (slot.info(), slot.recorder());
    if !slot.release(id) {
        return false;
    }
    let shared = if info & SEEN == 0 { None } else { slot.shared() };
    let seen = shared.and_then(|mut shared| shared.seen.take());
    spans::close(slot, id);
    if let (Some(seen), Some(layers)) = (seen, of(recorder)) {
        layers.close(&seen);
    }
    true
}

/// The registry has told all layers that a span closes, and will close its parent next.
pub(super) fn note_parent(parent: Option<span::Id>) {
    PARENT.set(parent.map(|parent| (parent.into_u64(), true)));
}

/// Whether an id that is to be closed is the registry's own, which gives it to the subscriber of the thread. It is closed by who
/// closes the span below it.
#[inline]
pub(in super::super) fn is_their_own(id: &span::Id) -> bool {
    let expected = PARENT.get().filter(|parent| *parent == (id.into_u64(), true));
    if let Some((parent, _)) = expected {
        PARENT.set(Some((parent, false)));
    }
    expected.is_some()
}

impl Layers {
    /// Closes a span of theirs, and those above it that wait for nothing else.
    pub(super) fn close(&'static self, id: &span::Id) {
        let is_current = current_recorder().and_then(of).is_some_and(|of| std::ptr::eq(of, self));
        let recorder = self.dispatch.get().and_then(dispatcher::WeakDispatch::upgrade);
        match recorder.filter(|_| !is_current) {
            // Another subscriber would take the parent's id for one of its own.
            Some(recorder) => dispatcher::with_default(&recorder, || self.close_all(id)),
            None => self.close_all(id),
        }
    }

    fn close_all(&self, id: &span::Id) {
        let mut next = Some(id.clone());
        while let Some(id) = next {
            let before = PARENT.replace(None);
            guarded(|| self.stack.watched().try_close(id));
            next = PARENT.replace(before).map(|(parent, _)| span::Id::from_u64(parent));
        }
    }
}
