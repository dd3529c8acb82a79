//! How tracing itself is, in numbers for a monitoring system.
//!
//! [`METRICS`] is the one list, from which the text of Prometheus and the instruments of OpenTelemetry
//! come. A metric has its name in OpenTelemetry's spelling; that of Prometheus follows from it by the
//! rules that collectors use, so that dashboards work whichever way the numbers come:
//! <https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#otlp-metric-points-to-prometheus>.
//!
//! It reads what [`health`](crate::health) says. It must never count anything itself.

#[cfg(feature = "metrics")]
mod instruments;
mod prometheus;
#[cfg(test)]
mod tests;

#[cfg(feature = "metrics")]
pub use instruments::register_metrics;
pub use prometheus::prometheus;

use crate::health::{BackendHealth, BackendState};
use crate::pipeline::{DropReason, Health};
use crate::propagation;
use std::time::UNIX_EPOCH;

/// What the metrics are read from.
#[derive(Clone, Debug, Default)]
struct Reading {
    health: Health,
    /// Headers with trace context that were malformed.
    refused: u64,
}

/// What is measured.
struct Metric {
    name: &'static str,
    kind: Kind,
    /// In the spelling of UCUM, as OpenTelemetry asks.
    unit: &'static str,
    help: &'static str,
    read: fn(&Reading) -> Vec<Sample>,
}

/// How a value changes.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// It only grows, until the program ends.
    Counter,
    Gauge,
}

/// One value, and what it is the value of.
struct Sample {
    labels: Vec<(&'static str, String)>,
    value: f64,
}

static METRICS: [Metric; 15] = [
    counter("synndicate.spans.created", "{span}", "Sampled spans that have ended.", |it| {
        one(it.health.ledger.created as f64)
    }),
    counter(
        "synndicate.spans.recovered",
        "{span}",
        "Spans of earlier runs that were found in the spool.",
        |it| one(it.health.ledger.recovered as f64),
    ),
    counter("synndicate.spans.exported", "{span}", "Spans that a backend has taken.", |it| {
        one(it.health.ledger.exported as f64)
    }),
    counter("synndicate.spans.dropped", "{span}", "Spans that were lost, by reason.", |it| {
        DropReason::ALL.into_iter().map(|reason| dropped(it, reason)).collect()
    }),
    gauge("synndicate.spans.waiting", "{span}", "Spans on their way, by where they are.", waiting),
    gauge(
        "synndicate.exporting",
        "",
        "Whether spans get through now: some backend is up, or tracing does not run.",
        |it| one(flag(it.health.is_exporting())),
    ),
    gauge("synndicate.backend.info", "", "Where each backend is; always 1.", |it| {
        of_backends(it, |backend| vec![(vec![("place", backend.place.clone())], 1.0)])
    }),
    gauge("synndicate.backend.up", "", "Whether the backend takes spans.", |it| {
        let is_up = |state| matches!(state, BackendState::Up | BackendState::Degraded);
        of_backends(it, |backend| plain(flag(is_up(backend.state))))
    }),
    gauge("synndicate.backend.state", "", "1 for the state in which the backend is.", |it| {
        of_backends(it, |backend| STATES.map(|state| in_state(backend, state)).into())
    }),
    gauge(
        "synndicate.backend.state_changed.timestamp",
        "s",
        "Since when the backend is in its state, as Unix time.",
        |it| {
            let since = |backend: &BackendHealth| backend.since.duration_since(UNIX_EPOCH);
            of_backends(it, |backend| plain(since(backend).unwrap_or_default().as_secs_f64()))
        },
    ),
    counter("synndicate.backend.spans", "{span}", "Spans that the backend has taken.", |it| {
        of_backends(it, |backend| plain(backend.exported as f64))
    }),
    counter(
        "synndicate.backend.requests",
        "{request}",
        "Requests with spans that the backend was sent.",
        |it| of_backends(it, |backend| plain(backend.requests as f64)),
    ),
    counter(
        "synndicate.backend.requests.failed",
        "{request}",
        "Requests to the backend that failed, with spans or without.",
        |it| of_backends(it, |backend| plain(backend.failed as f64)),
    ),
    gauge(
        "synndicate.backend.latency",
        "s",
        "How long a good answer of the backend took lately: the median of at most 32.",
        |it| {
            let latency = |backend: &BackendHealth| backend.latency.map(|it| it.as_secs_f64());
            of_backends(it, |backend| latency(backend).map(plain).unwrap_or_default())
        },
    ),
    counter(
        "synndicate.propagation.refused",
        "{header}",
        "Headers with trace context that were malformed.",
        |it| one(it.refused as f64),
    ),
];

const STATES: [BackendState; 4] =
    [BackendState::Starting, BackendState::Up, BackendState::Degraded, BackendState::Down];

impl Reading {
    fn now() -> Reading {
        Reading { health: crate::health(), refused: propagation::refused() }
    }
}

const fn counter(
    name: &'static str,
    unit: &'static str,
    help: &'static str,
    read: fn(&Reading) -> Vec<Sample>,
) -> Metric {
    Metric { name, kind: Kind::Counter, unit, help, read }
}

const fn gauge(
    name: &'static str,
    unit: &'static str,
    help: &'static str,
    read: fn(&Reading) -> Vec<Sample>,
) -> Metric {
    Metric { name, kind: Kind::Gauge, unit, help, read }
}

/// What a backend says: labels besides its own, and the value.
type Said = Vec<(Vec<(&'static str, String)>, f64)>;

fn one(value: f64) -> Vec<Sample> {
    vec![Sample { labels: Vec::new(), value }]
}

fn plain(value: f64) -> Said {
    vec![(Vec::new(), value)]
}

fn flag(is: bool) -> f64 {
    if is { 1.0 } else { 0.0 }
}

fn dropped(reading: &Reading, reason: DropReason) -> Sample {
    let value = reading.health.ledger.dropped_for(reason) as f64;
    Sample { labels: vec![("reason", snake_case(&format!("{reason:?}")))], value }
}

fn waiting(reading: &Reading) -> Vec<Sample> {
    let waiting = reading.health.waiting;
    let places = [
        ("rings", waiting.in_rings),
        ("queue", waiting.queued),
        ("request", waiting.in_flight),
        ("spool", waiting.spooled),
    ];
    let sample = |(place, spans): (&str, u64)| Sample {
        labels: vec![("place", place.to_owned())],
        value: spans as f64,
    };
    places.map(sample).into()
}

fn in_state(backend: &BackendHealth, state: BackendState) -> (Vec<(&'static str, String)>, f64) {
    (vec![("state", state.name().to_owned())], flag(backend.state == state))
}

/// The samples of every backend, under a name that stays the same when its address is found out: it is
/// `primary`, `fallback_1` and so on.
fn of_backends(reading: &Reading, read: impl Fn(&BackendHealth) -> Said) -> Vec<Sample> {
    let mut samples = Vec::new();
    for (at, backend) in reading.health.backends.iter().enumerate() {
        let name = if at == 0 { "primary".to_owned() } else { format!("fallback_{at}") };
        for (mut labels, value) in read(backend) {
            labels.insert(0, ("backend", name.clone()));
            samples.push(Sample { labels, value });
        }
    }
    samples
}

/// `QueueFull` as `queue_full`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for char in name.chars() {
        if char.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(char.to_lowercase());
    }
    snake
}
