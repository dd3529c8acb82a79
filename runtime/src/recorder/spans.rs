//! `tracing` spans and events of one recorder, by whichever face they come: its own subscriber, or a layer of somebody's stack.

use super::beside::Beside;
use super::callsite::TracingSite;
use super::clock;
use super::context::{ASIDE, LANE, SAMPLED, SpanContext};
use super::core::{self, Core};
use super::encoder::{Content, Limits, Precedence};
use super::slot::{Opening, Slot};
use super::slots;
use super::stack::State;
use super::thread::{self, Thread};
use super::visit::{SpanFields, Visitor};
use tracing_core::{Event, LevelFilter, Metadata, span};

/// An id that no slot has: a span that found no place.
pub(super) const NOWHERE: u64 = u64::MAX;
/// An id that no slot has: a span that rules leave out.
pub(super) const LEFT_OUT: u64 = u64::MAX << 8;

/// The spans of the recorder with this id.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spans(pub(super) u32);

/// Where a new span belongs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Under {
    /// In the span that is current.
    Current,
    /// In none: it begins a trace.
    Nothing,
    /// In the span with this id, if that is one of the same recorder.
    Span(u64),
}

impl Spans {
    /// What the rules say of a span shows when it begins; here they can only be a reason not to say no.
    pub(super) fn may_want(self, metadata: &Metadata<'_>) -> bool {
        let wants = |core: &Core| {
            core.config.filter.wants(metadata)
                || metadata.is_span() && *metadata.level() <= core.rules().max_level()
        };
        let known = thread::with(|thread| thread.known_core(self.0).map(wants));
        known.unwrap_or_else(|| core::find(self.0).is_some_and(|core| wants(&core)))
    }

    /// The most verbose level that is wanted anywhere.
    pub(super) fn max_level(self) -> LevelFilter {
        core::find(self.0).map_or(LevelFilter::OFF, |core| core.max_level())
    }

    /// A new span: its id, or the one that says why there is none.
    pub(super) fn open(
        self,
        site: &TracingSite,
        under: Under,
        attributes: &span::Attributes<'_>,
    ) -> u64 {
        let beside = Beside::now();
        let begun = thread::with(|thread| self.begin(thread, site, under, &beside));
        let (opening, limits, mut fields) = match begun {
            Ok(begun) => begun,
            Err(id) => return id,
        };
        if opening.context.is_sampled() {
            attributes.record(&mut Visitor(SpanFields {
                content: &mut fields,
                limits: &limits,
                keys: &site.keys,
            }));
        }
        thread::with(|thread| {
            let id = settle(thread, &opening, &mut fields, limits, site);
            thread.give_back_fragment(fields);
            id
        })
    }

    /// Begins a span: who it is, what it may hold, and where its fields go. Where nobody is to know of it, the id it gets.
    fn begin(
        self,
        thread: &mut Thread,
        site: &TracingSite,
        under: Under,
        beside: &Beside,
    ) -> Result<(Opening, Limits, Box<Content>), u64> {
        let (mut sampler, limits) =
            thread.sampler_and_limits(self.0).filter(|_| !thread.is_quiet()).ok_or(NOWHERE)?;
        let decision = site.decision(self.0);
        if decision.is_off() {
            return Err(LEFT_OUT);
        }
        let parent = self.parent(thread, under, beside);
        if decision.concerns_the_call() {
            sampler = thread.sampler_by_rules(decision, parent, sampler).ok_or(LEFT_OUT)?;
        }
        let opening = match parent {
            Some(parent) => thread.child(&parent, decision.info()),
            None => thread.root(self.0, sampler, decision.info()),
        };
        Ok((opening, limits, thread.fragment()))
    }

    fn parent(self, thread: &Thread, under: Under, beside: &Beside) -> Option<SpanContext> {
        match under {
            Under::Current => thread.innermost(self.0, beside).copied(),
            Under::Nothing => None,
            Under::Span(id) => self.context_of(id),
        }
    }

    /// Who the span with this id is, if it is one of this recorder.
    pub(super) fn context_of(self, id: u64) -> Option<SpanContext> {
        slots::context_of(id).filter(|context| context.recorder == self.0)
    }

    /// Who it is, for something that is to point to it or belong to it; a span that is over is counted.
    pub(super) fn known(self, id: u64) -> Option<SpanContext> {
        let context = self.context_of(id);
        if context.is_none() {
            self.count_miss(id);
        }
        context
    }

    /// What comes for a span that is not known any more is late, unless that span never found a place.
    #[cold]
    fn count_miss(self, id: u64) {
        if ![NOWHERE, LEFT_OUT].contains(&id) {
            thread::with(|thread| thread.count(self.0, |counters| &counters.late));
        }
    }

    /// Adds fields to a span.
    pub(super) fn record(self, id: u64, values: &span::Record<'_>) {
        self.write(
            id,
            |content, limits| {
                values.record(&mut Visitor(SpanFields { content, limits: &limits, keys: &[] }));
            },
            |content, fields, limits| content.absorb(fields, Precedence::New, limits),
        );
    }

