//! Layers of users beside the recorder: what they see, what stays in the lane, and that neither harms the other.

use super::super::layers::Layers;
use super::foreign::Log;
use super::{assert_child, assert_root, block_on, depth, enter, enter_with, traced_with, valid};
use crate::recorder::{Adoption, Attributes, Carried, Config, Sampled, adopt, outgoing, prepare};
use crate::set_attribute;
use crate::testing::{Recording, Span as Recorded, Spans, everything};
use std::panic::catch_unwind;
use std::sync::Arc;
use tracing::{Level, Span, info, info_span};
use tracing_core::{Event, Metadata, Subscriber, dispatcher, span};
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::layer::Context;
use tracing_subscriber::{Layer, Registry, reload};

pub(super) fn recording(layer: impl Layer<Registry> + Send + Sync) -> Recording {
    Recording::with_config(Config { layers: Some(Layers::new(layer)), ..everything() })
}

site!(WANTED, "layers_wanted", ["x"]);
site!(LEFT, "layers_left");
site!(INNER, "layers_inner");

#[test]
fn layers_see_functions_with_fields_parents_and_events() {
    let log = Log::default();
    let recording = recording(log.clone());
    recording.run(|| {
        let _outer = enter_with(&WANTED, |attributes| attributes.record_as("x", &5));
        info_span!("layers_between").in_scope(|| {
            let _inner = enter(&INNER);
            info!("ev");
        });
    });
    assert_eq!(depth(), 0);
    assert_eq!(
        log.lines(),
        [
            "new layers_wanted under None",
            "record layers_wanted x=5",
            "new layers_between under Some(\"layers_wanted\")",
            "new layers_inner under Some(\"layers_between\")",
            "event in Some(\"layers_inner\")",
            "close layers_inner",
            "close layers_between",
            "close layers_wanted",
        ]
    );
    let spans = valid(recording.spans());
    let (outer, inner) = (spans.one("layers_wanted"), spans.one("layers_inner"));
    assert_root(outer);
    assert_child(spans.one("layers_between"), outer);
    assert_child(inner, spans.one("layers_between"));
    assert_eq!(outer.attribute("x"), Some(&5.into()));
    assert_eq!(outer.attribute("code.function.name"), Some(&"layers_wanted".into()));
    assert_eq!(inner.events[0].name, "ev");
}

/// Whether the current span is one of the lane.
fn is_in_lane() -> bool {
    crate::recorder::thread::with(|thread| thread.stack.top_frame().is_some())
}

#[test]
fn call_sites_that_no_layer_wants_stay_in_the_lane() {
    let log = Log::default();
    let wanted = filter_fn(|metadata| metadata.is_event() || metadata.name() == "layers_wanted");
    let recording = recording(log.clone().with_filter(wanted));
    recording.run(|| {
        let _left = enter(&LEFT);
        assert!(is_in_lane());
        let _wanted = enter(&WANTED);
        assert!(!is_in_lane());
        let _inner = enter(&INNER);
        assert!(is_in_lane());
        info!("ev");
    });
    assert_eq!(
        log.lines(),
        ["new layers_wanted under None", "event in Some(\"layers_wanted\")", "close layers_wanted"]
    );
    let spans = valid(recording.spans());
    assert_child(spans.one("layers_wanted"), spans.one("layers_left"));
    assert_child(spans.one("layers_inner"), spans.one("layers_wanted"));
    assert_eq!(spans.one("layers_inner").events.len(), 1);
}

/// Everything that a span can be told.
pub(super) fn tell_all() {
    site!(TOLD, "layers_told", ["x", "late", "result"]);
    let result = catch_unwind(|| {
        let outer = enter_with(&TOLD, |attributes| {
            attributes.record_as("x", &vec![1_u64, 2]);
            attributes.record_as("undeclared", &0.5);
        });
        set_attribute("any.key", ("one", true));
        set_attribute("otel.kind", "client");
        Span::current().record("late", 7);
        info!(n = 1, "ev");
        outer.finish(&|ending| {
            ending.attributes().record_as("result", &u8::MAX);
            ending.set("otel.name", "renamed");
            ending.fail("Kind", &"message");
        });
        block_on(traced_with(&INNER, |attributes| attributes.record_as("y", &1), async {
            set_attribute("in.future", 1);
            let _panics = enter(&LEFT);
            panic!("on purpose");
        }));
    });
    assert!(result.is_err());
    let unready = catch_unwind(|| enter_with(&INNER, |_| panic!("not ready")));
    assert!(unready.is_err());
    let mut dropped = Box::pin(traced_with(&WANTED, |_| {}, std::future::pending::<()>()));
    assert!(super::poll(&mut dropped).is_pending());
}

