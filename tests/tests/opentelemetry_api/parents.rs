//! Parenthood in both directions.

use super::{inner, leaf, outer, tracer};
use futures::FutureExt as _;
use opentelemetry::Context;
use opentelemetry::trace::{
    FutureExt as _, TraceContextExt as _, Tracer as _, mark_span_as_active,
};
use std::task::Waker;
use std::thread;
use synndicate::testing::{Recording, capture};
use synndicate::{TraceFuture as _, traced};
use tokio::runtime::Builder;
use tokio::task::yield_now;
use tracing::{Instrument as _, Span, info_span};

#[test]
fn spans_of_the_api_are_children_of_the_traced_span_that_is_current() {
    let spans = capture(|| {
        outer(|| {
            drop(tracer().start("started"));
            tracer().in_span("in_span", |_| ());
            drop(tracer().start_with_context("with the current context", &Context::current()));
            drop(tracer().start_with_context("with an empty context", &Context::new()));
        });
    });
    spans.assert_tree(
        "outer
           started
           in_span
           with the current context
           with an empty context",
    );
}

#[test]
fn spans_of_the_api_are_children_of_tracing_spans() {
    let spans = capture(|| info_span!("entered").in_scope(|| drop(tracer().start("child"))));
    spans.assert_tree("entered\n  child");
}

#[test]
fn traced_and_tracing_spans_are_children_of_the_span_of_the_api_that_is_active() {
    let spans = capture(|| {
        let _active = mark_span_as_active(tracer().start("marked"));
        leaf();
        info_span!("of tracing").in_scope(leaf);
        assert!(leaf_later().traced("future").now_or_never().is_some());
    });
    spans.assert_tree(
        "marked
           leaf
           of tracing
             leaf
           future
             leaf",
    );
}

async fn leaf_later() {
    leaf();
}

#[test]
fn a_span_that_is_started_but_not_active_is_nobodys_parent() {
    let spans = capture(|| {
        let _idle = tracer().start("idle");
        leaf();
        outer(|| drop(tracer().start("child")));
    });
    spans.assert_tree("idle\nleaf\nouter\n  child");
}

#[test]
fn what_comes_after_a_context_was_detached_is_not_in_it() {
    let spans = capture(|| {
        outer(|| {
            tracer().in_span("active", |_| leaf());
            leaf();
        });
    });
    spans.assert_tree(
        "outer
           active
             leaf
           leaf",
    );
}

#[test]
fn both_kinds_nest_in_each_other_to_any_depth() {
    let spans = capture(|| {
        outer(|| {
            tracer().in_span("second", |_| {
                inner(|| {
                    tracer().in_span("fourth", |_| {
                        info_span!("fifth").in_scope(|| tracer().in_span("sixth", |_| leaf()));
                        leaf();
                    });
                    drop(tracer().start("below inner"));
                });
                leaf();
                drop(tracer().start("below second"));
            });
            leaf();
        });
    });
    spans.assert_tree(
        "outer
           second
             inner
               fourth
                 fifth
                   sixth
                     leaf
                 leaf
               below inner
             leaf
             below second
           leaf",
    );
}

#[test]
fn a_context_that_was_kept_says_itself_which_parent_is_meant() {
    let spans = capture(|| {
        let kept = Context::new().with_span(tracer().start("kept"));
        outer(|| {
            drop(tracer().start_with_context("explicit", &kept));
            let _attached = kept.clone().attach();
            leaf();
            drop(tracer().start("implicit"));
        });
    });
    spans.assert_tree("kept\n  explicit\n  leaf\n  implicit\nouter");
}

#[test]
fn a_context_that_is_not_the_current_one_is_meant_even_if_it_is_further_out() {
    let spans = capture(|| {
        tracer().in_span("first", |first| {
            outer(|| {
                tracer().in_span("second", |_| {
                    drop(tracer().start_with_context("explicit", &first));
                });
            });
        });
    });
    spans.assert_tree("first\n  outer\n    second\n  explicit");
}

#[test]
fn a_future_that_is_polled_in_another_context_is_still_the_inner_one() {
    let spans = capture(|| {
        let mut future = Box::pin(handle());
        let mut poll = |name| {
            let _polled_in = mark_span_as_active(tracer().start(name));
            future.as_mut().poll(&mut std::task::Context::from_waker(Waker::noop()))
        };
        while poll("executor").is_pending() {}
    });
    assert!(spans.one("query").is_child_of(spans.one("handle")));
    assert!(spans.one("after").is_child_of(spans.one("handle")));
}

#[test]
fn the_context_that_in_span_hands_out_may_be_passed_on() {
    let spans = capture(|| {
        tracer().in_span("api", |context| {
            outer(|| drop(tracer().start_with_context("child", &context)));
        });
    });
    spans.assert_tree("api\n  outer\n    child");
}

#[traced]
async fn handle() {
    yield_now().await;
    let query = Context::current_with_span(tracer().start("query"));
    fetch().with_context(query).await;
    yield_now().await;
    drop(tracer().start("after"));
}

#[traced]
async fn fetch() {
    yield_now().await;
    let decode = Context::current_with_span(tracer().start("decode"));
    async {
        yield_now().await;
        leaf();
    }
    .with_context(decode)
    .await;
    yield_now().await;
    leaf();
}

const REQUEST: &str = "request
  handle
    query
      fetch
        decode
          leaf
        leaf
    after";

#[test]
fn parents_are_kept_over_awaits_while_tasks_take_turns() {
    for workers in [1, 4] {
        let recording = Recording::new();
        let runtime = Builder::new_multi_thread().worker_threads(workers).build().unwrap();
        recording.run(|| {
            runtime.block_on(async {
                let requests = (0..20).map(|_| {
                    let _root = Context::new().attach();
                    let request = Context::new().with_span(tracer().start("request"));
                    synndicate::spawn(handle().with_context(request))
                });
                futures::future::try_join_all(requests).await.unwrap();
            });
        });
        let spans = recording.spans();
        spans.assert_tree(&[REQUEST; 20].join("\n"));
    }
}

#[test]
fn a_context_takes_the_parent_to_another_thread() {
    let recording = Recording::new();
    recording.run(|| {
        outer(|| {
            let context = Context::current_with_span(tracer().start("carried"));
            let elsewhere = || {
                let _attached = context.attach();
                recording.run(|| {
                    leaf();
                    outer(|| drop(tracer().start("child")));
                });
            };
            thread::scope(|scope| scope.spawn(elsewhere).join().unwrap());
        });
    });
    recording.spans().assert_tree(
        "outer
           carried
             leaf
             outer
               child",
    );
}

#[test]
fn what_carries_the_current_span_carries_that_of_the_api() {
    let recording = Recording::new();
    recording.run(|| {
        tracer().in_span("api", |_| {
            let context = synndicate::Context::current();
            thread::scope(|scope| scope.spawn(|| context.run(leaf)).join().unwrap());
            assert!(async { leaf() }.instrument(Span::current()).now_or_never().is_some());
        });
    });
    recording.spans().assert_tree("api\n  leaf\n  leaf");
}

#[test]
fn a_span_that_has_ended_is_a_parent_as_long_as_it_is_active() {
    let spans = capture(|| {
        tracer().in_span("ended", |context| {
            context.span().end();
            leaf();
            drop(tracer().start("child"));
        });
    });
    spans.assert_tree("ended\n  leaf\n  child");
}
