//! What counts for each key and who said so, for people and programs.

use super::keys;
use super::origin::Origin;
use super::{Loaded, Sources};

/// One key, or one member of a table that is open to any name.
#[derive(Debug, PartialEq)]
pub(crate) struct Listed {
    pub(crate) key: String,
    /// What counts, without secrets, and who said so; `None` where nobody did and there is no default.
    pub(crate) effective: Option<(String, Origin)>,
    /// Whether somebody says it is not the default.
    pub(crate) is_changed: bool,
}

/// Every key in the order of the reference file.
pub(crate) fn list(loaded: &Loaded, sources: &Sources) -> Vec<Listed> {
    let mut defaults = Loaded::default();
    sources.read_defaults(&mut defaults);
    let one = |key: &str| {
        let effective = loaded.origins.get(key);
        let value = effective.map(|effective| &effective.value);
        let is_detected = effective.is_some_and(|it| matches!(it.origin, Origin::Detected(_)));
        let default = defaults.origins.get(key).map(|default| &default.value);
        let is_changed = value != default && !is_detected;
        let effective =
            effective.map(|effective| (effective.value.clone(), effective.origin.clone()));
        Listed { key: key.to_owned(), effective, is_changed }
    };
    let members = |key: &'static str| {
        let is_member =
            move |name: &str| name.strip_prefix(key).is_some_and(|rest| rest.starts_with('.'));
        loaded.origins.iter().map(|(name, _)| name).filter(move |name| is_member(name))
    };
    let mut listed = Vec::new();
    for key in keys::all().filter(|key| !key.is_alias()) {
        let before = listed.len();
        if key.kind.is_open() {
            listed.extend(members(key.name).map(one));
        }
        if listed.len() == before {
            listed.push(one(key.name));
        }
    }
    listed
}
