//! A traced service that a tokio-console watches, in the way that is named, until its standard input ends.
#![expect(clippy::unwrap_used, reason = "a program that cannot start is a failed test")]

use console_subscriber::ConsoleLayer;
use std::io::{self, Read as _};
use synndicate::{traced, traced_service};
use tokio::runtime;
use tokio::sync::oneshot;
use tokio::task::{self, JoinHandle, yield_now};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer, Registry, fmt};

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("alone") => alone(),
        Some("joined to a log") => joined_to_a_log(),
        Some("in a list with a log") => in_a_list_with_a_log(),
        Some("without us") => without_us(),
        other => panic!("`{other:?}` is no service"),
    }
}

#[traced_service(
    layers = ConsoleLayer::builder().with_default_env().spawn(),
    flavor = "current_thread"
)]
async fn alone() {
    work().await;
}

#[traced_service(layers = console().and_then(log()), flavor = "current_thread")]
async fn joined_to_a_log() {
    work().await;
}

#[traced_service(layers = vec![console().boxed(), log().boxed()], flavor = "current_thread")]
async fn in_a_list_with_a_log() {
    work().await;
}

/// In a stack as the documentation of the console shows it.
fn without_us() {
    tracing_subscriber::registry().with(console()).init();
    runtime::Builder::new_current_thread().build().unwrap().block_on(work());
}

fn console() -> impl Layer<Registry> + Send + Sync {
    ConsoleLayer::builder().with_default_env().spawn()
}

fn log() -> impl Layer<Registry> + Send + Sync {
    let lines = fmt::layer().with_writer(io::stdout).with_ansi(false).without_time();
    lines.with_filter(LevelFilter::INFO)
}

async fn work() {
    let (found, waiting) = oneshot::channel();
    let waiter = named("waiter", wait(waiting));
    named("planner", plan(3)).await.unwrap();
    found.send(()).unwrap();
    waiter.await.unwrap();
    synndicate::spawn_blocking(embed).await.unwrap();
    let end = || io::stdin().read_to_end(&mut Vec::new());
    task::spawn_blocking(end).await.unwrap().unwrap();
}

fn named<F: Future<Output: Send> + Send + 'static>(name: &str, task: F) -> JoinHandle<F::Output> {
    task::Builder::new().name(name).spawn(task).unwrap()
}

#[traced]
async fn plan(steps: u32) {
    for _ in 0..steps {
        step().await;
    }
    tracing::info!("planned");
}

#[traced]
async fn step() {
    yield_now().await;
}

#[traced]
async fn wait(found: oneshot::Receiver<()>) {
    found.await.unwrap();
}

/// What runs a runtime within a span: what is polled there is in that span.
#[traced]
fn embed() {
    runtime::Builder::new_current_thread().build().unwrap().block_on(embedded());
}

#[traced]
async fn embedded() {
    yield_now().await;
}
