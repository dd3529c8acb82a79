//! Where a span belongs when its call site says so, instead of to the span that is current.

use super::context::SpanContext;
use super::slots;
use tracing_core::span::Id;

/// The parent that a call site names; without one the span is a root.
#[derive(Clone, Debug)]
pub struct Origin(pub(super) Option<Id>);

impl Origin {
    /// A new trace.
    pub const ROOT: Origin = Origin(None);

    /// A child of what `tracing` takes for a parent: a span, its id, or `None` for a root.
    pub fn child_of(parent: impl Into<Option<Id>>) -> Origin {
        Origin(parent.into())
    }

    /// The identity of the parent among the spans of `recorder`.
    pub(super) fn context(&self, recorder: u32) -> Option<SpanContext> {
        let parent = slots::context_of(self.0.as_ref()?.into_u64())?;
        (parent.recorder == recorder).then_some(parent)
    }
}
