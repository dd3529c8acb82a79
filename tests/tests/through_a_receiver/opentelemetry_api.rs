//! Code that uses the API of OpenTelemetry, by its global provider.

use super::{Result, Turn, run};
use opentelemetry::trace::{
    Link, Span as _, SpanContext, SpanKind, Status, TraceContextExt as _, TraceFlags, TraceState,
    Tracer as _,
};
use opentelemetry::{Context, KeyValue, SpanId, TraceId, global};
use std::collections::BTreeMap;
use std::fmt::Error;
use synndicate::traced;
use synndicate_tests::receiver::{Receiver, Wire};
use synndicate_tests::spans::{Shown, show};

fn caller(vendor: &str) -> SpanContext {
    let state = TraceState::from_key_value([("vendor", vendor)]).unwrap_or_default();
    SpanContext::new(TraceId::from(7), SpanId::from(8), TraceFlags::SAMPLED, true, state)
}

/// A library that knows nothing of us.
fn serve() {
    let tracer = global::tracer("library");
    let caller_of_request = Context::new().with_remote_span_context(caller("x"));
    let mut request = tracer
        .span_builder("request")
        .with_kind(SpanKind::Server)
        .with_links(vec![Link::new(caller("y"), vec![KeyValue::new("why", "retry")], 0)])
        .start_with_context(&tracer, &caller_of_request);
    request.set_attribute(KeyValue::new("http.route", "/orders"));
    request.record_error(&Error);
    request.set_status(Status::error("it is broken"));
    let _active = opentelemetry::trace::mark_span_as_active(request);
    handle();
}

#[traced]
fn handle() {
    global::tracer("database").in_span("query", |_| tracing::warn!(rows = 3, "slow"));
}

fn sent(settings: &[(&str, &str)]) -> Result<BTreeMap<String, Shown>> {
    let turn = Turn::take();
    let receiver = Receiver::over(Wire::Grpc).listen()?;
    let ledger = run(&turn, &receiver, settings, || {
        serve();
        Ok(())
    })?;
    let spans = show(receiver.noted().spans());
    assert_eq!((ledger.created, ledger.exported), (spans.len() as u64, spans.len() as u64));
    Ok(spans)
}

fn shown(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
}

#[test]
fn spans_of_the_api_arrive_whole_and_in_one_trace_with_ours() -> Result<()> {
    let spans = sent(&[])?;
    assert_eq!(spans.len(), 3);
    let request = &spans["request"];
    assert_eq!(request.attributes, shown(&[("http.route", "\"/orders\"")]), "the scope is none");
    let error = "an error occurred when formatting an argument";
    let exception = shown(&[("exception.message", &format!("{error:?}"))]);
    assert_eq!(request.events, [("exception".to_owned(), exception)]);
    assert_eq!(request.links, [("a stranger".to_owned(), 0x301, 1)]);
    assert_eq!((&request.status.0[..], &request.status.1[..]), ("ERROR", "it is broken"));
    assert_eq!((&request.kind[..], request.flags), ("SERVER", 0x301));
    assert_eq!(
        (request.parent.as_deref(), &request.trace_state[..]),
        (Some("a stranger"), "vendor=x")
    );
    assert_eq!(spans["handle"].parent.as_deref(), Some("request"));
    let query = &spans["query"];
    assert_eq!((query.parent.as_deref(), query.flags), (Some("handle"), 0x101));
    assert_eq!(query.trace_state, "vendor=x");
    assert_eq!(query.events[0].0, "slow");
    Ok(())
}

#[test]
fn the_filter_takes_them_out_and_ours_belong_to_their_parent() -> Result<()> {
    let spans = sent(&[("tracing_filter", "info,opentelemetry=off")])?;
    let names: Vec<_> = spans.keys().collect();
    assert_eq!(names, ["handle"]);
    Ok(())
}
