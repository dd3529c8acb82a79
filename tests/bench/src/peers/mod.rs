//! The peers, one file each: how it is started, and its work. No peer knows how it is measured.

use crate::scenario::Scenario;
use crate::workload::Workload;
use anyhow::{Context, Result};
use std::str::FromStr;

mod fastrace;
mod floor;
mod instrumented;
mod oxtel;
mod plain;
mod registry;
mod synndicate;
mod tracing_opentelemetry;

/// A tracer beside which ours is measured.
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    pub(crate) workload: Workload,
    /// Installs the tracer for the whole process.
    pub(crate) start: fn(&Setup) -> Result<Box<dyn Tracer>>,
    pub(crate) records: Records,
    /// What it can speak to a sink.
    pub(crate) wires: &'static [Wire],
}

/// What becomes of a peer's spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Records {
    /// There are none: the scenarios about spans say nothing.
    Nothing,
    /// They are made and dropped.
    Spans,
    /// They are encoded to OTLP.
    Otlp,
}

/// What is spoken to a sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    Http,
    Grpc,
}

impl Wire {
    pub(crate) const ALL: [Self; 2] = [Self::Http, Self::Grpc];

    /// What the command line calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Grpc => "grpc",
        }
    }
}

impl FromStr for Wire {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|wire| wire.name() == name);
        found.with_context(|| format!("unknown wire `{name}`"))
    }
}

/// How a peer is to be started.
pub(crate) struct Setup {
    pub(crate) sampled: bool,
    /// How many spans may wait; `None` is the peer's own default.
    pub(crate) queue: Option<usize>,
    /// Where the spans go; `None` encodes and drops them.
    pub(crate) sink: Option<Sink>,
}

/// Where a sink listens.
pub(crate) struct Sink {
    pub(crate) wire: Wire,
    /// Scheme, host and port.
    pub(crate) endpoint: String,
}

/// A tracer at work.
pub(crate) trait Tracer {
    /// Returns when every span that ended is encoded, and with a sink when the sink has it.
    fn drain(&self);

    /// The same after a run without pauses.
    fn catch_up(&self) {
        self.drain();
    }

    /// How many spans came out so far; `None` where they are not counted.
    fn delivered(&self) -> Option<u64> {
        None
    }
}

impl Peer {
    pub(crate) fn all() -> Vec<Self> {
        vec![
            plain::peer(),
            floor::peer(),
            synndicate::peer(),
            synndicate::with_rules(),
            registry::peer(),
            fastrace::without_exporter(),
            fastrace::peer(),
            oxtel::peer(),
            tracing_opentelemetry::peer(),
            tracing_opentelemetry::with_defaults(),
        ]
    }

    pub(crate) fn named(name: &str) -> Result<Self> {
        let found = Self::all().into_iter().find(|peer| peer.name == name);
        found.with_context(|| format!("unknown peer `{name}`"))
    }

    pub(crate) fn supports(&self, scenario: Scenario) -> bool {
        match scenario {
            Scenario::Burst => true,
            Scenario::Async => self.workload.asynchronous.is_some(),
            Scenario::Spans => self.workload.spans.is_some(),
            Scenario::Options | Scenario::AsyncOptions => self.workload.options.is_some(),
            Scenario::Apart | Scenario::Saturated | Scenario::Threads => {
                self.records == Records::Otlp
            }
            Scenario::Unsampled | Scenario::Disabled => {
                self.records == Records::Otlp || self.name == PLAIN
            }
        }
    }
}

/// The peer that all others are compared with.
pub(crate) const OURS: &str = "synndicate";
/// Ours with rules in its settings.
pub(crate) const WITH_RULES: &str = "synndicate-rules";
/// The call that has no attribute.
pub(crate) const PLAIN: &str = "plain";
