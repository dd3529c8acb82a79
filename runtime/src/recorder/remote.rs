//! A span of another process as the parent of what runs on this thread.

use super::context::{REMOTE, SAMPLED, SpanContext};
use super::install::current_recorder;
use super::stack::State;
use super::thread;
use std::marker::PhantomData;

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

impl RemoteParent {
    /// Makes the span current on this thread. `None` where no recorder is current.
    pub(crate) fn enter(trace_id: u128, span_id: u64, sampled: Sampled) -> Option<RemoteParent> {
        let recorder = current_recorder()?;
        let flags = REMOTE | if sampled == Sampled::Yes { SAMPLED } else { 0 };
        let context = SpanContext { trace_id, span_id, recorder, flags };
        thread::with(|thread| {
            let frame = thread.remote(context)?;
            thread.stack.push(context, State::Frame(frame));
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
