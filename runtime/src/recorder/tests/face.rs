//! The recorder as a layer: what goes through somebody's stack is recorded as the recorder's own subscriber records it.

use super::foreign::Log;
use super::layers::{described, tell_all};
use super::{assert_child, assert_root, block_on, depth, enter, enter_with, traced_with, valid};
use crate::recorder::{RemoteParent, Sampled, outgoing};
use crate::testing::Recording;
use crate::{Context, set_attribute};
use tracing::{Span, debug_span, info, info_span};
use tracing_core::{Dispatch, dispatcher};
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, registry, reload};

site!(OUTER, "face_outer", ["x"]);
site!(INNER, "face_inner");

/// Runs `body` under a stack with a log and a layer of ours.
fn beside(log: &Log, recording: &Recording, body: impl FnOnce()) {
    let stack = registry().with(log.clone()).with(recording.layer());
    dispatcher::with_default(&Dispatch::new(stack), body);
    assert_eq!(depth(), 0);
}

#[test]
fn functions_and_spans_are_one_trace_and_others_see_them_too() {
    let (log, recording) = (Log::default(), Recording::new());
    beside(&log, &recording, || {
        let _outer = enter_with(&OUTER, |attributes| attributes.record_as("x", &5));
        info_span!("face_between", y = 1).in_scope(|| {
            block_on(traced_with(&INNER, |_| {}, async { info!("ev") }));
            Span::current().record("y", 2);
        });
        set_attribute("any.key", true);
    });
    assert_eq!(log.lines().len(), 9, "{:#?}", log.lines());
    let spans = valid(recording.spans());
    let (outer, between) = (spans.one("face_outer"), spans.one("face_between"));
    assert_root(outer);
    assert_child(between, outer);
    assert_child(spans.one("face_inner"), between);
    assert_eq!(spans.one("face_inner").events[0].name, "ev");
    assert_eq!(outer.attribute("any.key"), Some(&true.into()));
    assert_eq!(between.attribute("y"), Some(&2.into()));
}

#[test]
fn what_functions_tell_is_recorded_as_in_the_lane() {
    let (lane, face) = (Recording::new(), Recording::new());
    lane.run(tell_all);
    beside(&Log::default(), &face, tell_all);
    let all = |recording: &Recording| {
        let spans = valid(recording.spans());
        let mut all: Vec<_> = spans.iter().map(described).collect();
        all.sort();
        all
    };
    assert_eq!(all(&lane), all(&face));
}

#[test]
fn a_function_that_was_never_in_the_lane_is_known_with_all_it_says() {
    site!(NEVER_IN_THE_LANE, "never_in_the_lane");
    let recording = Recording::new();
    beside(&Log::default(), &recording, || drop(enter(&NEVER_IN_THE_LANE)));
    let spans = recording.spans();
    let function = spans.one("never_in_the_lane").attribute("code.function.name");
    assert_eq!(function, Some(&"never_in_the_lane".into()));
}

#[test]
fn filters_of_a_layer_count_for_that_layer_alone() {
    let (log, recording) = (Log::default(), Recording::new());
    let not_inner = filter_fn(|metadata| metadata.name() != "face_inner");
    let stack = registry()
        .with(log.clone().with_filter(LevelFilter::OFF))
        .with(recording.layer().with_filter(not_inner));
    dispatcher::with_default(&Dispatch::new(stack), || {
        let _outer = enter(&OUTER);
        let _inner = enter(&INNER);
        info_span!("face_below").in_scope(|| info!("ev"));
    });
    assert!(log.lines().is_empty());
    let spans = valid(recording.spans());
    assert_eq!(spans.len(), 2);
    assert_child(spans.one("face_below"), spans.one("face_outer"));
}

#[test]
fn what_the_recorder_leaves_out_others_see_all_the_same() {
    let log = Log::default();
    let recording = Recording::new();
    recording.set_rules("[[observability.span]]\nfunction = \"face_inner\"\nenabled = false\n");
    beside(&log, &recording, || {
        let _outer = enter(&OUTER);
        let inner = enter(&INNER);
        let below = info_span!(parent: Span::current(), "face_below");
        inner.finish(&|ending| ending.fail("Kind", &"message"));
        drop(inner);
        drop(below);
    });
    assert!(log.lines().contains(&"new face_inner under Some(\"face_outer\")".into()));
    let spans = valid(recording.spans());
    assert_eq!(spans.len(), 2);
    let outer = spans.one("face_outer");
    assert_child(spans.one("face_below"), outer);
    assert!(outer.events.is_empty(), "what failed is left out, too: {outer:#?}");
}

#[test]
fn parents_that_are_told_count_and_so_do_causes_and_roots() {
    let (log, recording) = (Log::default(), Recording::new());
    beside(&log, &recording, || {
        let parent = info_span!("face_parent");
        let child = info_span!(parent: &parent, "face_child");
        let root = child.in_scope(|| debug_span!(parent: None, "face_root"));
        root.follows_from(&child);
        info!(parent: &child, "ev");
    });
    let spans = valid(recording.spans());
    let child = spans.one("face_child");
    assert_child(child, spans.one("face_parent"));
    assert_root(spans.one("face_root"));
    assert_eq!(child.events[0].name, "ev");
    assert_eq!(spans.one("face_root").links[0].span_id, child.span_id);
}

#[test]
fn traces_come_from_other_processes_and_go_on_to_them_and_to_threads() {
    let (log, recording) = (Log::default(), Recording::new());
    beside(&log, &recording, || {
        let _remote = RemoteParent::enter(7 << 64 | 8, 9, Sampled::Yes, None);
        let _outer = enter(&OUTER);
        assert_eq!(outgoing().unwrap().trace_id, 7 << 64 | 8);
        let context = Context::current();
        std::thread::spawn(move || context.run(|| drop(enter(&INNER)))).join().unwrap();
    });
    let spans = valid(recording.spans());
    let outer = spans.one("face_outer");
    assert_eq!((outer.trace_id, outer.parent_span_id), (7 << 64 | 8, Some(9)));
    assert_child(spans.one("face_inner"), outer);
}

#[test]
fn stacks_of_two_threads_record_their_own_spans() {
    const SPANS: usize = if cfg!(miri) { 8 } else { 100 };
    let record = |name: &'static str| {
        move || {
            let (log, recording) = (Log::default(), Recording::new());
            beside(&log, &recording, || {
                for _ in 0..SPANS {
                    let _outer = enter(&OUTER);
                    set_attribute("name", name);
                }
            });
            let spans = valid(recording.spans());
            assert_eq!(spans.len(), SPANS);
            assert!(spans.iter().all(|span| span.attribute("name") == Some(&name.into())));
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(record("one"));
        scope.spawn(record("other"));
    });
}

#[test]
fn within_a_layer_that_hides_it_spans_are_recorded_all_the_same() {
    let recording = Recording::new();
    let (hidden, _handle) = reload::Layer::new(recording.layer());
    dispatcher::with_default(&Dispatch::new(registry().with(hidden)), || {
        let _outer = enter_with(&OUTER, |attributes| attributes.record_as("x", &5));
        set_attribute("any.key", true);
        assert!(outgoing().is_none());
        drop(enter(&INNER));
    });
    let spans = valid(recording.spans());
    let outer = spans.one("face_outer");
    assert_child(spans.one("face_inner"), outer);
    assert_eq!((outer.attribute("x"), outer.attribute("any.key")), (Some(&5.into()), None));
}
