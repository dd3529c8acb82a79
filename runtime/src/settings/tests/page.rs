//! `guide/settings.md`: every setting for readers, made from the table of keys, and what becomes of the standard variables.

use super::fresh::assert_fresh;
use super::support::*;
use crate::settings::keys::{self, Initial, Key, SECTIONS, variable as variable_of};
use crate::settings::{Loaded, Preset, rules};

/// Every variable of the specification that a tracing program may be given, but for those of single languages.
///
/// Sources: <https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/>,
/// <https://opentelemetry.io/docs/specs/otel/protocol/exporter/>.
const STANDARD: &[&str] = &[
    "OTEL_SDK_DISABLED",
    "OTEL_ENTITIES",
    "OTEL_RESOURCE_ATTRIBUTES",
    "OTEL_SERVICE_NAME",
    "OTEL_LOG_LEVEL",
    "OTEL_PROPAGATORS",
    "OTEL_TRACES_SAMPLER",
    "OTEL_TRACES_SAMPLER_ARG",
    "OTEL_BSP_SCHEDULE_DELAY",
    "OTEL_BSP_EXPORT_TIMEOUT",
    "OTEL_BSP_MAX_QUEUE_SIZE",
    "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
    "OTEL_BLRP_SCHEDULE_DELAY",
    "OTEL_BLRP_EXPORT_TIMEOUT",
    "OTEL_BLRP_MAX_QUEUE_SIZE",
    "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE",
    "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_SPAN_EVENT_COUNT_LIMIT",
    "OTEL_SPAN_LINK_COUNT_LIMIT",
    "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
    "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
    "OTEL_EXPORTER_OTLP_INSECURE",
    "OTEL_EXPORTER_OTLP_TRACES_INSECURE",
    "OTEL_EXPORTER_OTLP_CERTIFICATE",
    "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE",
    "OTEL_EXPORTER_OTLP_CLIENT_KEY",
    "OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY",
    "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE",
    "OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE",
    "OTEL_EXPORTER_OTLP_HEADERS",
    "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
    "OTEL_EXPORTER_OTLP_COMPRESSION",
    "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION",
    "OTEL_EXPORTER_OTLP_TIMEOUT",
    "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
    "OTEL_EXPORTER_OTLP_PROTOCOL",
    "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
    "OTEL_EXPORTER_ZIPKIN_ENDPOINT",
    "OTEL_EXPORTER_ZIPKIN_TIMEOUT",
    "OTEL_EXPORTER_PROMETHEUS_HOST",
    "OTEL_EXPORTER_PROMETHEUS_PORT",
    "OTEL_TRACES_EXPORTER",
    "OTEL_METRICS_EXPORTER",
    "OTEL_LOGS_EXPORTER",
    "OTEL_METRICS_EXEMPLAR_FILTER",
    "OTEL_METRIC_EXPORT_INTERVAL",
    "OTEL_METRIC_EXPORT_TIMEOUT",
    "OTEL_CONFIG_FILE",
];

const RATIO: &str = "OTEL_TRACES_SAMPLER_ARG";

const HEAD: &str = "\
# Settings

Every key of the table `[observability]` in `Synndicate.toml`. This page is made from the table of keys that the program reads, as are
`config/Synndicate.toml`, which is a file to begin with, and `config/Synndicate.schema.json`, with which editors complete and check
one: its first line names the schema.

From the lowest to the highest, a later source wins: the defaults; the package's name and version; the arguments of
`#[traced_service(…)]`; `Synndicate.toml`, in the working directory or above it, or where `SYN_CONFIG` says; its profile
`[profiles.NAME.observability]` that `SYN_PROFILE` names; the standard `OTEL_*` variables; `SYN_OBSERVABILITY__*` variables; the builder.

A mistake ends the program with code 78 before it starts, and all mistakes are shown at once. In an `OTEL_*` variable it is a warning.
";

const RULES: &str = "\
## Single spans

A table `[[observability.span]]` is a rule for the spans that its `function`, `target` and `at_level` fit, and for all spans without
them. There may be any number of them.
";

const STANDARD_HEAD: &str = "\
## Standard variables

