//! Spans of futures: where they are between polls, and how they end.

use super::{
    Boxed, assert_child, assert_root, block_on, depth, enter, everywhere, named, on_many_threads,
    on_thread,
};
use super::{pending, poll, spawn, traced, traced_with};
use crate::recorder::{first_attributes, traced as traced_until};
use crate::set_attribute;
use crate::testing::{Recording, Status};
use std::collections::HashSet;
use std::hint::black_box;
use std::sync::mpsc;
use std::task::Poll;
use std::time::Duration;
use tracing::info;

#[test]
fn a_future_keeps_its_span_through_polls_on_many_threads() {
    const FUTURES: usize = if cfg!(miri) { 4 } else { 64 };
    const POLLS: usize = if cfg!(miri) { 8 } else { 50 };
    site!(MOVED, "moved", ["i"]);
    site!(STEP, "moved_step");
    async fn moved() -> usize {
        let mut threads = HashSet::new();
        for _ in 0..POLLS {
            drop(enter(&STEP));
            threads.insert(std::thread::current().id());
            pending(1).await;
        }
        threads.len()
    }
    everywhere(
        || {
            let futures = (0..FUTURES).map(|i| {
                let attributes =
                    move |attributes: &mut super::Attributes<'_>| attributes.record_as("i", &i);
                Box::pin(traced_with(&MOVED, attributes, moved())) as Boxed<usize>
            });
            assert!(
                pass_around(futures).into_iter().all(|threads| threads == 4),
                "each saw all four threads"
            );
        },
        |spans, ()| {
            let (moved, steps) = (named(spans, "moved"), named(spans, "moved_step"));
            assert_eq!((moved.len(), steps.len()), (FUTURES, FUTURES * POLLS));
            for step in steps {
                assert!(moved.iter().any(|moved| step.is_child_of(moved)));
            }
            let numbers: HashSet<_> =
                moved.iter().map(|span| format!("{:?}", span.attribute("i"))).collect();
            assert_eq!(numbers.len(), FUTURES);
        },
    );
}

/// Four threads, each of which polls a future once and hands it on to the next.
fn pass_around<T: Send + 'static>(futures: impl Iterator<Item = Boxed<T>>) -> Vec<T> {
    let (senders, receivers): (Vec<_>, Vec<_>) =
        (0..4).map(|_| mpsc::channel::<Boxed<T>>()).unzip();
    let (done, outputs) = mpsc::channel();
    let count =
        futures.enumerate().map(|(at, future)| senders[at % 4].send(future).unwrap()).count();
    for (at, receiver) in receivers.into_iter().enumerate() {
        let (next, done) = (senders[(at + 1) % 4].clone(), done.clone());
        on_thread(move || {
            for mut future in receiver {
                match poll(&mut future) {
                    Poll::Ready(output) => done.send(output).unwrap(),
                    // Nobody takes it where all have ended.
                    Poll::Pending => next.send(future).unwrap_or_default(),
                }
            }
        });
    }
    outputs.into_iter().take(count).collect()
}

#[test]
fn futures_that_take_turns_keep_their_parents_apart() {
    site!(ALL, "turns");
    site!(BRANCH, "turns_branch", ["n"]);
    site!(LEAF, "turns_leaf", ["n"]);
    async fn leaf(n: u32) {
        traced_with(&LEAF, |attributes| attributes.record_as("n", &n), async {}).await;
    }
    async fn branch(n: u32) {
        let body = async {
            for i in 0..3 {
                tokio::task::yield_now().await;
                leaf(n * 10 + i).await;
            }
        };
        traced_with(&BRANCH, |attributes| attributes.record_as("n", &n), body).await;
    }
    async fn all() {
        let body = async {
            tokio::join!(branch(1), branch(2));
            let (third, fourth) = (branch(3), branch(4));
            ::futures::future::join(fourth, third).await;
        };
        traced(&ALL, body).await;
    }
    for run in [(|| block_on(all())) as fn(), || on_many_threads(all())] {
        let recording = Recording::new();
        recording.run(run);
        let spans = super::valid(recording.spans());
        let number = |span: &crate::testing::Span| match span.attribute("n") {
            Some(crate::testing::AttributeValue::Integer(n)) => *n,
            other => panic!("{other:?}"),
        };
        let branches = named(&spans, "turns_branch");
        assert_eq!(branches.len(), 4);
        branches.iter().for_each(|branch| assert_child(branch, spans.one("turns")));
        let leaves = named(&spans, "turns_leaf");
        assert_eq!(leaves.len(), 12);
        for leaf in leaves {
            let parent =
                branches.iter().find(|branch| number(branch) == number(leaf) / 10).unwrap();
            assert_child(leaf, parent);
        }
    }
}

/// Traces and logs when it is dropped.
struct Note;

impl Drop for Note {
    fn drop(&mut self) {
        site!(ON_DROP, "note_dropped");
        drop(enter(&ON_DROP));
        info!("dropped");
    }
}

#[test]
fn what_a_futures_locals_do_while_they_are_dropped_belongs_to_it() {
    site!(ENDED, "note_ended");
    site!(CANCELLED, "note_cancelled");
    site!(OTHER, "note_other");
    everywhere(
        || {
            block_on(traced(&ENDED, async { drop(Note) }));
            let mut future: Boxed<()> = Box::pin(traced(&CANCELLED, async {
                let _note = Note;
                std::future::pending::<()>().await;
            }));
            assert!(poll(&mut future).is_pending());
            on_thread(move || {
                let _other = enter(&OTHER);
                drop(future);
                assert_eq!(depth(), 1, "the stack is as it was");
            })
            .join()
            .unwrap();
        },
        |spans, ()| {
            let owners = [spans.one("note_ended"), spans.one("note_cancelled")];
            for owner in owners {
                assert_root(owner);
                assert_eq!(owner.events.len(), 1);
                assert!(spans.named("note_dropped").any(|dropped| dropped.is_child_of(owner)));
            }
            assert_root(spans.one("note_other"));
        },
    );
}

