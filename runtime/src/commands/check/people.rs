//! A report for people: what was asked in the first column, the verdict in the second, the rest behind.

use super::finding::{Finding, Report, Step, Verdict};
use crate::commands::output::Page;
use crate::display::{Paint, units};

/// Where verdicts and texts stand.
const VERDICT: usize = 10;
const TEXT: usize = 19;

pub(super) fn show(report: &Report, mut page: Page) {
    let file = report.file.as_ref().map(|file| format!("with {file}"));
    line(&mut page, "settings", Verdict::Well, &file.unwrap_or_else(|| "without a file".into()));
    for warning in &report.warnings {
        page.lines(TEXT, Paint::Warning, &format!("warning: {warning}"));
    }
    page.at(0, Paint::Normal, "service").at(TEXT, Paint::Strong, &report.service).end_line();
    report.spool.iter().for_each(|spool| step(spool.name, spool, &mut page));
    report.backends.iter().for_each(|finding| backend(finding, &mut page));
    page.end_line();
    let (paint, result) = result(report);
    page.at(0, Paint::Normal, "result").at(VERDICT, paint, &result).end_line();
    page.show();
}

fn backend(finding: &Finding, page: &mut Page) {
    page.end_line();
    page.at(0, Paint::Strong, finding.name).at(TEXT, Paint::Strong, &finding.place).end_line();
    for asked in &finding.steps {
        step(&format!("  {}", asked.name), asked, page);
    }
}

fn step(name: &str, step: &Step, page: &mut Page) {
    line(page, name, step.verdict, &text(step));
    if let Some(hint) = &step.hint {
        page.lines(TEXT, Paint::Normal, &format!("hint: {hint}"));
    }
}

fn text(step: &Step) -> String {
    let nanos = step.took.map(|took| u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
    match nanos {
        Some(nanos) => format!("{}, {}", step.text, units::duration(nanos)),
        None => step.text.clone(),
    }
}

fn line(page: &mut Page, name: &str, verdict: Verdict, text: &str) {
    page.at(0, Paint::Normal, name).at(VERDICT, paint(verdict), verdict.name());
    page.lines(TEXT, Paint::Normal, text);
}

fn paint(verdict: Verdict) -> Paint {
    match verdict {
        Verdict::Well => Paint::Good,
        Verdict::Unknown => Paint::Warning,
        Verdict::Failed => Paint::Error,
    }
}

fn result(report: &Report) -> (Paint, String) {
    let bad = report.backends.iter().filter(|finding| !finding.is_well()).count();
    match (&report.disabled, bad) {
        (Some(disabled), _) => (Paint::Warning, format!("tracing is disabled: {disabled}")),
        (None, 0) if report.is_well() => (Paint::Good, "all is well".into()),
        (None, 0) => (Paint::Error, "spans cannot wait on disk".into()),
        (None, bad) => {
            let all = units::count(report.backends.len() as u64, "backend");
            (Paint::Error, format!("{bad} of {all} failed"))
        }
    }
}
