//! A user's layers on a registry of their own.

use super::spans::note_parent;
use tracing_core::{Subscriber, span};
use tracing_subscriber::layer::{Context, Layered, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};

/// A registry with layers on it.
pub(super) trait Stack: Send + Sync {
    /// The registry with the user's layers.
    fn all(&self) -> &dyn Subscriber;

    /// The same with what looks on while spans are closed.
    fn watched(&self) -> &dyn Subscriber;
}

pub(super) fn on_registry(layer: impl Layer<Registry> + Send + Sync) -> Box<dyn Stack> {
    Box::new(Registry::default().with(layer).with(Watch))
}

impl<L: Layer<Registry> + Send + Sync> Stack for Layered<Watch, Layered<L, Registry>> {
    fn all(&self) -> &dyn Subscriber {
        // Without the watch, which would want everything. It is found for certain.
        match self.downcast_ref::<Layered<L, Registry>>() {
            Some(all) => all,
            None => self,
        }
    }

    fn watched(&self) -> &dyn Subscriber {
        self
    }
}

/// Is told last that a span closes. What the registry does then is to close the parent, whose id it gives to the subscriber of the
/// thread: to the recorder, which knows spans by other ids.
struct Watch;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Watch {
    fn on_close(&self, id: span::Id, context: Context<'_, S>) {
        let parent = context.span(&id).and_then(|span| span.parent().map(|parent| parent.id()));
        note_parent(parent);
    }
}
