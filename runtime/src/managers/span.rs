//! Spans that are begun and ended by hand.

use crate::recorder::{Value, set_attribute};
use std::panic::Location;
use tracing::Span;
use tracing::span::EnteredSpan;

/// A span that ends when this is dropped, and that is current on this thread until then.
///
/// It stays on the thread that began it, so it cannot be held across an `.await` in a future that moves between threads. For
/// futures there is `#[traced]`, or [`TraceFuture::traced`](crate::TraceFuture::traced).
#[derive(Debug)]
#[must_use = "the span ends when this is dropped"]
pub struct ManagedSpan {
    span: EnteredSpan,
}

impl ManagedSpan {
    pub(super) fn start(name: &str, place: &Location<'_>) -> ManagedSpan {
        let span = tracing::info_span!(
            target: "synndicate",
            "started",
            otel.name = name,
            code.file.path = place.file(),
            code.line.number = place.line(),
        );
        ManagedSpan { span: span.entered() }
    }

    /// Sets an attribute of this span, also while one below it is current: any key, any [`Value`]. The last write of a key wins.
    /// The names `otel.kind`, `otel.status_code` and `otel.status_description` set what they say.
    pub fn set_attribute<V: Value>(&self, key: &str, value: V) {
        self.span.in_scope(|| set_attribute(key, value));
    }

    /// The same span, for what takes a [`tracing::Span`].
    #[must_use]
    pub fn span(&self) -> &Span {
        &self.span
    }
}
