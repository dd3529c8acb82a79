//! Where a value comes from, in words that a person can follow.

use super::keys;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// The place where somebody wrote a value. The order is that of reports; it is not the order of
/// precedence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// The table of keys.
    Default,
    /// The preset of this name.
    Preset(&'static str),
    /// What the process has found out about where it runs, by the detector of this name.
    Detected(&'static str),
    /// The name or version of the user's package.
    Package,
    /// `#[traced_service(...)]`.
    Attribute { file: &'static str, line: u32 },
    /// A settings file; line and column count from one.
    File { path: PathBuf, line: usize, column: usize },
    /// A variable of the environment.
    Variable(String),
    /// Several variables of the environment.
    Environment,
    /// The program itself.
    Builder,
}

impl Origin {
    /// The same source at another place in it; only a file has places.
    pub(super) fn at(&self, place: Place) -> Origin {
        match self {
            Origin::File { path, .. } => {
                Origin::File { path: path.clone(), line: place.line, column: place.column }
            }
            other => other.clone(),
        }
    }

    /// One of the variables that the OpenTelemetry specification defines.
    pub(crate) fn is_standard_variable(&self) -> bool {
        matches!(self, Origin::Variable(name) if name.starts_with("OTEL_"))
    }

    /// The name of a key as this source spells it.
    pub(super) fn spell(&self, key: &str) -> String {
        match self {
            Origin::Variable(_) => keys::variable(key),
            _ => key.to_owned(),
        }
    }

    /// The folder that relative paths of this source start from; the working directory where there
    /// is none.
    pub(super) fn folder(&self) -> &Path {
        match self {
            Origin::File { path, .. } => path.parent().unwrap_or(Path::new("")),
            _ => Path::new(""),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("the built-in default"),
            Origin::Preset(name) => write!(f, "the preset `{name}`"),
            Origin::Detected(name) => write!(f, "the detector `{name}`"),
            Origin::Package => f.write_str("the package's `Cargo.toml`"),
            Origin::Attribute { file, line } => write!(f, "`#[traced_service]` at {file}:{line}"),
            Origin::File { path, line, column } => write!(f, "{}:{line}:{column}", path.display()),
            Origin::Variable(name) => write!(f, "the variable `{name}`"),
            Origin::Environment => f.write_str("the environment"),
            Origin::Builder => f.write_str("the builder"),
        }
    }
}

/// A line and a column, both from one; the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Place {
    pub(super) const START: Place = Place { line: 1, column: 1 };

    /// The place of a byte in a text.
    pub(super) fn of(byte: usize, text: &str) -> Place {
        let before = text.get(..byte).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Place {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        }
    }
}

/// What counts for a key, and who said so.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Effective {
    /// The value as it was understood; the values of headers are blotted out.
    pub(crate) value: String,
    pub(crate) origin: Origin,
}

/// The origin of every value by its key; a header or resource attribute has the key
/// `tracing_headers.x-team`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins(BTreeMap<String, Effective>);

impl Origins {
    pub(super) fn set(&mut self, key: String, value: String, origin: Origin) {
        self.0.insert(key, Effective { value, origin });
    }

    /// What counts for this key; `None` where nobody set it and it has no default.
    pub(crate) fn get(&self, key: &str) -> Option<&Effective> {
        self.0.get(key)
    }

    /// Who set this key.
    pub(crate) fn of(&self, key: &str) -> Origin {
        self.get(key).map_or(Origin::Default, |effective| effective.origin.clone())
    }

    /// Every value that counts, by key.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Effective)> {
        self.0.iter().map(|(key, effective)| (key.as_str(), effective))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let text = "a\r\né = 1\n";
        let place = |byte| Place::of(byte, text);
        assert_eq!(place(0), Place::START);
        assert_eq!(place(6), Place { line: 2, column: 3 }, "é is one column and two bytes");
        assert_eq!(place(99), Place { line: 3, column: 1 });
    }

    #[test]
    fn relative_paths_of_a_file_start_beside_it() {
        let file = Origin::File { path: "/etc/app/Synndicate.toml".into(), line: 1, column: 1 };
        assert_eq!(file.folder(), Path::new("/etc/app"));
        assert_eq!(Origin::Builder.folder(), Path::new(""));
    }
}
