//! Our own variables, and those that look like them.

use super::support::*;
use std::ffi::OsString;

const RATE: &str = "SYN_OBSERVABILITY__TRACING_SAMPLE_RATE";

/// One separator for nesting and for words: <https://github.com/SergioBenitez/Figment/issues/12>,
/// <https://github.com/SergioBenitez/Figment/issues/13>.
#[test]
fn a_variable_with_the_wrong_separators_is_an_error_that_prints_the_right_one() {
    assert!((variable(RATE, "0.5").settings().tracing_sample_rate - 0.5).abs() < f64::EPSILON);
    for name in [
        "SYN_OBSERVABILITY_TRACING_SAMPLE_RATE",
        "SYN_OBSERVABILITY__TRACING__SAMPLE_RATE",
        "SYN_TRACING_SAMPLE_RATE",
        "SYN__OBSERVABILITY__TRACING_SAMPLE_RATE",
        "syn_observability__tracing_sample_rate",
        "SYNNDICATE_OBSERVABILITY__TRACING_SAMPLE_RATE",
    ] {
        let error = variable(name, "0.5").error();
        assert_holds(&error, &[&format!("`{name}`"), &format!("`{RATE}`")]);
        assert!(!error.contains("0.5"), "the value may be a secret: {error}");
    }
}

#[test]
fn tables_of_fixed_keys_are_set_member_by_member_or_whole() {
    let endpoint = || keys("tracing_endpoint = 'https://h'");
    let member = endpoint().variable("SYN_OBSERVABILITY__TRACING_TLS__SERVER_NAME", "other");
    assert_eq!(member.settings().tracing_tls.server_name.as_deref(), Some("other"));
    let whole = endpoint().variable("SYN_OBSERVABILITY__TRACING_TLS", "{ server_name = 'other' }");
    assert_eq!(whole.settings().tracing_tls.server_name.as_deref(), Some("other"));
    for broken in ["other", "{ server_name = ", "[]"] {
        let error = endpoint().variable("SYN_OBSERVABILITY__TRACING_TLS", broken).error();
        assert_holds(&error, &["`tracing_tls`", "SYN_OBSERVABILITY__TRACING_TLS"]);
    }
}

/// Kubernetes describes every service of the namespace in variables, a service called `syn` too:
/// <https://github.com/kubernetes/kubernetes/issues/35189>.
#[test]
fn variables_of_kubernetes_are_none_of_ours() {
    let case = variable("SYN_PORT", "tcp://10.0.0.1:80")
        .variable("SYN_SERVICE_HOST", "10.0.0.1")
        .variable("SYN_PORT_80_TCP_ADDR", "10.0.0.1")
        .variable("SYN_OBSERVABILITY_PORT", "tcp://10.0.0.2:4317")
        .variable("SYN_OBSERVABILITY_SERVICE_PORT_OTLP_GRPC", "4317")
        .variable("SYN_OBSERVABILITY__X_SERVICE_HOST", "10.0.0.2")
        .variable("SYN_PROFILE_SERVICE_HOST", "10.0.0.3")
        .variable("SYN_CONFIG_PORT_80_TCP", "tcp://10.0.0.4:80")
        .variable("SYN_DATABASE_URL", "postgres://")
        .variable("PATH", "/bin");
    assert_eq!(case.settings().service_name, "unknown_service");
}

#[test]
fn near_misses_of_our_variables_are_errors_all_the_same() {
    for (name, meant) in [
        ("SYN_CONFG", "SYN_CONFIG"),
        ("SYN_PROFILES", "SYN_PROFILE"),
        ("SYN_OBSERVABILITY_ENDPOINT", "SYN_OBSERVABILITY__TRACING_ENDPOINT"),
        ("SYN_OBSERVABILITY__TRACING_BACKENDS", "SYN_OBSERVABILITY__TRACING_BACKEND"),
        ("SYN_OBSERVABILITY__RESOURCE_ATTRIBUTES__TEAM", "SYN_OBSERVABILITY__RESOURCE_ATTRIBUTES"),
        ("SYN_SERVICE_NAME", "SYN_OBSERVABILITY__SERVICE_NAME"),
    ] {
        assert_holds(
            &variable(name, "otlp").error(),
            &[&format!("`{name}`"), &format!("`{meant}`")],
        );
    }
}

/// A variable that is not UTF-8 has nothing to do with us:
/// <https://github.com/rust-cli/config-rs/issues/579>.
#[cfg(unix)]
#[test]
fn what_is_not_utf8_matters_only_where_it_is_read() {
    use std::os::unix::ffi::OsStringExt;
    let bad = || OsString::from_vec(vec![0xff]);
    let elsewhere = nothing()
        .os_variable("OTHER".into(), bad())
        .os_variable(bad(), "x".into())
        .os_variable("OTEL_METRICS_EXPORTER".into(), "none".into());
    assert_eq!(elsewhere.settings().service_name, "unknown_service");

    for name in ["SYN_OBSERVABILITY__SERVICE_NAME", "SYN_CONFIG", "SYN_PROFILE"] {
        let error = nothing().os_variable(name.into(), bad()).error();
        assert_holds(&error, &[&format!("`{name}` is not UTF-8")]);
    }
    let warning = nothing().os_variable("OTEL_SERVICE_NAME".into(), bad()).warning();
    assert_holds(
        &warning,
        &["`OTEL_SERVICE_NAME` is not UTF-8", "`unknown_service`", "used instead"],
    );
    let warning = nothing().os_variable("HTTPS_PROXY".into(), bad()).warning();
    assert_holds(&warning, &["`HTTPS_PROXY` is not used as a proxy", "it is not UTF-8"]);
}

#[cfg(unix)]
#[test]
fn a_working_directory_that_is_not_utf8_has_no_effect() {
    use std::os::unix::ffi::OsStringExt;
    let mut case = keys("service_name = 'above'");
    case.sources.directory.push(OsString::from_vec(b"caf\xe9".to_vec()));
    std::fs::create_dir_all(&case.sources.directory).unwrap();
    assert_eq!(case.settings().service_name, "above");
}

#[test]
fn a_working_directory_that_is_gone_has_no_effect() {
    let mut case = nothing();
    case.sources.directory = "".into();
    assert_eq!(case.settings().service_name, "unknown_service");
}
