//! Other subscribers: somebody else's, two recorders at once, and none at all.

use super::{
    assert_child, assert_root, block_on, depth, enter, enter_with, everywhere, named, traced_with,
};
use crate::recorder::traced as traced_until;
use crate::set_attribute;
use crate::testing::Recording;
use std::sync::{Arc, Mutex};
use tracing::instrument::WithSubscriber;
use tracing::{Span, info, info_span};
use tracing_core::{Dispatch, Event, Subscriber, dispatcher, span};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, registry};

site!(OUTER, "foreign_outer", ["x", "result"]);
site!(INNER, "foreign_inner");

fn outer() {
    let _outer = enter_with(&OUTER, |attributes| attributes.record_as("x", &5));
    inner();
}

fn inner() {
    let _inner = enter(&INNER);
    info!("ev");
}

/// Writes down what a layer sees.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn say(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub(super) fn dispatch(&self) -> Dispatch {
        Dispatch::new(registry().with(self.clone()))
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Log {
    fn on_new_span(
        &self,
        attributes: &span::Attributes<'_>,
        id: &span::Id,
        context: Context<'_, S>,
    ) {
        let parent = context.span(id).and_then(|span| span.parent().map(|parent| parent.name()));
        self.say(format!("new {} under {parent:?}", attributes.metadata().name()));
    }

    fn on_record(&self, id: &span::Id, values: &span::Record<'_>, context: Context<'_, S>) {
        let mut fields = String::new();
        values.record(&mut |field: &tracing_core::Field, value: &dyn std::fmt::Debug| {
            fields += &format!(" {field}={value:?}");
        });
        self.say(format!("record {}{fields}", context.span(id).unwrap().name()));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        self.say(format!("event in {:?}", context.event_span(event).map(|span| span.name())));
    }

    fn on_close(&self, id: span::Id, context: Context<'_, S>) {
        self.say(format!("close {}", context.span(&id).unwrap().name()));
    }
}

#[test]
fn another_subscriber_gets_ordinary_spans_with_the_same_attributes() {
    let log = Log::default();
    dispatcher::with_default(&log.dispatch(), outer);
    assert_eq!(
        log.lines(),
        [
            "new foreign_outer under None",
            "record foreign_outer x=5",
            "new foreign_inner under Some(\"foreign_outer\")",
            "event in Some(\"foreign_inner\")",
            "close foreign_inner",
            "close foreign_outer",
        ]
    );
}