/// What of a span does not depend on the run.
pub(super) fn described(span: &Recorded) -> String {
    let mut attributes: Vec<_> =
        span.attributes.iter().map(|(key, value)| format!("{key}={value:?}")).collect();
    attributes.sort();
    let events: Vec<_> = span.events.iter().map(|event| (&event.name, &event.attributes)).collect();
    format!("{} {} {:?} {attributes:?} {events:?}", span.name, span.kind, span.status)
}

#[test]
fn what_layers_see_is_recorded_as_in_the_lane() {
    let (lane, seen) = (Recording::new(), recording(Log::default()));
    lane.run(tell_all);
    seen.run(tell_all);
    let (lane, seen) = (valid(lane.spans()), valid(seen.spans()));
    let all = |spans: &Spans| {
        let mut all: Vec<_> = spans.iter().map(described).collect();
        all.sort();
        all
    };
    assert_eq!(all(&lane), all(&seen));
    assert_eq!(lane.len(), 5);
    assert_eq!(depth(), 0);
}

#[test]
fn a_failure_is_told_with_target_and_place_of_the_function_that_failed() {
    let log = Log::default();
    let seen = log.clone().with_filter(filter_fn(|metadata| {
        let place = |metadata: &Metadata<'_>| (metadata.target().to_owned(), metadata.line());
        place(metadata) == place(WANTED.metadata)
    }));
    recording(seen).run(|| enter(&WANTED).finish(&|ending| ending.fail("Kind", &"message")));
    let event = "event in Some(\"layers_wanted\")";
    assert_eq!(log.lines(), ["new layers_wanted under None", event, "close layers_wanted"]);
}

#[test]
fn a_failure_is_told_to_layers_and_recorded_once() {
    let log = Log::default();
    let recording = recording(log.clone());
    recording.run(|| enter(&WANTED).finish(&|ending| ending.fail("Kind", &"message")));
    assert_eq!(
        log.lines(),
        ["new layers_wanted under None", "event in Some(\"layers_wanted\")", "close layers_wanted"]
    );
    let spans = recording.spans();
    let events: Vec<_> =
        spans.one("layers_wanted").events.iter().map(|event| &event.name).collect();
    assert_eq!(events, ["exception"]);
}

#[test]
fn a_span_ends_with_its_call_whatever_handles_live_on() {
    let log = Log::default();
    let recording = recording(log.clone());
    recording.run(|| {
        let handle = {
            let _wanted = enter(&WANTED);
            Span::current()
        };
        assert_eq!(recording.spans().len(), 1);
        handle.in_scope(|| drop(enter(&INNER)));
        assert_eq!(log.lines().last().unwrap(), "close layers_inner");
        drop(handle);
        assert_eq!(log.lines().last().unwrap(), "close layers_wanted");
    });
    let spans = valid(recording.spans());
    assert_child(spans.one("layers_inner"), spans.one("layers_wanted"));
}

#[test]
fn parents_that_are_told_are_the_parents_that_layers_see() {
    let log = Log::default();
    let recording = recording(log.clone());
    recording.run(|| {
        let parent = info_span!("layers_parent");
        let child = info_span!(parent: &parent, "layers_child");
        let root = child.in_scope(|| info_span!(parent: None, "layers_root"));
        let id = parent.id();
        info!(parent: &child, n = 1, text = "x", shown = ?Some(1), "ev");
        root.follows_from(&child);
        drop(parent);
        drop(info_span!(parent: id.clone(), "layers_second"));
        assert!(!log.lines().contains(&"close layers_parent".into()), "its child is open");
        drop(child);
        // The id is stale now.
        drop(info_span!(parent: id, "layers_late"));
        drop(root);
    });
    assert_eq!(
        log.lines(),
        [
            "new layers_parent under None",
            "new layers_child under Some(\"layers_parent\")",
            "new layers_root under None",
            "event in Some(\"layers_child\")",
            "new layers_second under None",
            "close layers_second",
            "close layers_child",
            "close layers_parent",
            "new layers_late under None",
            "close layers_late",
            "close layers_root",
        ]
    );
    let spans = valid(recording.spans());
    let event = &spans.one("layers_child").events[0];
    assert_eq!(event.name, "ev");
}

