//! Work that runs elsewhere or later: spawned tasks, other threads, branches of `join!` and `select!`.

use futures::{FutureExt as _, Stream as _, StreamExt as _, stream};
use rayon::prelude::*;
use std::future::pending;
use std::panic::Location;
use std::sync::{Arc, Mutex, PoisonError};
use synndicate::testing::{AttributeValue, Recording, Span, Spans, capture};
use synndicate::{Context, TraceFuture as _, TraceStream as _, traced};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet, yield_now};
use tracing::subscriber::NoSubscriber;
use tracing_subscriber::fmt::format::FmtSpan;

#[traced]
fn leaf(n: u32) -> u32 {
    n
}

#[traced]
async fn step(n: u32) -> u32 {
    yield_now().await;
    leaf(n)
}

fn runtimes() -> [Runtime; 2] {
    let many = Builder::new_multi_thread().worker_threads(2).enable_all().build();
    [Builder::new_current_thread().enable_all().build().unwrap(), many.unwrap()]
}

/// What `work` records, on one thread and on several.
fn on_both_runtimes<F: Future>(work: impl Fn() -> F, check: impl Fn(&Spans)) {
    for runtime in runtimes() {
        let recording = Recording::new();
        recording.run(|| runtime.block_on(work()));
        drop(runtime);
        check(&recording.spans());
    }
}

fn number(span: &Span) -> i64 {
    match span.attribute("n") {
        Some(AttributeValue::Integer(n)) => *n,
        other => panic!("{other:?}"),
    }
}

fn is_cancelled(span: &Span) -> bool {
    span.attribute("synndicate.cancelled") == Some(&true.into())
}

#[test]
fn future_has_the_given_name_and_says_where_it_was_traced() {
    let line = Location::caller().line() + 1;
    let spans = capture(|| step(1).traced("one step").now_or_never());
    let span = spans.one("one step");
    assert!(span.is_root());
    assert_eq!(span.attribute("code.file.path"), Some(&file!().into()));
    assert_eq!(span.attribute("code.line.number"), Some(&i64::from(line).into()));
    assert!(is_cancelled(span) && is_cancelled(spans.one("step")), "it was dropped at its yield");
    assert!(spans.one("step").is_child_of(span));
    let keys: std::collections::HashSet<_> = span.attributes.iter().map(|(key, _)| key).collect();
    assert_eq!(keys.len(), span.attributes.len(), "{span:?}");
}

#[test]
fn name_may_be_made_at_run_time_and_attributes_be_set() {
    let work = async { synndicate::set_attribute("code.line.number", 7) };
    let spans = capture(|| work.traced(format!("shard {}", 3)).now_or_never());
    let span = spans.one("shard 3");
    assert!(!is_cancelled(span));
    assert_eq!(span.attributes.iter().filter(|(key, _)| key == "code.line.number").count(), 1);
    assert_eq!(span.attribute("code.line.number"), Some(&7.into()));
}

#[test]
fn future_that_is_not_polled_has_no_span() {
    assert!(capture(|| drop(async {}.traced("never"))).is_empty());
}

#[test]
fn parent_is_the_span_in_which_the_future_was_traced() {
    #[traced]
    fn maker() -> impl FnOnce() {
        let future = step(1).traced("made");
        move || {
            future.now_or_never();
        }
    }
    #[traced]
    fn runner(run: impl FnOnce()) {
        run();
    }
    let spans = capture(|| runner(maker()));
    assert!(spans.one("made").is_child_of(spans.one("maker")));
}

#[test]
fn stream_has_a_span_until_it_ends() {
    let all = || stream::iter(0..3).then(step).traced("all").count();
    on_both_runtimes(all, |spans| {
        let all = spans.one("all");
        assert_eq!(all.attribute("synndicate.items"), Some(&3.into()));
        assert!(!is_cancelled(all));
        assert_eq!(spans.named("step").filter(|step| step.is_child_of(all)).count(), 3);
    });
    let spans = capture(|| stream::iter(0..3).traced("some").next().now_or_never());
    assert_eq!(spans.one("some").attribute("synndicate.items"), Some(&1.into()));
    assert!(is_cancelled(spans.one("some")));
    assert_eq!(stream::iter(0..3).traced("sized").size_hint(), (3, Some(3)));
}

#[test]
fn spawned_task_belongs_to_the_span_that_spawns_it() {
    #[traced]
    async fn parent() {
        synndicate::spawn(step(1)).await.unwrap();
    }
    on_both_runtimes(parent, |spans| {
        assert!(spans.one("step").is_child_of(spans.one("parent")), "{spans}");
        assert!(spans.one("leaf").is_child_of(spans.one("step")), "{spans}");
    });
}

#[test]
fn blocking_work_belongs_to_the_span_that_spawns_it() {
    #[traced]
    async fn parent() -> u32 {
        synndicate::spawn_blocking(|| leaf(5)).await.unwrap()
    }
    on_both_runtimes(
        || async { assert_eq!(parent().await, 5) },
        |spans| assert!(spans.one("leaf").is_child_of(spans.one("parent")), "{spans}"),
    );
}

