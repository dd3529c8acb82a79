//! A service beside which layers of its own run, or its log, for tests that look at the whole process; the argument says which.
#![expect(clippy::unwrap_used, reason = "a program that cannot start is a failed test")]

use opentelemetry::trace::Tracer as _;
use std::io;
use synndicate::{traced, traced_service};
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::Context;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("fmt") => with_fmt(),
        Some("two") => with_two(),
        Some("span") => with_a_filter_by_span(),
        Some("log") => with_its_log(),
        Some("records") => with_records(),
        Some("fmt with records") => with_fmt_and_records(),
        Some("api") => with_a_library(),
        Some("stack") => within_a_stack(work),
        Some("stack with records") => within_a_stack(report),
        Some("panics") => with_one_that_panics(),
        other => panic!("`{other:?}` is no service"),
    }
    tracing::info!("after the end");
}

#[traced_service(layers = shown(LevelFilter::INFO), service_name = "layered")]
async fn with_fmt() {
    let _ = synndicate::spawn(work(3)).await;
}

#[traced_service(layers = shown(LevelFilter::OFF).and_then(shown(LevelFilter::INFO)))]
fn with_two() {
    tracing::info!("seen by one");
}

#[traced_service(layers = lines().with_filter(EnvFilter::new("[work]=debug")))]
async fn with_a_filter_by_span() {
    tracing::info!("outside");
    let _ = work(3).await;
}

#[traced_service]
async fn with_its_log() {
    tracing::info!("outside");
    let _ = work(3).await;
    let span = tracing::info_span!("asked");
    tracing::warn!(parent: &span, answer = 42, "told");
}

#[traced_service]
async fn with_records() {
    let _ = report(3).await;
}

#[traced_service(layers = shown(LevelFilter::INFO))]
async fn with_fmt_and_records() {
    let _ = report(3).await;
}

#[traced_service]
fn with_a_library() {
    opentelemetry::global::tracer("library").in_span("in a library", |_| tracing::info!("asked"));
}

fn within_a_stack<F: Future<Output = Result<(), String>> + Send + 'static>(work: fn(u32) -> F) {
    let (layer, tracing) = synndicate::layer().unwrap();
    tracing_subscriber::registry().with(shown(LevelFilter::INFO)).with(layer).init();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let _ = runtime.block_on(async { synndicate::spawn(work(3)).await });
    tracing.shutdown();
}

#[traced_service(layers = Panics)]
fn with_one_that_panics() {
    tracing::info!("panics");
}

/// What a library says that knows only the crate `log`.
#[traced]
async fn report(steps: u32) -> Result<(), String> {
    log::warn!("{steps} left");
    log::info!(target: "layered_service::part", "a part");
    log::debug!(target: "layered_service::part", "in detail");
    Ok(())
}

/// Lines on standard output.
fn shown(level: LevelFilter) -> impl Layer<Registry> + Send + Sync {
    lines().with_filter(level)
}

fn lines() -> impl Layer<Registry> + Send + Sync {
    fmt::layer().with_writer(io::stdout).with_ansi(false).without_time()
}

struct Panics;

impl<S: Subscriber> Layer<S> for Panics {
    fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
        panic!("on purpose");
    }
}

#[traced]
async fn work(steps: u32) -> Result<(), String> {
    tracing::info!("working");
    tracing::debug!("hidden");
    step();
    Err(format!("nothing done in {steps} steps"))
}

#[traced(level = "debug")]
fn step() {
    tracing::info!("a step");
}
