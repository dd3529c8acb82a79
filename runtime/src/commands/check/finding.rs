//! What came of a check.

use crate::plan::Wire;
use std::time::Duration;

/// All of it.
#[derive(Debug)]
pub(super) struct Report {
    /// Name and version.
    pub(super) service: String,
    /// Where settings stand, if some stand in a file.
    pub(super) file: Option<String>,
    /// Who has disabled tracing, if somebody has.
    pub(super) disabled: Option<String>,
    /// What is doubtful in the settings.
    pub(super) warnings: Vec<String>,
    /// Whether spans can wait on disk, where a folder is named for them.
    pub(super) spool: Option<Step>,
    pub(super) backends: Vec<Finding>,
}

/// One backend.
#[derive(Debug)]
pub(super) struct Finding {
    /// What the settings call it.
    pub(super) name: &'static str,
    /// Where it is, for people.
    pub(super) place: String,
    pub(super) wire: Option<Wire>,
    /// The trace that it was sent, in hexadecimal.
    pub(super) trace: Option<String>,
    pub(super) steps: Vec<Step>,
}

/// One question, and how it was answered.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) verdict: Verdict,
    pub(super) text: String,
    pub(super) hint: Option<String>,
    pub(super) took: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Verdict {
    Well,
    /// Nobody could be asked.
    Unknown,
    Failed,
}

impl Verdict {
    /// In one word.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Verdict::Well => "ok",
            Verdict::Unknown => "unknown",
            Verdict::Failed => "failed",
        }
    }
}

impl Report {
    pub(super) fn is_well(&self) -> bool {
        self.backends.iter().all(Finding::is_well) && self.spool.as_ref().is_none_or(Step::is_well)
    }
}

impl Finding {
    /// The program's own standard error, which nobody has to ask.
    pub(super) fn console() -> Finding {
        Finding {
            name: "console",
            place: "the console".into(),
            wire: None,
            trace: None,
            steps: vec![Step::well("reach", "traces are shown on standard error", None)],
        }
    }

    pub(super) fn is_well(&self) -> bool {
        self.steps.iter().all(Step::is_well)
    }
}

impl Step {
    pub(super) fn is_well(&self) -> bool {
        self.verdict != Verdict::Failed
    }

    pub(super) fn well(
        name: &'static str,
        text: impl Into<String>,
        took: Option<Duration>,
    ) -> Step {
        Step { name, verdict: Verdict::Well, text: text.into(), hint: None, took }
    }

    pub(super) fn unknown(name: &'static str, text: String, hint: &str) -> Step {
        Step { name, verdict: Verdict::Unknown, text, hint: Some(hint.into()), took: None }
    }

    pub(super) fn failed(name: &'static str, text: String, hint: Option<String>) -> Step {
        Step { name, verdict: Verdict::Failed, text, hint, took: None }
    }
}
