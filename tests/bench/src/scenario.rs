//! The circumstances under which spans are measured.

use std::fmt;
use std::str::FromStr;

/// What the traced code does, and what runs beside it. The module docs of the program explain each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scenario {
    Burst,
    Apart,
    Saturated,
    Async,
    Spans,
    Options,
    AsyncOptions,
    Unsampled,
    Disabled,
    Threads,
}

impl Scenario {
    pub(crate) const ALL: [Self; 10] = [
        Self::Burst,
        Self::Apart,
        Self::Saturated,
        Self::Async,
        Self::Spans,
        Self::Options,
        Self::AsyncOptions,
        Self::Unsampled,
        Self::Disabled,
        Self::Threads,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Burst => "burst",
            Self::Apart => "apart",
            Self::Saturated => "saturated",
            Self::Async => "async",
            Self::Spans => "spans",
            Self::Options => "options",
            Self::AsyncOptions => "async-options",
            Self::Unsampled => "unsampled",
            Self::Disabled => "disabled",
            Self::Threads => "threads",
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Scenario {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|scenario| scenario.name() == name);
        found.ok_or_else(|| anyhow::anyhow!("unknown scenario `{name}`"))
    }
}