#[test]
fn spans_are_closed_for_layers_whatever_subscriber_is_current() {
    let (log, other) = (Log::default(), Log::default());
    let recording = recording(log.clone());
    let (parent, child) = recording.run(|| {
        let parent = info_span!("layers_parent_elsewhere");
        let child = parent.in_scope(|| info_span!("layers_child_elsewhere"));
        (parent, child)
    });
    dispatcher::with_default(&other.dispatch(), || {
        let _same_id = info_span!("layers_of_other");
        drop(parent);
        drop(child);
        assert_eq!(other.lines(), ["new layers_of_other under None"]);
    });
    let closed: Vec<_> = log.lines().into_iter().filter(|line| line.starts_with("close")).collect();
    assert_eq!(closed, ["close layers_child_elsewhere", "close layers_parent_elsewhere"]);
    assert_eq!(recording.spans().len(), 2);
}

/// A layer that traces, logs and looks around in everything it is told, and panics in some of it.
#[derive(Clone, Copy)]
struct Chatty;

impl Chatty {
    fn say(name: &str) {
        // Only what is outside of its own code, or it would never end.
        if name == "layers_talked_of" {
            set_attribute("talked", true);
            drop(enter(&LEFT));
            info!("talk");
            panic!("on purpose");
        }
    }
}

impl<S: Subscriber> Layer<S> for Chatty {
    fn on_new_span(&self, attributes: &span::Attributes<'_>, _: &span::Id, _: Context<'_, S>) {
        Chatty::say(attributes.metadata().name());
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.fields().any(|field| field.name() == "talk_of_me") {
            Chatty::say("layers_talked_of");
        }
    }

    fn on_close(&self, _: span::Id, _: Context<'_, S>) {
        drop(info_span!(parent: None, "layers_after"));
        panic!("on purpose");
    }
}

#[test]
fn layers_may_trace_log_and_panic() {
    let recording =
        recording(Chatty.with_filter(filter_fn(|metadata| metadata.name() != "layers_after")));
    recording.run(|| {
        let _around = info_span!("layers_around").entered();
        for _ in 0..2 {
            let _span = info_span!("layers_talked_of").entered();
            info!(talk_of_me = true);
        }
    });
    assert_eq!(depth(), 0);
    let spans = valid(recording.spans());
    assert_eq!(spans.named("layers_talked_of").count(), 2);
    assert_eq!(spans.named("layers_around").count(), 1);
}

#[test]
fn a_filter_that_changes_moves_call_sites_out_of_the_lane_and_back() {
    let log = Log::default();
    let (filter, handle) = reload::Layer::new(LevelFilter::OFF);
    let recording = recording(log.clone().with_filter(filter));
    recording.run(|| {
        for (level, in_lane) in
            [(LevelFilter::OFF, true), (LevelFilter::INFO, false), (LevelFilter::OFF, true)]
        {
            handle.reload(level).unwrap();
            let _wanted = enter(&WANTED);
            assert_eq!(is_in_lane(), in_lane);
        }
    });
    assert_eq!(log.lines(), ["new layers_wanted under None", "close layers_wanted"]);
    assert_eq!(recording.spans().len(), 3);
}

#[test]
fn several_layers_each_see_what_their_filter_wants() {
    let (all, errors) = (Log::default(), Log::default());
    let layers: Vec<Box<dyn Layer<Registry> + Send + Sync>> = vec![
        all.clone().with_filter(LevelFilter::INFO).boxed(),
        errors.clone().with_filter(LevelFilter::ERROR).boxed(),
    ];
    let recording = recording(layers);
    recording.run(|| {
        let _wanted = enter(&WANTED);
        tracing::event!(Level::ERROR, "bad");
        info!("good");
    });
    assert_eq!(all.lines().len(), 4);
    assert_eq!(errors.lines(), ["event in None"]);
}

