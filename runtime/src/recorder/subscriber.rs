//! The `tracing` subscriber: every span that is not a `#[traced]` one, and events, on the same stack of contexts.

use super::beside::Beside;
use super::callsite::TracingSite;
use super::clock;
use super::context::{LANE, SAMPLED, SpanContext};
use super::core::{self, Core};
use super::encoder::{Content, Limits, Precedence};
use super::registry;
use super::sites;
use super::slot::{Opening, Slot};
use super::slots;
use super::stack::State;
use super::thread::{self, Thread};
use super::visit::{SpanFields, Visitor};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use tracing_core::callsite::DefaultCallsite;
use tracing_core::{
    Event, Interest, Kind, Level, LevelFilter, Metadata, Subscriber, metadata, span,
};

/// The subscriber. It is never handed out as a value, only inside a [`Dispatch`](tracing_core::Dispatch): one that is wrapped in a layer would still
/// answer that it is the recorder, and spans would go past the layer.
pub(super) struct Recorder {
    /// The core that spans go to now; 0: none, so nothing is recorded. Only the global recorder ever turns to another one.
    core: Arc<AtomicU32>,
}

/// An id that no slot has: a span that found no place.
const NOWHERE: u64 = u64::MAX;
/// An id that no slot has: a span that rules leave out.
const LEFT_OUT: u64 = u64::MAX << 8;

static REMOTE_PARENT: DefaultCallsite = DefaultCallsite::new(&REMOTE_METADATA);
static REMOTE_METADATA: Metadata<'static> = metadata! {
    name: "remote parent",
    target: "synndicate",
    level: Level::ERROR,
    fields: &[],
    callsite: &REMOTE_PARENT,
    kind: Kind::SPAN,
};

impl Recorder {
    pub(super) fn new(core: Arc<AtomicU32>) -> Recorder {
        Recorder { core }
    }

    #[inline]
    pub(super) fn id(&self) -> u32 {
        self.core.load(Relaxed)
    }

    /// Who the span of a handle is, if it is one of this recorder.
    fn context_of(&self, id: &span::Id) -> Option<SpanContext> {
        let context = slots::context_of(id.into_u64())?;
        (context.recorder == self.id()).then_some(context)
    }

    /// What the rules say of a span shows when it begins; here they can only be a reason not to say no.
    fn may_want(&self, metadata: &Metadata<'_>) -> bool {
        let wants = |core: &Core| {
            core.config.filter.wants(metadata)
                || metadata.is_span() && *metadata.level() <= core.rules().max_level()
        };
        let known = thread::with(|thread| thread.known_core(self.id()).map(wants));
        known.unwrap_or_else(|| core::find(self.id()).is_some_and(|core| wants(&core)))
    }

    fn limits(&self) -> Option<Limits> {
        thread::with(|thread| thread.limits(self.id()))
    }

    /// Begins a span: who it is, what it may hold, and where its fields go. Where nobody is to know of it, the id it gets.
    fn begin(
        &self,
        thread: &mut Thread,
        site: &TracingSite,
        attributes: &span::Attributes<'_>,
        beside: &Beside,
    ) -> Result<(Opening, Limits, Box<Content>), u64> {
        let (mut sampler, limits) =
            thread.sampler_and_limits(self.id()).filter(|_| !thread.is_quiet()).ok_or(NOWHERE)?;
        let decision = site.decision(self.id());
        if decision.is_off() {
            return Err(LEFT_OUT);
        }
        let parent = match attributes.parent() {
            Some(parent) if parent.into_u64() != LEFT_OUT => self.context_of(parent),
            None if attributes.is_root() => None,
            // A parent that was left out has the current span for its own, most of the time.
            _ => thread.innermost(self.id(), beside).copied(),
        };
        if decision.concerns_the_call() {
            sampler = thread.sampler_by_rules(decision, parent, sampler).ok_or(LEFT_OUT)?;
        }
        let opening = match parent {
            Some(parent) => thread.child(&parent, decision.info()),
            None => thread.root(self.id(), sampler, decision.info()),
        };
        Ok((opening, limits, thread.fragment()))
    }

