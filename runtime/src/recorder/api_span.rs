//! Spans that a value owns, which begins, writes and ends them by calls: those of the OpenTelemetry API. They have all their state
//! in a slot, and are never on a stack; where they are current, they are so [beside](super::beside) it.

use super::beside::{self, Beside};
use super::clock;
use super::context::{REMOTE, SpanContext};
use super::encoder::{Attributes, Content, Limits, Precedence, cut};
use super::install::current_core;
use super::remote::{Carried, Outgoing, Sampled};
use super::sites;
use super::slot::Slot;
use super::slots;
use super::spans::encoded;
use super::thread::{self, Thread};
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;
use tracing_core::callsite::DefaultCallsite;
use tracing_core::field::FieldSet;
use tracing_core::{Kind, Level, Metadata, identify_callsite};

/// The call site that all of them share, which is at no place.
static SITE: DefaultCallsite = DefaultCallsite::new(&METADATA);
static METADATA: Metadata<'static> = Metadata::new(
    "opentelemetry",
    "opentelemetry",
    Level::INFO,
    None,
    None,
    None,
    FieldSet::new(&[], identify_callsite!(&SITE)),
    Kind::SPAN,
);

/// Whether spans of this call site are those of the API, which have names of their own.
#[cfg(feature = "log")]
pub(super) fn is_site(metadata: &Metadata<'_>) -> bool {
    metadata.callsite() == METADATA.callsite()
}

/// The span that whoever begins another one gives as its parent.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) span: Outgoing,
    pub(crate) is_remote: bool,
}

/// A span that another one is linked to.
#[derive(Debug)]
pub(crate) struct Linked<'a> {
    pub(crate) trace_id: u128,
    pub(crate) span_id: u64,
    pub(crate) sampled: Sampled,
    pub(crate) is_remote: bool,
    pub(crate) trace_state: &'a str,
}

/// A span that belongs to this value, and ends with it at the latest.
pub(crate) struct ApiSpan {
    id: u64,
    slot: &'static Slot,
    context: SpanContext,
    limits: Limits,
    carried: Option<Arc<Carried>>,
}

impl ApiSpan {
    /// Begins a span below `given`, or below what is current where that lies further in; at `start`, or now. `None` where nothing
    /// records it.
    pub(crate) fn begin(given: Option<&Given>, start: Option<SystemTime>) -> Option<ApiSpan> {
        let recorder = current_core()?;
        let (beside, active) = (Beside::now(), beside::named());
        let is_active = |given: &Given| {
            active.is_some_and(|active| {
                (active.trace_id, active.span_id) == (given.span.trace_id, given.span.span_id)
            })
        };
        let parent = thread::with(|thread| {
            let top = thread.stack.innermost(recorder).map(|top| top.context);
            match given {
                Some(given) if !(is_active(given) && is_outside(given, thread, recorder)) => {
                    Some(given.resolve(recorder))
                }
                _ => top.map(|top| (top, thread.carried(&top, &beside))),
            }
        });
        ApiSpan::below(parent, start, recorder)
    }

    fn below(
        parent: Option<(SpanContext, Option<Arc<Carried>>)>,
        start: Option<SystemTime>,
        recorder: u32,
    ) -> Option<ApiSpan> {
        let (parent, carried) = parent.unzip();
        let (context, id, limits) = thread::with(|thread| {
            let decision = sites::of(&METADATA).decision(recorder);
            let (mut sampler, limits) = thread.sampler_and_limits(recorder)?;
            if thread.is_quiet() || decision.is_off() {
                return None;
            }
            if decision.concerns_the_call() {
                sampler = thread.sampler_by_rules(decision, parent, sampler)?;
            }
            let opening = match parent {
                Some(parent) => thread.child(&parent, decision.info()),
                None => thread.root(recorder, sampler, decision.info()),
            };
            let (began, now) = thread.now_below(opening.parent);
            // At 0 it would not be open.
            let start = start.map_or(now, clock::unix_of).max(1);
            let id = thread.open_slot(&opening, &METADATA, (began, start), |_| {})?;
            Some((opening.context, id, limits))
        })?;
        let slot = slots::find(id)?;
        let carried = carried.flatten();
        beside::add(context, id, carried.clone());
        Some(ApiSpan { id, slot, context, limits, carried })
    }

    /// Who it is, and what goes on with the requests that it causes.
    pub(crate) fn outgoing(&self) -> Outgoing {
        let SpanContext { trace_id, span_id, .. } = self.context;
        let sampled = self.context.is_sampled().into();
        Outgoing { trace_id, span_id, sampled, carried: self.carried.clone() }
    }

    /// Whether anything that is written to it counts: it is sampled, and has not ended.
    pub(crate) fn is_recording(&self) -> bool {
        self.context.is_sampled() && self.slot.start() != 0
    }

    /// Sets its name and its kind, by that one's number in OTLP, when it has just begun.
    pub(crate) fn introduce(&self, name: &str, kind: u8) {
        self.write(|content, limits| {
            if let Some(state) = self.trace_state().filter(|state| state.len() <= STATE) {
                content.begin_with_state(state);
            }
            content.set_kind_number(kind);
            content.set_name(cut(name, limits.value_bytes as usize));
        });
    }

    /// Gives it another name.
    pub(crate) fn rename(&self, name: &str) {
        self.write(|content, limits| content.set_name(cut(name, limits.value_bytes as usize)));
    }

