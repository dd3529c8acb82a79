//! Lists, headers and attributes, from files and variables.

use super::support::*;
use crate::settings::Propagator::{B3, B3Multi, Baggage, Jaeger, TraceContext};

const HEADERS: &str = "SYN_OBSERVABILITY__TRACING_HEADERS";

fn headers(case: &Case) -> Vec<(String, String)> {
    let text = |value: &http::HeaderValue| value.to_str().unwrap().to_owned();
    let headers = case.settings().tracing_headers.0;
    let mut headers: Vec<_> =
        headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    headers.sort();
    headers
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn propagators_are_a_list_of_names_in_any_form() {
    let propagators = |case: Case| case.settings().tracing_propagators;
    assert_eq!(propagators(nothing()), [TraceContext, Baggage]);
    for name in ["SYN_OBSERVABILITY__TRACING_PROPAGATORS", "OTEL_PROPAGATORS"] {
        assert_eq!(propagators(variable(name, "b3, jaeger,b3multi")), [B3, Jaeger, B3Multi]);
        assert_eq!(propagators(variable(name, "none")), []);
    }
    assert_eq!(propagators(keys("tracing_propagators = ['b3']")), [B3]);
    assert_eq!(propagators(keys("tracing_propagators = []")), []);
    let error = keys("tracing_propagators = ['b4']").error();
    assert_holds(&error, &["`tracing_propagators` is", "`b4` is not known", "nearest is `b3`"]);
}

#[test]
fn what_is_not_traced_is_a_list_of_paths() {
    let excluded = |case: Case| case.settings().tracing_http_exclude;
    assert!(excluded(nothing()).is_empty());
    let name = "SYN_OBSERVABILITY__TRACING_HTTP_EXCLUDE";
    assert_eq!(excluded(variable(name, "/health, /internal/*")), ["/health", "/internal/*"]);
    assert_eq!(excluded(keys("tracing_http_exclude = ['*.css']")), ["*.css"]);
    let error = keys("tracing_http_exclude = ['/health', 'ready']").error();
    assert_holds(&error, &["`tracing_http_exclude` is", "`ready` is no path", "begin with `/`"]);
}

#[test]
fn the_header_of_responses_is_one_that_they_do_not_have_anyway() {
    let header = |case: Case| case.settings().tracing_http_response_header;
    assert_eq!(header(nothing()), None);
    let name = "SYN_OBSERVABILITY__TRACING_HTTP_RESPONSE_HEADER";
    assert_eq!(header(variable(name, "X-Trace-Id")).unwrap(), "x-trace-id");
    assert_eq!(header(keys("tracing_http_response_header = ''")), None);
    for (bad, why) in [("x trace", "not a name"), ("content-length", "a response sets itself")] {
        let error = keys(&format!("tracing_http_response_header = '{bad}'")).error();
        assert_holds(&error, &["`tracing_http_response_header` is", &format!("`{bad}` is"), why]);
    }
}

/// Names of headers could not be given in variables:
/// <https://github.com/IABTechLab/trusted-server/issues/319>.
#[test]
fn headers_keep_their_names_in_every_form() {
    let both = pairs(&[("x-api-key", "s3cret"), ("x-team", "a")]);
    for value in [
        "{\"X-Api-Key\" = \"s3cret\", x-team = 'a'}",
        "x-api-key=s3cret,x-team=a",
        "X-Api-Key = s3cret , x-team=a,",
    ] {
        assert_eq!(headers(&variable(HEADERS, value)), both, "{value}");
    }
    let single = variable(&format!("{HEADERS}__X_API_KEY"), "s3cret");
    assert_eq!(headers(&single), pairs(&[("x-api-key", "s3cret")]));
    let file = keys("tracing_headers = { X-Api-Key = 's3cret', x-team = 'a' }");
    assert_eq!(headers(&file), both);
}

#[test]
fn headers_of_different_sources_add_up_and_the_highest_counts() {
    let case = file("[observability.tracing_headers]\nx-team = 'file'\nx-file = '1'")
        .variable("OTEL_EXPORTER_OTLP_HEADERS", "x-team=otel,x-otel=2")
        .variable(&format!("{HEADERS}__X_TEAM"), "ours")
        .builder("tracing_headers.X-Code", "4");
    let expected = [("x-code", "4"), ("x-file", "1"), ("x-otel", "2"), ("x-team", "ours")];
    assert_eq!(headers(&case), pairs(&expected));
}

/// <https://github.com/open-telemetry/opentelemetry-rust/issues/1577>: encoded values were sent as
/// they are.
#[test]
fn header_values_are_percent_decoded() {
    let list = "authorization=Basic%20dXNlcjpwdw==,x-team=a b";
    let expected = pairs(&[("authorization", "Basic dXNlcjpwdw=="), ("x-team", "a b")]);
    assert_eq!(headers(&variable("OTEL_EXPORTER_OTLP_HEADERS", list)), expected);
    assert_eq!(headers(&variable(HEADERS, list)), expected);
}

/// <https://github.com/open-telemetry/opentelemetry-ruby/issues/857>: a value was cut at its second
/// `=`.
#[test]
fn a_header_value_may_hold_equals_signs() {
    let case = variable("OTEL_EXPORTER_OTLP_HEADERS", "x-auth=vendor key=abc123==,b=2");
    assert_eq!(headers(&case), pairs(&[("b", "2"), ("x-auth", "vendor key=abc123==")]));
}

/// A header that is left out is a credential that is missing, and then every request is refused:
/// <https://github.com/anomalyco/opencode/issues/22202>.
#[test]
fn malformed_headers_are_errors_that_name_the_entry_and_hide_its_value() {
    for name in ["OTEL_EXPORTER_OTLP_HEADERS", HEADERS] {
        for (list, entry) in [
            ("x-auth=s3cret,s3cret-b", "entry 2 after `x-auth`"),
            ("s3cret", "entry 1"),
            ("x-auth=ok,=s3cret", "entry 2 after `x-auth`"),
            ("x-auth=s3cret%0d%0ax-evil=1", "`tracing_headers.x-auth`"),
            ("x-auth=s3cret\nx", "`tracing_headers.x-auth`"),
            ("s3 cret=s3cret", "entry 1"),
            ("x-auth=1,X-AUTH=s3cret", "`X-AUTH` twice"),
            ("content-type=s3cret", "entry 1"),
        ] {
            let case = variable(name, list);
            let errors = case.errors().join("\n");
            let subject =
                if list.contains("evil") || list.contains('\n') && name.starts_with("OTEL") {
                    name
                } else {
                    entry
                };
            assert_holds(&errors, &[subject, name]);
            assert!(!errors.contains("s3cret") && !errors.contains("s3 cret"), "{errors}");
        }
    }
}

#[test]
fn malformed_headers_of_a_file_are_told_by_line() {
    let case = file(
        "[observability.tracing_headers]\nx-a = 1\n'x b' = 's3cret'\nX-c = \"s3cret\\n\"\nx-C = ''",
    );
    let errors = case.errors();
    assert_eq!(errors.len(), 4, "{errors:#?}");
    assert_holds(&errors[0], &["`tracing_headers.x-a`", "Synndicate.toml:2:7"]);
    assert_holds(&errors[1], &["`tracing_headers.x b`", "Synndicate.toml:3:9"]);
    assert!(!errors.concat().contains("s3cret"), "{errors:#?}");
}

#[test]
fn resource_attributes_are_read_from_tables_and_lists() {
    let case = keys("resource_attributes = { 'team' = 'search', shard = 7 }")
        .variable("SYN_OBSERVABILITY__RESOURCE_ATTRIBUTES", "team=shop,k=%C3%A9");
    let attributes: Vec<_> = case.settings().resource_attributes.into_iter().collect();
    let expected = [("k", "é"), ("shard", "7"), ("team", "shop")];
    assert_eq!(attributes, expected.map(|(name, value)| (name.to_owned(), value.into())));
    let error = variable("SYN_OBSERVABILITY__RESOURCE_ATTRIBUTES", "k=v,x").error();
    assert_holds(&error, &["entry 2 after `k` `x`", "has no `=`"]);
    let error = keys("resource_attributes.deployment.environment = 'a'").error();
    assert_holds(&error, &["`resource_attributes.deployment`", "stands in quotes"]);
    let error = keys("resource_attributes = { 'service.name' = 'a' }").error();
    assert_holds(&error, &["`service.name` is set by the key `service_name`"]);
}
