//! Parents and children of both kinds, and spans that end in another order than they began.

use super::{
    assert_child, assert_root, block_on, depth, enter, everywhere, named, on_many_threads,
    on_thread, traced,
};
use super::{traced_with, valid};
use crate::testing::Recording;
use tracing::{Instrument, info, info_span};

#[test]
fn both_kinds_of_spans_nest_in_each_other() {
    site!(OUTER, "both_kinds_outer");
    site!(MIDDLE, "both_kinds_middle");
    site!(INNER, "both_kinds_inner");
    everywhere(
        || {
            let _outer = enter(&OUTER);
            let slot = info_span!("both_kinds_slot").entered();
            {
                let _middle = enter(&MIDDLE);
                info_span!("both_kinds_scope").in_scope(|| drop(enter(&INNER)));
            }
            drop(slot);
        },
        |spans, ()| {
            let chain = ["outer", "slot", "middle", "scope", "inner"];
            let [outer, slot, middle, scope, inner] =
                chain.map(|name| spans.one(&format!("both_kinds_{name}")));
            assert_root(outer);
            assert_child(slot, outer);
            assert_child(middle, slot);
            assert_child(scope, middle);
            assert_child(inner, scope);
        },
    );
}

#[test]
fn both_kinds_of_futures_nest_in_each_other() {
    site!(OUTER, "both_futures_outer", ["x"]);
    site!(MIDDLE, "both_futures_middle");
    async fn body() {
        let inner = traced(&MIDDLE, async {
            tokio::task::yield_now().await;
            info_span!("both_futures_scope").in_scope(|| {});
        });
        let instrumented = async {
            tokio::task::yield_now().await;
            inner.await;
        };
        let attributes = |attributes: &mut super::Attributes<'_>| attributes.record_as("x", &1);
        traced_with(&OUTER, attributes, async {
            instrumented.instrument(info_span!("both_futures_slot")).await;
            info!("after");
        })
        .await;
    }
    for run in [(|| block_on(body())) as fn(), || on_many_threads(body())] {
        let recording = Recording::new();
        recording.run(run);
        let spans = valid(recording.spans());
        let chain = ["outer", "slot", "middle", "scope"];
        let [outer, slot, middle, scope] =
            chain.map(|name| spans.one(&format!("both_futures_{name}")));
        assert_root(outer);
        assert_child(slot, outer);
        assert_child(middle, slot);
        assert_child(scope, middle);
        assert_eq!(outer.attribute("x"), Some(&1.into()));
        assert_eq!(outer.events.len(), 1);
    }
}

#[test]
fn siblings_share_their_parent_and_roots_share_nothing() {
    site!(PARENT, "siblings_parent");
    site!(CHILD, "siblings_child");
    everywhere(
        || {
            for _ in 0..2 {
                let _parent = enter(&PARENT);
                drop(enter(&CHILD));
                drop(enter(&CHILD));
            }
        },
        |spans, ()| {
            let (parents, children) =
                (named(spans, "siblings_parent"), named(spans, "siblings_child"));
            for (at, child) in children.iter().enumerate() {
                assert_child(child, parents[at / 2]);
            }
            assert_ne!(parents[0].trace_id, parents[1].trace_id);
            assert_eq!((parents.len(), children.len()), (2, 4));
        },
    );
}

#[test]
fn a_span_that_asks_for_no_parent_is_a_root_and_a_parent_itself() {
    site!(OUTER, "asked_root_outer");
    site!(INNER, "asked_root_inner");
    everywhere(
        || {
            let _outer = enter(&OUTER);
            info_span!(parent: None, "asked_root").in_scope(|| drop(enter(&INNER)));
        },
        |spans, ()| {
            let root = spans.one("asked_root");
            assert_root(root);
            assert_ne!(root.trace_id, spans.one("asked_root_outer").trace_id);
            assert_child(spans.one("asked_root_inner"), root);
        },
    );
}

