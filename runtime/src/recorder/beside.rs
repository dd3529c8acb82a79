//! What is active on a thread beside its stack: spans that the OpenTelemetry API has begun, and holds in a context of its own.
//!
//! That context is another stack, whose pushes and pops nobody tells us of. So each entry of ours remembers what was active
//! beside it when it was entered: where that is active still, it lies outside of the entry; where something else is, that came
//! later and lies inside. Nothing is asked of the API as long as none of its spans lives.

use super::context::SpanContext;
use super::panic;
use super::remote::Carried;
use super::slot::lock_unless_forked;
use super::stack::ContextStack;
use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt as _;
use std::collections::BTreeMap;
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use tracing_core::Metadata;

/// How many spans of the API live, ended or not.
static LIVING: AtomicUsize = AtomicUsize::new(0);

/// The spans of the API that live, by their ids; in several parts, so that threads seldom meet.
static KNOWN: [Mutex<BTreeMap<u64, Known>>; 64] = [const { Mutex::new(BTreeMap::new()) }; 64];

/// Its messages have this target. While it tells of its context that cannot be looked at.
const TARGET_OF_THE_API: &str = "opentelemetry";

thread_local! {
    // Destroyed before the API's context, which it has made sure was there first: once that is gone it must not be asked.
    static CONTEXT_IS_THERE: ContextIsThere = {
        Context::map_current(|_| ());
        ContextIsThere
    };
}

struct ContextIsThere;

impl Drop for ContextIsThere {
    fn drop(&mut self) {
        // Only a type with a destructor is known to be gone.
    }
}

/// What is active on a thread beside its stack.
#[derive(Clone, Copy)]
pub(crate) struct Beside(Option<Active>);

/// What an entry of the stack remembers of it: the id of the span, 0 for none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Mark(u64);

/// A span that is active beside the stack.
#[derive(Clone, Copy)]
pub(crate) struct Active {
    context: SpanContext,
    id: u64,
}

#[derive(Clone)]
struct Known {
    active: Active,
    carried: Option<Arc<Carried>>,
}

/// What the API's context names.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Named {
    pub(super) trace_id: u128,
    pub(super) span_id: u64,
    is_remote: bool,
}

impl Beside {
    const NOTHING: Beside = Beside(None);

    /// What is active now.
    #[inline]
    pub(super) fn now() -> Beside {
        if LIVING.load(Relaxed) == 0 { Beside::NOTHING } else { look() }
    }

    /// The same for an event of this call site.
    #[inline]
    pub(super) fn of_event(metadata: &Metadata<'_>) -> Beside {
        if metadata.target() == TARGET_OF_THE_API { Beside::NOTHING } else { Beside::now() }
    }

    #[inline]
    pub(super) fn mark(&self) -> Mark {
        Mark(self.0.map_or(0, |active| active.context.span_id))
    }

    /// The span beside the stack, where it lies inside of all that is on it.
    #[inline]
    pub(super) fn innermost(&self, stack: &ContextStack, recorder: u32) -> Option<&Active> {
        let active = self.0.as_ref().filter(|active| active.context.recorder == recorder)?;
        let top = stack.innermost(recorder);
        let is_outside = top.is_some_and(|top| top.beneath == self.mark());
        (!is_outside).then_some(active)
    }

    /// What goes on with the requests that the span beside the stack causes, if it belongs to this trace.
    pub(super) fn carried(&self, trace_id: u128) -> Option<Arc<Carried>> {
        known(trace_id, self.0?.context.span_id)?.carried
    }
}

impl Mark {
    /// Whether it is of this span.
    pub(super) fn is_of(self, span_id: u64) -> bool {
        self.0 == span_id
    }
}

impl Active {
    pub(super) fn context(&self) -> &SpanContext {
        &self.context
    }

    /// By which handles know it.
    pub(super) fn id(&self) -> u64 {
        self.id
    }
}

/// Makes a span of the API known, whose id is `id` to handles.
pub(super) fn add(context: SpanContext, id: u64, carried: Option<Arc<Carried>>) {
    let known = Known { active: Active { context, id }, carried };
    if let Some(mut part) = lock_unless_forked(part(context.span_id)) {
        part.insert(context.span_id, known);
    }
    LIVING.fetch_add(1, Relaxed);
}

/// It lives no longer.
pub(super) fn remove(span_id: u64) {
    if let Some(mut part) = lock_unless_forked(part(span_id)) {
        part.remove(&span_id);
    }
    LIVING.fetch_sub(1, Relaxed);
}

/// A span of the API that lives: its identity, and what goes on with its requests.
pub(super) fn find(trace_id: u128, span_id: u64) -> Option<(SpanContext, Option<Arc<Carried>>)> {
    known(trace_id, span_id).map(|known| (known.active.context, known.carried))
}

/// What the API's context on this thread names.
pub(super) fn named() -> Option<Named> {
    let before = panic::Before::now();
    // It panics where the thread is ending and has not asked before.
    catch_unwind(name).unwrap_or_else(|_| {
        before.restore();
        None
    })
}

fn name() -> Option<Named> {
    CONTEXT_IS_THERE.try_with(|_| ()).ok()?;
    Context::map_current(|context| {
        let span = context.span();
        let span = span.span_context();
        span.is_valid().then(|| Named {
            trace_id: u128::from_be_bytes(span.trace_id().to_bytes()),
            span_id: u64::from_be_bytes(span.span_id().to_bytes()),
            is_remote: span.is_remote(),
        })
    })
}

#[cold]
fn look() -> Beside {
    let named = named().filter(|named| !named.is_remote);
    Beside(named.and_then(|named| Some(known(named.trace_id, named.span_id)?.active)))
}

fn known(trace_id: u128, span_id: u64) -> Option<Known> {
    let known = lock_unless_forked(part(span_id))?.get(&span_id).cloned();
    known.filter(|known| known.active.context.trace_id == trace_id)
}

fn part(span_id: u64) -> &'static Mutex<BTreeMap<u64, Known>> {
    let [first, ..] = &KNOWN;
    KNOWN.get(span_id as usize % KNOWN.len()).unwrap_or(first)
}