    /// Opens the span in a slot of its own; says its id.
    fn open(
        thread: &mut Thread,
        opening: &Opening,
        fields: &mut Content,
        limits: Limits,
        site: &TracingSite,
    ) -> u64 {
        let fill = |content: &mut Content| match (opening.context.is_sampled(), site.plain) {
            (true, true) => std::mem::swap(content, fields),
            (true, false) => content.absorb(fields, Precedence::New, limits),
            (false, _) => {}
        };
        let now = thread.now_below(opening.parent);
        thread.open_slot(opening, site.metadata, now, fill).unwrap_or(NOWHERE)
    }

    /// Writes to the span of a handle: to its frame where that is on this thread, otherwise to its slot.
    fn write(
        &self,
        id: &span::Id,
        encode: impl FnOnce(&mut Content, Limits),
        add: impl FnOnce(&mut Content, &Content, Limits),
    ) {
        let Some(slot) = slots::find(id.into_u64()) else {
            return count_miss(self.id(), id);
        };
        if slot.info() & SAMPLED == 0 {
            return;
        }
        let recorder = slot.recorder();
        let Some(limits) = thread::with(|thread| thread.limits(recorder)) else { return };
        let fragment = encoded(|content| encode(content, limits));
        thread::with(|thread| {
            if !write_to(thread, slot, id.into_u64(), |content| add(content, &fragment, limits)) {
                thread.count(recorder, |counters| &counters.late);
            }
            thread.give_back_fragment(fragment);
        });
    }

    /// The span an event belongs to.
    fn span_of(&self, event: &Event<'_>) -> Option<(SpanContext, Option<u64>)> {
        match event.parent() {
            Some(parent) => {
                known(self.id(), parent).map(|context| (context, Some(parent.into_u64())))
            }
            None if event.is_root() => None,
            None => innermost(self.id(), &Beside::of_event(event.metadata())),
        }
    }
}

