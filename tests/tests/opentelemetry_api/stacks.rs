//! Under a stack of the program's own, in which the recorder is a layer.

use super::{leaf, outer, tracer};
use opentelemetry::KeyValue;
use opentelemetry::trace::{Span as _, Tracer as _, get_active_span, mark_span_as_active};
use std::sync::{Arc, Mutex};
use synndicate::testing::Recording;
use tracing::subscriber::with_default;
use tracing::{Span, info_span, span};
use tracing_subscriber::layer::{Context as InStack, SubscriberExt as _};
use tracing_subscriber::{Layer, Registry, registry};

/// Notes which spans another layer of the stack sees.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<&'static str>>>);

impl Layer<Registry> for Seen {
    fn on_new_span(
        &self,
        attributes: &span::Attributes<'_>,
        _: &span::Id,
        _: InStack<'_, Registry>,
    ) {
        self.0.lock().unwrap().push(attributes.metadata().name());
    }
}

/// Runs `work` in such a stack; what another layer sees of it.
fn in_a_stack(recording: &Recording, work: impl FnOnce()) -> Vec<&'static str> {
    let seen = Seen::default();
    with_default(registry().with(seen.clone()).with(recording.layer()), work);
    let seen = seen.0.lock().unwrap();
    seen.clone()
}

#[test]
fn spans_of_all_kinds_are_one_trace_and_other_layers_see_those_of_tracing() {
    let recording = Recording::new();
    let seen = in_a_stack(&recording, || {
        outer(|| {
            tracer().in_span("first of the api", |_| {
                info_span!("of tracing").in_scope(|| drop(tracer().start("second of the api")));
                leaf();
            });
        });
    });
    recording.spans().assert_tree(
        "outer
           first of the api
             of tracing
               second of the api
             leaf",
    );
    assert_eq!(seen, ["outer", "of tracing", "leaf"]);
}

#[test]
fn what_is_told_to_the_current_span_is_told_to_that_of_the_api() {
    let recording = Recording::new();
    in_a_stack(&recording, || {
        outer(|| {
            let _active = mark_span_as_active(tracer().start("active"));
            get_active_span(|span| span.set_attribute(KeyValue::new("by", "api")));
            synndicate::set_attribute("from", "anywhere");
            tracing::info!("an event");
        });
    });
    let spans = recording.spans();
    let active = spans.one("active");
    assert_eq!(active.attribute("by"), Some(&"api".into()));
    assert_eq!(active.attribute("from"), Some(&"anywhere".into()));
    assert_eq!(active.events[0].name, "an event");
    assert!(spans.one("outer").events.is_empty());
}

#[test]
fn a_span_of_the_api_outlives_the_call_in_which_it_began() {
    let recording = Recording::new();
    let mut kept = None;
    in_a_stack(&recording, || {
        outer(|| kept = Some(tracer().start("kept")));
        assert!(Span::current().is_none());
        let mut kept = kept.take().unwrap();
        kept.add_event("late", vec![]);
        kept.end();
    });
    let spans = recording.spans();
    spans.assert_tree("outer\n  kept");
    assert_eq!((spans.one("kept").events.len(), recording.late()), (1, 0));
}
