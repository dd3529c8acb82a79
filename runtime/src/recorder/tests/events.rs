//! `tracing` events as events of the span they happened in.

use super::{enter, event, everywhere, on_thread};
use crate::testing::{AttributeValue, Recording, Status};
use std::error::Error;
use std::fmt;
use tracing::{debug, error, info, info_span, trace, warn};

#[test]
fn an_event_goes_to_the_innermost_span() {
    site!(OUTER, "innermost_outer");
    site!(INNER, "innermost_inner");
    everywhere(
        || {
            let _outer = enter(&OUTER);
            info!(n = 1, "one");
            {
                let _inner = enter(&INNER);
                info!("two");
                info!("three");
            }
            info_span!("innermost_slot").in_scope(|| info!("four"));
            info!(parent: None, "nobody's");
            info!("five");
        },
        |spans, ()| {
            let names = |name: &str| {
                spans.one(name).events.iter().map(|event| event.name.clone()).collect::<Vec<_>>()
            };
            assert_eq!(names("innermost_outer"), ["one", "five"]);
            assert_eq!(names("innermost_inner"), ["two", "three"]);
            assert_eq!(names("innermost_slot"), ["four"]);
        },
    );
}

#[test]
fn an_event_goes_to_the_parent_it_names() {
    site!(OUTER, "named_outer");
    site!(INNER, "named_inner");
    everywhere(
        || {
            let _outer = enter(&OUTER);
            let (outer, slot) = (tracing::Span::current(), info_span!("named_slot"));
            let _inner = enter(&INNER);
            info!(parent: &outer, "to outer");
            info!(parent: &slot, "to slot");
            on_thread(move || info!(parent: &outer, "from a thread")).join().unwrap();
        },
        |spans, ()| {
            let outer = spans.one("named_outer");
            assert_eq!(outer.events.len(), 2);
            event(outer, "to outer");
            event(outer, "from a thread");
            event(spans.one("named_slot"), "to slot");
            assert_eq!(spans.one("named_inner").events.len(), 0);
        },
    );
}

#[test]
fn level_target_and_fields_are_attributes_and_the_message_is_the_name() {
    site!(FUNCTION, "event_fields");
    everywhere(
        || {
            let _function = enter(&FUNCTION);
            let (who, level) = ("planner", "mine");
            trace!(target: "a::target", number = 7, %who, ok = true, ratio = 0.5, debug = ?Some(1), "asks {who}");
            warn!(level, target = "mine", only = "fields");
            debug!(name: "with a name", n = 1);
        },
        |spans, ()| {
            let span = spans.one("event_fields");
            let asks = event(span, "asks planner");
            let expected: [(&str, AttributeValue); 7] = [
                ("level", "TRACE".into()),
                ("target", "a::target".into()),
                ("number", 7.into()),
                ("who", "planner".into()),
                ("ok", true.into()),
                ("ratio", 0.5.into()),
                ("debug", "Some(1)".into()),
            ];
            assert_eq!(asks.attributes, expected.map(|(key, value)| (key.to_owned(), value)));

            let only_fields = &span.events[1];
            assert_eq!(
                only_fields.attribute("level"),
                Some(&"mine".into()),
                "the user's word over ours"
            );
            assert_eq!(only_fields.attribute("target"), Some(&"mine".into()));
            assert_eq!(only_fields.attributes.len(), 3);
            assert!(
                only_fields.name.starts_with("event "),
                "without a message its call site's name: {only_fields:?}"
            );

            event(span, "with a name");
            assert!(span.events.windows(2).all(|pair| pair[0].time <= pair[1].time));
            assert!(span.events.iter().all(|event| event.time >= span.start));
            assert_eq!(span.status, Status::Unset);
        },
    );
}

#[test]
fn a_key_that_an_event_has_twice_stands_once_with_its_last_value() {
    site!(FUNCTION, "event_twice");
    everywhere(
        || {
            let _function = enter(&FUNCTION);
            info!(n = 1, other = 2, n = 3, "twice");
        },
        |spans, ()| {
            let twice = event(spans.one("event_twice"), "twice");
            assert_eq!(twice.attribute("n"), Some(&3.into()));
            assert_eq!(twice.attributes.len(), 4);
        },
    );
}

#[test]
fn an_error_event_fails_its_span_and_no_other() {
    site!(OUTER, "error_outer");
    site!(INNER, "error_inner");
    everywhere(
        || {
            let _outer = enter(&OUTER);
            drop(enter(&INNER));
            info_span!("error_slot").in_scope(|| error!("gone wrong"));
        },
        |spans, ()| {
            assert_eq!(spans.one("error_slot").status, Status::Error(String::new()));
            assert_eq!(spans.one("error_outer").status, Status::Unset);
            assert_eq!(spans.one("error_inner").status, Status::Unset);
        },
    );
}

/// An error with a cause; `usize::MAX` for one that is its own.
#[derive(Debug)]
struct Caused(usize);

impl fmt::Display for Caused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error {}", self.0)
    }
}

impl Error for Caused {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self.0 {
            0 => None,
            1 => Some(&Caused(0)),
            2 => Some(&Caused(1)),
            _ => Some(self_reference()),
        }
    }
}

fn self_reference() -> &'static Caused {
    static ITSELF: Caused = Caused(usize::MAX);
    &ITSELF
}

#[test]
fn an_error_is_recorded_with_all_that_caused_it() {
    site!(FUNCTION, "event_error");
    everywhere(
        || {
            let _function = enter(&FUNCTION);
            let cause: &(dyn Error + 'static) = &Caused(2);
            warn!(cause, "cannot");
            info_span!("span_error", cause).in_scope(|| {});
        },
        |spans, ()| {
            let chain = Some(&"error 2: error 1: error 0".into());
            assert_eq!(event(spans.one("event_error"), "cannot").attribute("cause"), chain);
            assert_eq!(spans.one("span_error").attribute("cause"), chain);
        },
    );
}

#[test]
fn an_error_that_causes_itself_comes_to_an_end() {
    site!(FUNCTION, "endless_error");
    let recording = Recording::new();
    recording.run(|| {
        let _function = enter(&FUNCTION);
        let cause: &(dyn Error + 'static) = self_reference();
        warn!(cause, "endless");
    });
    let spans = recording.spans();
    assert!(event(spans.one("endless_error"), "endless").attribute("cause").is_some());
}

#[test]
fn an_event_without_a_span_is_nobodys() {
    everywhere(
        || info!("nobody hears this"),
        |spans, ()| {
            assert!(
                !spans
                    .iter()
                    .any(|span| span.events.iter().any(|event| event.name == "nobody hears this"))
            );
        },
    );
}
