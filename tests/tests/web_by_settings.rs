//! What the settings say of requests and messages: paths that are left out, and headers that carry the trace.
//!
//! Both belong to the whole process, so the tests of this one take turns.

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::get;
use std::error::Error;
use std::net::Ipv4Addr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use synndicate::reqwest::SendTraced as _;
use synndicate::testing::{Receiver, Spans};
use synndicate::tower::TraceLayer;
use synndicate::{Builder, traced};
use synndicate_tests::two_services;
use tokio::net::TcpListener;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

static TURN: Mutex<()> = Mutex::new(());

#[traced]
async fn work() -> &'static str {
    "done"
}

/// Asks a service for these paths; the headers of its answers.
async fn ask(paths: &[&str]) -> Result<Vec<HeaderMap>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let router = paths.iter().fold(Router::new(), |router, path| router.route(path, get(work)));
    tokio::spawn(async move { axum::serve(listener, router.layer(TraceLayer::new())).await });
    let mut answers = Vec::new();
    for path in paths {
        let url = format!("http://{address}{path}");
        let answer = reqwest::Client::new().get(url).send_traced().await?;
        answers.push(answer.headers().clone());
        assert_eq!(answer.text().await?, "done");
    }
    Ok(answers)
}

fn spans_of(settings: &[(&str, &str)], paths: &[&str]) -> Result<Spans> {
    Ok(answers_and_spans(settings, paths)?.1)
}

fn answers_and_spans(settings: &[(&str, &str)], paths: &[&str]) -> Result<(Vec<HeaderMap>, Spans)> {
    let receiver = Receiver::start()?;
    let builder = receiver.settings().into_iter();
    let builder = builder.fold(Builder::new(), |builder, (key, value)| builder.set(key, value));
    let builder = settings.iter().fold(builder, |builder, &(key, value)| builder.set(key, value));
    let tracing = builder.set("tracing_filter", "info,h2=off").start()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let answers = runtime.block_on(ask(paths))?;
    let ledger = tracing.shutdown();
    Ok((answers, receiver.wait_for(ledger.exported as usize, Duration::from_secs(60))?))
}

#[test]
fn excluded_paths_have_no_spans_nor_has_what_runs_for_them() -> Result {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let paths = ["/health", "/internal/metrics", "/api/query"];
    let excluded = [("tracing_http_exclude", "/health,/internal/*")];
    spans_of(&excluded, &paths)?.assert_tree("GET\nGET\nGET\n  GET /api/query\n    work");
    let all = spans_of(&[], &paths)?;
    assert_eq!(all.named("work").count(), paths.len(), "{all}");
    Ok(())
}

#[test]
fn responses_name_their_trace_in_the_header_that_the_settings_say() -> Result {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let header = [("tracing_http_response_header", "x-trace-id"), ("tracing_http_exclude", "/off")];
    let (answers, spans) = answers_and_spans(&header, &["/api/query", "/off"])?;
    let trace_id = format!("{:032x}", spans.one("GET /api/query").trace_id);
    assert_eq!(answers[0].get("x-trace-id").ok_or("no header")?, &trace_id);
    assert!(!answers[1].contains_key("x-trace-id"), "nobody finds that trace");
    let (answers, _) = answers_and_spans(&[], &["/api/query"])?;
    assert!(!answers[0].contains_key("x-trace-id"));
    Ok(())
}

#[test]
fn a_queue_between_two_services_carries_one_trace_by_every_propagator() -> Result {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    for (propagator, header) in [
        ("tracecontext", "traceparent"),
        ("b3", "b3"),
        ("b3multi", "x-b3-traceid"),
        ("jaeger", "uber-trace-id"),
    ] {
        let receiver = Receiver::start()?;
        let place = receiver.settings();
        let place = place.iter().map(|(key, value)| (*key, value.as_str()));
        let settings: Vec<_> = place.chain([("tracing_propagators", propagator)]).collect();
        let (headers, ledgers) = two_services::run(&settings, ["ordering", "billing"])?;
        assert!(headers.contains_key(header), "{headers:?}");
        assert_eq!(ledgers.map(|ledger| ledger.exported), [2, 2]);
        receiver
            .wait_for(4, Duration::from_secs(60))?
            .assert_tree("take_order\n  publish\n    bill order=7\n      charge");
    }
    Ok(())
}
