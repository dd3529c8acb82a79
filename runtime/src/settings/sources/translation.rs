//! What the values of standard variables are called here.

use super::environment::Environment;
use crate::settings::keys::Key;
use crate::settings::kind::Kind;
use crate::settings::raw::Raw;
use crate::settings::{Loaded, Origin, Problem};

/// The share of traces of the sampler `traceidratio`.
pub(super) const RATIO: &str = "OTEL_TRACES_SAMPLER_ARG";

/// What a variable says in the words of our own key, and why that is not all that it asks for.
#[derive(Default)]
pub(super) struct Said {
    pub(super) value: Option<String>,
    pub(super) objection: Option<String>,
}

impl Said {
    fn value(value: &str) -> Said {
        Said { value: Some(value.to_owned()), ..Said::default() }
    }

    fn objection(objection: &str) -> Said {
        Said { objection: Some(objection.to_owned()), ..Said::default() }
    }
}

/// What the value of this variable means for this key.
pub(super) fn translate(
    key: &Key,
    name: &str,
    value: &str,
    environment: &Environment<'_>,
    to: &mut Loaded,
) -> Said {
    let word = value.to_ascii_lowercase();
    match key.name {
        "enable_tracing" => disabled(&word),
        "tracing_backend" => exporters(&word),
        "tracing_protocol" => protocol(&word),
        "tracing_sample_rate" => sampler(&word, environment, to),
        _ if is_count(&key.kind) && !value.bytes().all(|byte| byte.is_ascii_digit()) => {
            let unit = if name.ends_with("_LIMIT") || name.ends_with("_SIZE") {
                ""
            } else {
                " of milliseconds"
            };
            Said::objection(&format!("but must be a whole number{unit}"))
        }
        _ => Said::value(value),
    }
}

fn is_count(kind: &Kind) -> bool {
    matches!(kind, Kind::Count(..) | Kind::Size(..) | Kind::Duration(..))
}

/// `false` says nothing: it does not switch on what a file switches off.
fn disabled(word: &str) -> Said {
    match word {
        "true" => Said::value("false"),
        "false" => Said::default(),
        _ => Said::objection("but must be `true` or `false`"),
    }
}

fn exporters(list: &str) -> Said {
    let names: Vec<_> = list.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let used = names.iter().find_map(|name| exporter(name));
    let objection = match (used, names.len()) {
        (Some(_), 1) => None,
        (Some(_), _) => Some("of which one counts in this version"),
        (None, _) => Some("but must be `otlp`, `console`, `jaeger`, `zipkin` or `none`"),
    };
    Said { value: used.map(str::to_owned), objection: objection.map(str::to_owned) }
}

fn exporter(name: &str) -> Option<&'static str> {
    [
        ("otlp", "otlp"),
        ("console", "console"),
        ("jaeger", "jaeger"),
        ("zipkin", "zipkin"),
        ("none", "disabled"),
    ]
    .into_iter()
    .find_map(|(standard, ours)| (standard == name).then_some(ours))
}

fn protocol(word: &str) -> Said {
    match word {
        "grpc" => Said::value("grpc"),
        "http/protobuf" => Said::value("http"),
        "http/json" => Said::value("http/json"),
        _ => Said::objection("but must be `grpc`, `http/protobuf` or `http/json`"),
    }
}

/// Every sampler of ours follows the decision of a parent.
fn sampler(word: &str, environment: &Environment<'_>, to: &mut Loaded) -> Said {
    match word.strip_prefix("parentbased_").unwrap_or(word) {
        "always_on" => Said::value("1"),
        "always_off" => Said::value("0"),
        "traceidratio" => Said::value(&ratio(environment, to)),
        _ => Said::objection(
            "but must be `always_on`, `always_off` or `traceidratio`, \
             each also with `parentbased_`",
        ),
    }
}

/// The ratio, which is one where it is not given or not understood.
fn ratio(environment: &Environment<'_>, to: &mut Loaded) -> String {
    let Some(value) = environment.get(RATIO) else {
        return "1".into();
    };
    let value = value.unwrap_or("not UTF-8");
    if value.parse().is_ok_and(|ratio: f64| (0.0..=1.0).contains(&ratio)) {
        return value.to_owned();
    }
    let shown = Raw::word(value).shown();
    let message = format!("`{RATIO}` is {shown}, but must be a number from 0.0 to 1.0");
    let problem = Problem::new(Origin::Variable(RATIO.into()), message);
    to.report.warn_unused(problem, "tracing_sample_rate");
    "1".into()
}
