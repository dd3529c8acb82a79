//! What a source says, taken apart: one entry for each key, and an error for each name that is no
//! key.

use super::headers;
use super::keys::{self, Key};
use super::kind::Kind;
use super::origin::Origin;
use super::pairs::pairs;
use super::raw::{Form, Member, Raw};
use super::report::{Problem, Report};
use super::suggest::nearest;

/// One value for one key, or for one member of a table that is open to any name.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) key: &'static Key,
    pub(super) member: Option<String>,
    pub(super) raw: Raw,
    pub(super) origin: Origin,
}

impl Entry {
    /// The name under which the value counts.
    pub(super) fn path(&self) -> String {
        match &self.member {
            Some(member) => format!("{}.{member}", self.key.counts_as()),
            None => self.key.counts_as().to_owned(),
        }
    }
}

/// Takes tables and names apart for one source.
pub(super) struct Collector<'a> {
    pub(super) origin: Origin,
    pub(super) entries: Vec<Entry>,
    pub(super) report: &'a mut Report,
}

impl<'a> Collector<'a> {
    pub(super) fn new(origin: Origin, report: &'a mut Report) -> Collector<'a> {
        Collector { origin, entries: Vec::new(), report }
    }

    /// Every member of a table; `prefix` is empty or ends in a dot.
    pub(super) fn table(&mut self, prefix: &str, members: Vec<Member>) {
        for member in members {
            let origin = self.origin.at(member.place);
            self.name(&format!("{prefix}{}", member.name), member.raw, &origin);
        }
    }

    /// One name with its value. `at` is where the name stands.
    pub(super) fn name(&mut self, name: &str, raw: Raw, at: &Origin) {
        if let Some(key) = keys::find(name) {
            self.key(key, raw);
        } else if keys::is_group(name) {
            self.group(name, raw);
        } else if let Some((key, member)) = keys::find_open(name) {
            self.push(key, Some(spelling(key, member)), raw);
        } else {
            self.unknown(name, at);
        }
    }

    fn key(&mut self, key: &'static Key, raw: Raw) {
        match key.kind {
            Kind::Headers | Kind::Attributes => self.open_table(key, raw),
            _ => self.push(key, None, raw),
        }
    }

    fn push(&mut self, key: &'static Key, member: Option<String>, raw: Raw) {
        let origin = self.origin.at(raw.place);
        self.entries.push(Entry { key, member, raw, origin });
    }

    fn group(&mut self, name: &str, raw: Raw) {
        let at = self.origin.at(raw.place);
        match raw.structured().map(|raw| raw.form) {
            Ok(Form::Table(members)) => self.table(&format!("{name}."), members),
            Ok(_) => self.report.error(Problem::new(at, format!("`{name}` must be a table"))),
            Err(broken) => {
                let message = format!("`{name}` is not a TOML table: {}", broken.message);
                self.report.error(Problem::new(at, message));
            }
        }
    }

    fn open_table(&mut self, key: &'static Key, raw: Raw) {
        let at = self.origin.at(raw.place);
        let structured = raw.structured();
        let refused = |why: String| Problem::new(at.clone(), format!("`{}` {why}", key.name));
        match structured.as_ref().map(|raw| (&raw.form, raw.text())) {
            Ok((Form::Table(members), _)) => self.open_members(key, members),
            Ok((_, Some(list))) => self.open_list(key, list, &at),
            Ok(_) => {
                let problem = refused(format!("must be {}", key.kind.allowed()));
                self.report.refuse(key, problem);
            }
            Err(broken) => {
                let problem = refused(format!("is not a TOML table: {}", broken.message));
                self.report.refuse(key, problem);
            }
        }
    }

    fn open_members(&mut self, key: &'static Key, members: &[Member]) {
        for (index, member) in members.iter().enumerate() {
            let same = |other: &Member| is_same(key, &other.name, &member.name);
            if members.iter().take(index).any(same) {
                self.twice(key, &member.name, self.origin.at(member.place));
            }
            self.push(key, Some(spelling(key, &member.name)), member.raw.clone());
        }
    }

    fn open_list(&mut self, key: &'static Key, list: &str, at: &Origin) {
        let mut names: Vec<String> = Vec::new();
        for entry in pairs(list) {
            match entry.pair.and_then(|pair| checked_name(key, pair)) {
                Ok((name, _)) if names.iter().any(|other| is_same(key, other, &name)) => {
                    self.twice(key, &name, at.clone());
                }
                Ok((name, value)) => {
                    let raw = Raw { form: Form::Text(value.clone()), ..Raw::word(&value) };
                    self.push(key, Some(spelling(key, &name)), raw);
                    names.push(name);
                }
                Err(why) if key.kind.is_secret() => self.bad_entry(key, &entry.which, why, at),
                Err(why) => {
                    let which = format!("{} `{}`", entry.which, entry.text.escape_debug());
                    self.bad_entry(key, &which, why, at);
                }
            }
        }
    }

    fn bad_entry(&mut self, key: &Key, which: &str, why: &str, at: &Origin) {
        let problem = Problem::new(at.clone(), format!("{which} of `{}` {why}", key.name));
        let hint = "a list is written `name=value,name=value`; a comma in a value is `%2C`";
        self.report.refuse(key, problem.hint(hint));
    }

    fn twice(&mut self, key: &'static Key, name: &str, at: Origin) {
        let message = format!("`{}` holds `{}` twice", key.name, name.escape_debug());
        self.report.refuse(key, Problem::new(at, message));
    }

    fn unknown(&mut self, name: &str, at: &Origin) {
        let nearest = nearest(name, keys::names());
        let hints = nearest.iter().map(|key| format!("the nearest key is `{}`", at.spell(key)));
        let message = format!("`{}` is not a known key", name.escape_debug());
        self.report.error(Problem::new(at.clone(), message).hints(hints));
        if let Some(key) = nearest {
            self.report.doubt(key);
        }
    }
}

/// The name of a header is checked here, where it is not shown: it may be a piece of a secret with
/// a comma.
fn checked_name(key: &Key, pair: (String, String)) -> Result<(String, String), &'static str> {
    if key.kind.is_secret() {
        headers::name(&pair.0)?;
    }
    Ok(pair)
}

/// Header names have no case; attribute names have.
fn is_same(key: &Key, a: &str, b: &str) -> bool {
    if key.kind.is_secret() { a.eq_ignore_ascii_case(b) } else { a == b }
}

fn spelling(key: &Key, name: &str) -> String {
    if key.kind.is_secret() { name.to_ascii_lowercase() } else { name.to_owned() }
}