#[test]
fn another_subscriber_gets_arrays_and_maps_as_text() {
    let log = Log::default();
    dispatcher::with_default(&log.dispatch(), || {
        let value = std::collections::BTreeMap::from([("a", vec![Some(1), None]), ("b c", vec![])]);
        let _outer = enter_with(&OUTER, |attributes| attributes.record_as("x", &value));
        set_attribute("result", ("one", 0.5, [true]));
    });
    let lines = log.lines();
    assert_eq!(lines[1], r#"record foreign_outer x={"a": [1, null], "b c": []}"#);
    assert_eq!(lines[2], r#"record foreign_outer result=["one", 0.5, [true]]"#);
}

#[test]
fn an_async_function_that_records_nothing_does_not_keep_its_span_open_there() {
    let log = Log::default();
    dispatcher::with_default(&log.dispatch(), || {
        block_on(traced_until(&OUTER, async {}, |(), _| {}));
        assert_eq!(log.lines(), ["new foreign_outer under None", "close foreign_outer"]);
    });
}

#[test]
fn another_subscriber_gets_the_spans_of_futures() {
    let log = Log::default();
    let body = async {
        super::pending(1).await;
        inner();
        set_attribute("x", 6);
    };
    let first = |attributes: &mut super::Attributes<'_>| attributes.record_as("x", &5);
    let future = traced_until(
        &OUTER,
        async {
            crate::recorder::first_attributes(&OUTER, &first);
            body.await;
        },
        |(), ending| {
            ending.attributes().record_as("result", "done");
            ending.fail("Kind", &"message");
        },
    );
    let mut future = Box::pin(future.with_subscriber(log.dispatch()));
    while super::poll(&mut future).is_pending() {}
    assert_eq!(
        log.lines(),
        [
            "new foreign_outer under None",
            "record foreign_outer x=5",
            "new foreign_inner under Some(\"foreign_outer\")",
            "event in Some(\"foreign_inner\")",
            "close foreign_inner",
            "record foreign_outer x=6",
            "record foreign_outer result=\"done\"",
            "event in Some(\"foreign_outer\")",
            "close foreign_outer",
        ]
    );
}

#[test]
fn another_subscribers_span_of_a_future_that_records_nothing_closes_with_it() {
    let log = Log::default();
    let nothing = |(): &(), _: &mut crate::recorder::Ending<'_>| {};
    dispatcher::with_default(&log.dispatch(), || {
        block_on(traced_until(&OUTER, traced_until(&INNER, async {}, nothing), nothing));
        let mut pending = Box::pin(traced_until(&OUTER, std::future::pending(), nothing));
        assert!(super::poll(&mut pending).is_pending());
    });
    assert_eq!(
        log.lines(),
        [
            "new foreign_outer under None",
            "new foreign_inner under Some(\"foreign_outer\")",
            "close foreign_inner",
            "close foreign_outer",
            "new foreign_outer under None",
            "close foreign_outer",
        ]
    );
}

#[test]
fn a_call_site_that_another_subscriber_saw_first_keeps_what_is_known_of_it() {
    site!(FIRST_ELSEWHERE, "first_elsewhere");
    let recording = Recording::new();
    dispatcher::with_default(&Log::default().dispatch(), || drop(enter(&FIRST_ELSEWHERE)));
    recording.run(|| drop(enter(&FIRST_ELSEWHERE)));
    let spans = recording.spans();
    let function = spans.one("first_elsewhere").attribute("code.function.name");
    assert_eq!(function, Some(&"first_elsewhere".into()));
}

#[test]
fn two_recorders_on_one_thread_see_their_own_spans_only() {
    let (over, under) = (Recording::new(), Recording::new());
    over.run(|| {
        let _outer = enter(&OUTER);
        under.run(|| {
            inner();
            info_span!("recorders_slot").in_scope(inner);
        });
        inner();
    });
    let (over, under) = (super::valid(over.spans()), super::valid(under.spans()));
    assert_eq!((over.len(), under.len()), (2, 3));
    assert_child(over.one("foreign_inner"), over.one("foreign_outer"));
    let inner = named(&under, "foreign_inner");
    assert_root(inner[0]);
    assert_child(inner[1], under.one("recorders_slot"));
}

#[test]
fn a_span_ends_at_the_recorder_where_it_began() {
    let (first, second) = (Recording::new(), Recording::new());
    let guard = first.run(|| enter(&OUTER));
    let slot = first.run(|| info_span!("began_slot"));
    let mut future = Box::pin(traced_with(
        &INNER,
        |attributes| attributes.record_as("x", &1),
        super::pending(1),
    ));
    first.run(|| assert!(super::poll(&mut future).is_pending()));
    second.run(|| {
        assert!(super::poll(&mut future).is_ready());
        drop(slot);
        drop(guard);
    });
    assert_eq!((first.spans().len(), second.spans().len()), (3, 0));
    assert_eq!(depth(), 0);
}

#[test]
fn handles_of_one_recorder_mean_nothing_to_another() {
    let (first, second) = (Recording::new(), Recording::new());
    let slot = first.run(|| info_span!("alien"));
    let id = slot.id().unwrap();
    second.run(|| {
        info_span!(parent: id.clone(), "alien_child").in_scope(|| {});
        dispatcher::get_default(|second| {
            second.enter(&id);
            second.exit(&id);
            assert!(!second.try_close(second.clone_span(&id)));
        });
    });
    drop(slot);
    assert_eq!(first.spans().len(), 1);
    assert_root(second.spans().one("alien_child"));
}

#[test]
fn a_span_that_is_entered_under_another_subscriber_stays_its_recorders() {
    let (recording, log) = (Recording::new(), Log::default());
    recording.run(|| {
        let ours = info_span!("entered_elsewhere");
        dispatcher::with_default(&log.dispatch(), || {
            let _entered = ours.enter();
            inner();
            set_attribute("x", 1);
            drop(ours.clone());
        });
        assert_eq!(depth(), 0);
        inner();
    });
    assert_eq!(log.lines()[0], "new foreign_inner under None");
    let spans = super::valid(recording.spans());
    assert_eq!(spans.one("entered_elsewhere").attribute("x"), None);
    assert_root(spans.one("foreign_inner"));
}

/// A span of ours stays ours while another subscriber is the current one, and so does what is around it.
#[test]
fn another_subscriber_in_the_middle_leaves_the_spans_around_it_alone() {
    site!(AROUND, "around");
    site!(AFTERWARDS, "afterwards");
    everywhere(
        || {
            let log = Log::default();
            let _around = enter(&AROUND);
            let before = depth();
            let ours = info_span!("in_the_middle");
            dispatcher::with_default(&log.dispatch(), || {
                let _entered = ours.enter();
                inner();
                set_attribute("x", 1);
                drop(ours.clone());
            });
            assert_eq!(depth(), before);
            drop(enter(&AFTERWARDS));
            drop(ours);
            assert_eq!(log.lines()[0], "new foreign_inner under None");
        },
        |spans, ()| {
            let around = spans.one("around");
            assert_child(spans.one("afterwards"), around);
            assert_child(spans.one("in_the_middle"), around);
            assert_eq!(spans.one("in_the_middle").attribute("x"), None);
            assert_eq!(around.attribute("x"), None);
        },
    );
}

#[test]
fn without_a_subscriber_nothing_happens() {
    dispatcher::with_default(&Dispatch::none(), || {
        outer();
        set_attribute("x", 1);
        block_on(traced_with(&OUTER, |_| {}, async {
            Span::current().record("x", 1);
        }));
        assert_eq!(depth(), 0);
    });
}

#[test]
fn spans_that_outlive_their_recorder_go_nowhere() {
    let recording = Recording::new();
    let (guard, slot) =
        recording.run(|| (enter(&OUTER), info_span!("outlives_recorder").entered()));
    drop(recording);
    info!("for nobody");
    drop(slot);
    drop(guard);
    assert_eq!(depth(), 0);
    let next = Recording::new();
    next.run(inner);
    assert_eq!(next.spans().len(), 1);
}
