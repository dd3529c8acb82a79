//! A key stands once in a span: the last write wins, and the user's over ours.

use super::{
    block_on, enter, enter_with, everywhere, on_thread, pending, poll, recorded, traced_with,
};
use crate::__private::{CallSite, Constant, call_site};
use crate::recorder::{Ending, traced as traced_until};
use crate::set_attribute;
use crate::testing::{Recording, Span};
use tracing::{Span as Handle, info_span};

#[track_caller]
fn assert_attribute(span: &Span, key: &str, value: impl Into<crate::testing::AttributeValue>) {
    assert_eq!(span.attribute(key), Some(&value.into()), "`{key}` in {span:?}");
}

#[test]
fn the_last_write_of_a_key_wins_whoever_writes() {
    site!(FUNCTION, "keys_last", ["id", "other"]);
    everywhere(
        || {
            let _function = enter_with(&FUNCTION, |attributes| {
                attributes.record_as("id", &7);
                attributes.record_as("other", "first");
            });
            set_attribute("id", 8);
            Handle::current().record("id", "nine");
            set_attribute("other", 1.5);
            Handle::current().record("id", 10);
        },
        |spans, ()| {
            let span = spans.one("keys_last");
            assert_attribute(span, "id", 10);
            assert_attribute(span, "other", 1.5);
            assert_eq!(recorded(span).len(), 2);
        },
    );
}

#[test]
fn a_result_that_the_user_has_written_stays() {
    site!(FUNCTION, "keys_result");
    site!(FUTURE, "keys_result_future");
    fn finish(ending: &mut Ending<'_>) {
        ending.attributes().record_as("result", "ours");
        ending.attributes().record_as("result_length", &4);
    }
    everywhere(
        || {
            let function = enter(&FUNCTION);
            set_attribute("result", 1);
            function.finish(&finish);
            drop(function);
            block_on(traced_until(&FUTURE, async { set_attribute("result", 1) }, |(), ending| {
                finish(ending);
            }));
        },
        |spans, ()| {
            for name in ["keys_result", "keys_result_future"] {
                assert_attribute(spans.one(name), "result", 1);
                assert_attribute(spans.one(name), "result_length", 4);
            }
        },
    );
}

#[test]
fn what_other_threads_wrote_is_merged_key_by_key() {
    site!(FUTURE, "keys_merged", ["a", "b", "c"]);
    everywhere(
        || {
            let (give, handle) = std::sync::mpsc::channel();
            let body = async move {
                give.send(Handle::current()).unwrap();
                pending(1).await;
                set_attribute("c", "body");
            };
            let attributes = |attributes: &mut super::Attributes<'_>| {
                attributes.record_as("a", &1);
                attributes.record_as("b", &1);
            };
            let finished = traced_with(&FUTURE, attributes, body);
            let mut future = Box::pin(finished);
            assert!(poll(&mut future).is_pending());
            let handle = handle.recv().unwrap();
            on_thread(move || {
                handle.record("a", 2);
                handle.record("a", 3);
                handle.in_scope(|| set_attribute("d", "thread"));
            })
            .join()
            .unwrap();
            assert!(poll(&mut future).is_ready());
        },
        |spans, ()| {
            let span = spans.one("keys_merged");
            assert_attribute(span, "a", 3);
            assert_attribute(span, "b", 1);
            assert_attribute(span, "c", "body");
            assert_attribute(span, "d", "thread");
            assert_eq!(recorded(span).len(), 4);
        },
    );
}

static WITH_CONSTANTS: CallSite = call_site!(
    name: "keys_constants",
    target: module_path!(),
    level: tracing_core::Level::INFO,
    fields: ["agent_type"],
    constants: [
        Constant::Text("code.function.name", "ours::function"),
        Constant::Text("agent_type", "Ours"),
        Constant::Integer("code.line.number", 7),
    ],
);

#[test]
fn the_users_value_stands_instead_of_a_call_sites_constant() {
    everywhere(
        || {
            drop(enter(&WITH_CONSTANTS));
            let _function = enter(&WITH_CONSTANTS);
            set_attribute("code.function.name", "mine");
            Handle::current().record("agent_type", "Mine");
            set_attribute("otel.name", "keys_constants_renamed");
        },
        |spans, ()| {
            let untouched = spans.one("keys_constants");
            assert_attribute(untouched, "code.function.name", "ours::function");
            assert_attribute(untouched, "agent_type", "Ours");
            let span = spans.one("keys_constants_renamed");
            assert_attribute(span, "code.function.name", "mine");
            assert_attribute(span, "agent_type", "Mine");
            assert_attribute(span, "code.line.number", 7);
            assert_eq!(span.attributes.len(), 3);
        },
    );
}

#[test]
fn a_constant_that_another_thread_overrides_stands_once() {
    everywhere(
        || {
            let _function = enter(&WITH_CONSTANTS);
            set_attribute("otel.name", "keys_elsewhere");
            let handle = Handle::current();
            on_thread(move || handle.record("agent_type", "Elsewhere").is_disabled())
                .join()
                .unwrap();
        },
        |spans, ()| {
            let span = spans.one("keys_elsewhere");
            assert_attribute(span, "agent_type", "Elsewhere");
            assert_attribute(span, "code.function.name", "ours::function");
        },
    );
}

#[test]
fn a_tracing_span_that_says_where_it_is_says_so_once() {
    everywhere(
        || {
            info_span!("keys_slot", code.line.number = 1, n = 1, n = 2)
                .in_scope(|| set_attribute("n", 3));
            info_span!("keys_slot_plain").in_scope(|| set_attribute("code.file.path", "mine"));
        },
        |spans, ()| {
            let span = spans.one("keys_slot");
            assert_attribute(span, "code.line.number", 1);
            assert_attribute(span, "n", 3);
            let plain = spans.one("keys_slot_plain");
            assert_attribute(plain, "code.file.path", "mine");
            assert!(plain.attribute("code.line.number").is_some(), "the recorder says where it is");
        },
    );
}

#[test]
fn our_own_marks_give_way_to_the_users() {
    site!(CANCELLED, "keys_cancelled");
    site!(CALLER, "keys_caller");
    site!(LEAKED, "keys_leaked");
    site!(OPEN, "keys_open", ["synndicate.unfinished"]);
    let recording = Recording::new();
    recording.run(|| {
        let mut future = Box::pin(super::traced(&CANCELLED, async {
            set_attribute("synndicate.cancelled", "mine");
            pending(1).await;
        }));
        assert!(poll(&mut future).is_pending());
        drop(future);
        let caller = enter(&CALLER);
        std::mem::forget(enter(&LEAKED));
        set_attribute("synndicate.unfinished", "mine");
        drop(caller);
        let _open = enter(&OPEN);
        let handle = Handle::current();
        on_thread(move || handle.record("synndicate.unfinished", "mine").is_disabled())
            .join()
            .unwrap();
        recording.end_open_spans();
    });
    let spans = super::valid(recording.spans());
    assert_attribute(spans.one("keys_cancelled"), "synndicate.cancelled", "mine");
    assert_attribute(spans.one("keys_leaked"), "synndicate.unfinished", "mine");
    assert_attribute(spans.one("keys_open"), "synndicate.unfinished", "mine");
}
