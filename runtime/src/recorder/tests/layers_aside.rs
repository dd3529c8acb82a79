//! What layers see and the recorder leaves out, and the other way round: each finds its own spans around it.

use super::super::layers::Layers;
use super::foreign::Log;
use super::layers::recording;
use super::{assert_child, assert_root, depth, enter, valid};
use crate::recorder::{Config, Filter};
use crate::set_attribute;
use crate::testing::{Recording, everything};
use tracing::{Span, debug, debug_span, info, info_span};

site!(OUTER, "aside_outer");
site!(LEFT, "aside_left");
site!(INNER, "aside_inner");

/// Layers see everything, the recorder `info`.
fn recording_info(log: Log) -> Recording {
    let (filter, layers) = (Filter("info".parse().unwrap()), Some(Layers::new(log)));
    Recording::with_config(Config { filter, layers, ..everything() })
}

#[test]
fn a_failure_of_what_rules_leave_out_is_none_of_the_span_around_it() {
    let log = Log::default();
    let recording = recording(log.clone());
    recording.set_rules("[[observability.span]]\nfunction = \"aside_inner\"\nenabled = false\n");
    recording.run(|| {
        let _around = enter(&OUTER);
        enter(&INNER).finish(&|ending| ending.fail("Kind", &"message"));
    });
    assert!(log.lines().contains(&"event in Some(\"aside_inner\")".into()), "{:?}", log.lines());
    let spans = recording.spans();
    assert_eq!(spans.len(), 1);
    let around = spans.one("aside_outer");
    assert!(around.events.is_empty(), "{around:#?}");
}

#[test]
fn what_only_layers_want_belongs_to_the_recorded_span_around_it() {
    let log = Log::default();
    let recording = recording_info(log.clone());
    let handle = recording.run(|| {
        let _wanted = enter(&OUTER);
        let aside = debug_span!("aside", x = 1).entered();
        aside.record("x", 2);
        info!("of both");
        debug!("for layers");
        set_attribute("within", true);
        info_span!(parent: &aside, "aside_child").in_scope(|| {});
        drop(enter(&INNER));
        assert_eq!(Span::current().id(), aside.id());
        Span::current()
    });
    recording.run(|| handle.in_scope(|| drop(enter(&LEFT))));
    drop(handle);
    assert_eq!(
        log.lines(),
        [
            "new aside_outer under None",
            "new aside under Some(\"aside_outer\")",
            "record aside x=2",
            "event in Some(\"aside\")",
            "event in Some(\"aside\")",
            "new aside_child under Some(\"aside\")",
            "close aside_child",
            "new aside_inner under Some(\"aside\")",
            "close aside_inner",
            "new aside_left under Some(\"aside\")",
            "close aside_left",
            "close aside",
            "close aside_outer",
        ]
    );
    let spans = valid(recording.spans());
    let wanted = spans.one("aside_outer");
    assert_eq!(spans.len(), 4);
    assert_eq!(wanted.attribute("within"), Some(&true.into()));
    let events: Vec<_> = wanted.events.iter().map(|event| &event.name).collect();
    assert_eq!(events, ["of both"]);
    for child in ["aside_child", "aside_inner", "aside_left"] {
        assert_child(spans.one(child), wanted);
    }
}

#[test]
fn roots_that_only_layers_want_have_recorded_roots_in_them() {
    let log = Log::default();
    let recording = recording_info(log.clone());
    recording.run(|| {
        let aside = debug_span!("aside_root");
        aside.in_scope(|| {
            assert_eq!(Span::current().id(), aside.id());
            set_attribute("nowhere", 1);
            info!("nowhere");
            drop(enter(&INNER));
        });
    });
    assert_eq!(log.lines()[2], "new aside_inner under Some(\"aside_root\")");
    assert_root(valid(recording.spans()).one("aside_inner"));
    assert_eq!(depth(), 0);
}

#[cfg(feature = "opentelemetry")]
#[test]
fn spans_of_the_api_of_opentelemetry_join_and_layers_see_those_around_them() {
    use opentelemetry::trace::{Tracer as _, TracerProvider as _};
    let tracer = crate::opentelemetry::TracerProvider::new().tracer("library");
    let log = Log::default();
    let recording = recording_info(log.clone());
    recording.run(|| {
        let _outer = enter(&OUTER);
        debug_span!("aside").in_scope(|| {
            tracer.in_span("of the api", |_| {
                info!("ev");
                debug_span!("aside_within").in_scope(|| set_attribute("told", 1));
                enter(&INNER).finish(&|ending| ending.fail("Kind", &"message"));
            });
        });
    });
    assert_eq!(
        log.lines(),
        [
            "new aside_outer under None",
            "new aside under Some(\"aside_outer\")",
            "event in Some(\"aside\")",
            "new aside_within under Some(\"aside\")",
            "close aside_within",
            "new aside_inner under Some(\"aside\")",
            "event in Some(\"aside_inner\")",
            "close aside_inner",
            "close aside",
            "close aside_outer",
        ]
    );
    let spans = valid(recording.spans());
    assert_eq!(spans.len(), 3);
    let of_api = spans.one("of the api");
    assert_child(of_api, spans.one("aside_outer"));
    assert_child(spans.one("aside_inner"), of_api);
    assert_eq!((of_api.events.len(), of_api.attribute("told")), (1, Some(&1.into())));
    assert_eq!(depth(), 0);
}
