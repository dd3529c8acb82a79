//! Spans that are begun by a call and belong to the future it returns, and spans that say where they belong.

use super::{assert_child, assert_root, block_on, enter, everywhere, named, poll, recorded};
use crate::recorder::{Ending, Origin, enter_at, prepare, prepare_at};
use crate::set_attribute;
use crate::testing::{Recording, Status};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use tracing::{Span, info_span};

site!(CALL, "prepared_call", ["x", "result"]);
site!(CALLER, "prepared_caller");
site!(OTHER, "prepared_other");

fn nothing<T>(_: &T, _: &mut Ending<'_>) {}

#[test]
fn the_call_gives_attributes_and_parent_and_the_first_poll_the_time() {
    site!(CALL, "prepared_timed", ["x", "result"]);
    site!(CALLER, "prepared_timed_caller");
    everywhere(
        || {
            let caller = enter(&CALLER);
            let prepared = prepare(&CALL, &|attributes| attributes.record_as("x", &1));
            drop(caller);
            let _other = enter(&OTHER);
            let future = prepared.trace(async { set_attribute("y", 2) }, |(), ending| {
                ending.attributes().record_as("result", &3);
            });
            block_on(future);
        },
        |spans, ()| {
            let (call, caller, other) = (
                spans.one("prepared_timed"),
                spans.one("prepared_timed_caller"),
                spans.one("prepared_other"),
            );
            assert_child(call, caller);
            assert!(call.start >= other.start, "it begins with its first poll");
            for (key, value) in [("x", 1), ("y", 2), ("result", 3)] {
                assert_eq!(call.attribute(key), Some(&value.into()));
            }
        },
    );
}

#[test]
fn a_call_whose_future_is_never_polled_has_no_span() {
    let recording = Recording::new();
    recording.run(|| {
        let _caller = enter(&CALLER);
        drop(prepare(&CALL, &|attributes| attributes.record_as("x", &1)).trace(async {}, nothing));
        drop(prepare(&CALL, &|_| {}));
        let current = Span::current();
        block_on(
            prepare(&CALL, &|_| {})
                .trace(async move { assert_ne!(Span::current().id(), current.id()) }, nothing),
        );
    });
    let spans = super::valid(recording.spans());
    assert_eq!(named(&spans, "prepared_call").len(), 1);
    assert_child(spans.one("prepared_call"), spans.one("prepared_caller"));
    assert_eq!(recording.end_open_spans(), 0);
}

#[test]
fn a_panic_in_the_attributes_of_a_call_is_its_failure() {
    site!(CALL, "prepared_panic", ["x"]);
    everywhere(
        || {
            let _caller = enter(&CALLER);
            let call = || {
                prepare(&CALL, &|attributes| {
                    attributes.record_as("x", &1);
                    panic_any("expression");
                })
            };
            assert!(catch_unwind(AssertUnwindSafe(call)).is_err());
        },
        |spans, ()| {
            let call = spans.one("prepared_panic");
            assert_eq!(call.status, Status::Error(String::new()));
            assert_eq!(recorded(call), [("x", &1.into()), ("error.type", &"panic".into())]);
        },
    );
}

#[test]
fn a_prepared_future_that_is_dropped_in_the_middle_is_cancelled() {
    let recording = Recording::new();
    recording.run(|| {
        let mut future =
            Box::pin(prepare(&CALL, &|_| {}).trace(std::future::pending::<()>(), nothing));
        assert!(poll(&mut future).is_pending());
    });
    assert_eq!(
        recording.spans().one("prepared_call").attribute("synndicate.cancelled"),
        Some(&true.into())
    );
}

#[test]
fn a_span_belongs_where_its_call_site_says() {
    site!(PLACED, "placed");
    site!(ROOT, "placed_root");
    site!(STALE, "placed_stale");
    site!(PREPARED, "placed_prepared");
    site!(INNER, "placed_inner");
    everywhere(
        || {
            let elsewhere = info_span!("placed_elsewhere");
            let stale = info_span!("placed_ended").id();
            let _caller = enter(&CALLER);
            {
                let _placed = enter_at(&PLACED, Origin::child_of(&elsewhere), |_| {});
                drop(enter(&INNER));
            }
            drop(enter_at(&ROOT, Origin::ROOT, |_| {}));
            drop(enter_at(&STALE, Origin::child_of(stale), |_| {}));
            block_on(
                prepare_at(&PREPARED, Origin::child_of(&elsewhere), &|_| {})
                    .trace(async {}, nothing),
            );
        },
        |spans, ()| {
            let elsewhere = spans.one("placed_elsewhere");
            assert_child(spans.one("placed"), elsewhere);
            assert_child(spans.one("placed_prepared"), elsewhere);
            assert_child(spans.one("placed_inner"), spans.one("placed"));
            assert_root(spans.one("placed_root"));
            assert_root(spans.one("placed_stale"));
        },
    );
}

#[test]
fn a_span_follows_those_that_are_known() {
    let recording = Recording::new();
    recording.run(|| {
        let (known, stale) = (info_span!("followed"), info_span!("followed_ended").id());
        let guard = enter(&CALL);
        guard.finish(&|ending| {
            ending.follow(&known);
            ending.follow(stale.clone());
            ending.follow(None);
        });
    });
    let spans = recording.spans();
    let links: Vec<_> = spans.one("prepared_call").links.iter().map(|link| link.span_id).collect();
    assert_eq!(links, [spans.one("followed").span_id]);
}
