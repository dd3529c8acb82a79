//! The standard variables of OpenTelemetry.
//!
//! As their specification asks, an empty one is unset, and one that is not understood is a warning
//! and no error: the platform sets them for programs of every language. Only a malformed header
//! stops the program, since without it the backend would refuse everything.
//!
//! Source: <https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/>.

use super::detected;
use super::environment::{Environment, NotUtf8};
use super::translation::{RATIO, translate};
use crate::settings::entries::{Collector, Entry};
use crate::settings::keys::{self, Key, ZIPKIN_ENDPOINT};
use crate::settings::kind::Kind;
use crate::settings::raw::{Form, Raw};
use crate::settings::{BackendName, Loaded, Origin, Problem};

const SAMPLER: &str = "OTEL_TRACES_SAMPLER";

/// An OTLP endpoint in a standard variable asks for OTLP, unless somebody has chosen a backend.
pub(super) fn implied(environment: &Environment<'_>, to: &mut Loaded) {
    let (Some(endpoint), Some(backend)) =
        (keys::find("tracing_endpoint"), keys::find("tracing_backend"))
    else {
        return;
    };
    if to.origins.of(backend.name) != Origin::Default {
        return;
    }
    let mut names = set_variables(endpoint, environment);
    names.retain(|name| *name != ZIPKIN_ENDPOINT);
    if let Some(name) = names.pop() {
        take(backend, "otlp", &Origin::Variable(name.to_owned()), to);
    }
}

/// Reads the variables of every key.
pub(super) fn read(environment: &Environment<'_>, to: &mut Loaded) {
    // Attributes come first: what `OTEL_SERVICE_NAME` says is stronger than a `service.name` among
    // them.
    let is_weak = |key: &&Key| matches!(key.kind, Kind::Attributes);
    let (weak, strong): (Vec<_>, Vec<_>) = keys::all().partition(is_weak);
    for key in weak.into_iter().chain(strong) {
        for name in set_variables(key, environment) {
            if name != ZIPKIN_ENDPOINT || is_for_zipkin(environment, to) {
                read_variable(key, name, environment, to);
            }
        }
    }
    ratio_without_sampler(environment, to);
    unsupported(environment, to);
}

/// Whether spans go to a Zipkin, as far as that is known here: the platform may set its endpoint for other programs.
fn is_for_zipkin(environment: &Environment<'_>, to: &Loaded) -> bool {
    let own = environment.get(&keys::variable("tracing_backend")).and_then(Result::ok);
    let named = own.and_then(BackendName::named).unwrap_or(to.settings.tracing_backend);
    named == BackendName::Zipkin
}

/// The variables of a key that are set, the weakest first. Of two lists of headers only the
/// stronger counts.
fn set_variables(key: &Key, environment: &Environment<'_>) -> Vec<&'static str> {
    let is_set = |name: &&str| environment.get(name).is_some();
    let set: Vec<_> = key.otel.iter().copied().filter(is_set).collect();
    let skipped = if key.kind.is_secret() { set.len().saturating_sub(1) } else { 0 };
    set.into_iter().skip(skipped).collect()
}

fn read_variable(key: &'static Key, name: &str, environment: &Environment<'_>, to: &mut Loaded) {
    let origin = Origin::Variable(name.to_owned());
    match environment.get(name) {
        None => {}
        Some(Err(NotUtf8)) => {
            to.report.refuse(key, Problem::new(origin, format!("`{name}` is not UTF-8")));
        }
        Some(Ok(value)) => {
            let said = translate(key, name, value, environment, to);
            if let Some(value) = said.value {
                take(key, &value, &origin, to);
            }
            if let Some(objection) = said.objection {
                let message = format!("`{name}` is {}, {objection}", Raw::word(value).shown());
                to.report.refuse(key, Problem::new(origin, message));
            }
        }
    }
}

fn take(key: &'static Key, value: &str, origin: &Origin, to: &mut Loaded) {
    let mut collector = Collector::new(origin.clone(), &mut to.report);
    let mut raw = Raw::word(value);
    if key.kind.is_open() {
        // Always a list, whatever it begins with.
        raw.form = Form::Text(value.to_owned());
    }
    collector.name(key.name, raw, origin);
    let entries = collector.entries.into_iter().map(with_own_key).collect();
    to.take(entries);
}

/// An attribute such as `service.name` as the key of ours that sets it.
fn with_own_key(entry: Entry) -> Entry {
    let own = match (&entry.key.kind, entry.member.as_deref()) {
        (Kind::Attributes, Some(name)) if name.starts_with("service.") => {
            keys::find(&name.replace('.', "_"))
        }
        _ => None,
    };
    match own {
        Some(key) => Entry { key, member: None, ..entry },
        None => entry,
    }
}

fn ratio_without_sampler(environment: &Environment<'_>, to: &mut Loaded) {
    if environment.get(RATIO).is_some() && environment.get(SAMPLER).is_none() {
        let message = format!("`{RATIO}` has no effect without `{SAMPLER}`");
        let problem = Problem::new(Origin::Variable(RATIO.into()), message)
            .hint(format!("set `{SAMPLER}=parentbased_traceidratio`"));
        to.report.warn_unused(problem, "tracing_sample_rate");
    }
}

/// One warning for all variables that nobody reads. A value of `none` asks for nothing.
fn unsupported(environment: &Environment<'_>, to: &mut Loaded) {
    let is_for_zipkin = is_for_zipkin(environment, to);
    let is_known = |name: &str| match name {
        ZIPKIN_ENDPOINT => is_for_zipkin,
        _ => {
            name == RATIO
                || detected::is_read(name)
                || keys::all().any(|key| key.otel.contains(&name))
        }
    };
    let unknown = environment.iter().filter(|(name, value)| {
        name.starts_with("OTEL_") && *value != Ok("none") && !is_known(name)
    });
    let mut names: Vec<_> = unknown.map(|(name, _)| format!("`{name}`")).collect();
    names.sort();
    if !names.is_empty() {
        let message = format!("without effect in this version: {}", names.join(", "));
        to.report.warn(Problem::new(Origin::Environment, message));
    }
}
