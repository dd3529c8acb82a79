//! `Synndicate.toml`: found or named, read, and taken apart with its profiles.

use super::environment::{Environment, NotUtf8};
use super::variables::{CONFIG, PROFILE};
use crate::settings::entries::{Collector, Entry};
use crate::settings::origin::Place;
use crate::settings::raw::{self, Form, Member};
use crate::settings::suggest::nearest;
use crate::settings::{Loaded, Origin, Problem, Report};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// How the file of settings is called.
pub(crate) const NAME: &str = "Synndicate.toml";

/// The tables that a file may hold.
const TABLES: [&str; 2] = ["observability", "profiles"];

/// More than any settings file needs; it keeps `SYN_CONFIG=/dev/zero` from filling the memory.
const MAX_BYTES: u64 = 1 << 20;

/// A file's path and content.
type Found = (PathBuf, Vec<u8>);

pub(super) fn read(directory: &Path, environment: &Environment<'_>, to: &mut Loaded) {
    let profile = variable(PROFILE, environment, &mut to.report);
    let found = match variable(CONFIG, environment, &mut to.report) {
        Some(named) => named_file(directory, named).map(Some),
        None => search(directory),
    };
    match found {
        Ok(Some((path, bytes))) => read_bytes(path, &bytes, profile, to),
        Ok(None) => profile.into_iter().for_each(|profile| unknown_profile(profile, &[], to)),
        Err(problem) => to.report.error(problem),
    }
}

fn variable<'a>(name: &str, environment: &Environment<'a>, report: &mut Report) -> Option<&'a str> {
    let value = environment.get(name)?;
    if value == Err(NotUtf8) {
        let origin = Origin::Variable(name.to_owned());
        report.error(Problem::new(origin, format!("`{name}` is not UTF-8")));
    }
    value.ok()
}

fn named_file(directory: &Path, named: &str) -> Result<Found, Problem> {
    let path = directory.join(named);
    let unreadable = |error: io::Error| {
        let named = named.escape_debug();
        let message = format!("`{CONFIG}` is `{named}`, which cannot be read: {error}");
        Problem::new(Origin::Variable(CONFIG.into()), message)
            .hint(format!("name a file, or leave `{CONFIG}` out to search for `{NAME}`"))
    };
    let bytes = bytes(&path).map_err(unreadable)?;
    Ok((path, bytes))
}

/// The nearest file at or above the directory.
fn search(directory: &Path) -> Result<Option<Found>, Problem> {
    for folder in directory.ancestors() {
        let path = folder.join(NAME);
        match bytes(&path) {
            Ok(bytes) => return Ok(Some((path, bytes))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                let message = format!("`{NAME}` cannot be read: {error}");
                return Err(Problem::new(start_of(path), message));
            }
        }
    }
    Ok(None)
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    Ok(bytes)
}

fn start_of(path: PathBuf) -> Origin {
    Origin::File { path, line: 1, column: 1 }
}

/// Reads what might stand in a file.
#[cfg(any(test, feature = "testing"))]
pub(in crate::settings) fn read_text(text: &str, to: &mut Loaded) {
    read_bytes(NAME.into(), text.as_bytes(), None, to);
}

fn read_bytes(path: PathBuf, bytes: &[u8], profile: Option<&str>, to: &mut Loaded) {
    let origin = start_of(path);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let good = bytes.get(..error.valid_up_to()).and_then(|good| str::from_utf8(good).ok());
            let place = good.map_or(Place::START, |good| Place::of(good.len(), good));
            let problem = Problem::new(origin.at(place), "the file is not UTF-8");
            return to.report.error(problem.hint("save it as UTF-8"));
        }
    };
    match raw::document(text) {
        Ok(tables) => read_tables(tables, &origin, profile, to),
        Err(broken) => {
            let message = format!("the file is not valid TOML: {}", broken.message);
            to.report.error(Problem::new(origin.at(broken.place), message));
        }
    }
}

fn read_tables(tables: Vec<Member>, origin: &Origin, selected: Option<&str>, to: &mut Loaded) {
    let mut profiles = Vec::new();
    for table in tables {
        match &*table.name {
            "observability" => {
                let entries = observability(table, origin, &mut to.report);
                to.take(entries);
            }
            "profiles" => profiles = members(table, origin, &mut to.report),
            _ => unknown_table(&table, &TABLES, origin, &mut to.report),
        }
    }
    read_profiles(profiles, origin, selected, to);
}

fn read_profiles(profiles: Vec<Member>, origin: &Origin, selected: Option<&str>, to: &mut Loaded) {
    let is_missing = |name: &&str| !profiles.iter().any(|profile| profile.name == *name);
    if let Some(selected) = selected.filter(is_missing) {
        unknown_profile(selected, &profiles, to);
    }
    for profile in profiles {
        let is_selected = Some(&*profile.name) == selected;
        let entries = profile_entries(profile, origin, &mut to.report);
        if is_selected {
            to.take(entries);
        } else {
            check(entries, &mut to.report);
        }
    }
}

/// Finds the mistakes of a profile that does not count.
fn check(entries: Vec<Entry>, report: &mut Report) {
    let mut unused = Loaded::default();
    unused.take(entries);
    report.errors_of(unused.report);
}

fn profile_entries(profile: Member, origin: &Origin, report: &mut Report) -> Vec<Entry> {
    let mut entries = Vec::new();
    for table in members(profile, origin, report) {
        match &*table.name {
            "observability" => entries.append(&mut observability(table, origin, report)),
            _ => unknown_table(&table, &["observability"], origin, report),
        }
    }
    entries
}

fn observability(table: Member, origin: &Origin, report: &mut Report) -> Vec<Entry> {
    let members = members(table, origin, report);
    let mut collector = Collector::new(origin.clone(), report);
    collector.table("", members);
    collector.entries
}

fn members(table: Member, origin: &Origin, report: &mut Report) -> Vec<Member> {
    if let Form::Table(members) = table.raw.form {
        return members;
    }
    let message = format!("`{}` must be a table", table.name.escape_debug());
    report.error(Problem::new(origin.at(table.place), message));
    Vec::new()
}

fn unknown_table(table: &Member, known: &[&str], origin: &Origin, report: &mut Report) {
    let message = format!("`{}` is not a known table", table.name.escape_debug());
    let problem = Problem::new(origin.at(table.place), message);
    let hint = match nearest(&table.name, known.iter().copied()) {
        Some(name) => format!("the nearest table is `{name}`"),
        None => "the keys stand in `[observability]` or in `[profiles.NAME.observability]`".into(),
    };
    report.error(problem.hint(hint));
}

fn unknown_profile(selected: &str, profiles: &[Member], to: &mut Loaded) {
    let names: Vec<_> =
        profiles.iter().map(|profile| format!("`{}`", profile.name.escape_debug())).collect();
    let hint = match names.len() {
        0 => format!(
            "there are no profiles; one is a table `[profiles.NAME.observability]` in `{NAME}`"
        ),
        _ => format!("the profiles are {}", names.join(", ")),
    };
    let message = format!("`{PROFILE}` is `{}`, which is no profile", selected.escape_debug());
    to.report.error(Problem::new(Origin::Variable(PROFILE.into()), message).hint(hint));
}
