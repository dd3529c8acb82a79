//! Trace context through headers, with the recorder in between.

use super::propagators::{Propagators, Read, write};
use super::{InRemote, extract, inject, refused, set_remote_parent};
use crate::plan::Propagator::{self, B3, B3Multi, Jaeger, TraceContext};
use crate::tasks::TraceFuture as _;
use crate::testing::{Spans, capture, capture_async};
use futures::FutureExt as _;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::collections::BTreeMap;
use tracing::{Span, info_span};

const TRACE: u128 = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736;
const PARENT: u64 = 0x00f0_67aa_0ba9_02b7;
const SAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const UNSAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

fn headers<const N: usize>(entries: [(&'static str, &'static str); N]) -> HeaderMap {
    let entry = |(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
    let mut headers = HeaderMap::new();
    entries.map(entry).into_iter().for_each(|(name, value)| _ = headers.append(name, value));
    headers
}

fn injected() -> BTreeMap<String, String> {
    let mut headers = BTreeMap::new();
    inject(&mut headers);
    headers
}

fn run_now(future: impl Future<Output = ()>) {
    future.now_or_never().unwrap();
}

#[track_caller]
fn assert_remote(spans: &Spans, name: &str) {
    let span = spans.one(name);
    assert_eq!((span.trace_id, span.parent_span_id), (TRACE, Some(PARENT)), "{spans}");
    assert_eq!(span.flags, 0x301, "sampled, and its parent is known to be elsewhere");
}

#[test]
fn every_propagator_carries_a_span_from_one_process_to_another() {
    let every = [TraceContext, B3, B3Multi, Jaeger];
    for propagator in every {
        for is_sampled in [true, false] {
            let ids = super::ids::Ids { trace_id: TRACE, span_id: PARENT, is_sampled };
            let mut headers = HeaderMap::new();
            write(&mut headers, Propagators::of(&[propagator]), ids, None);
            let read = Read::of(&headers, Propagators::of(&every));
            assert_eq!((read.ids, read.refused), (Some(ids), 0), "{propagator:?}");
            let others: Vec<_> = every.into_iter().filter(|other| *other != propagator).collect();
            assert_eq!(Read::of(&headers, Propagators::of(&others)).ids, None, "{propagator:?}");
        }
    }
}

#[test]
fn the_first_propagator_that_finds_a_span_counts() {
    let headers = headers([
        ("traceparent", SAMPLED),
        ("b3", "1-1"),
        ("uber-trace-id", "0000000000000abc:0000000000000def:0:1"),
    ]);
    let trace_of = |propagators: &[Propagator]| {
        let read = Read::of(&headers, Propagators::of(propagators));
        (read.ids.map(|ids| ids.trace_id), read.refused)
    };
    assert_eq!(trace_of(&[TraceContext, Jaeger]), (Some(TRACE), 0));
    assert_eq!(trace_of(&[Jaeger, TraceContext]), (Some(0xabc), 0));
    assert_eq!(trace_of(&[B3, TraceContext]), (Some(TRACE), 1), "the malformed one is counted");
}

#[test]
fn what_runs_in_a_remote_context_belongs_to_the_callers_trace() {
    let remote = extract(&headers([("traceparent", SAMPLED)]));
    assert!(remote.is_valid() && remote.is_sampled());
    assert_eq!((remote.trace_id(), remote.span_id()), (Some(TRACE), Some(PARENT)));
    let spans = capture(|| {
        remote.run(|| info_span!("inside").in_scope(|| {}));
        info_span!("after").in_scope(|| {});
    });
    assert_remote(&spans, "inside");
    assert!(spans.one("after").is_root());
}

#[tokio::test]
async fn a_future_is_in_the_context_whenever_it_is_polled_and_only_then() {
    let remote = extract(&headers([("traceparent", SAMPLED)]));
    let handle = async {
        async {}.traced("first").await;
        tokio::task::yield_now().await;
        async {}.traced("second").await;
    };
    let beside = async {
        tokio::task::yield_now().await;
        async {}.traced("beside").await;
    };
    let wrapped: InRemote<_> = remote.wrap(handle);
    let (_, spans) = capture_async(async { tokio::join!(wrapped, beside) }).await;
    assert_remote(&spans, "first");
    assert_remote(&spans, "second");
    assert!(spans.one("beside").is_root());
}

#[test]
fn a_trace_that_the_caller_does_not_record_is_not_recorded_and_passed_on_so() {
    let remote = extract(&headers([("traceparent", UNSAMPLED)]));
    let spans = capture(|| {
        remote.run(|| {
            let span = info_span!("inside").entered();
            let header = &injected()["traceparent"];
            assert!(header.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"), "{header}");
            assert!(header.ends_with("-00"), "{header}");
            drop(span);
        });
    });
    assert!(spans.is_empty(), "{spans}");
}

#[test]
fn a_request_says_which_span_it_comes_from_and_what_came_with_that() {
    let remote = extract(&headers([
        ("traceparent", SAMPLED),
        ("tracestate", "a=1,b=2"),
        ("tracestate", "c=3"),
        ("baggage", "user=Am%C3%A9lie"),
    ]));
    assert_eq!(remote.baggage("user").as_deref(), Some("Amélie"));
    let spans = capture(|| {
        assert!(injected().is_empty(), "there is no span");
        let inside = remote.run(|| info_span!("inside").in_scope(injected));
        assert_eq!(
            (&*inside["tracestate"], &*inside["baggage"]),
            ("a=1,b=2,c=3", "user=Am%C3%A9lie")
        );
        let own = remote.run(|| info_span!(parent: None, "own").in_scope(injected));
        assert_eq!((own.get("tracestate"), &*own["baggage"]), (None, "user=Am%C3%A9lie"));
        let after = info_span!("after").in_scope(injected);
        assert_eq!(after.keys().collect::<Vec<_>>(), ["traceparent"]);
        for (headers, name) in [(inside, "inside"), (own, "own"), (after, "after")] {
            info_span!("check", name, header = headers["traceparent"]).in_scope(|| {});
        }
    });
    for name in ["inside", "own", "after"] {
        let span = spans.one(name);
        let header = format!("00-{:032x}-{:016x}-01", span.trace_id, span.span_id);
        let check =
            spans.named("check").find(|check| check.attribute("name") == Some(&name.into()));
        assert_eq!(check.unwrap().attribute("header"), Some(&(&*header).into()), "{name}");
    }
}

#[test]
fn a_malformed_header_begins_a_new_trace_and_is_counted() {
    for malformed in [
        headers([("traceparent", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01")]),
        headers([("traceparent", SAMPLED), ("traceparent", SAMPLED)]),
    ] {
        let before = refused();
        let remote = extract(&malformed);
        assert!(!remote.is_valid());
        assert!(refused() > before);
        let spans = capture(|| remote.run(|| info_span!("inside").in_scope(|| {})));
        assert!(spans.one("inside").is_root());
    }
}

/// Its parent is set when it has begun, in each of the ways in which a span can begin.
fn adopting(headers: &HeaderMap) -> Spans {
    capture(|| {
        let parent = || {
            set_remote_parent(headers).unwrap();
            crate::set_attribute("late", 1);
            info_span!("child").in_scope(|| {});
        };
        let tracing = info_span!("tracing", early = 1).entered();
        parent();
        drop(tracing);
        let future = async { parent() }.traced("future");
        run_now(future);
    })
}

#[test]
fn the_parent_of_a_span_can_be_set_from_inside() {
    let spans = adopting(&headers([("traceparent", SAMPLED)]));
    for name in ["tracing", "future"] {
        assert_remote(&spans, name);
        assert_eq!(spans.one(name).attribute("late"), Some(&1.into()));
        let span = spans.one(name);
        assert!(span.start <= span.end && span.start > 0);
    }
    assert_eq!(spans.one("tracing").attribute("early"), Some(&1.into()));
    let children: Vec<_> = spans.named("child").collect();
    assert!(children[0].is_child_of(spans.one("tracing")), "{spans}");
    assert!(children[1].is_child_of(spans.one("future")), "{spans}");
    assert!(adopting(&headers([("traceparent", UNSAMPLED)])).is_empty());
    let spans = adopting(&headers([]));
    assert!(spans.one("tracing").is_root() && spans.one("future").is_root());
}

#[test]
fn the_callers_decision_counts_for_a_span_that_was_not_sampled() {
    let recording = crate::testing::Recording::with_sample_rate(0.0);
    recording.run(|| {
        let headers = headers([("traceparent", SAMPLED)]);
        info_span!("adopted").in_scope(|| set_remote_parent(&headers).unwrap());
        run_now(
            async {
                set_remote_parent(&headers).unwrap();
                crate::set_attribute("late", 1);
            }
            .traced("future"),
        );
        run_now(async {}.traced("another"));
    });
    let spans = recording.spans();
    // What was said of it before is not known any more, and so is the name of a future.
    for name in ["adopted", "traced"] {
        assert_remote(&spans, name);
        assert!(spans.one(name).start > 0);
    }
    assert_eq!((spans.len(), spans.one("traced").attribute("late")), (2, Some(&1.into())));
}

#[test]
fn it_is_too_late_once_somebody_may_know_the_span() {
    let headers = headers([("traceparent", SAMPLED)]);
    let spans = capture(|| {
        let parent = info_span!("has a child").entered();
        info_span!("child").in_scope(|| {});
        assert!(set_remote_parent(&headers).is_err());
        drop(parent);
        let handle = info_span!("has a handle").entered();
        let kept = Span::current();
        assert!(set_remote_parent(&headers).is_err());
        drop((handle, kept));
        assert!(set_remote_parent(&headers).is_err(), "there is no span");
    });
    for name in ["has a child", "has a handle"] {
        let span = spans.one(name);
        assert!(span.is_root());
        assert_eq!(span.links.len(), 1);
        assert_eq!((span.links[0].trace_id, span.links[0].span_id), (TRACE, PARENT));
    }
}

#[test]
fn what_came_with_a_request_goes_on_from_a_span_that_was_adopted() {
    let headers = headers([("traceparent", SAMPLED), ("tracestate", "a=1"), ("baggage", "k=v")]);
    let seen = std::sync::Mutex::new(BTreeMap::new());
    capture(|| {
        let future = async {
            set_remote_parent(&headers).unwrap();
            *seen.lock().unwrap() = info_span!("child").in_scope(injected);
        };
        run_now(future.traced("future"));
        run_now(async { assert!(!injected().contains_key("baggage")) }.traced("next"));
    });
    let seen = seen.into_inner().unwrap();
    assert_eq!((&*seen["tracestate"], &*seen["baggage"]), ("a=1", "k=v"));
}

#[test]
fn nothing_of_a_request_is_shown_by_debug() {
    let remote = extract(&headers([("traceparent", SAMPLED), ("baggage", "token=s3cret")]));
    assert!(!format!("{remote:?}").contains("s3cret"));
}
