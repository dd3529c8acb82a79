//! What must never be shown, wherever it stands.

use super::support::*;
use crate::plan::Plan;

const FORMS: &str = "tracing_redaction_key = 'a s3cret of sixteen'\n\
    tracing_endpoint = 'https://h:4317'\ntracing_headers = { authorization = 'Bearer s3cret' }";

/// <https://github.com/open-telemetry/opentelemetry-rust/issues/3367>: headers were logged whole.
#[test]
fn debug_of_everything_shows_names_of_headers_and_no_values() {
    let case = keys(FORMS)
        .variable("SYN_OBSERVABILITY__TRACING_HEADERS__X_KEY", "s3cret")
        .variable("HTTPS_PROXY", "http://user:s3cret@proxy:1")
        .builder("tracing_headers.x-code", "s3cret")
        .attribute(&[("tracing_headers", "x-attribute=s3cret")]);
    let loaded = case.load();
    let (plan, _) = Plan::new(&loaded).unwrap();
    for text in [
        format!("{loaded:?}"),
        format!("{loaded:#?}"),
        format!("{plan:?}"),
        format!("{plan:#?}"),
        format!("{:?}", case.sources),
        format!("{:#?}", case.sources),
        format!("{:?}", loaded.origins.iter().collect::<Vec<_>>()),
    ] {
        assert!(!text.contains("s3cret"), "{text}");
    }
    assert_holds(&format!("{plan:?}"), &["authorization", "x-key", "x-code", "x-attribute"]);
}

#[test]
fn errors_beside_a_secret_do_not_show_it() {
    for keys_ in [
        "tracing_headers = { authorization = 's3cret\n' }",
        "tracing_headers = { authorization = \"s3cret\\n\", 'x y' = 's3cret' }",
        "tracing_headers = 's3cret'",
        "tracing_headers = ['s3cret']",
        "tracing_header = 's3cret'",
        "tracing_headers = { authorization = s3cret }",
        "tracing_redaction_key = 's3cret'",
        "tracing_redaction_key = ['a s3cret of sixteen']",
        "tracing_redaction_key = a s3cret of sixteen",
        "tracing_redaction_kye = 'a s3cret of sixteen'",
        "tracing_endpoint = 'http://user:s3cret@h:4317'",
        "tracing_endpoint = 'user:s3cret@h:4317'",
        "tracing_endpoint = 'http://h:4317/?token=s3cret'",
        "tracing_endpoint = 'h?token=s3cret'",
        "tracing_endpoint = ['http://user:s3cret@h']",
    ] {
        let errors = Plan::new(&keys(keys_).load()).unwrap_err();
        for text in [errors.to_string(), format!("{errors:?}"), format!("{errors:#?}")] {
            assert!(!text.contains("s3cret"), "{keys_}: {text}");
            assert_holds(&text, &["Synndicate.toml"]);
        }
    }
    for name in [
        "SYN_OBSERVABILITY__TRACING_HEADER",
        "SYN_TRACING_HEADERS",
        "SYN_OBSERVABILITY__TRACING_HEADERS",
    ] {
        assert!(!variable(name, "s3cret").errors().concat().contains("s3cret"), "{name}");
    }
}

#[test]
fn key_of_redaction_is_long_or_unset() {
    let error = keys("tracing_redaction_key = 'too short'").error();
    assert_holds(&error, &["`tracing_redaction_key` must be a text of at least 16 characters"]);
    let name = "SYN_OBSERVABILITY__TRACING_REDACTION_KEY";
    let plan = |case: Case| Plan::new(&case.load()).unwrap().0.redaction_key;
    let key = plan(variable(name, "0123456789abcdef")).unwrap();
    assert_eq!((key.expose(), &format!("{key:?}")[..]), ("0123456789abcdef", "<redacted>"));
    assert_eq!(plan(keys("tracing_redaction_key = ''")), None);
    assert_eq!(plan(nothing()), None);
}

#[test]
fn nobody_takes_a_key_of_redaction_that_everybody_knows() {
    let reference = include_str!("../../../../config/Synndicate.toml");
    let line = reference.lines().find(|line| line.starts_with("#tracing_redaction_key = "));
    let taken_in = line.unwrap().trim_start_matches('#');
    assert_eq!(Plan::new(&keys(taken_in).load()).unwrap().0.redaction_key, None);
}

#[test]
fn credentials_in_an_endpoint_are_refused_in_favour_of_headers() {
    let error = keys("tracing_endpoint = 'http://user:s3cret@h:4317'").error();
    assert_holds(&error, &["<redacted>@h:4317", "tracing_headers = { authorization"]);
    let warning = variable("OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:s3cret@h:4317").warning();
    assert_holds(&warning, &["<redacted>@h:4317", "`tracing_endpoint` stays unset"]);
    assert!(!warning.contains("s3cret"));
}
