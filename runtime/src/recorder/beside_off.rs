//! What is active beside the stack: nothing, without the OpenTelemetry API.

use super::context::SpanContext;
use super::remote::Carried;
use super::stack::ContextStack;
use std::sync::Arc;
use tracing_core::Metadata;

/// What is active on a thread beside its stack.
pub(crate) struct Beside;

/// What an entry of the stack remembers of it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mark(());

/// A span that is active beside the stack; there is none.
pub(crate) enum Active {}

impl Beside {
    #[inline]
    pub(super) fn now() -> Beside {
        Beside
    }

    #[inline]
    pub(super) fn of_event(_: &Metadata<'_>) -> Beside {
        Beside
    }

    #[inline]
    #[expect(clippy::unused_self, reason = "with the API there is something to remember")]
    pub(super) fn mark(&self) -> Mark {
        Mark(())
    }

    #[inline]
    #[expect(clippy::unused_self, reason = "with the API there may be one")]
    pub(super) fn innermost(&self, _: &ContextStack, _: u32) -> Option<&Active> {
        None
    }

    #[expect(clippy::unused_self, reason = "with the API there may be something")]
    pub(super) fn carried(&self, _: u128) -> Option<Arc<Carried>> {
        None
    }
}

impl Active {
    pub(super) fn context(&self) -> &SpanContext {
        match *self {}
    }

    pub(super) fn id(&self) -> u64 {
        match *self {}
    }
}
