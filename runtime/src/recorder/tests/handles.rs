//! Handles of `#[traced]` spans: `Span::current()` and its clones, on the span's thread and elsewhere, before and after its end.

use super::{
    assert_child, assert_root, block_on, enter, enter_with, everywhere, named, on_many_threads,
    on_thread, pending,
};
use super::{poll, spawn, traced, traced_with};
use crate::testing::Recording;
use std::sync::{Arc, Barrier, OnceLock, mpsc};
use tracing::{Instrument, Span, info, info_span};

#[test]
fn the_current_span_has_one_id_and_its_functions_metadata() {
    site!(FUNCTION, "one_id");
    everywhere(
        || {
            let _function = enter(&FUNCTION);
            let current = Span::current();
            assert_eq!(current.metadata().unwrap().name(), "one_id");
            current.record("late", 1);
            assert_eq!(Span::current().id(), current.id());
            info_span!("one_id_inner").in_scope(|| assert_ne!(Span::current().id(), current.id()));
        },
        |spans, ()| assert_root(spans.one("one_id")),
    );
}

#[test]
fn the_last_value_of_a_handle_wins_over_the_functions_own() {
    site!(FUNCTION, "last_wins", ["x", "late"]);
    everywhere(
        || {
            let _function = enter_with(&FUNCTION, |attributes| attributes.record_as("x", &1));
            Span::current().record("late", 7);
            Span::current().record("x", 2);
            Span::current().record("late", "again");
        },
        |spans, ()| {
            let span = spans.one("last_wins");
            assert_eq!(span.attribute("x"), Some(&2.into()));
            assert_eq!(span.attribute("late"), Some(&"again".into()));
        },
    );
}

#[test]
fn a_span_ends_with_its_call_whatever_handles_live_on() {
    site!(FUNCTION, "ends_with_call", ["late"]);
    site!(CHILD, "ends_with_call_child");
    let recording = Recording::new();
    let handle = recording.run(|| {
        let _function = enter(&FUNCTION);
        drop(enter(&CHILD));
        Span::current()
    });
    let ended = recording.spans().one("ends_with_call").clone();

    let late = recording.late();
    handle.record("late", 9);
    recording.run(|| handle.in_scope(|| info!("too late")));
    assert_eq!(recording.late(), late + 2, "what comes after the end is counted");
    drop(handle);

    let spans = recording.spans();
    assert_eq!(
        spans.one("ends_with_call"),
        &ended,
        "neither its end nor anything else has changed"
    );
    assert_eq!(ended.attribute("late"), None);
    assert_child(spans.one("ends_with_call_child"), &ended);
}

#[test]
fn a_handle_is_good_as_a_parent_after_the_end_and_on_other_threads() {
    site!(FUNCTION, "good_parent");
    site!(CHILD, "good_parent_child");
    everywhere(
        || {
            let handle = {
                let _function = enter(&FUNCTION);
                info_span!(parent: Span::current(), "good_parent_explicit").in_scope(|| {});
                Span::current()
            };
            let clone = handle.clone();
            on_thread(move || {
                let _entered = clone.enter();
                drop(enter(&CHILD));
            })
            .join()
            .unwrap();
            info_span!(parent: &handle, "good_parent_after").in_scope(|| {});
        },
        |spans, ()| {
            for child in ["good_parent_explicit", "good_parent_child", "good_parent_after"] {
                assert_child(spans.one(child), spans.one("good_parent"));
            }
        },
    );
}

#[test]
#[expect(clippy::async_yields_async, reason = "the task outlives the future that spawns it")]
fn a_task_may_outlive_the_span_that_it_was_spawned_in() {
    site!(PARENT, "outlives_parent");
    site!(TASK, "outlives_task");
    async fn task() {
        tokio::task::yield_now().await;
        crate::set_attribute("in_task", 1);
    }
    everywhere(
        || {
            on_many_threads(async {
                let parent = traced(&PARENT, async {
                    spawn(traced(&TASK, task()).instrument(Span::current()))
                });
                parent.await.await.unwrap();
            });
        },
        |spans, ()| {
            assert_child(spans.one("outlives_task"), spans.one("outlives_parent"));
            assert_eq!(spans.one("outlives_task").attribute("in_task"), Some(&1.into()));
            assert_eq!(spans.one("outlives_parent").attribute("in_task"), None);
        },
    );
}

