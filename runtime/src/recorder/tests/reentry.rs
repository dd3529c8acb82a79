//! Values whose `Debug` and `Display` are traced, log, set attributes and ask for the current span themselves.
//!
//! Whether `tracing` lets a span be made inside a dispatch of its own depends on scoped subscribers anywhere in the process, so
//! such spans are looked at where there are some, and never counted.

use super::{
    assert_child, block_on, depth, enter, enter_with, event, everywhere, named, traced_with,
};
use crate::recorder::Key;
use crate::set_attribute;
use crate::testing::Recording;
use std::cell::Cell;
use std::fmt;
use tracing::{Span, field, info, info_span, warn};

/// Does everything that can be done while it is formatted.
struct Chatty;

site!(HELPER, "chatty_helper");

impl fmt::Debug for Chatty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        warn!("formatting");
        set_attribute("seen", true);
        let inner = info_span!("chatty_inner", deeper = ?Some(1)).entered();
        drop(enter(&HELPER));
        drop(inner);
        Span::current().record("late", 1);
        let known = Span::current().id().is_some();
        write!(f, "chatty {}", if known { "inside" } else { "outside" })
    }
}

impl fmt::Display for Chatty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

const VALUE: &Key = &Key::new("value");

#[test]
fn an_argument_that_is_traced_while_it_is_formatted_is_complete() {
    site!(CALLER, "chatty_caller", ["late"]);
    site!(FUNCTION, "chatty_function", ["value", "late"]);
    everywhere(
        || {
            let _caller = enter(&CALLER);
            let _function = enter_with(&FUNCTION, |attributes| attributes.debug(VALUE, &Chatty));
            assert_eq!(depth(), 2);
        },
        |spans, ()| {
            let (caller, function) = (spans.one("chatty_caller"), spans.one("chatty_function"));
            assert_eq!(function.attribute("value"), Some(&"chatty inside".into()));
            // Attributes are evaluated before the span is the current one: what they do belongs to the caller.
            assert_child(spans.one("chatty_inner"), caller);
            assert_child(spans.one("chatty_helper"), spans.one("chatty_inner"));
            assert_eq!(caller.attribute("seen"), Some(&true.into()));
            assert_eq!(caller.attribute("late"), Some(&1.into()));
            event(caller, "formatting");
        },
    );
}

#[test]
fn an_argument_of_a_future_is_formatted_inside_its_span() {
    site!(FUTURE, "chatty_future", ["value", "late"]);
    let recording = Recording::new();
    recording.run(|| {
        let attributes = |attributes: &mut super::Attributes<'_>| {
            attributes.record_as("before", &1);
            attributes.debug(VALUE, &Chatty);
            attributes.record_as("after", &2);
        };
        block_on(traced_with(&FUTURE, attributes, async {}));
    });
    let spans = super::valid(recording.spans());
    let future = spans.one("chatty_future");
    for (key, value) in
        [("before", 1.into()), ("value", "chatty inside".into()), ("after", 2.into())]
    {
        assert_eq!(future.attribute(key), Some(&value));
    }
    assert_child(spans.one("chatty_inner"), future);
    assert_child(spans.one("chatty_helper"), spans.one("chatty_inner"));
    assert_eq!(
        (future.attribute("seen"), future.attribute("late")),
        (Some(&true.into()), Some(&1.into()))
    );
    event(future, "formatting");
}

#[test]
fn what_a_finished_body_records_may_be_traced_too() {
    site!(FUNCTION, "chatty_result", ["late"]);
    let recording = Recording::new();
    recording.run(|| {
        let function = enter(&FUNCTION);
        function.finish(&|ending| {
            ending.attributes().debug(const { &Key::new("result") }, &Chatty);
            ending.fail("Chatty", &Chatty);
        });
    });
    let spans = super::valid(recording.spans());
    let function = spans.one("chatty_result");
    assert_eq!(function.attribute("result"), Some(&"chatty inside".into()));
    assert_eq!(function.attribute("seen"), Some(&true.into()));
    assert_eq!(
        event(function, "exception").attribute("exception.message"),
        Some(&"chatty inside".into())
    );
    assert_eq!(named(&spans, "chatty_inner").len(), 2);
    named(&spans, "chatty_inner").iter().for_each(|inner| assert_child(inner, function));
}

#[test]
fn fields_events_and_records_that_are_traced_come_to_an_end() {
    site!(FUNCTION, "chatty_dispatch", ["late", "value"]);
    everywhere(
        || {
            let _function = enter(&FUNCTION);
            info!(value = ?Chatty, "with a field");
            info!("{Chatty}");
            Span::current().record("value", field::debug(Chatty));
            let slot = info_span!("chatty_slot", value = %Chatty, late = field::Empty);
            slot.in_scope(|| info!(value = ?Chatty, "in a slot"));
            slot.record("late", field::display(Chatty));
            set_attribute("set", 1);
            assert_eq!(depth(), 1);
        },
        |spans, ()| {
            let is_complete = |value: Option<&crate::testing::AttributeValue>| {
                let text = format!("{value:?}");
                assert!(
                    text.contains("chatty inside") || text.contains("chatty outside"),
                    "{text}"
                );
            };
            let (function, slot) = (spans.one("chatty_dispatch"), spans.one("chatty_slot"));
            is_complete(function.attribute("value"));
            is_complete(event(function, "with a field").attribute("value"));
            assert!(function.events.iter().any(|event| event.name.starts_with("chatty ")));
            is_complete(slot.attribute("value"));
            is_complete(slot.attribute("late"));
            is_complete(event(slot, "in a slot").attribute("value"));
            assert_eq!(function.attribute("set"), Some(&1.into()));
        },
    );
}

#[test]
fn under_a_scoped_recorder_tracing_hides_it_from_its_own_dispatch() {
    site!(FUNCTION, "guarded_function", ["value"]);
    let recording = Recording::new();
    recording.run(|| {
        let _function = enter_with(&FUNCTION, |attributes| attributes.debug(VALUE, &Chatty));
        info_span!("guarded_slot", value = ?Chatty).in_scope(|| {});
    });
    let spans = super::valid(recording.spans());
    assert_eq!(
        named(&spans, "chatty_helper").len(),
        1,
        "one from the list of attributes, none from inside the dispatch"
    );
    assert_eq!(spans.one("guarded_slot").attribute("value"), Some(&"chatty outside".into()));
}

#[test]
fn a_value_whose_formatting_opens_the_same_span_again_ends() {
    site!(RECURSIVE, "chatty_recursive", ["value"]);
    struct Recursive(Cell<u32>);
    impl fmt::Debug for Recursive {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let left = self.0.get();
            if left > 0 {
                self.0.set(left - 1);
                let _again = enter_with(&RECURSIVE, |attributes| attributes.debug(VALUE, self));
            }
            write!(f, "{left}")
        }
    }
    everywhere(
        || {
            let _outermost = enter_with(&RECURSIVE, |attributes| {
                attributes.debug(VALUE, &Recursive(Cell::new(3)));
            });
        },
        |spans, ()| {
            let values: Vec<_> = spans
                .named("chatty_recursive")
                .map(|span| span.attribute("value").cloned())
                .collect();
            assert_eq!(values, ["0", "1", "2", "3"].map(|text| Some(text.into())));
        },
    );
}