#[test]
fn a_thousand_levels_are_one_chain() {
    const LEVELS: usize = if cfg!(miri) { 30 } else { 1000 };
    site!(LEVEL, "thousand_levels");
    fn descend(levels: usize) {
        let _level = enter(&LEVEL);
        if levels > 1 {
            descend(levels - 1);
        }
    }
    everywhere(
        || descend(LEVELS),
        |spans, ()| {
            let levels = named(spans, "thousand_levels");
            assert_eq!(levels.len(), LEVELS);
            assert_root(levels[LEVELS - 1]);
            for pair in levels.windows(2) {
                assert_child(pair[0], pair[1]);
                assert!(pair[0].start >= pair[1].start);
            }
        },
    );
}

#[test]
fn an_entered_span_outlives_the_function_that_entered_it() {
    site!(FUNCTION, "outlived");
    site!(LATER, "outliving_child");
    everywhere(
        || {
            let entered = {
                let _function = enter(&FUNCTION);
                info_span!("outliving").entered()
            };
            drop(enter(&LATER));
            drop(entered);
            assert_eq!(depth(), 0);
        },
        |spans, ()| {
            let outliving = spans.one("outliving");
            assert_root(spans.one("outlived"));
            assert_child(outliving, spans.one("outlived"));
            assert_child(spans.one("outliving_child"), outliving);
        },
    );
}

#[test]
fn a_leaked_guard_ends_with_its_caller_and_says_so() {
    site!(CALLER, "leaks_caller");
    site!(LEAKED, "leaks_leaked");
    site!(DEEPER, "leaks_deeper");
    let body = || {
        let caller = enter(&CALLER);
        std::mem::forget(enter(&LEAKED));
        std::mem::forget(enter(&DEEPER));
        drop(caller);
        assert_eq!(depth(), 0, "nothing stays on the stack");
        drop(enter(&CALLER));
    };
    everywhere(
        move || on_thread(body).join().unwrap(),
        |spans, ()| {
            let (leaked, deeper) = (spans.one("leaks_leaked"), spans.one("leaks_deeper"));
            let callers = named(spans, "leaks_caller");
            assert_child(leaked, callers[0]);
            assert_child(deeper, leaked);
            assert_root(callers[1]);
            for span in [leaked, deeper] {
                assert_eq!(span.attribute("synndicate.unfinished"), Some(&true.into()));
            }
            assert_eq!(callers[0].attribute("synndicate.unfinished"), None);
        },
    );
}

#[test]
fn entered_spans_may_be_left_in_any_order() {
    site!(FUNCTION, "any_order_function");
    everywhere(
        || {
            let (first, second) = (info_span!("any_order_first"), info_span!("any_order_second"));
            let (outer, inner) = (first.enter(), second.enter());
            drop(outer);
            drop(enter(&FUNCTION));
            drop(inner);
            assert_eq!(depth(), 0);
        },
        |spans, ()| assert_child(spans.one("any_order_function"), spans.one("any_order_second")),
    );
}

#[test]
fn a_span_that_is_entered_twice_is_left_twice() {
    site!(FUNCTION, "twice_function");
    everywhere(
        || {
            let span = info_span!("twice");
            let outer = span.enter();
            span.in_scope(|| {});
            drop(enter(&FUNCTION));
            drop(outer);
            assert_eq!(depth(), 0);
        },
        |spans, ()| assert_child(spans.one("twice_function"), spans.one("twice")),
    );
}

#[test]
fn a_guard_held_across_an_await_is_taken_out_with_its_poll() {
    site!(FUTURE, "held_future");
    site!(NEXT, "held_next");
    everywhere(
        || {
            let mut future = Box::pin(traced(&FUTURE, async {
                let _entered = info_span!("held_entered").entered();
                super::pending(1).await;
            }));
            assert!(super::poll(&mut future).is_pending());
            assert_eq!(depth(), 1, "the entered span is still this thread's");
            drop(enter(&NEXT));
            assert!(super::poll(&mut future).is_ready());
            assert_eq!(depth(), 0);
        },
        |spans, ()| {
            assert_root(spans.one("held_future"));
            assert_child(spans.one("held_entered"), spans.one("held_future"));
            assert_child(spans.one("held_next"), spans.one("held_entered"));
        },
    );
}
