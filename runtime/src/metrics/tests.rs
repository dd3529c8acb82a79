//! What a monitoring system reads, by a parser that is not ours.

use super::prometheus::{name, text};
use super::*;
use crate::pipeline::{Ledger, Waiting};
use prometheus_parse::{Scrape, Value};
use std::time::Duration;

fn backend(place: &str, state: BackendState) -> BackendHealth {
    BackendHealth {
        place: place.into(),
        state,
        since: UNIX_EPOCH + Duration::from_millis(1_500),
        reason: None,
        last_error: Some("it said no".into()),
        latency: (state == BackendState::Up).then_some(Duration::from_micros(2_500)),
        exported: 7,
        requests: 3,
        failed: 2,
    }
}

fn reading() -> Reading {
    let waiting = Waiting { in_rings: 1, queued: 2, in_flight: 3, spooled: 4 };
    let mut ledger = Ledger::default();
    (ledger.created, ledger.recovered, ledger.exported, ledger.waiting) = (20, 5, 15, 10);
    let backends = vec![
        backend("http://a:4317", BackendState::Down),
        backend("a \"quoted\" \\ place\nwith two lines", BackendState::Up),
    ];
    Reading { health: Health { ledger, waiting, backends }, refused: 9 }
}

fn scrape(reading: &Reading) -> Scrape {
    Scrape::parse(text(reading).lines().map(|line| Ok(line.to_owned()))).unwrap()
}

/// The value under this name and these labels.
#[track_caller]
fn value(scrape: &Scrape, name: &str, labels: &[(&str, &str)]) -> f64 {
    let fits = |sample: &&prometheus_parse::Sample| {
        sample.metric == name
            && sample.labels.len() == labels.len()
            && labels.iter().all(|(label, value)| sample.labels.get(label) == Some(*value))
    };
    let found: Vec<_> = scrape.samples.iter().filter(fits).collect();
    match *found {
        [sample] => match sample.value {
            Value::Counter(value) | Value::Gauge(value) => value,
            ref other => panic!("{name} is {other:?}"),
        },
        _ => panic!("{name} {labels:?}: {} samples", found.len()),
    }
}

#[test]
fn a_parser_of_prometheus_reads_every_number() {
    let scrape = scrape(&reading());
    let value = |name, labels: &[_]| value(&scrape, name, labels);
    for (name, labels, expected) in [
        ("synndicate_spans_created_total", vec![], 20.0),
        ("synndicate_spans_recovered_total", vec![], 5.0),
        ("synndicate_spans_exported_total", vec![], 15.0),
        ("synndicate_spans_dropped_total", vec![("reason", "thread_too_fast")], 0.0),
        ("synndicate_spans_waiting", vec![("place", "rings")], 1.0),
        ("synndicate_spans_waiting", vec![("place", "queue")], 2.0),
        ("synndicate_spans_waiting", vec![("place", "request")], 3.0),
        ("synndicate_spans_waiting", vec![("place", "spool")], 4.0),
        ("synndicate_exporting", vec![], 1.0),
        ("synndicate_backend_up", vec![("backend", "primary")], 0.0),
        ("synndicate_backend_up", vec![("backend", "fallback_1")], 1.0),
        ("synndicate_backend_state", vec![("backend", "primary"), ("state", "down")], 1.0),
        ("synndicate_backend_state", vec![("backend", "primary"), ("state", "up")], 0.0),
        ("synndicate_backend_state_changed_timestamp_seconds", vec![("backend", "primary")], 1.5),
        ("synndicate_backend_spans_total", vec![("backend", "primary")], 7.0),
        ("synndicate_backend_requests_total", vec![("backend", "primary")], 3.0),
        ("synndicate_backend_requests_failed_total", vec![("backend", "primary")], 2.0),
        ("synndicate_backend_latency_seconds", vec![("backend", "fallback_1")], 0.0025),
        ("synndicate_propagation_refused_total", vec![], 9.0),
        ("synndicate_backend_info", vec![("backend", "primary"), ("place", "http://a:4317")], 1.0),
    ] {
        assert!((value(name, &labels) - expected).abs() < f64::EPSILON, "{name} {labels:?}");
    }
}

#[test]
fn every_metric_is_explained_and_what_is_not_known_has_no_sample() {
    let scrape = scrape(&reading());
    for metric in &METRICS {
        assert_eq!(scrape.docs.get(&name(metric)).map(String::as_str), Some(metric.help));
    }
    let has = |name: &str, backend: &str| {
        scrape
            .samples
            .iter()
            .any(|it| it.metric == name && it.labels.get("backend") == Some(backend))
    };
    assert!(!has("synndicate_backend_latency_seconds", "primary"));
}

#[test]
fn every_reason_is_there_before_anything_was_dropped() {
    let scrape = scrape(&Reading::default());
    let reasons = scrape.samples.iter().filter(|it| it.metric == "synndicate_spans_dropped_total");
    assert_eq!(reasons.count(), DropReason::ALL.len());
}

#[test]
fn what_a_place_is_called_stays_within_its_label() {
    let text = text(&reading());
    let mut lines = text.lines().filter(|line| line.starts_with("synndicate_backend_info{"));
    let last = lines.next_back().unwrap();
    assert!(last.ends_with(r#"place="a \"quoted\" \\ place\nwith two lines"} 1"#), "{last}");
}

#[test]
fn no_two_samples_are_the_same_also_where_two_backends_are_at_one_place() {
    let mut reading = reading();
    reading.health.backends = vec![backend("http://a:4317", BackendState::Up); 3];
    let text = text(&reading);
    let mut series: Vec<_> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.rsplit_once(' ').unwrap().0)
        .collect();
    let all = series.len();
    series.sort_unstable();
    series.dedup();
    assert_eq!(series.len(), all);
}
