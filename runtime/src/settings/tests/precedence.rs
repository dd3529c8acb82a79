//! Which source wins, and what it is called afterwards.

use super::support::*;
use crate::settings::{BackendName, Origin};
use std::time::Duration;

#[test]
fn nothing_at_all_gives_the_defaults() {
    let settings = nothing().settings();
    assert!(settings.enable_tracing && settings.tracing_health_check);
    assert_eq!(settings.tracing_backend, BackendName::Jaeger);
    assert_eq!(settings.tracing_protocol, None);
    assert_eq!((settings.tracing_max_batch_size, settings.tracing_max_queue_size), (512, 2048));
    assert_eq!(settings.tracing_max_queue_bytes, 64 << 20);
    assert_eq!(settings.tracing_batch_timeout, Duration::from_secs(5));
    assert_eq!(settings.tracing_health_check_interval, Duration::from_secs(30));
    assert_eq!(settings.service_name, "unknown_service");
    assert!((settings.tracing_sample_rate - 1.0).abs() < f64::EPSILON);
    assert_eq!(nothing().origin("tracing_timeout"), Origin::Default);
}

#[test]
fn a_service_that_nobody_names_is_named_by_its_program() {
    let mut case = nothing();
    case.sources.executable = Some("billing".into());
    let named = |name: &str, origin: &str| (name.to_owned(), origin.to_owned());
    assert_eq!(
        case.effective("service_name"),
        named("unknown_service:billing", "the built-in default")
    );
    let case = case.attribute(&[]);
    assert_eq!(case.effective("service_name"), named("shop", "the package's `Cargo.toml`"));
}

#[test]
fn each_source_wins_over_the_ones_below_it() {
    let profile = "[observability]\nservice_name = 'file'\n\
                   [profiles.production.observability]\nservice_name = 'profile'\n";
    let named = |case: Case| case.effective("service_name");
    let with = |value: &str, origin: &str| (value.to_owned(), origin.to_owned());

    let case = attribute(&[]);
    assert_eq!(named(case), with("shop", "the package's `Cargo.toml`"));
    let case = attribute(&[("service_name", "planner")]);
    assert_eq!(named(case), with("planner", "`#[traced_service]` at src/main.rs:3"));
    let case = || file(profile).attribute(&[("service_name", "planner")]);
    assert_eq!(named(case()), with("file", "Synndicate.toml:2:16"));
    let case = || file(profile).variable("SYN_PROFILE", "production");
    assert_eq!(named(case()), with("profile", "Synndicate.toml:4:16"));
    let case = || {
        file(profile).variable("SYN_PROFILE", "production").variable("OTEL_SERVICE_NAME", "otel")
    };
    assert_eq!(named(case()), with("otel", "the variable `OTEL_SERVICE_NAME`"));
    let case = || case().variable("SYN_OBSERVABILITY__SERVICE_NAME", "ours");
    assert_eq!(named(case()), with("ours", "the variable `SYN_OBSERVABILITY__SERVICE_NAME`"));
    assert_eq!(named(case().builder("service_name", "code")), with("code", "the builder"));
}

#[test]
fn every_effective_value_is_listed_with_its_source() {
    let loaded = keys("tracing_timeout = '3s'")
        .variable("SYN_OBSERVABILITY__TRACING_BACKEND", "otlp")
        .load();
    let listed: Vec<_> = loaded.origins.iter().map(|(key, it)| (key, it.value.as_str())).collect();
    assert!(listed.contains(&("tracing_timeout", "3 s")));
    assert!(listed.contains(&("tracing_backend", "otlp")));
    assert!(listed.contains(&("tracing_max_queue_bytes", "64 MiB")));
    assert!(listed.windows(2).all(|pair| pair[0].0 < pair[1].0));
}

#[test]
fn the_file_is_searched_upwards() {
    let case = keys("service_name = 'above'").working_in("a/b/c");
    assert_eq!(case.settings().service_name, "above");
    let nearer = case.beside("a/b/Synndicate.toml", "[observability]\nservice_name = 'nearer'");
    assert_eq!(nearer.settings().service_name, "nearer");
}

#[test]
fn a_named_file_counts_instead_of_the_one_that_is_found() {
    let other = "[observability]\nservice_name = 'other'";
    let case = keys("service_name = 'found'").beside("etc/other.toml", other);
    let case = case.variable("SYN_CONFIG", "etc/other.toml");
    assert_eq!(case.effective("service_name"), ("other".into(), "etc/other.toml:2:16".into()));
}

#[test]
fn empty_variables_of_ours_are_as_if_they_were_not_set() {
    let case = keys("service_name = 'a'\ntracing_endpoint = 'http://h:1'")
        .variable("SYN_OBSERVABILITY__SERVICE_NAME", "")
        .variable("SYN_OBSERVABILITY__TRACING_ENDPOINT", " ")
        .variable("SYN_CONFIG", "")
        .variable("SYN_PROFILE", "");
    assert_eq!(case.settings().service_name, "a");
    assert_eq!(case.effective("tracing_endpoint").0, "http://h:1");
}

#[test]
fn an_empty_text_in_the_file_unsets_what_has_no_default() {
    let case = attribute(&[("tracing_endpoint", "http://h:1"), ("tracing_protocol", "http")]);
    let case = case.beside(
        "Synndicate.toml",
        "[observability]\ntracing_endpoint = ''\ntracing_protocol = ''\nservice_version = ''",
    );
    let settings = case.settings();
    assert_eq!((settings.tracing_endpoint, settings.tracing_protocol), (None, None));
    assert_eq!(settings.service_version, None);
    assert_holds(
        &keys("service_name = ''").error(),
        &["`service_name` is `''`", "not empty", "Synndicate.toml:2:16"],
    );
}

#[test]
fn the_older_name_of_the_endpoint_is_read_and_the_newer_one_counts_beside_it() {
    let old = keys("otlp_endpoint = 'http://old:4317'");
    assert_eq!(old.effective("tracing_endpoint").0, "http://old:4317");
    let both = keys("otlp_endpoint = 'http://old:4317'\ntracing_endpoint = 'http://new:4317'");
    assert_eq!(both.effective("tracing_endpoint").0, "http://new:4317");
    let above = both.variable("SYN_OBSERVABILITY__OTLP_ENDPOINT", "http://above:4317");
    assert_eq!(above.effective("tracing_endpoint").0, "http://above:4317");
}

#[test]
fn numbers_and_flags_are_fine_texts_in_a_variable_and_an_attribute() {
    for text in ["1.0", "true", "0123", "1e3", "[x", "2026-01-01"] {
        let case = variable("SYN_OBSERVABILITY__SERVICE_VERSION", text);
        assert_eq!(case.settings().service_version.as_deref(), Some(text));
    }
    let case = attribute(&[("service_version", "1.0"), ("service_name", "0123")]);
    assert_eq!(case.settings().service_version.as_deref(), Some("1.0"));
    assert_eq!(case.settings().service_name, "0123");
}

#[test]
fn relative_paths_start_beside_the_file_that_holds_them() {
    let case =
        keys("tracing_endpoint = 'https://h'\ntracing_tls.ca_file = 'ca.pem'").working_in("deep");
    let beside = case.sources.directory.parent().unwrap().join("ca.pem");
    assert_eq!(case.settings().tracing_tls.ca_file, Some(beside));
    let case = case.variable("SYN_OBSERVABILITY__TRACING_TLS__CA_FILE", "ca.pem");
    assert_eq!(case.settings().tracing_tls.ca_file, Some("ca.pem".into()));
}
