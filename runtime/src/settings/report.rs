//! Mistakes and warnings, collected so that all of them are shown at once.

use super::keys::Key;
use super::origin::{Origin, Origins};
use std::collections::BTreeSet;
use std::fmt;

/// Something wrong or doubtful with one setting. It never holds the value of a secret.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    pub(crate) origin: Origin,
    /// What was found and what is allowed, with the key in backticks.
    pub(crate) message: String,
    /// What to do.
    pub(crate) hints: Vec<String>,
}

impl Problem {
    pub(crate) fn new(origin: Origin, message: impl Into<String>) -> Problem {
        Problem { origin, message: message.into(), hints: Vec::new() }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Problem {
        self.hints.push(hint.into());
        self
    }

    pub(crate) fn hints(mut self, hints: impl IntoIterator<Item = String>) -> Problem {
        self.hints.extend(hints);
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  in {}", self.message, self.origin)?;
        self.hints.iter().try_for_each(|hint| write!(f, "\n  hint: {hint}"))
    }
}

/// The mistakes that keep a program from starting: at least one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SettingsErrors(Vec<Problem>);

impl SettingsErrors {
    /// The mistakes in the order of their sources.
    pub(crate) fn problems(&self) -> &[Problem] {
        &self.0
    }
}

impl fmt::Display for SettingsErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => f.write_str("a mistake in the settings")?,
            count => write!(f, "{count} mistakes in the settings")?,
        }
        self.0.iter().try_for_each(|problem| write!(f, "\n\nerror: {problem}"))
    }
}

impl std::error::Error for SettingsErrors {}

/// What has been found so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    errors: Vec<Problem>,
    warnings: Vec<(Problem, Option<&'static str>)>,
    /// Keys whose value is unknown because of an error, so that later checks do not build on it.
    doubtful: BTreeSet<String>,
}

impl Report {
    pub(crate) fn error(&mut self, problem: Problem) {
        self.errors.push(problem);
    }

    pub(crate) fn warn(&mut self, problem: Problem) {
        self.warnings.push((problem, None));
    }

    /// A warning about a value that is not used: the value that counts in the end is added to it.
    pub(super) fn warn_unused(&mut self, problem: Problem, key: &'static str) {
        self.warnings.push((problem, Some(key)));
    }

    /// A value that a key does not take. It is a warning in a standard variable, which the platform
    /// may have set for all programs; but for a header, without which the backend would refuse
    /// everything.
    pub(super) fn refuse(&mut self, key: &Key, problem: Problem) {
        if !problem.origin.is_standard_variable() || key.kind.is_secret() {
            self.doubt(key.counts_as());
            self.error(problem);
        } else if key.kind.is_open() {
            self.warn(problem);
        } else {
            self.warn_unused(problem, key.counts_as());
        }
    }

    pub(super) fn doubt(&mut self, key: impl Into<String>) {
        self.doubtful.insert(key.into());
    }

    /// Whether somebody tried to set this key and failed.
    pub(crate) fn is_doubtful(&self, key: &str) -> bool {
        self.doubtful.contains(key)
    }

    pub(super) fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Takes over the errors of another report, and nothing else.
    pub(super) fn errors_of(&mut self, other: Report) {
        self.errors.extend(other.errors);
    }

    /// Takes over all that another report says, in other words.
    pub(crate) fn take_over(&mut self, other: Report, words: impl Fn(Problem) -> Problem) {
        self.errors.extend(other.errors.into_iter().map(&words));
        let warnings = other.warnings.into_iter().map(|(problem, key)| (words(problem), key));
        self.warnings.extend(warnings);
    }

    /// The warnings, or the errors where there are some.
    pub(crate) fn finish(mut self, origins: &Origins) -> Result<Vec<Problem>, SettingsErrors> {
        if self.errors.is_empty() {
            let warnings = self.warnings.into_iter();
            return Ok(warnings
                .map(|(warning, key)| used_instead(warning, key, origins))
                .collect());
        }
        self.errors.sort_by(|a, b| a.origin.cmp(&b.origin));
        Err(SettingsErrors(self.errors))
    }
}

fn used_instead(mut warning: Problem, key: Option<&'static str>, origins: &Origins) -> Problem {
    let Some(key) = key else { return warning };
    let used = origins.get(key).map_or_else(
        || format!("; `{key}` stays unset"),
        |used| format!("; `{key}` = `{}` of {} is used instead", used.value, used.origin),
    );
    warning.message.push_str(&used);
    warning
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_read_as_a_heading_and_a_block_each_in_the_order_of_the_sources() {
        let mut report = Report::default();
        report.error(Problem::new(Origin::Variable("SYN_CONFIG".into()), "second"));
        let first = Origin::File { path: "Synndicate.toml".into(), line: 2, column: 9 };
        report.error(Problem::new(first, "`a` is `b`").hint("write `c`"));
        let text = report.finish(&Origins::default()).unwrap_err().to_string();
        assert_eq!(
            text,
            "2 mistakes in the settings\n\n\
             error: `a` is `b`\n  in Synndicate.toml:2:9\n  hint: write `c`\n\n\
             error: second\n  in the variable `SYN_CONFIG`"
        );
    }

    #[test]
    fn a_warning_about_an_unused_value_says_what_counts_in_the_end() {
        let (mut report, mut origins) = (Report::default(), Origins::default());
        let origin = Origin::Variable("OTEL_X".into());
        report.warn_unused(Problem::new(origin.clone(), "bad"), "tracing_timeout");
        report.warn_unused(Problem::new(origin, "bad"), "service_version");
        origins.set("tracing_timeout".into(), "10 s".into(), Origin::Default);
        let warnings = report.finish(&origins).unwrap();
        let used = "bad; `tracing_timeout` = `10 s` of the built-in default is used instead";
        assert_eq!(warnings[0].message, used);
        assert_eq!(warnings[1].message, "bad; `service_version` stays unset");
    }
}
