//! Spans of other processes: one as the parent of what runs on this thread, and what a request to another one is to say.

use super::beside::Beside;
use super::context::{REMOTE, SAMPLED, SpanContext};
use super::current;
use super::install::current_core;
use super::stack::State;
use super::thread;
use std::marker::PhantomData;
use std::sync::Arc;

/// What comes with a request besides the ids of its span, and goes on with the requests that it causes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Carried {
    /// The trace that the flag and the state are about.
    pub(crate) trace_id: u128,
    /// Whether its id was drawn at random, as others may sample by it.
    pub(crate) is_random: bool,
    /// W3C `tracestate`.
    pub(crate) trace_state: Box<str>,
    /// W3C `baggage`.
    pub(crate) baggage: Box<str>,
}

/// What a request from the current span is to say.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) trace_id: u128,
    pub(crate) span_id: u64,
    pub(crate) sampled: Sampled,
    pub(crate) carried: Option<Arc<Carried>>,
}

/// What a request that is sent now is to say; `None` where no span of ours is current.
pub(crate) fn outgoing() -> Option<Outgoing> {
    let recorder = current_core()?;
    let beside = Beside::now();
    thread::with(|thread| {
        let context = thread.innermost(recorder, &beside)?;
        Some(Outgoing {
            trace_id: context.trace_id,
            span_id: context.span_id,
            sampled: context.is_sampled().into(),
            carried: thread.carried(context, &beside),
        })
    })
}

/// Ids of a trace and of a span in it that nobody records.
#[cfg(feature = "tower")]
pub(crate) fn new_ids() -> (u128, u64) {
    thread::with(|thread| (thread.ids.trace_id(), thread.ids.span_id()))
}

/// What came of an attempt to change the parent of the current span.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Adoption {
    Done,
    /// Somebody may know the span by what it was.
    TooLate,
}

/// Makes the current span a child of one in another process, whose decision about the trace counts from now on. Where it is too
/// late for that, the current span is linked to the other one.
pub(crate) fn adopt(
    trace_id: u128,
    span_id: u64,
    sampled: Sampled,
    carried: Arc<Carried>,
) -> Adoption {
    let Some(recorder) = current_core() else { return Adoption::TooLate };
    let parent = SpanContext { trace_id, span_id, recorder, flags: flags(sampled) };
    if thread::with(|thread| thread.adopt(&parent, carried)) {
        return Adoption::Done;
    }
    current::amend(|content, limits| content.link(&parent, limits));
    Adoption::TooLate
}

fn flags(sampled: Sampled) -> u32 {
    REMOTE | sampled.flag()
}

/// A span of another process that is the parent of what runs while this lives.
#[derive(Debug)]
pub(crate) struct RemoteParent {
    span_id: u64,
    not_send: PhantomData<*const ()>,
}

/// Whether the other process records the trace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Sampled {
    Yes,
    No,
}

impl Sampled {
    /// The flag of a context.
    pub(super) fn flag(self) -> u32 {
        match self {
            Sampled::Yes => SAMPLED,
            Sampled::No => 0,
        }
    }
}

impl From<bool> for Sampled {
    fn from(is_sampled: bool) -> Sampled {
        if is_sampled { Sampled::Yes } else { Sampled::No }
    }
}

impl RemoteParent {
    /// Makes the span current on this thread. `None` where no recorder is current.
    pub(crate) fn enter(
        trace_id: u128,
        span_id: u64,
        sampled: Sampled,
        carried: Option<Arc<Carried>>,
    ) -> Option<RemoteParent> {
        let recorder = current_core()?;
        let context = SpanContext { trace_id, span_id, recorder, flags: flags(sampled) };
        let beneath = Beside::now().mark();
        thread::with(|thread| {
            let mut frame = thread.remote(context)?;
            frame.carried = carried;
            thread.stack.push(context, State::Frame(frame), beneath);
            Some(RemoteParent { span_id, not_send: PhantomData })
        })
    }
}

impl Drop for RemoteParent {
    fn drop(&mut self) {
        thread::with(|thread| {
            if let Some(frame) = thread.take(self.span_id) {
                thread.end(frame, 0);
            }
        });
    }
}