#[test]
fn tasks_that_spawn_tasks_keep_their_order() {
    #[traced]
    async fn outer() {
        let middle = async {
            synndicate::spawn(async {
                synndicate::spawn_blocking(|| leaf(1)).await.unwrap();
            })
            .await
            .unwrap();
        };
        synndicate::spawn(middle.traced("middle")).await.unwrap();
    }
    on_both_runtimes(outer, |spans| {
        assert!(spans.one("middle").is_child_of(spans.one("outer")), "{spans}");
        assert!(spans.one("leaf").is_child_of(spans.one("middle")), "{spans}");
    });
}

#[test]
fn task_without_a_span_is_the_root_of_its_own_trace() {
    let spawn = || async { synndicate::spawn(step(1)).await.unwrap() };
    on_both_runtimes(spawn, |spans| assert!(spans.one("step").is_root(), "{spans}"));
}

#[test]
fn task_may_outlive_the_span_that_spawns_it() {
    #[traced]
    async fn parent(wait: oneshot::Receiver<()>) -> [JoinHandle<()>; 1] {
        let task = async {
            wait.await.unwrap();
            step(1).await;
        };
        [synndicate::spawn(task)]
    }
    on_both_runtimes(
        || async {
            let (go, wait) = oneshot::channel();
            let [task] = parent(wait).await;
            go.send(()).unwrap();
            task.await.unwrap();
        },
        |spans| {
            let (parent, step) = (spans.one("parent"), spans.one("step"));
            assert!(step.is_child_of(parent), "{spans}");
            assert!(step.start >= parent.end, "the parent has not waited for it");
        },
    );
}

#[test]
fn aborted_task_says_that_it_was_cancelled_and_its_destructors_are_recorded() {
    struct Note;
    impl Drop for Note {
        fn drop(&mut self) {
            leaf(9);
        }
    }
    #[traced]
    async fn parent() {
        let work = async {
            let _note = Note;
            pending::<()>().await;
        };
        let task = synndicate::spawn(async {
            let _note = Note;
            work.traced("endless").await;
        });
        yield_now().await;
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
    }
    let runtime = Builder::new_current_thread().build().unwrap();
    let recording = Recording::new();
    recording.run(|| runtime.block_on(parent()));
    let spans = recording.spans();
    let (parent, endless) = (spans.one("parent"), spans.one("endless"));
    assert!(is_cancelled(endless) && endless.is_child_of(parent), "{spans}");
    let parents: Vec<_> = spans.named("leaf").map(|leaf| leaf.parent_span_id).collect();
    assert_eq!(parents, [Some(endless.span_id), Some(parent.span_id)], "{spans}");
}

#[test]
fn task_that_is_dropped_with_its_runtime_is_recorded_where_it_was_spawned() {
    struct Note;
    impl Drop for Note {
        fn drop(&mut self) {
            leaf(1);
        }
    }
    let runtime = Builder::new_current_thread().build().unwrap();
    let recording = Recording::new();
    recording.run(|| {
        runtime.block_on(async {
            synndicate::spawn(async {
                let _note = Note;
                pending::<()>().await;
            });
            yield_now().await;
        });
    });
    drop(runtime);
    assert!(recording.spans().one("leaf").is_root());
}

#[test]
fn branches_that_take_turns_keep_their_children_apart() {
    async fn branch(n: u32) {
        synndicate::set_attribute("n", n);
        for i in 0..3 {
            step(n * 10 + i).await;
        }
    }
    #[traced]
    async fn all() {
        tokio::join!(branch(1).traced("branch"), branch(2).traced("branch"));
        let spawned = synndicate::spawn(branch(3).traced("branch"));
        let mut set = JoinSet::new();
        set.spawn(branch(4).traced("branch"));
        futures::future::join(branch(5).traced("branch"), async { spawned.await.unwrap() }).await;
        set.join_all().await;
    }
    let runtime = Builder::new_current_thread().build().unwrap();
    let recording = Recording::new();
    recording.run(|| runtime.block_on(all()));
    let spans = recording.spans();
    let branches: Vec<_> = spans.named("branch").collect();
    assert_eq!(branches.len(), 5, "{spans}");
    assert!(branches.iter().all(|branch| branch.is_child_of(spans.one("all"))), "{spans}");
    assert_eq!(spans.named("step").count(), 15);
    for step in spans.named("step") {
        let parent = branches.iter().find(|branch| number(branch) == number(step) / 10);
        assert!(step.is_child_of(parent.unwrap()), "{spans}");
    }
}

#[test]
fn loser_of_a_select_ends_as_cancelled() {
    #[traced]
    async fn race() {
        tokio::select! {
            () = async { step(1).await; pending::<()>().await }.traced("loser") => unreachable!(),
            _ = async { yield_now().await; step(2).await }.traced("winner") => {}
        }
        leaf(3);
    }
    on_both_runtimes(race, |spans| {
        let [race, loser, winner] = ["race", "loser", "winner"].map(|name| spans.one(name));
        assert!(loser.is_child_of(race) && winner.is_child_of(race), "{spans}");
        assert!(is_cancelled(loser) && !is_cancelled(winner) && !is_cancelled(race), "{spans}");
        let after = spans.named("leaf").find(|leaf| number(leaf) == 3).unwrap();
        assert!(after.is_child_of(race), "{spans}");
    });
}

