//! What becomes of a program's spans when its backend fails, over every wire: recoverable faults lose nothing, everything else is
//! counted, and the log says it once.
//!
//! Each test runs a program of its own against a receiver that fails as it is told.

mod ending;
mod jaeger;
mod killed;
mod large_spool;
mod limits;
mod log;
mod recovery;
mod refusals;
mod retry;
mod spool;

use anyhow::{Context, Result};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::thread;
use synndicate_tests::program::Program;
use synndicate_tests::receiver::{Noted, Receiver, Wire};

/// Runs a test over both wires of OTLP at once.
fn on_both_wires(test: impl Fn(Wire) -> Result<()> + Sync) -> Result<()> {
    on_wires(Wire::ALL, test)
}

/// Runs a test over every wire at once, Zipkin's among them, in which a server takes all of a batch or nothing.
fn on_every_wire(test: impl Fn(Wire) -> Result<()> + Sync) -> Result<()> {
    on_wires(Wire::EVERY, test)
}

fn on_wires<const COUNT: usize>(
    wires: [Wire; COUNT],
    test: impl Fn(Wire) -> Result<()> + Sync,
) -> Result<()> {
    let test = &test;
    thread::scope(|scope| {
        let runs = wires.map(|wire| (wire, scope.spawn(move || test(wire))));
        for (wire, run) in runs {
            run.join()
                .unwrap_or_else(|panic| resume_unwind(panic))
                .with_context(|| format!("over {wire:?}"))?;
        }
        Ok(())
    })
}

/// A program that sends to `receiver`, with these settings and with time to recover.
fn start(receiver: &Receiver, settings: &[(&'static str, &str)]) -> Result<Program> {
    let usual = [("shutdown_timeout", "60"), ("tracing_max_queue_size", "1000000")];
    let own = usual.iter().chain(settings).map(|&(key, value)| (key, value.to_owned()));
    Ok(Program::start(
        env!("CARGO_BIN_EXE_driven_service"),
        receiver.settings().into_iter().chain(own),
    )?)
}

/// A program whose backend has already answered that it would take spans, or that it would not.
fn start_and_probe(receiver: &Receiver, settings: &[(&'static str, &str)]) -> Result<Program> {
    let program = start(receiver, settings)?;
    receiver.wait_until(|noted| noted.probes > 0)?;
    Ok(program)
}

/// How often each of the numbered spans has arrived.
fn arrivals(noted: &Noted) -> BTreeMap<i64, usize> {
    let mut arrivals = BTreeMap::new();
    for attribute in noted
        .spans()
        .flat_map(|span| &span.attributes)
        .filter(|attribute| attribute.key == "number")
    {
        let value = attribute.value.as_ref().and_then(|value| value.value.as_ref());
        if let Some(Value::IntValue(number)) = value {
            *arrivals.entry(*number).or_default() += 1;
        }
    }
    arrivals
}

/// The lines that say that the backend takes no spans, and those that say that it takes them again.
fn told(log: &[String]) -> [Vec<&str>; 2] {
    let with =
        |text: &str| log.iter().map(String::as_str).filter(|line| line.contains(text)).collect();
    [with("does not take"), with("takes spans again")]
}

/// The log of a fault that was overcome says so in one line each.
#[track_caller]
fn assert_told_once(log: &[String]) {
    let [down, up] = told(log);
    assert_eq!((down.len(), up.len()), (1, 1), "{log:#?}");
}
