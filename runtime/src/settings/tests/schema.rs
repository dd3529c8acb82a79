//! `config/Synndicate.schema.json`: what editors check a settings file against, made from the table of keys.

use super::fresh::assert_fresh;
use super::support::*;
use crate::settings::keys::{self, Initial, Key};
use crate::settings::kind::{Kind, Times};
use crate::settings::reference::reference;
use crate::settings::{Preset, Secret, Settings, fallbacks, rules};
use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::{Map, Value, json};

/// The latest version that editors of TOML know.
const VERSION: &str = "http://json-schema.org/draft-07/schema#";

const PATH: &str = "config/Synndicate.schema.json";

const DURATION: &str = r"^\s*([0-9.]+\s*(ns|us|µs|ms|s|min|m|h|d)\s*)+$";
const SIZE: &str = r"^\s*([0-9.]+\s*([kKmMgG][iI]?)?[bB]\s*)+$";
const ENDPOINT: &str = "^$|^(https?://|unix:)";

fn schema() -> Value {
    let observability = json!({ "$ref": "#/definitions/observability" });
    let profile = table(json!({ "observability": observability }));
    let mut properties: Map<_, _> = keys::all()
        .filter(|key| !key.name.contains('.'))
        .map(|key| (key.name.to_owned(), described(key)))
        .collect();
    properties.insert("tracing_tls".into(), group("tracing_tls"));
    json!({
        "$schema": VERSION,
        "title": "Synndicate.toml",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "observability": observability,
            "profiles": { "type": "object", "additionalProperties": profile },
        },
        "definitions": { "observability": table(properties.into()) },
    })
}