#[test]
fn parallel_iterators_work_in_the_context_that_was_taken() {
    #[traced]
    fn sum() -> u32 {
        let context = Context::current();
        (0..100_u32).into_par_iter().map(|n| context.run(|| leaf(n))).sum()
    }
    let spans = capture(|| assert_eq!(sum(), 4950));
    assert_eq!(spans.named("leaf").filter(|leaf| leaf.is_child_of(spans.one("sum"))).count(), 100);
}

#[test]
fn contexts_of_nested_parallel_work_are_those_of_their_owners() {
    #[traced]
    fn outer(n: u32) {
        let context = Context::current();
        rayon::join(|| context.run(|| inner(n)), || context.run(|| inner(n)));
    }
    #[traced]
    fn inner(n: u32) {
        let context = Context::current();
        (0..4).into_par_iter().for_each(|_| assert_eq!(context.run(|| leaf(n)), n));
    }
    let spans = capture(|| {
        let context = Context::current();
        (0..8).into_par_iter().for_each(|n| context.run(|| outer(n)));
    });
    assert_eq!(spans.named("leaf").count(), 64);
    let parent = |span: &Span, name| {
        let known = spans.named(name).find(|known| span.is_child_of(known));
        number(known.unwrap_or_else(|| panic!("{span:?} in\n{spans}")))
    };
    assert!(spans.named("leaf").all(|leaf| parent(leaf, "inner") == number(leaf)));
    assert!(spans.named("inner").all(|inner| parent(inner, "outer") == number(inner)));
}

#[test]
fn threads_work_in_the_context_that_is_moved_into_them() {
    #[traced]
    fn parent(texts: &[String]) {
        let context = Context::current();
        std::thread::scope(|scope| {
            for text in texts {
                scope.spawn(context.wrap(|| leaf(text.len() as u32)));
            }
        });
        let detached = context.clone();
        std::thread::spawn(move || detached.run(|| leaf(4))).join().unwrap();
    }
    let spans = capture(|| parent(&["a".into(), "bb".into(), "ccc".into()]));
    let children = spans.named("leaf").filter(|leaf| leaf.is_child_of(spans.one("parent")));
    assert_eq!(children.count(), 4, "{spans}");
}

#[test]
fn context_is_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + 'static>(_: &T) {}
    shared(&Context::current());
}

#[test]
fn context_without_a_span_brings_its_subscriber_along() {
    let spans = capture(|| {
        let context = Context::current();
        std::thread::scope(|scope| scope.spawn(|| context.run(|| leaf(1))).join().unwrap());
    });
    assert!(spans.one("leaf").is_root());
}

#[test]
fn what_records_nothing_spawns_what_records_nothing() {
    let recording = Recording::new();
    let silent = tracing::subscriber::with_default(NoSubscriber::new(), Context::current);
    recording.run(|| silent.run(|| leaf(1)));
    assert!(recording.spans().is_empty());
}

#[test]
fn decision_not_to_sample_goes_along() {
    #[traced]
    async fn parent() {
        synndicate::spawn(step(1)).await.unwrap();
        tokio::spawn(step(2).traced("elsewhere")).await.unwrap();
        synndicate::spawn_blocking(|| leaf(3)).await.unwrap();
    }
    const TRACES: usize = 200;
    let runtime = Builder::new_current_thread().build().unwrap();
    let recording = Recording::with_sample_rate(0.5);
    recording.run(|| (0..TRACES).for_each(|_| runtime.block_on(parent())));
    let spans = recording.spans();
    let parents = spans.named("parent").count();
    assert!((1..TRACES).contains(&parents));
    assert_eq!(spans.len(), parents * 7, "each trace is whole");
    assert!(spans.iter().all(|span| span.name == "parent" || !span.is_root()));
}

/// Lines of `tracing_subscriber::fmt`.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn under_another_subscriber_the_spans_are_its_own() {
    #[traced]
    async fn parent() {
        let task = async { synndicate::spawn_blocking(|| leaf(1)).await.unwrap() };
        synndicate::spawn(task.traced("fetch")).await.unwrap();
        stream::iter([1]).traced("list").count().await;
    }
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let [_, runtime] = runtimes();
    tracing::subscriber::with_default(subscriber, || runtime.block_on(parent()));
    drop(runtime);
    let bytes = lines.0.lock().unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let place = format!("parent:traced{{code.file.path=\"{}\" code.line.number=", file!());
    let closed = |parts: &[&str]| {
        let mut lines = text.lines().filter(|line| parts.iter().all(|part| line.contains(part)));
        assert!(lines.next().is_some(), "{parts:?} in\n{text}");
    };
    closed(&[&place, "otel.name=\"fetch\"}: synndicate: close"]);
    closed(&[&place, "otel.name=\"fetch\"}:leaf{n=1"]);
    closed(&[&place, "otel.name=\"list\"}: synndicate: close"]);
    closed(&["INFO parent: traced_tasks: close"]);
}
