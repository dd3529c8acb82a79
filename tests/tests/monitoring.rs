//! The files of `config/monitoring` and the page on monitoring speak of metrics that exist.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::LazyLock;
use synndicate::{Builder, traced};

/// What a service says that has sent three spans to the console.
static SAID: LazyLock<String> = LazyLock::new(|| {
    let tracing = Builder::new().set("tracing_backend", "console").start().unwrap();
    for number in 0..3 {
        work(number);
    }
    assert!(synndicate::flush());
    let said = synndicate::prometheus();
    tracing.shutdown();
    said
});

#[traced]
fn work(number: u64) -> u64 {
    number
}

fn file(path: &str) -> String {
    fs::read_to_string(format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// Each metric with the labels that its samples have.
fn metrics() -> BTreeMap<String, BTreeSet<String>> {
    let mut metrics = BTreeMap::<String, BTreeSet<String>>::new();
    for line in SAID.lines() {
        if let Some(typed) = line.strip_prefix("# TYPE ") {
            metrics.entry(typed.split(' ').next().unwrap().to_owned()).or_default();
        } else if let Some((name, labels)) = line.split_once('{') {
            let labels = labels.split("\",").filter_map(|label| label.split_once('='));
            metrics.entry(name.to_owned()).or_default().extend(labels.map(|it| it.0.to_owned()));
        }
    }
    metrics
}

/// The metrics that a text speaks of, each with the labels that it asks them for.
fn spoken_of(text: &str) -> Vec<(String, Vec<String>)> {
    let is_word = |char: char| char.is_ascii_alphanumeric() || char == '_';
    let mut found = Vec::new();
    for (at, _) in text.match_indices("synndicate_") {
        let rest = &text[at..];
        let end = rest.find(|char| !is_word(char)).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let matchers = after.strip_prefix('{').and_then(|after| after.split('}').next());
        let labels = matchers.into_iter().flat_map(|matchers| matchers.split(','));
        let label = |matcher: &str| {
            matcher.trim().chars().take_while(|char| is_word(*char)).collect::<String>()
        };
        found.push((name.to_owned(), labels.map(label).collect()));
    }
    found
}

/// The labels that Prometheus gives by itself.
const OF_THE_TARGET: [&str; 2] = ["job", "instance"];

#[track_caller]
fn assert_known(text: &str) {
    let metrics = metrics();
    for (name, labels) in spoken_of(text) {
        let known = metrics.get(&name).unwrap_or_else(|| panic!("there is no metric `{name}`"));
        for label in labels.iter().filter(|label| !OF_THE_TARGET.contains(&label.as_str())) {
            assert!(known.contains(label), "`{name}` has no label `{label}`");
        }
    }
}

fn rules() -> Vec<Value> {
    let alerts: Value = yaml_serde::from_str(&file("config/monitoring/alerts.yml")).unwrap();
    let groups = alerts["groups"].as_array().unwrap().iter();
    groups.flat_map(|group| group["rules"].as_array().unwrap().clone()).collect()
}

#[test]
fn every_alert_is_seen_to_fire_and_not_to_fire() {
    let tried: Value =
        yaml_serde::from_str(&file("tests/backends/prometheus/alerts_test.yml")).unwrap();
    let tests = tried["tests"].as_array().unwrap().iter();
    let seen: BTreeSet<(&str, bool)> = tests
        .flat_map(|test| test["alert_rule_test"].as_array().unwrap())
        .map(|test| (test["alertname"].as_str().unwrap(), test.get("exp_alerts").is_some()))
        .collect();
    let rules = rules();
    let alerts = rules.iter().map(|rule| rule["alert"].as_str().unwrap());
    assert_eq!(seen, alerts.flat_map(|alert| [(alert, true), (alert, false)]).collect());
}

#[test]
fn every_alert_is_about_metrics_that_exist() {
    let rules = rules();
    assert!(rules.len() > 5);
    for rule in &rules {
        let expression = rule["expr"].as_str().unwrap();
        assert!(!spoken_of(expression).is_empty(), "{rule}");
        assert_known(expression);
        assert!(rule["annotations"]["summary"].is_string(), "{rule}");
        assert!(
            ["critical", "warning", "info"].contains(&rule["labels"]["severity"].as_str().unwrap())
        );
    }
}

fn panels() -> Vec<Value> {
    let dashboard: Value =
        serde_json::from_str(&file("config/monitoring/grafana-dashboard.json")).unwrap();
    dashboard["panels"].as_array().unwrap().clone()
}

fn expressions(panel: &Value) -> Vec<String> {
    let targets = panel["targets"].as_array().unwrap();
    targets.iter().map(|target| target["expr"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_dashboard_shows_every_metric_and_no_other() {
    let shown: Vec<String> = panels().iter().flat_map(expressions).collect();
    assert_known(&shown.join("\n"));
    for name in metrics().keys() {
        let is_shown = |expression: &String| spoken_of(expression).iter().any(|it| it.0 == *name);
        assert!(shown.iter().any(is_shown), "no panel shows `{name}`");
    }
}

#[test]
fn no_two_panels_of_the_dashboard_cover_each_other() {
    let mut covered = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for panel in panels() {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{panel}");
        let [x, y, width, height] =
            ["x", "y", "w", "h"].map(|side| panel["gridPos"][side].as_u64().unwrap());
        assert!(x + width <= 24, "{panel}");
        for cell in (x..x + width).flat_map(|x| (y..y + height).map(move |y| (x, y))) {
            assert!(covered.insert(cell), "{panel}");
        }
    }
}

#[test]
fn prometheus_reads_the_alerts_that_stand_beside_its_file() {
    let prometheus: Value =
        yaml_serde::from_str(&file("config/monitoring/prometheus.yml")).unwrap();
    for alerts in prometheus["rule_files"].as_array().unwrap() {
        file(&format!("config/monitoring/{}", alerts.as_str().unwrap()));
    }
}

/// Without the values that differ each time.
fn without_times(text: &str) -> String {
    let blanked = |line: &str| match line.split_once(' ') {
        Some((name, _)) if name.contains("_seconds{") => format!("{name} …\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(blanked).collect()
}

#[test]
fn the_page_shows_what_a_service_says_and_asks_for_metrics_that_exist() {
    let page = file("runtime/src/guide/monitoring.md");
    let mut blocks = page.split("```").skip(1).step_by(2);
    let block =
        blocks.find_map(|block| block.strip_prefix("text\n").filter(|it| it.contains("# HELP")));
    let shown = block.unwrap_or_else(|| panic!("it should show:\n{}", *SAID));
    assert_eq!(without_times(shown), without_times(&SAID));
    let table = page.lines().filter(|line| line.starts_with("| "));
    assert_known(&table.collect::<String>());
}
