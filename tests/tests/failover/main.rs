//! What becomes of a program's spans when its first backend fails and another one stands in: nothing is lost that need not be, the
//! ledger balances, and the log says what happens.
//!
//! Each test runs a program of its own against receivers that fail as they are told.

mod matrix;
mod outages;
mod report;

use anyhow::Result;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use std::collections::BTreeMap;
use synndicate_tests::program::Program;
use synndicate_tests::receiver::{Receiver, Wire};

/// A program that sends to the first of `receivers`, and to the others while that one does not take its spans.
fn start(receivers: &[&Receiver], settings: &[(&'static str, &str)]) -> Result<Program> {
    let [first, others @ ..] = receivers else { anyhow::bail!("there is no receiver") };
    let others: Vec<_> = others.iter().map(|receiver| entry(receiver)).collect();
    let fallbacks = format!("[{}]", others.join(", "));
    let usual = [
        ("shutdown_timeout", "60"),
        ("tracing_max_queue_size", "1000000"),
        ("tracing_batch_timeout", "20"),
        ("tracing_fallbacks", &fallbacks),
    ];
    let own = usual.iter().chain(settings).map(|&(key, value)| (key, value.to_owned()));
    Ok(Program::start(
        env!("CARGO_BIN_EXE_driven_service"),
        first.settings().into_iter().chain(own),
    )?)
}

/// A receiver as an entry of `tracing_fallbacks`.
fn entry(receiver: &Receiver) -> String {
    let (endpoint, protocol) = (receiver.endpoint(), receiver.wire().name());
    format!("{{ endpoint = \"{endpoint}\", protocol = \"{protocol}\" }}")
}

/// The wire that is not this one.
fn other(wire: Wire) -> Wire {
    match wire {
        Wire::Http => Wire::Grpc,
        _ => Wire::Http,
    }
}

/// How often each of the numbered spans has arrived at any of these.
fn arrivals(receivers: &[&Receiver]) -> BTreeMap<i64, usize> {
    let mut arrivals = BTreeMap::new();
    for receiver in receivers {
        let noted = receiver.noted();
        let attributes = noted.spans().flat_map(|span| &span.attributes);
        for attribute in attributes.filter(|attribute| attribute.key == "number") {
            let value = attribute.value.as_ref().and_then(|value| value.value.as_ref());
            if let Some(Value::IntValue(number)) = value {
                *arrivals.entry(*number).or_default() += 1;
            }
        }
    }
    arrivals
}
