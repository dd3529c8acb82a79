//! One key, and how an entry of the table is written.

use crate::settings::kind::Kind;

/// One key of the table `[observability]`.
pub(in crate::settings) struct Key {
    /// A dot separates the name of a table of fixed members from the member.
    pub(in crate::settings) name: &'static str,
    pub(in crate::settings) kind: Kind,
    pub(in crate::settings) initial: Initial,
    /// What it does and why one would change it, in whole sentences.
    pub(in crate::settings) doc: &'static str,
    /// The variables of the OpenTelemetry specification that set it, the weakest first.
    pub(in crate::settings) otel: &'static [&'static str],
    /// The newer name of the same setting.
    pub(super) alias_of: Option<&'static str>,
}

/// What stands beside the key in the reference file, in TOML.
pub(in crate::settings) enum Initial {
    /// The value that counts where nobody sets the key.
    Default(&'static str),
    /// Nobody sets the key: a value that one might give it.
    Example(&'static str),
    /// The key is not for the reference file.
    Hidden,
}

/// A key that the reference file leaves out, until it has a default or an example.
pub(super) const fn key(name: &'static str, kind: Kind) -> Key {
    Key { name, kind, initial: Initial::Hidden, doc: "", otel: &[], alias_of: None }
}

impl Key {
    pub(super) const fn default(self, toml: &'static str) -> Key {
        Key { initial: Initial::Default(toml), ..self }
    }

    pub(super) const fn example(self, toml: &'static str) -> Key {
        Key { initial: Initial::Example(toml), ..self }
    }

    pub(super) const fn otel(self, otel: &'static [&'static str]) -> Key {
        Key { otel, ..self }
    }

    pub(super) const fn doc(self, doc: &'static str) -> Key {
        Key { doc, ..self }
    }

    pub(super) const fn older_name_of(self, newer: &'static str) -> Key {
        Key { alias_of: Some(newer), ..self }
    }

    /// The name under which the value counts: that of the key itself, but for an older name.
    pub(in crate::settings) fn counts_as(&self) -> &'static str {
        self.alias_of.unwrap_or(self.name)
    }

    pub(in crate::settings) fn is_alias(&self) -> bool {
        self.alias_of.is_some()
    }
}