#[test]
fn layers_see_traces_that_are_not_sampled() {
    let log = Log::default();
    let sampler = crate::recorder::Sampler::new(0.0);
    let layers = Some(Layers::new(log.clone()));
    let recording = Recording::with_config(Config { sampler, layers, ..everything() });
    recording.run(|| {
        let _wanted = enter_with(&WANTED, |attributes| attributes.record_as("x", &5));
        drop(enter(&INNER));
    });
    assert_eq!(
        log.lines()[..3],
        [
            "new layers_wanted under None",
            "record layers_wanted x=5",
            "new layers_inner under Some(\"layers_wanted\")",
        ]
    );
    assert!(recording.spans().is_empty());
}

#[test]
fn a_future_that_layers_see_begins_with_its_first_poll() {
    let log = Log::default();
    let recording = recording(log.clone());
    recording.run(|| {
        let args = |attributes: &mut Attributes<'_>| attributes.record_as("x", &5);
        drop(prepare(&WANTED, &args).trace(async {}, |(), _| {}));
        assert!(recording.spans().is_empty(), "it was never polled");
        let outer = enter(&LEFT);
        let mut prepared = prepare(&WANTED, &args);
        prepared.amend(&|ending| ending.set("otel.kind", "client"));
        drop(outer);
        block_on(prepared.trace(async { drop(enter(&INNER)) }, |(), ending| {
            ending.attributes().record_as("result", &true);
        }));
    });
    let spans = valid(recording.spans());
    let wanted = spans.one("layers_wanted");
    assert_child(wanted, spans.one("layers_left"));
    assert!(wanted.start >= spans.one("layers_left").end, "the time before the first poll");
    assert_eq!((wanted.attribute("x"), wanted.kind), (Some(&5.into()), 3));
    assert_eq!(wanted.attribute("result"), Some(&true.into()));
    assert_child(spans.one("layers_inner"), wanted);
}

#[test]
fn what_came_with_a_request_goes_on_from_a_span_that_layers_see() {
    let recording = recording(Log::default());
    recording.run(|| {
        let _served = enter(&WANTED);
        let carried = Arc::new(Carried { trace_state: "a=1".into(), ..Carried::default() });
        assert_eq!(adopt(7 << 64 | 8, 9, Sampled::Yes, carried), Adoption::Done);
        info_span!("layers_between").in_scope(|| {
            let outgoing = outgoing().unwrap();
            assert_eq!(outgoing.trace_id, 7 << 64 | 8);
            assert_eq!(&*outgoing.carried.unwrap().trace_state, "a=1");
        });
    });
    let spans = recording.spans();
    assert_eq!(spans.one("layers_wanted").parent_span_id, Some(9));
    assert_eq!(spans.one("layers_between").trace_id, 7 << 64 | 8);
}

#[test]
fn threads_that_share_spans_open_and_close_them_for_layers_once() {
    const THREADS: usize = 4;
    const EACH: usize = if cfg!(miri) { 3 } else { 200 };
    let log = Log::default();
    let recording = recording(log.clone());
    recording.run(|| {
        for _ in 0..EACH {
            let parent = info_span!("layers_shared");
            std::thread::scope(|scope| {
                for _ in 0..THREADS {
                    let parent = parent.clone();
                    scope.spawn(|| {
                        recording.run(move || {
                            let child = info_span!(parent: parent.id(), "layers_of_thread");
                            drop(parent);
                            child.in_scope(|| drop(enter(&INNER)));
                        });
                    });
                }
                drop(parent);
            });
        }
    });
    let count = |what: &str| log.lines().iter().filter(|line| line.starts_with(what)).count();
    let all = EACH * (1 + 2 * THREADS);
    assert_eq!((count("new"), count("close")), (all, all));
    assert_eq!(recording.spans().len() as u64 + recording.lost(), all as u64);
}
