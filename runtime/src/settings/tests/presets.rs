//! What a preset gives, and what wins over it.

use super::support::*;
use crate::settings::BackendName;
use crate::settings::Preset;
use std::time::Duration;

const PRESET: &str = "SYN_OBSERVABILITY__TRACING_PRESET";

#[test]
fn a_preset_gives_the_keys_that_nobody_set() {
    let settings = keys("tracing_preset = 'high-throughput'").settings();
    assert!((settings.tracing_sample_rate - 0.01).abs() < f64::EPSILON);
    assert_eq!((settings.tracing_max_batch_size, settings.tracing_max_queue_size), (2048, 8192));
    assert_eq!(settings.tracing_batch_timeout, Duration::from_secs(1));
    assert!(settings.tracing_health_check, "it costs nothing while spans flow");
    let settings = attribute(&[("tracing_preset", "low-memory")]).settings();
    assert_eq!((settings.tracing_max_batch_size, settings.tracing_max_queue_size), (128, 512));
    assert_eq!(settings.tracing_max_queue_bytes, 8 << 20);
    assert_eq!(settings.tracing_batch_timeout, Duration::from_secs(2));
    let settings = variable(PRESET, "Debug").settings();
    assert_eq!(settings.tracing_backend, BackendName::Console);
    assert_eq!(settings.tracing_batch_timeout, Duration::from_millis(100));
}

#[test]
fn a_key_wins_whatever_source_it_is_in() {
    let with_preset = |case: Case| case.variable(PRESET, "high-throughput");
    let rate = |case: Case| case.effective("tracing_sample_rate");
    let preset = "the preset `high-throughput`".to_owned();
    assert_eq!(rate(with_preset(nothing())), ("0.01".into(), preset.clone()));
    let case = with_preset(attribute(&[("tracing_sample_rate", "0.5")]));
    assert_eq!(rate(case), ("0.5".into(), "`#[traced_service]` at src/main.rs:3".into()));
    let case = || with_preset(keys("tracing_sample_rate = 0.25"));
    assert_eq!(rate(case()), ("0.25".into(), "Synndicate.toml:2:23".into()));
    assert_eq!(case().effective("tracing_max_queue_size"), ("8192".into(), preset));
    let case = with_preset(variable("OTEL_TRACES_SAMPLER", "always_on"));
    assert_eq!(rate(case), ("1".into(), "the variable `OTEL_TRACES_SAMPLER`".into()));
    let case = with_preset(nothing()).builder("tracing_sample_rate", "1");
    assert_eq!(rate(case), ("1".into(), "the builder".into()));
}

#[test]
fn of_several_presets_the_one_of_the_highest_source_counts_alone() {
    let case = keys("tracing_preset = 'high-throughput'").variable(PRESET, "low-memory");
    let settings = case.settings();
    assert_eq!(settings.tracing_max_queue_size, 512);
    assert!((settings.tracing_sample_rate - 1.0).abs() < f64::EPSILON);
    let unset = keys("tracing_preset = 'debug'").builder("tracing_preset", "");
    assert_eq!(unset.settings().tracing_backend, BackendName::Jaeger);
}

#[test]
fn an_endpoint_of_the_platform_chooses_no_backend_where_a_preset_does() {
    let endpoint = || variable("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317");
    assert_eq!(endpoint().effective("tracing_backend").0, "otlp");
    let (backend, origin) = endpoint().variable(PRESET, "debug").effective("tracing_backend");
    assert_eq!((&*backend, &*origin), ("console", "the preset `debug`"));
    let chosen = endpoint().variable(PRESET, "debug").variable("OTEL_TRACES_EXPORTER", "otlp");
    assert_eq!(chosen.effective("tracing_backend").0, "otlp");
}

#[test]
fn every_preset_is_a_plan_without_a_warning() {
    for name in Preset::NAMES {
        assert!(variable(PRESET, name).warnings().is_empty(), "{name}");
        let preset = Preset::named(name).unwrap();
        for (key, _) in preset.values() {
            let (_, origin) = variable(PRESET, name).effective(key);
            assert_eq!(origin, format!("the preset `{name}`"), "{key}");
        }
    }
}

#[test]
fn a_name_that_is_none_is_told_with_the_nearest() {
    let error = keys("tracing_preset = 'high_throughput'").error();
    assert_holds(&error, &["`tracing_preset`", "`low-memory`", "the nearest is `high-throughput`"]);
}

#[test]
fn a_queue_that_is_smaller_than_the_batch_of_a_preset_makes_the_batch_smaller() {
    let case = keys("tracing_preset = 'high-throughput'\ntracing_max_queue_size = 1000");
    let (plan, warnings) = case.plan();
    assert_eq!((plan.batch.spans, warnings.len()), (1000, 0));
    let case = keys("tracing_preset = 'low-memory'\ntracing_max_batch_size = 1000");
    assert_holds(&case.error(), &["at most `512`", "in the preset `low-memory`"]);
}
