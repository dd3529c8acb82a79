//! Every form that a service can have, for tests that look at the whole process; the argument says which.
//!
//! The attribute is for `main`, but there can be one of it in a program; on another function it does the same.

extern crate tokio as foreign_runtime;

use std::error::Error;
use std::io::{self, Write};
use std::process::{ExitCode, Termination};
use synndicate::{traced, traced_service};
use tracing_subscriber::fmt::format::FmtSpan;

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("current_thread") => ended(current_thread),
        Some("one_worker") => ended(one_worker),
        Some("many_workers") => ended(many_workers),
        Some("unit") => ended(unit),
        Some("exit_code") => ended(exit_code),
        Some("boxed_error") => ended(boxed_error),
        Some("anyhow") => ended(anyhow_error),
        Some("termination") => ended(termination),
        Some("never") => never(),
        Some("tokio_above") => ended(tokio_above),
        Some("tokio_below") => ended(tokio_below),
        Some("foreign_runtime") => ended(foreign_runtime_below),
        Some("actix_below") => ended(actix_below),
        Some("actix_above") => ended(actix_above),
        Some("traced") => ended(traced_main),
        Some("series") => ended(series),
        Some("nested") => ended(nested),
        Some("beside") => ended(beside),
        Some("shutdown_inside") => ended(shutdown_inside),
        Some("late") => ended(late),
        Some("arguments") => ended(arguments),
        Some("wrong_arguments") => ended(wrong_arguments),
        other => panic!("`{other:?}` is no form"),
    }
}

fn ended<T: Termination>(service: impl FnOnce() -> T) -> ExitCode {
    service().report()
}

#[traced_service(flavor = "current_thread")]
async fn current_thread() {
    let _ = tokio::spawn(spawned()).await;
    work();
    say(&format!("{:?} 0", tokio::runtime::Handle::current().runtime_flavor()));
}

#[traced_service(worker_threads = 1)]
async fn one_worker() {
    let _ = tokio::spawn(spawned()).await;
    work();
    let runtime = tokio::runtime::Handle::current();
    say(&format!("{:?} {}", runtime.runtime_flavor(), runtime.metrics().num_workers()));
}

#[traced_service(flavor = "multi_thread", worker_threads = 3)]
async fn many_workers() {
    let _ = tokio::spawn(spawned()).await;
    work();
    let runtime = tokio::runtime::Handle::current();
    say(&format!("{:?} {}", runtime.runtime_flavor(), runtime.metrics().num_workers()));
}

#[traced_service]
fn unit() {
    work();
}

#[traced_service]
async fn exit_code() -> ExitCode {
    work();
    ExitCode::from(9)
}

#[traced_service]
fn boxed_error() -> Result<(), Box<dyn Error>> {
    work();
    let number: u32 = "seven".parse()?;
    say(&number.to_string());
    Ok(())
}

#[traced_service]
async fn anyhow_error() -> anyhow::Result<()> {
    work();
    anyhow::bail!("out of ink");
}

#[traced_service]
fn termination() -> impl Termination {
    work();
    ExitCode::from(8)
}

#[traced_service]
async fn never() -> ! {
    work();
    say("ready");
    std::future::pending().await
}

#[tokio::main(flavor = "current_thread")]
#[traced_service]
async fn tokio_above() {
    let _ = tokio::spawn(spawned()).await;
    work();
    say(&format!("{:?} 0", tokio::runtime::Handle::current().runtime_flavor()));
}

#[traced_service]
#[tokio::main(worker_threads = 1)]
async fn tokio_below() {
    let _ = tokio::spawn(spawned()).await;
    work();
    let runtime = tokio::runtime::Handle::current();
    say(&format!("{:?} {}", runtime.runtime_flavor(), runtime.metrics().num_workers()));
}

/// An attribute that is not known by its name.
#[traced_service]
#[foreign_runtime::main(flavor = "current_thread")]
async fn foreign_runtime_below() {
    let _ = tokio::spawn(spawned()).await;
    work();
    say(&format!("{:?} 0", tokio::runtime::Handle::current().runtime_flavor()));
}

/// What `#[actix_web::main]` is under another name.
#[traced_service]
#[actix_rt::main]
async fn actix_below() {
    let _ = actix_rt::spawn(spawned()).await;
    work();
    say(&format!("{:?} 0", tokio::runtime::Handle::current().runtime_flavor()));
}

#[actix_rt::main]
#[traced_service]
async fn actix_above() {
    let _ = tokio::spawn(spawned()).await;
    work();
    say(&format!("{:?} 0", tokio::runtime::Handle::current().runtime_flavor()));
}

#[traced_service]
#[traced]
async fn traced_main() {
    work();
}

/// Services after one another.
fn series() {
    #[traced_service(service_name = "first")]
    fn first() {
        work();
    }
    #[traced_service(service_name = "second")]
    async fn second() {
        work();
    }
    first();
    second();
    first();
}

/// A service within another one is part of it.
fn nested() {
    #[traced_service(service_name = "outer")]
    fn outer() {
        inner();
        work();
    }
    #[traced_service(service_name = "inner")]
    async fn inner() {
        work();
    }
    outer();
}

/// A service where somebody has started tracing already.
fn beside() -> Result<(), synndicate::StartError> {
    #[traced_service]
    fn service() {
        work();
    }
    let tracing = synndicate::Builder::new().start()?;
    service();
    work();
    let ledger = tracing.shutdown();
    say(&format!("{} of {}", ledger.exported, ledger.created));
    Ok(())
}

const VERSION: &str = "1.2.3";

#[traced_service(
    service_name = concat!("ar", "guments"),
    service_version = VERSION,
    tracing_sample_rate = 1.0,
    tracing_health_check = false,
    resource_attributes = { "team" = "search" },
)]
fn arguments() {
    work();
}

/// Tracing needs nothing of the runtime that its end blocks.
#[traced_service(flavor = "current_thread")]
async fn shutdown_inside() {
    work();
    let ledger = tokio::spawn(async { synndicate::shutdown() }).await;
    say(&format!("{:?}", ledger.map(|ledger| ledger.exported)));
}

#[traced_service(tracing_sampel_rate = 0.5, shutdown_grace = "soon")]
fn wrong_arguments() {
    say("the body runs");
}

/// A service where another subscriber was first.
fn late() {
    #[traced_service]
    fn service() {
        work();
    }
    tracing_subscriber::fmt().with_writer(io::stdout).with_span_events(FmtSpan::CLOSE).init();
    service();
}

#[traced]
fn work() {
    step();
}

#[traced]
fn step() {}

#[traced]
async fn spawned() {
    tokio::task::yield_now().await;
}

fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}
