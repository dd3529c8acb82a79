//! The recorder as a layer of a stack that somebody else owns: the same slots, contexts and rings behind another face.
//!
//! A span of the stack has a slot of ours, whose id is kept among its extensions. `#[traced]` functions make ordinary spans there,
//! as under every subscriber that is not the recorder.

use super::beside::Beside;
use super::failure;
use super::foreign;
use super::layers::release;
use super::sites;
use super::slots;
use super::spans::{self, Spans, Under, innermost};
use super::thread;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use tracing_core::{Dispatch, Event, Interest, LevelFilter, Metadata, Subscriber, span};
use tracing_subscriber::layer::{Context, Filter};
use tracing_subscriber::registry::{LookupSpan, SpanRef};
use tracing_subscriber::{Layer, Registry};

/// A layer that records.
#[derive(Debug)]
pub(super) struct Face(Wanted);

/// What it wants to see; others in the stack see what they want.
#[derive(Clone, Debug)]
struct Wanted {
    /// The core that spans go to; 0: none, so nothing is recorded.
    core: Arc<AtomicU32>,
}

/// The id by which we know a span of the stack.
#[derive(Clone, Copy, Debug)]
struct Known(u64);

/// A layer that records to the core whose number is in `core`; 0: to none.
pub(crate) fn layer<S>(core: Arc<AtomicU32>) -> impl Layer<S> + Send + Sync + use<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let wanted = Wanted { core };
    Face(wanted.clone()).with_filter(wanted)
}

/// The core that the layer of ours in a subscriber records to.
pub(super) fn recorder_in(subscriber: &Dispatch) -> Option<u32> {
    let id = subscriber.downcast_ref::<Face>()?.spans().0;
    (id != 0).then_some(id)
}

/// The id by which the layer of ours in a subscriber knows a span of that subscriber.
pub(super) fn known_in(subscriber: &Dispatch, id: &span::Id) -> Option<u64> {
    recorder_in(subscriber)?;
    known(&subscriber.downcast_ref::<Registry>()?.span(id)?)
}

fn known<'a, S: LookupSpan<'a>>(span: &SpanRef<'a, S>) -> Option<u64> {
    span.extensions().get::<Known>().map(|known| known.0)
}

impl Face {
    fn spans(&self) -> Spans {
        self.0.spans()
    }
}

impl Wanted {
    fn spans(&self) -> Spans {
        Spans(self.core.load(Relaxed))
    }
}

impl<S> Filter<S> for Wanted {
    fn enabled(&self, metadata: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        self.spans().may_want(metadata)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        let wanted = if metadata.is_span() {
            !sites::of(metadata).decision(self.spans().0).is_off()
        } else {
            self.spans().may_want(metadata)
        };
        if wanted { Interest::always() } else { Interest::never() }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.spans().max_level())
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Face {
    fn on_new_span(
        &self,
        attributes: &span::Attributes<'_>,
        id: &span::Id,
        context: Context<'_, S>,
    ) {
        let Some(span) = context.span(id) else { return };
        let site = sites::of(attributes.metadata());
        let known = self.spans().open(site, under(attributes, &span), attributes);
        if slots::find(known).is_some() {
            span.extensions_mut().replace(Known(known));
        }
    }

    fn on_record(&self, id: &span::Id, values: &span::Record<'_>, context: Context<'_, S>) {
        if let Some(known) = context.span(id).as_ref().and_then(known)
            && !foreign::is_telling(known)
        {
            self.spans().record(known, values);
        }
    }

    fn on_follows_from(&self, id: &span::Id, follows: &span::Id, context: Context<'_, S>) {
        let known = |id| context.span(id).as_ref().and_then(known);
        if let (Some(id), Some(follows)) = (known(id), known(follows)) {
            self.spans().follow(id, follows);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if failure::has_told(event) || thread::with(|thread| thread.is_quiet()) {
            return;
        }
        let span = if event.is_contextual() {
            innermost(self.spans().0, &Beside::of_event(event.metadata()))
        } else {
            let known = context.event_span(event).as_ref().and_then(around);
            known.and_then(|id| Some((self.spans().known(id)?, Some(id))))
        };
        self.spans().event(event, span);
    }

    fn on_enter(&self, id: &span::Id, context: Context<'_, S>) {
        if let Some(known) = context.span(id).as_ref().and_then(known) {
            spans::enter(known);
        }
    }

    fn on_exit(&self, id: &span::Id, context: Context<'_, S>) {
        if let Some(known) = context.span(id).as_ref().and_then(known) {
            thread::with(|thread| thread.stack.exit_slot(known));
        }
    }

    fn on_close(&self, id: span::Id, context: Context<'_, S>) {
        if let Some(known) = context.span(&id).as_ref().and_then(known) {
            release(known);
        }
    }
}

/// Where a new span of the stack belongs. What is current is known better here: a span of another process may be.
fn under<'a, S: LookupSpan<'a>>(attributes: &span::Attributes<'_>, span: &SpanRef<'a, S>) -> Under {
    if attributes.is_contextual() {
        return Under::Current;
    }
    span.parent().as_ref().and_then(around).map_or(Under::Nothing, Under::Span)
}

/// The span, or the innermost one around it, that is known.
fn around<'a, S: LookupSpan<'a>>(span: &SpanRef<'a, S>) -> Option<u64> {
    span.scope().find_map(|span| known(&span))
}
