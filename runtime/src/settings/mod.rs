//! The settings: typed, from all their sources, with the origin of every value and all mistakes at
//! once.
//!
//! [`load`] asks the sources from the lowest to the highest: built-in defaults, the user's package,
//! the attribute's arguments, `Synndicate.toml`, its profile, the standard `OTEL_*` variables,
//! `SYN_OBSERVABILITY__*`, the builder; and a preset, whoever chose it, gives what none of them said
//! (`presets`). Each source is taken apart into entries (`entries`), each
//! entry is read by the kind of its key (`kind`, `read`), and what was read replaces what a lower
//! source said. The one table of keys (`keys`) is behind parser, suggestions, defaults and the
//! reference file.
//!
//! This room reads files and the environment, and no other does. It never opens a connection.

mod endpoint;
mod entries;
mod fallbacks;
mod headers;
mod keys;
mod kind;
mod listing;
mod origin;
mod pairs;
mod presets;
mod proxies;
mod quantity;
mod raw;
mod read;
mod reference;
mod report;
mod rules;
mod secret;
mod sources;
mod suggest;
mod terminal;
#[cfg(test)]
mod tests;
mod typed;

pub(crate) use endpoint::Address;
pub(crate) use fallbacks::Fallback;
pub(crate) use headers::Headers;
#[cfg(feature = "zipkin")]
pub(crate) use keys::ZIPKIN_ENDPOINT;
pub(crate) use listing::{Listed, list};
pub(crate) use origin::{Origin, Origins};
pub(crate) use proxies::Proxies;
pub(crate) use quantity::show_size;
#[cfg(feature = "log")]
pub(crate) use read::levels_by_target;
pub(crate) use reference::reference;
pub(crate) use report::{Problem, Report, SettingsErrors};
pub(crate) use rules::{Scalar, SpanRule};
pub(crate) use secret::Secret;
pub use sources::ServiceAttribute;
pub(crate) use sources::{FILE_NAME, Sources};
pub(crate) use terminal::Terminal;
pub(crate) use typed::{
    BackendName, Compression, ConsoleFormat, Preset, Propagator, Protocol, Settings,
};

use entries::Entry;
use kind::Kind;

/// What the sources said together, mistakes included. [`crate::plan::Plan::new`] makes a plan of
/// it, or shows the mistakes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Loaded {
    pub(crate) settings: Settings,
    pub(crate) origins: Origins,
    pub(crate) report: Report,
}

/// Asks all sources.
pub(crate) fn load(sources: &Sources) -> Loaded {
    let mut loaded = Loaded::default();
    sources.read(&mut loaded);
    loaded
}

/// The rules for single spans of a text that is written as `Synndicate.toml`.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn rules_in(text: &str) -> Result<Vec<SpanRule>, SettingsErrors> {
    let mut loaded = Loaded::default();
    sources::read_text(text, &mut loaded);
    loaded.report.finish(&loaded.origins)?;
    Ok(loaded.settings.span_rules)
}

impl Loaded {
    /// Takes what one source says; it replaces what was said before.
    fn take(&mut self, mut entries: Vec<Entry>) {
        // Where one source uses the older and the newer name of a setting, the newer one has the
        // last word.
        entries.sort_by_key(|entry| !entry.key.is_alias());
        for entry in entries {
            self.take_entry(entry);
        }
    }

    fn take_entry(&mut self, entry: Entry) {
        let take = match entry.key.kind {
            Kind::Rules => Some(rules::take as fn(&_, &mut _, &mut _) -> _),
            Kind::Fallbacks => Some(fallbacks::take as _),
            _ => None,
        };
        if let Some(take) = take {
            let shown: Option<String> = take(&entry, &mut self.settings, &mut self.report);
            return shown.into_iter().for_each(|shown| {
                self.origins.set(entry.path(), shown, entry.origin.clone());
            });
        }
        match entry.key.kind.read(&entry, &mut self.settings) {
            Ok(understood) => {
                if let Some(doubt) = understood.doubt {
                    let message = format!("`{}`: {doubt}", entry.path());
                    self.report.warn(Problem::new(entry.origin.clone(), message));
                }
                self.origins.set(entry.path(), understood.shown, entry.origin);
            }
            Err(hints) => self.report.refuse(entry.key, refused(&entry).hints(hints)),
        }
    }
}

/// The problem of a value that its key does not allow.
fn refused(entry: &Entry) -> Problem {
    let subject = match &entry.origin {
        Origin::Variable(name) if entry.origin.is_standard_variable() => name.clone(),
        _ => entry.path().escape_debug().to_string(),
    };
    let allowed = match entry.member {
        Some(_) => entry.key.kind.member_allowed(),
        None => entry.key.kind.allowed(),
    };
    let message = if entry.key.kind.is_secret() {
        format!("`{subject}` must be {allowed}")
    } else {
        format!("`{subject}` is {}, but must be {allowed}", entry.raw.shown())
    };
    Problem::new(entry.origin.clone(), message)
}