#[test]
fn a_future_that_was_never_polled_has_no_span() {
    site!(NEVER, "never_polled");
    let recording = Recording::new();
    recording.run(|| {
        let note = Note;
        drop(traced(&NEVER, async move { drop(note) }));
    });
    let spans = recording.spans();
    assert_eq!(named(&spans, "never_polled").len(), 0);
    assert_root(spans.one("note_dropped"));
}

#[test]
fn a_future_that_is_dropped_unfinished_says_so_and_is_no_error() {
    site!(HANDLER, "cancelled_handler", ["result"]);
    site!(SLOW, "cancelled_slow");
    fn handler() -> impl Future<Output = ()> {
        traced_until(&HANDLER, traced(&SLOW, std::future::pending::<()>()), |(), ending| {
            ending.attributes().record_as("result", &1);
        })
    }
    let ways: [fn() -> Boxed<()>; 3] = [
        || {
            Box::pin(async {
                tokio::time::timeout(Duration::ZERO, handler()).await.unwrap_err();
            })
        },
        || {
            Box::pin(async {
                tokio::select! {
                    biased;
                    () = handler() => {}
                    () = tokio::task::yield_now() => {}
                }
            })
        },
        || {
            Box::pin(async {
                let task = spawn(handler());
                tokio::task::yield_now().await;
                task.abort();
                assert!(task.await.unwrap_err().is_cancelled());
            })
        },
    ];
    for way in ways {
        let recording = Recording::new();
        recording.run(|| block_on(way()));
        let spans = super::valid(recording.spans());
        let names: Vec<_> = spans.iter().map(|span| &span.name[..]).collect();
        assert_eq!(names, ["cancelled_slow", "cancelled_handler"], "the innermost ends first");
        for span in &spans {
            assert_eq!(span.attribute("synndicate.cancelled"), Some(&true.into()));
            assert_eq!(span.status, Status::Unset);
            assert_eq!(span.attribute("result"), None);
        }
        assert_child(spans.one("cancelled_slow"), spans.one("cancelled_handler"));
    }
}

#[test]
fn the_output_is_recorded_at_the_end() {
    site!(OUTPUT, "output", ["result"]);
    everywhere(
        || {
            let future = traced_until(&OUTPUT, async { 6 * 7 }, |output, ending| {
                ending.attributes().record_as("result", output);
                if *output == 42 {
                    ending.fail("Answer", output);
                }
            });
            assert_eq!(block_on(future), 42);
        },
        |spans, ()| {
            let span = spans.one("output");
            assert_eq!(span.attribute("result"), Some(&42.into()));
            assert_eq!(span.status, Status::Error(String::new()));
            let exception = super::event(span, "exception");
            assert_eq!(exception.attribute("exception.type"), Some(&"Answer".into()));
            assert_eq!(exception.attribute("exception.message"), Some(&"42".into()));
        },
    );
}

#[test]
fn a_function_without_a_span_of_its_own_leaves_its_callers_alone() {
    site!(CALLER, "switched_caller", ["x"]);
    site!(OFF, "switched_off", DEBUG, ["x"]);
    let config = crate::recorder::Config {
        filter: crate::recorder::Filter("info".parse().unwrap()),
        ..crate::testing::everything()
    };
    let recording = Recording::with_config(config);
    recording.run(|| {
        block_on(traced_with(&CALLER, |attributes| attributes.record_as("x", &1), async {
            let off =
                traced_with(&OFF, |_| panic!("evaluated"), async { set_attribute("to_caller", 2) });
            off.await;
            drop(super::enter_with(&OFF, |_| panic!("evaluated")));
        }));
    });
    let spans = recording.spans();
    assert_eq!(spans.len(), 1);
    assert_eq!(spans.one("switched_caller").attribute("x"), Some(&1.into()));
    assert_eq!(spans.one("switched_caller").attribute("to_caller"), Some(&2.into()));
}

#[test]
fn a_recursive_future_records_its_attributes_where_they_belong() {
    site!(LEVEL, "recursive", ["level"]);
    fn descend(level: u32) -> Boxed<()> {
        Box::pin(traced_until(
            &LEVEL,
            async move {
                first_attributes(&LEVEL, &|attributes| attributes.record_as("level", &level));
                if level < 5 {
                    descend(level + 1).await;
                }
                tokio::task::yield_now().await;
            },
            |(), _| {},
        ))
    }
    everywhere(
        || block_on(descend(0)),
        |spans, ()| {
            let levels = named(spans, "recursive");
            assert_eq!(levels.len(), 6);
            for (at, level) in levels.iter().rev().enumerate() {
                assert_eq!(level.attribute("level"), Some(&(at as i64).into()));
            }
        },
    );
}

#[test]
fn a_wrapper_adds_24_bytes_to_a_future() {
    site!(SIZED, "sized");
    let (plain, array) = (async { pending(1).await }, [0_u8; 64]);
    let captured = async move {
        pending(1).await;
        black_box(array);
    };
    let size =
        |inner: usize, outer: usize| assert!(outer <= inner + 24, "{inner} bytes became {outer}");
    size(size_of_val(&plain), size_of_val(&traced_until(&SIZED, plain, |(), _| {})));
    size(size_of_val(&captured), size_of_val(&traced_until(&SIZED, captured, |(), _| {})));
}
