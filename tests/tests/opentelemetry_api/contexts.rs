//! Contexts that go to other code and other processes, and come from there.

use super::{inner, leaf, outer, tracer};
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{
    Span as _, SpanContext, TraceContextExt as _, TraceFlags, TraceState, Tracer as _,
};
use opentelemetry::{Context, SpanId, TraceId};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use std::collections::HashMap;
use synndicate::opentelemetry::{context, remote};
use synndicate::propagation;
use synndicate::testing::{Recording, capture};

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const TRACE: u128 = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736;
const SPAN: u64 = 0x00f0_67aa_0ba9_02b7;

/// What a propagator of OpenTelemetry makes of the headers of a request.
fn extracted(parent: &str) -> Context {
    let header = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let headers =
        HashMap::from([header("traceparent", parent), header("tracestate", "vendor=x,other=y")]);
    TraceContextPropagator::new().extract(&headers)
}

/// The headers that it makes of a context.
fn injected(context: &Context) -> HashMap<String, String> {
    let mut headers = HashMap::new();
    TraceContextPropagator::new().inject_context(context, &mut headers);
    headers
}

#[test]
fn a_remote_span_is_the_parent_of_spans_of_the_api() {
    let spans = capture(|| {
        let caller = extracted(PARENT);
        drop(tracer().start_with_context("explicit", &caller));
        let _attached = caller.attach();
        tracer().in_span("implicit", |_| leaf());
    });
    for name in ["explicit", "implicit"] {
        let span = spans.one(name);
        assert_eq!((span.trace_id, span.parent_span_id), (TRACE, Some(SPAN)));
        assert_eq!(span.flags & 0x300, 0x300, "it is known that its parent is remote");
    }
    assert!(spans.one("leaf").is_child_of(spans.one("implicit")));
    assert_eq!(spans.one("leaf").flags & 0x300, 0x100);
}

#[test]
fn a_remote_span_is_the_parent_of_traced_spans_by_what_remote_returns() {
    let spans = capture(|| {
        remote(&extracted(PARENT)).run(leaf);
        remote(&Context::new()).run(|| outer(|| ()));
    });
    let leaf = spans.one("leaf");
    assert_eq!((leaf.trace_id, leaf.parent_span_id), (TRACE, Some(SPAN)));
    assert!(spans.one("outer").is_root());
}

#[test]
fn the_callers_decision_counts() {
    let spans = capture(|| {
        let caller = extracted(&PARENT.replace("-01", "-00"));
        let span = tracer().start_with_context("not sampled", &caller);
        assert!(!span.is_recording() && !span.span_context().is_sampled());
        let _active = caller.with_span(span).attach();
        leaf();
        drop(tracer().start("below"));
    });
    assert!(spans.is_empty(), "{spans}");
}

#[test]
fn a_request_that_two_libraries_have_read_has_one_server_span() {
    let spans = capture(|| {
        let _theirs = extracted(PARENT).attach();
        remote(&extracted(PARENT)).run(|| outer(|| drop(tracer().start("query"))));
    });
    assert_eq!(spans.one("outer").parent_span_id, Some(SPAN));
    assert!(spans.one("query").is_child_of(spans.one("outer")));
}

#[test]
fn where_the_request_comes_from_is_outside_of_what_serves_it_in_another_task() {
    let spans = capture(|| {
        let task = remote(&extracted(PARENT)).run(|| outer(synndicate::Context::current));
        let _theirs = extracted(PARENT).attach();
        task.run(|| drop(tracer().start("query")));
    });
    assert!(spans.one("query").is_child_of(spans.one("outer")));
}

#[test]
fn state_of_vendors_goes_on_in_both_ways_of_sending() {
    let spans = capture(|| {
        tracer().in_span_with_context("api", &extracted(PARENT), |api| {
            assert_eq!(injected(&api)["tracestate"], "vendor=x,other=y");
            outer(|| {
                let mut ours = HashMap::new();
                propagation::inject(&mut ours);
                assert_eq!(ours["tracestate"], "vendor=x,other=y");
                let child = tracer().start("child");
                assert_eq!(child.span_context().trace_state().header(), "vendor=x,other=y");
            });
        });
    });
    assert!(spans.one("child").is_child_of(spans.one("outer")));
}

#[test]
fn a_request_to_others_names_the_innermost_span_of_either_kind() {
    let recording = Recording::new();
    let names = |span: &SpanContext| {
        let mut headers = HashMap::new();
        propagation::inject(&mut headers);
        headers["traceparent"].contains(&span.span_id().to_string())
    };
    recording.run(|| {
        tracer().in_span("api", |api| {
            let api = api.span().span_context().clone();
            assert!(names(&api));
            outer(|| {
                assert!(!names(&api));
                tracer().in_span("inside", |inside| assert!(names(inside.span().span_context())));
            });
            assert!(names(&api));
        });
    });
}

#[test]
fn context_holds_the_current_span_for_code_that_looks_there() {
    let spans = capture(|| {
        assert!(!context().has_active_span());
        outer(|| {
            assert!(!Context::current().has_active_span(), "that is what it is for");
            let context = context();
            let current = context.span().span_context().clone();
            assert!(current.is_sampled() && !current.is_remote());
            let parent = &injected(&context)["traceparent"];
            assert!(parent.contains(&current.span_id().to_string()), "{parent}");

            drop(tracer().start_with_context("explicit", &context));
            let _attached = context.attach();
            drop(tracer().start("implicit"));
            leaf();
            inner(|| drop(tracer().start("further in")));
        });
    });
    spans.assert_tree(
        "outer
           explicit
           implicit
           leaf
           inner
             further in",
    );
}

#[test]
fn context_is_the_current_one_where_that_has_the_span_already() {
    capture(|| {
        tracer().in_span("api", |api| {
            let context = context();
            assert_eq!(context.span().span_context(), api.span().span_context());
            assert!(context.span().is_recording(), "it can be written to");
        });
    });
}

#[test]
fn a_span_context_says_what_the_span_is() {
    let spans = capture(|| {
        let state = TraceState::from_key_value([("vendor", "x")]).unwrap();
        let random = TraceFlags::new(3);
        let caller = SpanContext::new(TraceId::from(7), SpanId::from(8), random, true, state);
        let caller = Context::new().with_remote_span_context(caller);
        let span = tracer().start_with_context("span", &caller);
        let own = span.span_context();
        assert!(own.is_valid() && !own.is_remote() && span.is_recording());
        assert_eq!((own.trace_id(), own.trace_flags()), (TraceId::from(7), random));
        assert_eq!(own.trace_state().get("vendor"), Some("x"));
    });
    assert_eq!(spans.one("span").trace_id, 7);
}
