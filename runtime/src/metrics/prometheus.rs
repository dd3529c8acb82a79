//! The metrics as text that Prometheus reads.
//!
//! Source: <https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>.

use super::{Kind, METRICS, Metric, Reading, Sample};
use std::fmt::Write as _;

/// How tracing itself is, as a text that Prometheus reads: what became of every span, where spans wait, how each backend is and
/// how fast it answers. Its content type is `text/plain; version=0.0.4`.
///
/// | metric | labels | |
/// |---|---|---|
/// | `synndicate_spans_created_total`, `…_recovered_total`, `…_exported_total` | | as in the [`Ledger`](crate::Ledger) |
/// | `synndicate_spans_dropped_total` | `reason` | each [`DropReason`](crate::DropReason), such as `queue_full` |
/// | `synndicate_spans_waiting` | `place` | `rings`, `queue`, `request` or `spool`, see [`Waiting`](crate::Waiting) |
/// | `synndicate_exporting` | | 1 while [spans get through](crate::Health::is_exporting) |
/// | `synndicate_backend_info` | `backend`, `place` | the address of a backend; the value is 1 |
/// | `synndicate_backend_up` | `backend` | 1 while it takes spans |
/// | `synndicate_backend_state` | `backend`, `state` | 1 for the [state](crate::BackendState) that it is in |
/// | `synndicate_backend_state_changed_timestamp_seconds` | `backend` | since when |
/// | `synndicate_backend_spans_total`, `…_requests_total`, `…_requests_failed_total` | `backend` | as in [`BackendHealth`](crate::BackendHealth) |
/// | `synndicate_backend_latency_seconds` | `backend` | the median of its last answers |
/// | `synndicate_propagation_refused_total` | | what [`propagation::refused`](crate::propagation::refused) says |
///
/// `backend` is `primary`, `fallback_1`, `fallback_2` and so on, in the order of the settings. The text holds the addresses of
/// the backends and no secret.
///
/// ```
/// let text = synndicate::prometheus();
/// assert!(text.contains("# TYPE synndicate_spans_dropped_total counter"));
/// assert!(text.contains("synndicate_spans_dropped_total{reason=\"queue_full\"} 0"));
/// ```
#[must_use]
pub fn prometheus() -> String {
    text(&Reading::now())
}

pub(super) fn text(reading: &Reading) -> String {
    let mut out = String::new();
    for metric in &METRICS {
        let (name, kind) = (name(metric), kind(metric.kind));
        // Writing to a `String` cannot fail.
        let _ = writeln!(out, "# HELP {name} {}\n# TYPE {name} {kind}", metric.help);
        for sample in (metric.read)(reading) {
            let _ = writeln!(out, "{name}{} {}", labels(&sample), sample.value);
        }
    }
    out
}

/// The metric's name with its unit and, for a counter, `_total`.
pub(super) fn name(metric: &Metric) -> String {
    let unit = if metric.unit == "s" { "_seconds" } else { "" };
    let total = if metric.kind == Kind::Counter { "_total" } else { "" };
    format!("{}{unit}{total}", metric.name.replace('.', "_"))
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
    }
}

fn labels(sample: &Sample) -> String {
    let label = |(name, value): &(&str, String)| format!("{name}=\"{}\"", escaped(value));
    match &*sample.labels {
        [] => String::new(),
        labels => format!("{{{}}}", labels.iter().map(label).collect::<Vec<_>>().join(",")),
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
