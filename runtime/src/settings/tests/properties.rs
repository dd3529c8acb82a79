//! Settings that were mutated at random: no panic, and every mistake says where it is.

use super::support::*;
use crate::plan::Plan;
use crate::settings::reference::reference;
use proptest::prelude::*;

/// A piece that replaces a piece of a good file.
fn splinter() -> impl Strategy<Value = String> {
    static KNOWN: &[&str] = &[
        "[", "]", "{", "}", "=", "\"", "'", "#", "\n", ",", "://", "%", "@", "nan", "-1", "9e99",
        "tracing_", "unix:", "\u{feff}", "é",
    ];
    prop_oneof![prop::sample::select(KNOWN).prop_map(str::to_owned), ".{0,6}"]
}

fn mutated(text: &str, cuts: &[(prop::sample::Index, usize, String)]) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for (at, length, new) in cuts {
        let start = at.index(characters.len().max(1)).min(characters.len());
        let end = (start + length).min(characters.len());
        characters.splice(start..end, new.chars());
    }
    characters.into_iter().collect()
}

fn taken_in() -> String {
    let line = |line: &str| {
        line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or("").to_owned()
    };
    let lines: Vec<_> = reference().lines().map(line).collect();
    format!("[observability]\n{}", lines.join("\n"))
}

static OURS: &[&str] = &[
    "TRACING_HEADERS",
    "TRACING_HEADERS__X",
    "TRACING_ENDPOINT",
    "TRACING_SAMPLE_RATE",
    "TRACING_TLS",
    "TRACING_FALLBACKS",
    "TRACING_TIMEOUT",
    "TRACING_MAX_QUEUE_BYTES",
    "TRACING_FILTER",
    "RESOURCE_ATTRIBUTES",
    "SPAN",
    "",
    "_",
    "É",
];

static STANDARD: &[&str] = &[
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_PROTOCOL",
    "OTEL_EXPORTER_OTLP_CERTIFICATE",
    "OTEL_TRACES_SAMPLER",
    "OTEL_TRACES_EXPORTER",
    "OTEL_RESOURCE_ATTRIBUTES",
    "OTEL_BSP_SCHEDULE_DELAY",
    "OTEL_SPAN_LINK_COUNT_LIMIT",
    "OTEL_PROPAGATORS",
    "OTEL_NEW",
];

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_mutated_file_never_panics_and_its_mistakes_say_where(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0usize..12, splinter()), 1..6),
    ) {
        let case = file(&mutated(&taken_in(), &cuts));
        if let Err(errors) = Plan::new(&case.load()) {
            for error in errors.problems() {
                let says_what = ["`", "TOML"].iter().any(|what| error.message.contains(what));
                prop_assert!(says_what, "{error}");
                prop_assert!(error.origin.to_string().contains("Synndicate.toml:"), "{error}");
            }
        }
    }

    #[test]
    fn a_mutated_variable_never_panics_and_its_mistakes_name_it(
        key in prop::sample::select(OURS),
        value in prop_oneof![".{0,20}", "[\\[{\"'=,a-z0-9.%:/@ ]{0,20}"],
    ) {
        let name = format!("SYN_OBSERVABILITY__{key}");
        let case = variable(&name, &value);
        if let Err(errors) = Plan::new(&case.load()) {
            for error in errors.problems() {
                prop_assert!(error.message.contains('`'), "{error}");
                prop_assert_eq!(error.origin.to_string(), format!("the variable `{}`", &name));
            }
        }
    }

    #[test]
    fn a_mutated_standard_variable_stops_nothing_but_for_headers(
        name in prop::sample::select(STANDARD),
        value in prop_oneof![".{0,20}", "[=,a-z0-9.%:/@ ]{0,20}", "[0-9]{1,30}"],
    ) {
        let case = variable(name, &value);
        let planned = Plan::new(&case.load());
        prop_assert!(planned.is_ok(), "{}", planned.unwrap_err());
    }
}