#[test]
fn another_thread_records_while_the_span_is_open() {
    site!(FUNCTION, "from_outside", ["x", "y", "z"]);
    everywhere(
        || {
            let _function = enter_with(&FUNCTION, |attributes| {
                attributes.record_as("x", &1);
                attributes.record_as("y", &1);
            });
            let handle = Span::current();
            on_thread(move || {
                handle.record("x", 5);
                handle.record("z", 6);
                handle.record("x", 7);
                handle.in_scope(|| info!("from outside"));
                info!(parent: &handle, "by its parent");
            })
            .join()
            .unwrap();
        },
        |spans, ()| {
            let span = spans.one("from_outside");
            let values = ["x", "y", "z"].map(|key| span.attribute(key).cloned());
            assert_eq!(values, [Some(7.into()), Some(1.into()), Some(6.into())]);
            assert_eq!(span.events.len(), 2);
        },
    );
}

#[test]
fn a_handle_records_between_polls() {
    site!(FUTURE, "between_polls", ["x", "y"]);
    everywhere(
        || {
            let handle = Arc::new(OnceLock::new());
            let given = handle.clone();
            let body = async move {
                given.set(Span::current()).unwrap();
                pending(1).await;
                crate::set_attribute("y", "last");
            };
            let mut future =
                Box::pin(traced_with(&FUTURE, |attributes| attributes.record_as("x", &1), body));
            assert!(poll(&mut future).is_pending());
            handle.get().unwrap().record("x", 2);
            handle.get().unwrap().record("y", "between");
            assert!(poll(&mut future).is_ready());
        },
        |spans, ()| assert_eq!(spans.one("between_polls").attribute("x"), Some(&2.into())),
    );
}

#[test]
fn links_point_at_open_and_ended_spans() {
    site!(FIRST, "links_first");
    site!(SECOND, "links_second");
    everywhere(
        || {
            let ended = {
                let _first = enter(&FIRST);
                Span::current()
            };
            let open = info_span!("links_open");
            let _second = enter(&SECOND);
            Span::current().follows_from(&ended);
            Span::current().follows_from(&open);
        },
        |spans, ()| {
            let linked: Vec<_> = spans
                .one("links_second")
                .links
                .iter()
                .map(|link| (link.trace_id, link.span_id))
                .collect();
            let expected = ["links_first", "links_open"]
                .map(|name| (spans.one(name).trace_id, spans.one(name).span_id));
            assert_eq!(linked, expected);
        },
    );
}

#[test]
fn handles_come_and_go_on_other_threads_while_the_span_ends() {
    site!(FUNCTION, "come_and_go", ["round", "n"]);
    const ROUNDS: u64 = if cfg!(miri) { 4 } else { 2000 };
    let recording = Recording::new();
    let (handles, received) = mpsc::channel::<Span>();
    let barrier = Arc::new(Barrier::new(2));
    let other = {
        let barrier = barrier.clone();
        std::thread::spawn(move || {
            for (round, handle) in received.into_iter().enumerate() {
                barrier.wait();
                let clone = handle.clone();
                handle.record("n", round as u64);
                drop(handle);
                clone.in_scope(|| {});
            }
        })
    };
    recording.run(|| {
        for round in 0..ROUNDS {
            let function =
                enter_with(&FUNCTION, |attributes| attributes.record_as("round", &round));
            handles.send(Span::current()).unwrap();
            barrier.wait();
            drop(function);
        }
    });
    drop(handles);
    other.join().unwrap();
    let spans = super::valid(recording.spans());
    let recorded = named(&spans, "come_and_go");
    assert_eq!(recorded.len() as u64, ROUNDS, "each ended once");
    let written = recorded.iter().filter(|span| span.attribute("n").is_some()).count() as u64;
    assert_eq!(written + recording.late(), ROUNDS, "each value is in its span or counted as late");
    for span in recorded {
        assert!(
            span.attribute("n").is_none_or(|n| Some(n) == span.attribute("round")),
            "never in another span: {span:?}"
        );
    }
}

#[test]
#[expect(clippy::async_yields_async, reason = "the task outlives the future that spawns it")]
fn a_future_ends_when_it_is_ready_and_not_with_the_task_it_has_spawned() {
    site!(REQUEST, "request");
    let recording = Recording::new();
    recording.run(|| {
        block_on(async {
            let (end, ended) = tokio::sync::oneshot::channel::<()>();
            let task = async { ended.await.unwrap_err() };
            let request = traced(&REQUEST, async { spawn(task.instrument(Span::current())) });
            let task = request.await;
            let exported = recording.spans().one("request").clone();
            drop(end);
            task.await.unwrap();
            assert_eq!(recording.spans().one("request"), &exported);
        });
    });
    assert_eq!(recording.spans().len(), 1);
}