    /// Sets attributes; the last write of a key wins.
    pub(crate) fn set_attributes(&self, record: impl FnOnce(&mut Attributes<'_>)) {
        self.write_fields(
            |fields, limits| record(&mut fields.attributes(limits)),
            |content, fields, limits| content.absorb(fields, Precedence::New, limits),
        );
    }

    /// Adds an event that happened at `time`.
    pub(crate) fn event(
        &self,
        name: &str,
        time: SystemTime,
        record: impl FnOnce(&mut Attributes<'_>),
    ) {
        let time = clock::unix_of(time);
        self.write_fields(
            |fields, limits| record(&mut fields.event_attributes(limits)),
            |content, fields, limits| {
                let name = cut(name, limits.value_bytes as usize);
                content.event(name.as_bytes(), time, fields, limits);
            },
        );
    }

    /// Adds a link.
    pub(crate) fn link(&self, to: &Linked<'_>, record: impl FnOnce(&mut Attributes<'_>)) {
        let flags = to.sampled.flag() | (REMOTE * u32::from(to.is_remote));
        let recorder = self.context.recorder;
        let context = SpanContext { trace_id: to.trace_id, span_id: to.span_id, recorder, flags };
        self.write_fields(
            |fields, limits| record(&mut fields.link_attributes(limits)),
            |content, fields, limits| {
                let state = Some(to.trace_state).filter(|state| state.len() <= STATE);
                content.link_that_says(&context, state.unwrap_or_default(), fields, limits);
            },
        );
    }

    /// Says that it has succeeded.
    pub(crate) fn succeed(&self) {
        self.write(|content, _| content.succeed());
    }

    /// Says that it has failed, and how.
    pub(crate) fn fail(&self, description: &str) {
        self.write(|content, limits| {
            content.fail_with(cut(description, limits.value_bytes as usize));
        });
    }

    /// Ends it, at `time` or now. It is a good parent afterwards too.
    pub(crate) fn end(&self, time: Option<SystemTime>) {
        let Some(mut shared) = self.slot.shared() else {
            return thread::count_out_of_reach(self.slot);
        };
        let start = self.slot.close();
        // At 0 it has ended before.
        if start != 0 && self.context.is_sampled() {
            let end = match time {
                Some(time) => clock::unix_of(time),
                None => clock::unix(clock::monotonic()),
            };
            let times = (start, end.max(start));
            thread::with(|thread| {
                thread.push(shared.content(), &self.context, self.slot, times);
            });
        }
        shared.end();
    }

    fn trace_state(&self) -> Option<&str> {
        let carried = self.carried.as_ref()?;
        let is_its_own = carried.trace_id == self.context.trace_id;
        Some(&*carried.trace_state).filter(|state| is_its_own && !state.is_empty())
    }

    fn write_fields(
        &self,
        record: impl FnOnce(&mut Content, Limits),
        add: impl FnOnce(&mut Content, &Content, Limits),
    ) {
        if !self.context.is_sampled() {
            return;
        }
        let mut fields = encoded(|fields| record(fields, self.limits));
        fields.keep_last_of_each_key();
        self.write(|content, limits| add(content, &fields, limits));
        thread::with(|thread| thread.give_back_fragment(fields));
    }

    /// Nothing that runs in `write` is the user's.
    fn write(&self, write: impl FnOnce(&mut Content, Limits)) {
        if !self.context.is_sampled() {
            return;
        }
        if !self.slot.write(self.id, |content| write(content, self.limits)) {
            let recorder = self.context.recorder;
            thread::with(|thread| thread.count(recorder, |counters| &counters.late));
        }
    }
}

/// A state longer than any that the specification lets vendors build is not worth its bytes.
const STATE: usize = 32 * 514;

impl Drop for ApiSpan {
    fn drop(&mut self) {
        if self.slot.start() != 0 {
            self.end(None);
        }
        beside::remove(self.context.span_id);
        if self.slot.release(self.id) {
            thread::with(|thread| thread.give_back_slot(self.id as u32 - 1));
        }
    }
}

impl fmt::Debug for ApiSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiSpan").field("context", &self.context).finish_non_exhaustive()
    }
}

impl Given {
    /// Its identity among the spans of `recorder`. Of a span that is ours more is known than what it was given with.
    fn resolve(&self, recorder: u32) -> (SpanContext, Option<Arc<Carried>>) {
        let Outgoing { trace_id, span_id, sampled, ref carried } = self.span;
        let own = beside::find(trace_id, span_id).filter(|(own, _)| own.recorder == recorder);
        own.unwrap_or_else(|| {
            let flags = sampled.flag() | (REMOTE * u32::from(self.is_remote));
            (SpanContext { trace_id, span_id, recorder, flags }, carried.clone())
        })
    }
}

/// Whether a span that the API's context names lies outside of the innermost one on the stack: it was there when that was
/// entered, or is on the stack itself, or is where the same trace comes from.
fn is_outside(given: &Given, thread: &Thread, recorder: u32) -> bool {
    let Outgoing { trace_id, span_id, .. } = given.span;
    thread.stack.innermost(recorder).is_some_and(|top| {
        top.beneath.is_of(span_id)
            || thread.stack.span_ids().any(|entered| entered == span_id)
            || given.is_remote && top.context.trace_id == trace_id
    })
}
