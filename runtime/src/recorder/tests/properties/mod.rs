//! Random spans, written in every way in which users write them and decoded by the generated types, equal a simple model.

mod model;
mod play;
mod script;

use crate::recorder::{Config, Limits};
use crate::testing::{Recording, Span, everything};
use model::Expected;
use proptest::prelude::*;

/// Limits small enough to be met, and the usual ones.
fn limits() -> impl Strategy<Value = Limits> {
    let usual = everything().limits;
    let any = (0..6_u32, 0..3_u32, 0..3_u32, 1..24_u32);
    prop_oneof![
        Just(usual),
        any.prop_map(move |(attributes, events, links, value_bytes)| Limits {
            attributes,
            events,
            links,
            value_bytes,
            ..usual
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 3 } else { 512 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn decoded_spans_equal_the_model(script in script::node(), limits in limits()) {
        let recording = Recording::with_config(Config { limits, ..everything() });
        let expected = recording.run(|| play::play(&script, limits));
        let spans = super::valid(recording.spans());
        prop_assert_eq!(spans.len(), expected.len());
        for (span, expected) in spans.iter().zip(expected.in_order_of_end()) {
            prop_assert_eq!(seen(span), expected.seen());
            let parent = expected.parent.map(|parent| spans.iter().nth(parent).unwrap());
            prop_assert_eq!(span.parent_span_id, parent.map(|parent| parent.span_id));
            prop_assert!(parent.is_none_or(|parent| parent.trace_id == span.trace_id && parent.start <= span.start));
            let linked: Vec<_> = expected.links.iter().map(|&at| spans.iter().nth(at).unwrap()).map(|to| (to.trace_id, to.span_id)).collect();
            prop_assert_eq!(span.links.iter().map(|link| (link.trace_id, link.span_id)).collect::<Vec<_>>(), linked);
        }
    }
}

/// What the model knows of a span, as text: a NaN is not equal to itself.
fn seen(span: &Span) -> String {
    let Span { name, kind, status, dropped, events, .. } = span;
    let mut attributes = super::recorded(span);
    attributes.sort_by_key(|(key, _)| *key);
    let events: Vec<_> = events.iter().map(|event| (&event.name, &event.attributes)).collect();
    format!("{name:?} {kind} {status:?} {dropped:?} {attributes:?} {events:?}")
}

impl Expected {
    fn seen(&self) -> String {
        let Expected { name, kind, dropped, attributes, events, .. } = self;
        let mut attributes: Vec<_> =
            attributes.iter().map(|(key, value)| (&key[..], value)).collect();
        attributes.sort_by_key(|(key, _)| *key);
        format!("{name:?} {kind} {:?} {dropped:?} {attributes:?} {events:?}", self.status())
    }
}
