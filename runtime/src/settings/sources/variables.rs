//! Our own variables, `SYN_OBSERVABILITY__…`, and those that were meant to be.

use super::environment::{Environment, NotUtf8};
use super::near_miss::meant;
use super::service_links::is_service_link;
use crate::settings::entries::Collector;
use crate::settings::keys::{self, PREFIX};
use crate::settings::raw::Raw;
use crate::settings::{Loaded, Origin, Problem};

/// The file of settings, instead of the one that is found.
pub(super) const CONFIG: &str = "SYN_CONFIG";
/// The profile that counts.
pub(super) const PROFILE: &str = "SYN_PROFILE";
/// The command that a service runs in place of its body.
pub(in crate::settings) const COMMAND: &str = "SYN_COMMAND";
/// Those of ours that are no settings themselves.
pub(super) const OTHERS: [&str; 3] = [CONFIG, PROFILE, COMMAND];

pub(super) fn read(environment: &Environment<'_>, to: &mut Loaded) {
    let mut entries = Vec::new();
    for (name, value) in environment.iter().filter(|(name, _)| !OTHERS.contains(name)) {
        let origin = Origin::Variable(name.to_owned());
        let mut collector = Collector::new(origin.clone(), &mut to.report);
        match (key_of(name), &value) {
            _ if is_service_link(name, value.as_deref().unwrap_or_default()) => {}
            (Some(key), Ok(value)) => collector.name(&key, Raw::word(value), &origin),
            (Some(_), Err(NotUtf8)) => {
                collector.report.error(Problem::new(origin, format!("`{name}` is not UTF-8")));
            }
            (None, _) => not_a_key(name, &mut collector),
        }
        entries.append(&mut collector.entries);
    }
    to.take(entries);
}

/// The key that a variable spells, whether it exists or not; `None` where it is certain that it
/// does not.
fn key_of(name: &str) -> Option<String> {
    let spelled =
        name.strip_prefix(PREFIX).filter(|_| !name.bytes().any(|b| b.is_ascii_lowercase()))?;
    let key = spelled.to_ascii_lowercase().replace("__", ".");
    match keys::find_open(&key) {
        // The name of a header has no underscore; that of an attribute has dots, which a variable
        // cannot spell.
        Some((open, member)) if open.kind.is_secret() => {
            Some(format!("{}.{}", open.name, member.replace(['_', '.'], "-")))
        }
        Some(_) => None,
        None => Some(key).filter(|key| keys::find(key).is_some() || keys::is_group(key)),
    }
}

fn not_a_key(name: &str, collector: &mut Collector<'_>) {
    let Some(meant) = meant(name) else { return };
    let origin = collector.origin.clone();
    let problem = Problem::new(origin, format!("`{name}` is not a known variable"));
    collector.report.error(problem.hint(format!("the nearest is `{meant}`")));
    let key = meant.strip_prefix(PREFIX).unwrap_or_default();
    collector.report.doubt(key.to_ascii_lowercase().replace("__", "."));
}
