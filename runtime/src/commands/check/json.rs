//! A report for programs.
//!
//! | key | value |
//! |---|---|
//! | `ok` | whether all is well |
//! | `settings` | `valid`; `file`, where there is one; `warnings`, a list of texts; `problems`, each with `message`, `source`, `hints` |
//! | `service` | name and version |
//! | `spool` | whether spans can wait on disk, as a step; only where `tracing_spool_dir` is set |
//! | `disabled` | why nothing is traced; only where that is so |
//! | `backends` | in their order, each with `backend`, `place`, `ok`, and where a server answered `wire` and `trace_id` |
//! | `backends[].steps` | each with `step`: `reach`, `send` or `read`; `result`: `ok`, `unknown` or `failed`; `text`; maybe `hint` and `microseconds` |

use super::finding::{Finding, Report, Step};
use crate::json::{key, list, number, object, raw, string, text, text_if_any};
use crate::settings::{Problem, SettingsErrors};

pub(super) fn report(report: &Report) -> String {
    let mut out = String::new();
    object(&mut out, |out| {
        flag(out, "ok", report.is_well());
        key(out, "settings");
        object(out, |out| {
            flag(out, "valid", true);
            text_if_any(out, "file", report.file.as_deref().unwrap_or_default());
            list(out, "warnings", &report.warnings, |out, warning| string(out, warning));
        });
        text(out, "service", &report.service);
        if let Some(spool) = &report.spool {
            key(out, "spool");
            step(out, spool);
        }
        text_if_any(out, "disabled", report.disabled.as_deref().unwrap_or_default());
        list(out, "backends", &report.backends, backend);
    });
    out + "\n"
}

/// The report where the settings are wrong.
pub(super) fn refused(errors: &SettingsErrors) -> String {
    let mut out = String::new();
    object(&mut out, |out| {
        flag(out, "ok", false);
        key(out, "settings");
        object(out, |out| {
            flag(out, "valid", false);
            list(out, "problems", errors.problems(), problem);
        });
    });
    out + "\n"
}

fn problem(out: &mut String, problem: &Problem) {
    object(out, |out| {
        text(out, "message", &problem.message);
        text(out, "source", &problem.origin.to_string());
        list(out, "hints", &problem.hints, |out, hint| string(out, hint));
    });
}

fn backend(out: &mut String, finding: &Finding) {
    object(out, |out| {
        text(out, "backend", finding.name);
        text(out, "place", &finding.place.replace('`', ""));
        flag(out, "ok", finding.is_well());
        text_if_any(out, "wire", &finding.wire.map(|wire| wire.to_string()).unwrap_or_default());
        text_if_any(out, "trace_id", finding.trace.as_deref().unwrap_or_default());
        list(out, "steps", &finding.steps, step);
    });
}

fn step(out: &mut String, step: &Step) {
    object(out, |out| {
        text(out, "step", step.name);
        text(out, "result", step.verdict.name());
        text(out, "text", &step.text);
        text_if_any(out, "hint", step.hint.as_deref().unwrap_or_default());
        if let Some(took) = step.took {
            number(out, "microseconds", u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        }
    });
}

fn flag(out: &mut String, name: &str, value: bool) {
    raw(out, name, if value { "true" } else { "false" });
}