fn is_quiet() -> bool {
    thread::with(|thread| thread.is_quiet())
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

/// Who the span of a handle is, for something that is to point to it or belong to it; a span that is over is counted.
pub(super) fn known(recorder: u32, id: &span::Id) -> Option<SpanContext> {
    let context = slots::context_of(id.into_u64()).filter(|context| context.recorder == recorder);
    if context.is_none() {
        count_miss(recorder, id);
    }
    context
}

/// What comes for a span that is not known any more is late, unless that span never found a place.
#[cold]
fn count_miss(recorder: u32, id: &span::Id) {
    if ![NOWHERE, LEFT_OUT].contains(&id.into_u64()) {
        thread::with(|thread| thread.count(recorder, |counters| &counters.late));
    }
}

/// A fragment that user code writes, with no borrow held.
pub(super) fn encoded(encode: impl FnOnce(&mut Content)) -> Box<Content> {
    let mut fragment = thread::with(Thread::fragment);
    encode(&mut fragment);
    fragment
}

fn write_to(thread: &mut Thread, slot: &Slot, id: u64, write: impl FnOnce(&mut Content)) -> bool {
    if slot.info() & LANE != 0
        && let Some(frame) = thread.stack.frame(slot.context().span_id)
    {
        write(&mut frame.content);
        return true;
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

impl Subscriber for Recorder {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        let wanted = if metadata.is_span() {
            !sites::of(metadata).decision(self.id()).is_off()
        } else {
            self.may_want(metadata)
        };
        if wanted { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.may_want(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(core::find(self.id()).map_or(LevelFilter::OFF, |core| core.max_level()))
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        let site = sites::of(attributes.metadata());
        let beside = Beside::now();
        let begun = thread::with(|thread| self.begin(thread, &site, attributes, &beside));
        let (opening, limits, mut fields) = match begun {
            Ok(begun) => begun,
            Err(id) => return span::Id::from_u64(id),
        };
        if opening.context.is_sampled() {
            attributes.record(&mut Visitor(SpanFields {
                content: &mut fields,
                limits,
                keys: site.keys,
            }));
        }
        let id = thread::with(|thread| {
            let id = Recorder::open(thread, &opening, &mut fields, limits, &site);
            thread.give_back_fragment(fields);
            id
        });
        span::Id::from_u64(id)
    }

    fn record(&self, id: &span::Id, values: &span::Record<'_>) {
        self.write(
            id,
            |content, limits| {
                values.record(&mut Visitor(SpanFields { content, limits, keys: &[] }));
            },
            |content, fields, limits| content.absorb(fields, Precedence::New, limits),
        );
    }

    fn record_follows_from(&self, id: &span::Id, follows: &span::Id) {
        if let Some(to) = known(self.id(), follows) {
            self.write(id, |_, _| {}, |content, _, limits| content.link(&to, limits));
        }
    }

    fn event(&self, event: &Event<'_>) {
        if is_quiet() {
            return;
        }
        let Some(span) = self.span_of(event).filter(|(context, _)| context.is_sampled()) else {
            return;
        };
        let Some(limits) = self.limits() else { return };
        let now = clock::unix(clock::monotonic());
        let (mut fields, mut name) = thread::with(|thread| (thread.fragment(), thread.fragment()));
        super::event::encode(event, &mut fields, name.buffer(), limits);
        thread::with(|thread| {
            if !write_entered(thread, span, |content| {
                content.event(name.bytes(), now, &fields, limits);
            }) {
                thread.count(self.id(), |counters| &counters.late);
            }
            thread.give_back_fragment(fields);
            thread.give_back_fragment(name);
        });
    }

    fn enter(&self, id: &span::Id) {
        if let Some(context) = slots::context_of(id.into_u64()) {
            let (state, beneath) = (State::Slot(id.into_u64()), Beside::now().mark());
            thread::with(|thread| thread.stack.push(context, state, beneath));
        }
    }

    fn exit(&self, id: &span::Id) {
        thread::with(|thread| thread.stack.exit_slot(id.into_u64()));
    }

    fn clone_span(&self, id: &span::Id) -> span::Id {
        if let Some(slot) = slots::find(id.into_u64()) {
            slot.retain(id.into_u64());
        }
        id.clone()
    }

    fn try_close(&self, id: span::Id) -> bool {
        let Some(slot) = slots::find(id.into_u64()) else { return false };
        if !slot.release(id.into_u64()) {
            return false;
        }
        let index = id.into_u64() as u32 - 1;
        if slot.info() & LANE != 0 || slot.start() == 0 {
            // Its call has ended before; now its last handle is gone.
            slots::free(index);
        } else {
            let now = clock::monotonic();
            thread::with(|thread| thread.end_slot(slot, index, now));
        }
        true
    }

    fn current_span(&self) -> span::Current {
        let beside = Beside::now();
        let found = thread::with(|thread| {
            if let Some(active) = beside.innermost(&thread.stack, self.id()) {
                return Some((active.id(), metadata_of(active.id())));
            }
            let entry = thread.stack.innermost(self.id())?;
            Some(match &entry.state {
                State::Frame(frame) => {
                    (frame.id(), frame.site.map_or(&REMOTE_METADATA, |site| site.metadata))
                }
                State::Slot(id) => (*id, metadata_of(*id)),
            })
        });
        match found {
            Some((id, metadata)) => span::Current::new(span::Id::from_u64(id), metadata),
            None => span::Current::none(),
        }
    }
}

/// The metadata of an entered handle's span, which may be a lane span that lives elsewhere or has ended.
fn metadata_of(id: u64) -> &'static Metadata<'static> {
    let metadata = slots::find(id).and_then(|slot| match slot.info() {
        info if info & LANE != 0 => registry::site(info >> 8).map(|site| site.metadata),
        _ => slot.shared()?.metadata,
    });
    metadata.unwrap_or(&REMOTE_METADATA)
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("core", &self.id()).finish()
    }
}
