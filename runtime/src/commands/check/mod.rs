//! `check`: are the settings right, and does each backend take spans and show them?
//!
//! `wishes` is what the user has said. `examine` asks one backend, with what `marked` makes and where `archive` says that traces are
//! shown; `finding` is what came of it, `people` and `json` tell it. `spool` looks at the folder in which spans
//! wait.

mod archive;
mod examine;
mod finding;
mod json;
mod marked;
mod people;
#[cfg(feature = "spool")]
mod spool;
mod wishes;

use super::arguments::Arguments;
use super::blocking::wait;
use super::output::{self, Page};
use super::{BAD_SETTINGS, NOT_WELL, Outcome, Refusal, USAGE, WELL};
use crate::batch::Resource;
use crate::exporter::{Exporter, SetupError};
use crate::plan::{Backend, Plan, Scalar};
use crate::settings::{Loaded, Origin, Sources, load};
use examine::Examiner;
use finding::{Finding, Report};
use std::sync::Arc;
use wishes::Wishes;

pub(super) fn run(arguments: &Arguments, sources: &Sources) -> Outcome {
    let is_for_programs = arguments.has("--json");
    let wishes = Wishes::of(arguments).map_err(|mistake| Refusal::new(USAGE, mistake))?;
    let loaded = load(sources);
    let (plan, warnings) = Plan::new(&loaded).map_err(|errors| {
        if is_for_programs {
            output::write(&json::refused(&errors));
        }
        Refusal::new(BAD_SETTINGS, errors)
    })?;
    let exporters = exporters(&plan).map_err(|error| Refusal::new(BAD_SETTINGS, error))?;
    let report = Report {
        service: service(&plan),
        file: file(&loaded),
        disabled: disabled(&plan, &loaded),
        warnings: warnings.iter().map(ToString::to_string).collect(),
        #[cfg(feature = "spool")]
        spool: plan.spool.as_ref().map(spool::examine),
        #[cfg(not(feature = "spool"))]
        spool: None,
        backends: wait(|| examine_all(&plan, exporters, &wishes))?,
    };
    if is_for_programs {
        output::write(&json::report(&report));
    } else {
        people::show(&report, Page::new(loaded.settings.terminal));
    }
    Ok(if report.is_well() { WELL } else { NOT_WELL })
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
    wishes: &Wishes,
) -> Vec<Finding> {
    let resource =
        Arc::new(Resource::new(plan.resource.iter().map(|(key, value)| (key, value.clone()))));
    let mut findings = Vec::new();
    let mut query = wishes.query.as_ref();
    for (backend, exporter) in plan.backends.iter().zip(exporters) {
        findings.push(match (backend, exporter) {
            (Backend::Remote(remote), Some(exporter)) => {
                let examiner = Examiner {
                    remote,
                    resource: resource.clone(),
                    query: query.take(),
                    patience: wishes.patience,
                };
                examiner.examine(exporter).await
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