What the [specification](https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/) defines. An empty variable
is as if it were not set. One that has no effect here is named in a warning when the program starts, unless its value is `none`.

| variable | sets |
|---|---|
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    for section in &SECTIONS {
        let shown: String = section.keys.iter().filter_map(entry).collect();
        page += &format!("\n## {}\n{shown}", section.title);
    }
    let presets = page.find("\n## The service").unwrap();
    page.insert_str(presets, &self::presets());
    page += &format!("\n{RULES}");
    for member in &rules::MEMBERS {
        page += &format!(
            "\n### `{}`\n\n{}\n\n- Allowed: {}\n- Example: `{} = {}`\n",
            member.name,
            text(member.doc),
            member.allowed,
            member.name,
            member.example
        );
    }
    page += &format!("\n{STANDARD_HEAD}");
    for name in STANDARD {
        page += &format!("| `{name}` | {} |\n", sets(name).unwrap_or("nothing".into()));
    }
    page
}

fn entry(key: &Key) -> Option<String> {
    let (initial, value) = match key.initial {
        Initial::Default(value) => ("Default", value),
        Initial::Example(value) => ("Not set by default. Example", value),
        Initial::Hidden => return None,
    };
    let ours = variable_of(key.name);
    let variables: Vec<_> = std::iter::once(&*ours)
        .chain(key.otel.iter().rev().copied())
        .map(|name| format!("`{name}`"))
        .collect();
    let reasons = key.kind.reasons().filter(|_| key.name != "tracing_preset").unwrap_or_default();
    Some(
        format!(
            "\n### `{}`\n\n{}\n\n- {initial}: `{value}`\n- Allowed: {}. {}\n- {}: {}\n",
            key.name,
            text(key.doc),
            key.kind.allowed(),
            text(&reasons),
            if key.otel.is_empty() { "Variable" } else { "Variables, the strongest first" },
            variables.join(", ")
        )
        .replace(". \n", "\n"),
    )
}

/// On one line, addresses as code.
fn text(doc: &str) -> String {
    let word = |word: &str| match word.trim_end_matches([',', '.', ';', ')']) {
        address if address.starts_with("http") && address.contains("://") => {
            format!("`{address}`{}", &word[address.len()..])
        }
        _ => word.to_owned(),
    };
    doc.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

fn presets() -> String {
    let mut table = "\n| preset | key | value |\n|---|---|---|\n".to_owned();
    for name in Preset::NAMES {
        for (key, value) in Preset::named(name).unwrap().values() {
            table += &format!("| `{name}` | `{key}` | `{value}` |\n");
        }
    }
    table
}

/// What a standard variable sets, if anything.
fn sets(name: &str) -> Option<String> {
    let named = |key: &&Key| {
        key.otel.contains(&name) || key.otel.contains(&"OTEL_TRACES_SAMPLER") && name == RATIO
    };
    let keys: Vec<_> = keys::all().filter(named).map(|key| format!("`{}`", key.name)).collect();
    (!keys.is_empty()).then(|| keys.join(", "))
}

#[test]
fn the_checked_in_page_is_what_the_table_of_keys_says() {
    assert_fresh("runtime/src/guide/settings.md", &page());
}

#[test]
fn every_standard_variable_sets_a_key_or_is_reported() {
    for name in STANDARD {
        // Zipkin's variables count where spans go to Zipkin.
        let case = variable(name, "x").variable("SYN_OBSERVABILITY__TRACING_BACKEND", "zipkin");
        let Loaded { origins, report, .. } = case.load();
        // Of headers a malformed one is an error.
        let said = match report.finish(&origins) {
            Ok(warnings) => warnings.into_iter().map(|it| it.message).collect::<String>(),
            Err(errors) => errors.to_string(),
        };
        let is_without_effect = said.contains("without effect") && said.contains(name);
        assert_ne!(is_without_effect, sets(name).is_some(), "{name}: {said}");
    }
}

#[test]
fn every_variable_that_a_key_reads_is_a_standard_one() {
    for name in keys::all().flat_map(|key| key.otel) {
        assert!(STANDARD.contains(name), "{name}");
    }
}
