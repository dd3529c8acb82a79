//! Settings that were mutated at random, 10,000 of them and the same in every run: no panic, and every mistake says what and where
//! it is.

use super::support::*;
use crate::plan::Plan;
use crate::settings::reference::reference;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::ffi::OsString;

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

/// What may happen to a file.
#[derive(Clone, Debug)]
enum Accident {
    /// Pieces are replaced by others.
    Splinters(Vec<(prop::sample::Index, usize, String)>),
    /// Bits of some bytes are flipped, whatever becomes of the encoding.
    Bits(Vec<(prop::sample::Index, u8)>),
    /// It ends too early.
    Cut(prop::sample::Index),
    /// A line stands twice, the second time somewhere else.
    Twice(prop::sample::Index, prop::sample::Index),
    /// A line is not there.
    Gone(prop::sample::Index),
    /// What stands behind the `=` of a line is something else.
    Value(prop::sample::Index, String),
    /// What stands before it is.
    Key(prop::sample::Index, String),
}

/// A value of another type or of an absurd size.
fn absurd() -> impl Strategy<Value = String> {
    static VALUES: &[&str] = &[
        "true",
        "[]",
        "{}",
        "[[[]]]",
        "{ a = { b = 1 } }",
        "\"\"",
        "''",
        "-0",
        "nan",
        "-inf",
        "1e400",
        "18446744073709551616",
        "-9223372036854775809",
        "340282366920938463463374607431768211456",
        "0x7fff_ffff_ffff_ffff",
        "1979-05-27T07:32:00Z",
        "\"99999999999999999999 GiB\"",
        "\"-1ms\"",
        "\"1e9d\"",
        "\"http://[::1\"",
        "\"http://h:99999\"",
        "\"\\u0000\"",
        "\"\u{202e}日本\u{1f980}\"",
        "\"unix:\"",
    ];
    prop::sample::select(VALUES).prop_map(str::to_owned)
}

fn accident() -> impl Strategy<Value = Accident> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        prop::collection::vec((index(), 0usize..12, splinter()), 1..6)
            .prop_map(Accident::Splinters),
        prop::collection::vec((index(), 0u8..8), 1..4).prop_map(Accident::Bits),
        index().prop_map(Accident::Cut),
        (index(), index()).prop_map(|(from, to)| Accident::Twice(from, to)),
        index().prop_map(Accident::Gone),
        (index(), prop_oneof![absurd(), splinter()])
            .prop_map(|(line, value)| Accident::Value(line, value)),
        (index(), "[a-z_.]{0,20}|tracing_[a-z]{1,8}")
            .prop_map(|(line, key)| Accident::Key(line, key)),
    ]
}

fn after(text: &str, accident: &Accident) -> Vec<u8> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let count = lines.len();
    match accident {
        Accident::Splinters(cuts) => return mutated(text, cuts).into(),
        Accident::Bits(bits) => {
            let mut bytes = text.as_bytes().to_vec();
            bits.iter().for_each(|(at, bit)| bytes[at.index(text.len())] ^= 1 << bit);
            return bytes;
        }
        Accident::Cut(at) => return text.as_bytes()[..at.index(text.len())].to_vec(),
        Accident::Twice(from, to) => {
            lines.insert(to.index(count), lines[from.index(count)].clone());
        }
        Accident::Gone(line) => drop(lines.remove(line.index(count))),
        Accident::Value(line, value) => {
            part(&mut lines[line.index(count)], |key, _| format!("{key} = {value}"));
        }
        Accident::Key(line, name) => {
            part(&mut lines[line.index(count)], |_, value| format!("{name} ={value}"));
        }
    }
    lines.join("\n").into()
}

/// Changes a line that has a key and a value.
fn part(line: &mut String, change: impl Fn(&str, &str) -> String) {
    if let Some((key, value)) = line.split_once(" =") {
        *line = change(key, value);
    }
}

/// The file with every setting taken in, each on a line of its own.
fn taken_in() -> String {
    let line = |line: &str| {
        line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or("").to_owned()
    };
    let lines: Vec<_> = reference().lines().map(line).filter(|line| !line.is_empty()).collect();
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

/// A value that may be no text, where the operating system has such.
#[cfg(unix)]
fn no_text(bytes: Vec<u8>) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes)
}

#[cfg(not(unix))]
fn no_text(bytes: Vec<u8>) -> OsString {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

/// So many cases, which are the same in every run.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(7),
        ..ProptestConfig::default()
    }
}

/// What is wrong with a mistake, if anything is.
fn fault(case: &Case, source: &str) -> Option<String> {
    let errors = Plan::new(&case.load()).err()?;
    let is_told = |message: &str| {
        message.contains('`') || message.contains("TOML") || message.contains("UTF-8")
    };
    let bad = errors.problems().iter().find(|problem| {
        let is_complete = is_told(&problem.message) && problem.origin.to_string().contains(source);
        !is_complete || problem.to_string().chars().any(|char| char.is_control() && char != '\n')
    });
    bad.map(|problem| format!("{problem:?}"))
}

proptest! {
    #![proptest_config(cases(6000))]

    #[test]
    fn a_mutated_file_never_panics_and_its_mistakes_say_what_and_where(accident in accident()) {
        let case = bytes(&after(&taken_in(), &accident));
        prop_assert_eq!(fault(&case, "Synndicate.toml:"), None, "{:?}", accident);
    }
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn a_mutated_variable_never_panics_and_its_mistakes_name_it(
        key in prop_oneof![prop::sample::select(OURS).prop_map(str::to_owned), "[A-Z_]{1,24}"],
        value in prop_oneof![
            ".{0,20}".prop_map(OsString::from),
            "[\\[{\"'=,a-z0-9.%:/@ ]{0,20}".prop_map(OsString::from),
            absurd().prop_map(OsString::from),
            prop::collection::vec(any::<u8>(), 0..8).prop_map(no_text),
        ],
    ) {
        let name = format!("SYN_OBSERVABILITY__{key}");
        let case = nothing().os_variable((&name).into(), value);
        prop_assert_eq!(fault(&case, &format!("the variable `{name}`")), None);
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
