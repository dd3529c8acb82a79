//! `check`: are the settings right, and does each backend take spans and show them?
//!
//! `examine` asks one backend, with what `marked` makes and where `archive` says that traces are shown; `finding` is what came
//! of it, `people` and `json` tell it.

mod archive;
mod examine;
mod finding;
mod json;
mod marked;
mod people;

use super::arguments::{Arguments, wrong};
use super::blocking::wait;
use super::output::{self, Page};
use super::table::COMMANDS;
use super::{BAD_SETTINGS, NO_THREADS, NOT_WELL, USAGE, WELL, refuse};
use crate::batch::Resource;
use crate::exporter::{Exporter, SetupError};
use crate::plan::{Backend, Plan, Scalar};
use crate::report;
use crate::settings::{Loaded, Origin, SettingsErrors, Sources, load};
use examine::{Examiner, examine};
use finding::{Finding, Report};
use http::Uri;
use http::uri::Authority;
use std::sync::Arc;
use std::time::Duration;

/// How long a trace may take to be shown, where nobody says.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) fn run(arguments: &Arguments, sources: &Sources) -> i32 {
    let is_for_programs = arguments.has("--json");
    let (query, patience) = match (query(arguments), patience(arguments)) {
        (Ok(query), Ok(patience)) => (query, patience),
        (Err(mistake), _) | (_, Err(mistake)) => {
            report::say(&mistake);
            return USAGE;
        }
    };
    let loaded = load(sources);
    let (plan, warnings) = match Plan::new(&loaded) {
        Ok(planned) => planned,
        Err(errors) => return refuse_settings(&errors, is_for_programs),
    };
    let exporters = match exporters(&plan) {
        Ok(exporters) => exporters,
        Err(error) => {
            report::say(&error.to_string());
            return BAD_SETTINGS;
        }
    };
    let resource =
        Arc::new(Resource::new(plan.resource.iter().map(|(key, value)| (key, value.clone()))));
    let examiner = Examiner { resource, query, patience };
    let Some(backends) = wait(|| examine_all(&plan, exporters, &examiner)) else {
        return NO_THREADS;
    };
    let report = Report {
        service: service(&plan),
        file: file(&loaded),
        disabled: disabled(&plan, &loaded),
        warnings: warnings.iter().map(ToString::to_string).collect(),
        backends,
    };
    if is_for_programs {
        output::write(&json::report(&report));
    } else {
        people::show(&report, Page::new(loaded.settings.terminal));
    }
    if report.is_well() { WELL } else { NOT_WELL }
}

fn refuse_settings(errors: &SettingsErrors, is_for_programs: bool) -> i32 {
    if is_for_programs {
        output::write(&json::refused(errors));
    }
    refuse(errors)
}

fn query(arguments: &Arguments) -> Result<Option<Uri>, String> {
    let Some(url) = arguments.value("--query") else { return Ok(None) };
    let is_plain = |uri: &Uri| {
        let authority = uri.authority().map(Authority::as_str);
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.query().is_none()
            && authority.is_some_and(|authority| !authority.contains('@'))
    };
    let uri = url.parse().ok().filter(is_plain);
    // It may hold a password, so it is not shown.
    uri.map(Some).ok_or_else(|| {
        mistake("`--query` must be `http://host:port` or `https://host:port`, maybe with a path")
    })
}

fn patience(arguments: &Arguments) -> Result<Duration, String> {
    let Some(seconds) = arguments.value("--wait") else { return Ok(PATIENCE) };
    let wanted = seconds.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let most = Duration::from_secs(3600);
    wanted.filter(|wanted| *wanted <= most).ok_or_else(|| {
        mistake(&format!(
            "`--wait` is `{}`, but must be a number of seconds from 0 to 3600",
            seconds.escape_debug()
        ))
    })
}

fn mistake(what: &str) -> String {
    let command = COMMANDS.iter().find(|command| command.name == "check");
    command.map_or_else(|| what.to_owned(), |command| wrong(command, what))
}

fn exporters(plan: &Plan) -> Result<Vec<Option<Exporter>>, SetupError> {
    let exporter = |backend: &Backend| match backend {
        Backend::Remote(remote) => Exporter::remote(remote).map(Some),
        Backend::Console(_) => Ok(None),
    };
    plan.backends.iter().map(exporter).collect()
}

async fn examine_all(
    plan: &Plan,
    exporters: Vec<Option<Exporter>>,
    examiner: &Examiner,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut query = examiner.query.as_ref();
    for (backend, exporter) in plan.backends.iter().zip(exporters) {
        findings.push(match (backend, exporter) {
            (Backend::Remote(remote), Some(exporter)) => {
                examine(remote, exporter, query.take(), examiner).await
            }
            _ => Finding::console(),
        });
    }
    findings
}

fn service(plan: &Plan) -> String {
    let value = |key: &str| {
        let attribute = plan.resource.iter().find(|(name, _)| name == key);
        attribute.and_then(|(_, value)| match value {
            Scalar::Text(text) => Some(text.as_str()),
            _ => None,
        })
    };
    let name = value("service.name").unwrap_or_default();
    value("service.version").map_or_else(|| name.to_owned(), |version| format!("{name} {version}"))
}

/// The file that the settings come from.
fn file(loaded: &Loaded) -> Option<String> {
    loaded.origins.iter().find_map(|(_, effective)| match &effective.origin {
        Origin::File { path, .. } => Some(path.display().to_string()),
        _ => None,
    })
}

/// Who has disabled tracing.
fn disabled(plan: &Plan, loaded: &Loaded) -> Option<String> {
    let key = if loaded.settings.enable_tracing { "tracing_backend" } else { "enable_tracing" };
    let effective = loaded.origins.get(key).filter(|_| plan.backends.is_empty())?;
    Some(format!("`{key}` is `{}` in {}", effective.value, effective.origin))
}
