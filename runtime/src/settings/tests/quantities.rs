//! Rates, durations, sizes and counts.

use super::support::*;
use std::time::Duration;

const RATE: &str = "SYN_OBSERVABILITY__TRACING_SAMPLE_RATE";

fn from_all_sources(key: &str, value: &str) -> [Case; 2] {
    let name = format!("SYN_OBSERVABILITY__{}", key.to_ascii_uppercase());
    [keys(&format!("{key} = {value}")), variable(&name, value.trim_matches('"'))]
}

/// `NaN` passed the checks of others:
/// <https://github.com/open-telemetry/opentelemetry-go/issues/8959>.
#[test]
fn a_rate_is_a_number_from_zero_to_one_and_nothing_else() {
    for (value, rate) in [("1", 1.0), ("0", 0.0), ("1e-3", 0.001), ("-0.0", 0.0), ("0.25", 0.25)] {
        for case in from_all_sources("tracing_sample_rate", value) {
            let read = case.settings().tracing_sample_rate;
            assert!(
                (read - rate).abs() < f64::EPSILON && read.is_sign_positive(),
                "{value}: {read}"
            );
        }
    }
    for value in [
        "nan",
        "inf",
        "-inf",
        "-0.1",
        "1.0000001",
        "10",
        "2.0",
        "\"10%\"",
        "\"0,1\"",
        "true",
        "[0.5]",
    ] {
        for case in from_all_sources("tracing_sample_rate", value) {
            let error = case.error();
            assert_holds(
                &error,
                &["`tracing_sample_rate` is", value.trim_matches('"'), "from 0.0 to 1.0"],
            );
        }
    }
    assert_holds(&variable(RATE, "0,1").error(), &["`0.1`"]);
    assert_holds(&variable(RATE, "10%").error(), &["`0.1`"]);
    assert_holds(&variable(RATE, "10").error(), &["`0.1`"]);
    assert_holds(&keys("tracing_sample_rate = \"0.5\"").error(), &["without quotes"]);
}

/// A time-out was read in the wrong unit:
/// <https://github.com/open-telemetry/opentelemetry-rust/issues/2591>,
/// <https://github.com/open-telemetry/opentelemetry-python/issues/5531>.
#[test]
fn numbers_count_in_the_unit_of_their_key() {
    let case =
        variable("OTEL_EXPORTER_OTLP_TIMEOUT", "10000").variable("OTEL_BSP_SCHEDULE_DELAY", "5000");
    assert_eq!(case.settings().tracing_timeout, Duration::from_secs(10));
    assert_eq!(case.settings().tracing_batch_timeout, Duration::from_secs(5));
    let case = variable("OTEL_BSP_EXPORT_TIMEOUT", "30000");
    assert_eq!(case.settings().tracing_timeout, Duration::from_secs(30));

    let case = keys(
        "tracing_batch_timeout = 2000\ntracing_health_check_interval = 20\n\
         tracing_timeout = \"10s\"",
    );
    assert_eq!(case.settings().tracing_batch_timeout, Duration::from_secs(2));
    assert_eq!(case.settings().tracing_health_check_interval, Duration::from_secs(20));
    assert_eq!(case.settings().tracing_timeout, Duration::from_secs(10));
}

#[test]
fn a_number_that_looks_like_another_unit_is_a_warning_that_shows_what_was_understood() {
    for case in from_all_sources("tracing_health_check_interval", "30000") {
        assert_holds(
            &case.warning(),
            &["`tracing_health_check_interval`", "30000", "8 h 20 min", "30 s"],
        );
    }
    for (key, value, understood, meant) in [
        ("tracing_batch_timeout", "5", "5 ms", "5 s"),
        ("tracing_timeout", "10", "10 ms", "10 s"),
        ("shutdown_grace", "500", "8 min 20 s", "500 ms"),
    ] {
        let warning = keys(&format!("{key} = {value}")).warning();
        assert_holds(&warning, &[key, understood, meant, "Synndicate.toml:2:"]);
    }
    assert_holds(
        &variable("OTEL_EXPORTER_OTLP_TIMEOUT", "10").warning(),
        &["10 ms", "OTEL_EXPORTER_OTLP_TIMEOUT"],
    );
    let explicit =
        keys("tracing_health_check_interval = \"8 h 20 min\"\ntracing_batch_timeout = '5ms'");
    assert_eq!(explicit.settings().tracing_health_check_interval, Duration::from_secs(30_000));
}

#[test]
fn a_duration_with_a_unit_is_accepted_everywhere() {
    for (key, millis) in
        [("tracing_batch_timeout", 1_500), ("shutdown_timeout", 1_500), ("tracing_timeout", 1_500)]
    {
        for case in from_all_sources(key, "\"1.5s\"") {
            assert_eq!(case.effective(key).0, "1 s 500 ms");
            assert!(case.warnings().is_empty(), "{key} {millis}");
        }
    }
}

#[test]
fn bounds_say_why() {
    for (keys_, parts) in [
        (
            "tracing_batch_timeout = '11m'",
            &["from 1 ms to 10 min", "this is 11 min", "looked for in vain"][..],
        ),
        ("tracing_batch_timeout = 99999999999999999999999", &["from 1 ms to 10 min"]),
        ("tracing_health_check_interval = 0", &["from 1 s to 24 h", "load without news"]),
        ("tracing_max_batch_size = 0", &["from 1 to 1000000", "would never leave"]),
        (
            "tracing_max_queue_bytes = '1KiB'",
            &["from 256 KiB to 64 GiB", "this is 1 KiB", "busy thread"],
        ),
        ("tracing_max_request_bytes = '1 GiB'", &["to 64 MiB", "no common backend"]),
        ("shutdown_timeout = 5000", &["this is 1 h 23 min 20 s", "every platform kills"]),
    ] {
        assert_holds(&keys(keys_).error(), parts);
    }
}

#[test]
fn quantities_of_a_wrong_form_are_refused_with_advice() {
    for (keys_, parts) in [
        ("tracing_max_batch_size = \"512\"", &["`\"512\"`", "write `512` without quotes"][..]),
        ("tracing_max_batch_size = -1", &["`-1`", "a whole number from 1"]),
        ("tracing_max_batch_size = 1.5", &["`1.5`", "a whole number"]),
        ("tracing_max_queue_bytes = '64M'", &["`'64M'`", "\"64 MiB\""]),
        ("tracing_batch_timeout = \"5 parsecs\"", &["a number of milliseconds", "\"250ms\""]),
        ("tracing_batch_timeout = 2.5", &["`2.5`"]),
        ("tracing_batch_timeout = -5", &["`-5`"]),
        ("enable_tracing = \"true\"", &["write `true` without quotes"]),
        ("enable_tracing = 1", &["`true` or `false`"]),
        ("service_version = 1.0", &["write `\"1.0\"`, in quotes"]),
        ("service_name = 2026-01-01", &["write `\"2026-01-01\"`, in quotes"]),
    ] {
        assert_holds(&keys(keys_).error(), parts);
    }
}

#[test]
fn sizes_are_bytes_or_have_a_unit() {
    for (value, bytes) in [
        ("\"64MiB\"", 64 << 20),
        ("\"3.5 MiB\"", 7 << 19),
        ("\"4MB\"", 4_000_000),
        ("1_048_576", 1 << 20),
    ] {
        let case = keys(&format!("tracing_max_queue_bytes = {value}"));
        assert_eq!(case.settings().tracing_max_queue_bytes, bytes, "{value}");
    }
}