/// A table with these members and no other.
fn table(properties: Value) -> Value {
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

/// The keys whose names begin with this one and a dot.
fn group(name: &str) -> Value {
    let member = |key: &Key| {
        let member = key.name.strip_prefix(name)?.strip_prefix('.')?;
        Some((member.to_owned(), described(key)))
    };
    table(Value::Object(keys::all().filter_map(member).collect()))
}

fn described(key: &Key) -> Value {
    let mut schema = allowed(&key.kind);
    if !key.doc.is_empty() {
        schema["description"] = key.doc.split_whitespace().collect::<Vec<_>>().join(" ").into();
    }
    if let Initial::Default(toml) = key.initial {
        schema["default"] = value(toml);
    }
    schema
}

/// A single TOML value as JSON.
fn value(toml: &str) -> Value {
    toml::from_str::<Value>(&format!("it = {toml}")).unwrap()["it"].take()
}

fn allowed(kind: &Kind) -> Value {
    match kind {
        Kind::Flag(_) => json!({ "type": "boolean" }),
        Kind::Text(_) | Kind::Filter(_) => json!({ "type": "string", "minLength": 1 }),
        Kind::OptionalText(_) | Kind::Path(_) | Kind::ResponseHeader(_) => {
            json!({ "type": "string" })
        }
        Kind::Rate(_) => json!({ "type": "number", "minimum": 0, "maximum": 1 }),
        Kind::Count(bounds, _) => {
            json!({ "type": "integer", "minimum": bounds.min, "maximum": bounds.max })
        }
        Kind::Size(bounds, _) => {
            let bytes = json!({ "type": "integer", "minimum": bounds.min, "maximum": bounds.max });
            json!({ "anyOf": [bytes, { "type": "string", "pattern": SIZE }] })
        }
        Kind::Duration(times, _) => {
            let (min, max) = whole(times);
            let number = json!({ "type": "integer", "minimum": min, "maximum": max });
            json!({ "anyOf": [number, { "type": "string", "pattern": DURATION }] })
        }
        Kind::Choice(choices) => {
            let unset = (choices.set)(&mut Settings::default(), "").then_some("");
            json!({ "enum": choices.names.iter().copied().chain(unset).collect::<Vec<_>>() })
        }
        Kind::Preset(_) => json!({ "enum": Preset::NAMES.iter().chain(&[""]).collect::<Vec<_>>() }),
        Kind::Endpoint(_) => json!({ "type": "string", "pattern": ENDPOINT }),
        Kind::Secret(_) => json!({ "anyOf": [
            { "type": "string", "maxLength": 0 },
            { "type": "string", "minLength": Secret::SHORTEST },
        ] }),
        Kind::Headers => open(json!({ "type": "string" })),
        Kind::Attributes => open(json!({ "type": ["string", "number", "boolean"] })),
        Kind::UrlPaths(_) => {
            let list = json!({ "type": "array", "items": { "type": "string", "pattern": "^/" } });
            json!({ "anyOf": [list, { "type": "string" }] })
        }
        Kind::Names(names) => {
            let list = json!({ "type": "array", "items": { "enum": names.names } });
            json!({ "anyOf": [list, { "type": "string" }] })
        }
        Kind::Fallbacks => {
            let one = json!({ "anyOf": [{ "type": "string" }, fallback()] });
            json!({ "anyOf": [one, { "type": "array", "items": one }] })
        }
        Kind::Rules => json!({ "type": "array", "items": rule() }),
    }
}

/// The smallest and the largest number without a unit.
fn whole(times: &Times) -> (u64, u64) {
    let one = times.unit.of(1).as_nanos();
    let (min, max) = (times.bounds.min.as_nanos(), times.bounds.max.as_nanos());
    (min.div_ceil(one) as u64, (max / one) as u64)
}

/// A table of any names, or a list as variables have it.
fn open(member: Value) -> Value {
    json!({ "anyOf": [{ "type": "object", "additionalProperties": member }, { "type": "string" }] })
}

fn fallback() -> Value {
    let member = |name: &&str| {
        let of_first = format!("tracing_{name}");
        let schema =
            keys::find(&of_first).map_or_else(|| group(&of_first), |key| allowed(&key.kind));
        ((*name).to_owned(), schema)
    };
    table(Value::Object(fallbacks::MEMBERS.iter().map(member).collect()))
}

/// A member of a rule takes what its example is.
fn rule() -> Value {
    let member = |member: &rules::Member| {
        let mut schema = match value(member.example) {
            Value::Bool(_) => json!({ "type": "boolean" }),
            Value::Number(_) => json!({ "type": "number", "minimum": 0, "maximum": 1 }),
            Value::Array(_) => json!({ "anyOf": [
                { "type": "array", "items": { "type": "string" } },
                { "type": "string" },
            ] }),
            Value::Object(_) => json!({
                "type": "object",
                "additionalProperties": { "type": ["string", "number", "boolean"] },
            }),
            _ if member.name.ends_with("level") => json!({ "enum": rules::LEVELS.map(|it| it.0) }),
            _ => json!({ "type": "string", "minLength": 1 }),
        };
        schema["description"] = member.doc.split_whitespace().collect::<Vec<_>>().join(" ").into();
        (member.name.to_owned(), schema)
    };
    table(Value::Object(rules::MEMBERS.iter().map(member).collect()))
}

/// The schema as another program reads it.
struct Checked {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Checked {
    fn new() -> Checked {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("schema.json", schema()).unwrap();
        let index = compiler.compile("schema.json", &mut schemas).unwrap();
        Checked { schemas, index }
    }

    /// What is wrong with the text of a settings file.
    fn check(&self, text: &str) -> Result<(), String> {
        let file = toml::from_str::<Value>(text).map_err(|error| error.to_string())?;
        self.schemas.validate(&file, self.index).map_err(|error| format!("{text}\n{error:#}"))
    }
}

#[test]
fn the_checked_in_schema_is_what_the_table_of_keys_says() {
    let text = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    assert_fresh(PATH, &text);
}

#[test]
fn the_reference_file_names_the_schema_of_this_version_by_its_address() {
    let reference = reference();
    let first = reference.lines().next().unwrap();
    assert!(first.starts_with("#:schema https://"), "{first}");
    assert!(first.contains(env!("CARGO_PKG_VERSION")) && first.ends_with(PATH), "{first}");
}

#[test]
fn every_line_of_the_reference_is_good_when_it_is_taken_in() {
    let taken_in = |line: &str| match line.strip_prefix('#') {
        Some(setting) if !setting.starts_with([' ', ':']) => setting.to_owned(),
        _ => line.to_owned(),
    };
    let text = reference().lines().map(taken_in).collect::<Vec<_>>().join("\n");
    Checked::new().check(&text).unwrap();
}

/// Values of every shape that a file may hold, and those at the bounds of the key.
fn candidates(key: &Key) -> Vec<String> {
    let anything = [
        "true",
        "0",
        "1",
        "-1",
        "0.5",
        "1.5",
        "7",
        "100",
        "1000",
        "70000",
        "1e30",
        "''",
        "'x'",
        "'10s'",
        "'1 h 20 min'",
        "'64 MiB'",
        "'4mb'",
        "'10'",
        "'jaeger'",
        "'grpc'",
        "'none'",
        "'info'",
        "'debug'",
        "'http://h:1'",
        "'unix:/run/x'",
        "'h:1'",
        "'a=b,c=d'",
        "'sixteen characters'",
        "[]",
        "['b3']",
        "['host', 'process']",
        "['x']",
        "{}",
        "{ a = 'b' }",
        "{ a = 1 }",
        "['jaeger']",
        "[{ backend = 'otlp', timeout = '1s', tls.ca_file = 'a' }]",
        "[{ functoin = 'a' }]",
        "[{ function = 'a', sample_rate = 0.1, level = 'warn' }]",
        "2026-01-01",
    ];
    let bounds: Vec<u64> = match &key.kind {
        Kind::Count(bounds, _) | Kind::Size(bounds, _) => vec![bounds.min, bounds.max],
        Kind::Duration(times, _) => <[u64; 2]>::from(whole(times)).into(),
        _ => vec![],
    };
    let around = bounds.iter().flat_map(|it| [it.saturating_sub(1), *it, it + 1]);
    anything.iter().map(ToString::to_string).chain(around.map(|it| it.to_string())).collect()
}

#[test]
fn the_schema_takes_whatever_the_settings_take() {
    let checked = Checked::new();
    for key in keys::all() {
        for value in candidates(key) {
            let text = format!("[observability]\n{} = {value}\n", key.name);
            let loaded = file(&text).load();
            let is_good = loaded.report.finish(&loaded.origins).is_ok();
            let said = checked.check(&text);
            assert!(!is_good || said.is_ok(), "{said:?}");
        }
    }
}

#[test]
fn the_schema_finds_wrong_names_types_and_numbers() {
    let checked = Checked::new();
    for key in keys::all() {
        if matches!(key.kind, Kind::Count(..) | Kind::Size(..) | Kind::Duration(..) | Kind::Rate(_))
        {
            for value in candidates(key) {
                let text = format!("[observability]\n{} = {value}\n", key.name);
                let loaded = file(&text).load();
                let is_number = value.parse::<f64>().is_ok();
                if is_number && loaded.report.finish(&loaded.origins).is_err() {
                    assert!(checked.check(&text).is_err(), "{text}");
                }
            }
        }
    }
    for wrong in [
        "[observability]\ntracing_backed = 'otlp'",
        "[observability]\ntracing_backend = 'datadog'",
        "[observability]\nenable_tracing = 'yes'",
        "[observability]\ntracing_tls.ca = 'a'",
        "[observability]\ntracing_endpoint = 'collector:4317'",
        "[observability]\ntracing_fallbacks = [{ endpoint = 'http://h', tiemout = 1 }]",
        "[[observability.span]]\nfunction = 'a'\nlevel = 'loud'",
        "[profiles.production.observability]\ntracing_sample_rate = 10",
        "[profiles.production]\ntracing_sample_rate = 0.1",
        "[observabilty]",
    ] {
        assert!(checked.check(wrong).is_err(), "{wrong}");
    }
}