    /// Says that a span was caused by another one.
    pub(super) fn follow(self, id: u64, cause: u64) {
        if let Some(to) = self.known(cause) {
            self.write(id, |_, _| {}, |content, _, limits| content.link(&to, limits));
        }
    }

    /// Writes to a span: to its frame where that is on this thread, otherwise to its slot.
    fn write(
        self,
        id: u64,
        encode: impl FnOnce(&mut Content, Limits),
        add: impl FnOnce(&mut Content, &Content, Limits),
    ) {
        let Some(slot) = slots::find(id) else { return self.count_miss(id) };
        if slot.info() & (SAMPLED | ASIDE) != SAMPLED {
            return;
        }
        let recorder = slot.recorder();
        let Some(limits) = thread::with(|thread| thread.limits(recorder)) else { return };
        let fragment = encoded(|content| encode(content, limits));
        thread::with(|thread| {
            if !write_to(thread, slot, id, |content| add(content, &fragment, limits)) {
                thread.count(recorder, |counters| &counters.late);
            }
            thread.give_back_fragment(fragment);
        });
    }

    /// Adds an event to the span it belongs to, if that is recorded.
    pub(super) fn event(self, event: &Event<'_>, span: Option<(SpanContext, Option<u64>)>) {
        let Some(span) = span.filter(|(context, _)| context.is_sampled()) else { return };
        let Some(limits) = thread::with(|thread| thread.limits(self.0)) else { return };
        let now = clock::unix(clock::monotonic());
        let (mut fields, mut name) = thread::with(|thread| (thread.fragment(), thread.fragment()));
        super::event::encode(event, &mut fields, name.buffer(), limits);
        thread::with(|thread| {
            if !write_entered(thread, span, |content| {
                content.event(name.bytes(), now, &fields, limits);
            }) {
                thread.count(self.0, |counters| &counters.late);
            }
            thread.give_back_fragment(fields);
            thread.give_back_fragment(name);
        });
    }
}

/// Makes a span the current one on this thread; its flags.
#[inline]
pub(super) fn enter(id: u64) -> Option<u32> {
    let context = slots::context_of(id)?;
    let beneath = Beside::now().mark();
    thread::with(|thread| thread.stack.push(context, State::Slot(id), beneath));
    Some(context.flags)
}

/// Ends a span whose last handle is gone.
pub(super) fn close(slot: &'static Slot, id: u64) {
    let index = id as u32 - 1;
    if slot.info() & LANE != 0 || slot.start() == 0 {
        // Its call has ended before; now its last handle is gone.
        slots::free(index);
    } else {
        let now = clock::monotonic();
        thread::with(|thread| thread.end_slot(slot, index, now));
    }
}

/// Opens a span in a slot of its own; says its id.
fn settle(
    thread: &mut Thread,
    opening: &Opening,
    fields: &mut Box<Content>,
    limits: Limits,
    site: &TracingSite,
) -> u64 {
    let fill = |content: &mut Box<Content>| match (opening.context.is_sampled(), site.plain) {
        (true, true) => std::mem::swap(content, fields),
        (true, false) => content.absorb(fields, Precedence::New, limits),
        (false, _) => {}
    };
    let now = thread.now_below(opening.parent);
    thread.open_slot(opening, site.metadata, now, fill).unwrap_or(NOWHERE)
}

/// The innermost span of a recorder on this thread, and its id where its state is in a slot.
pub(super) fn innermost(recorder: u32, beside: &Beside) -> Option<(SpanContext, Option<u64>)> {
    thread::with(|thread| {
        if let Some(active) = beside.innermost(&thread.stack, recorder) {
            return Some((*active.context(), Some(active.id())));
        }
        let entry = thread.stack.innermost(recorder)?;
        let id = match entry.state {
            State::Slot(id) => Some(id),
            State::Frame(_) => None,
        };
        Some((entry.context, id))
    })
}

/// A fragment that user code writes, with no borrow held.
pub(super) fn encoded(encode: impl FnOnce(&mut Content)) -> Box<Content> {
    let mut fragment = thread::with(Thread::fragment);
    encode(&mut fragment);
    fragment
}

fn write_to(thread: &mut Thread, slot: &Slot, id: u64, write: impl FnOnce(&mut Content)) -> bool {
    let info = slot.info();
    if info & LANE != 0
        && let Some(frame) = thread.stack.frame(slot.context().span_id)
    {
        write(&mut frame.content);
        return true;
    }
    if info & ASIDE != 0 {
        let around = slot.parent();
        return slots::find(around).is_some_and(|slot| write_to(thread, slot, around, write));
    }
    slot.write(id, write)
}

/// Writes to a span that is entered on this thread; false where it is not there any more.
pub(super) fn write_entered(
    thread: &mut Thread,
    (context, id): (SpanContext, Option<u64>),
    write: impl FnOnce(&mut Content),
) -> bool {
    match id {
        Some(id) => slots::find(id).is_some_and(|slot| write_to(thread, slot, id, write)),
        None => match thread.stack.frame(context.span_id) {
            Some(frame) => {
                write(&mut frame.content);
                true
            }
            None => false,
        },
    }
}
