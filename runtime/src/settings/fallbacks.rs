//! `tracing_fallbacks`: backends that stand in for the first one, each with settings of its own.
//!
//! An entry is read as if its members were the keys of the first backend: `endpoint` as `tracing_endpoint`, and so on. So they
//! mean the same, are checked the same way, and a mistake in one is told in the same words, but for its name.

use super::entries::{Collector, Entry};
use super::origin::Origin;
use super::raw::{Form, Member, Raw};
use super::report::{Problem, Report};
use super::suggest::nearest;
use super::typed::BackendName;
use super::{Loaded, Settings};

/// What an entry may say.
pub(super) const MEMBERS: [&str; 7] =
    ["backend", "endpoint", "protocol", "headers", "tls", "compression", "timeout"];

/// The members that are no tables.
const SINGLE: [&str; 5] = ["backend", "endpoint", "protocol", "compression", "timeout"];

const FORMS: &str = "an entry is the name of a backend, an endpoint such as \"http://other:4317\", \
    or a table such as { backend = \"otlp\", endpoint = \"http://other:4317\" }";

/// One entry.
#[derive(Clone, Debug)]
pub(crate) struct Fallback {
    pub(crate) origin: Origin,
    /// What it says, under the keys of the first backend. What it leaves out is as if nobody had set it.
    pub(crate) settings: Settings,
    pub(crate) origins: super::Origins,
    /// How messages call it.
    name: String,
}

impl Fallback {
    /// How messages call it: `tracing_fallbacks[1]`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// A problem with what it says, in which its members are called by their own names.
    pub(crate) fn in_own_words(&self, problem: Problem) -> Problem {
        in_words_of(&self.name, problem)
    }
}

/// Reads the entries of one source, which replace those of lower ones.
pub(super) fn take(entry: &Entry, to: &mut Settings, report: &mut Report) -> Option<String> {
    let refused = |why: &str| {
        let message = format!("`{}` {why}", entry.key.name);
        Problem::new(entry.origin.clone(), message).hint(FORMS)
    };
    let raw = match entry.raw.clone().structured() {
        Ok(raw) => raw,
        Err(broken) => {
            report.refuse(entry.key, refused(&format!("is not a list: {}", broken.message)));
            return None;
        }
    };
    let elements = match (&raw.form, raw.text()) {
        (Form::List(items), _) => items.clone(),
        (Form::Table(_), _) => vec![raw],
        (_, Some("")) => {
            to.tracing_fallbacks = None;
            return Some("unset".into());
        }
        (_, Some(text)) => words(text),
        _ => {
            report.refuse(entry.key, refused(&format!("is {}, but must be a list", told(&raw))));
            return None;
        }
    };
    let name = |index| format!("{}[{index}]", entry.key.name);
    let read = |(index, raw)| one(name(index), raw, &entry.origin, report);
    let fallbacks: Vec<_> = elements.iter().enumerate().filter_map(read).collect();
    let shown: Vec<_> = fallbacks.iter().map(shown).collect();
    to.tracing_fallbacks = Some(fallbacks);
    Some(format!("[{}]", shown.join(", ")))
}

fn words(list: &str) -> Vec<Raw> {
    list.split(',').map(str::trim).filter(|word| !word.is_empty()).map(Raw::word).collect()
}

/// One entry; `None` where something in it is wrong, which is in the report then.
fn one(name: String, raw: &Raw, source: &Origin, report: &mut Report) -> Option<Fallback> {
    let origin = source.at(raw.place);
    let mut loaded = Loaded::default();
    match members(raw) {
        Some(members) => read(&members, source, &name, &mut loaded),
        None => {
            let message = format!("`{name}` is {}, which names no backend", told(raw));
            loaded.report.error(Problem::new(origin.clone(), message).hint(FORMS));
        }
    }
    check_backend(&mut loaded, &name, &origin);
    let is_bad = loaded.report.has_errors();
    report.take_over(loaded.report, |problem| in_words_of(&name, problem));
    let Loaded { settings, origins, .. } = loaded;
    (!is_bad).then_some(Fallback { origin, settings, origins, name })
}

/// The members of an entry; a single text is the one that it looks like.
fn members(raw: &Raw) -> Option<Vec<Member>> {
    match (&raw.form, raw.text()) {
        (Form::Table(members), _) => Some(members.clone()),
        (_, Some(text)) => {
            let name = if text.contains(':') { "endpoint" } else { "backend" };
            Some(vec![Member { name: name.into(), place: raw.place, raw: raw.clone() }])
        }
        _ => None,
    }
}

fn read(members: &[Member], source: &Origin, name: &str, to: &mut Loaded) {
    let mut collector = Collector::new(source.clone(), &mut to.report);
    for member in members {
        let at = source.at(member.place);
        if let Some(form) = form(&member.raw).filter(|_| SINGLE.contains(&&*member.name)) {
            let message = format!("`{name}.{}` is {form}, but must be a single value", member.name);
            collector.report.error(Problem::new(at, message));
        } else if MEMBERS.contains(&&*member.name) {
            collector.name(&format!("tracing_{}", member.name), member.raw.clone(), &at);
        } else {
            let message = format!("`{name}.{}` is not a known key", member.name.escape_debug());
            let nearest = nearest(&member.name, MEMBERS);
            let hint = nearest.map(|nearest| format!("the nearest key is `{nearest}`"));
            collector.report.error(Problem::new(at, message).hints(hint));
        }
    }
    let entries = collector.entries;
    to.take(entries);
}

fn check_backend(loaded: &mut Loaded, name: &str, origin: &Origin) {
    if loaded.report.has_errors() {
        return;
    }
    let [has_backend, has_endpoint] =
        ["tracing_backend", "tracing_endpoint"].map(|key| loaded.origins.get(key).is_some());
    if !has_backend && !has_endpoint {
        let message = format!("`{name}` names neither `backend` nor `endpoint`");
        loaded.report.error(Problem::new(origin.clone(), message).hint(FORMS));
    } else if !has_backend {
        loaded.settings.tracing_backend = BackendName::Otlp;
        loaded.origins.set("tracing_backend".into(), "otlp".into(), origin.clone());
    } else if loaded.settings.tracing_backend == BackendName::Disabled {
        let message = format!("`{name}` is `disabled`, which takes no spans");
        let hint = "leave it out: spans wait while no backend takes them";
        loaded.report.error(Problem::new(origin.clone(), message).hint(hint));
    }
}

/// What a value of many parts is. They are not shown: headers may be among them.
fn form(raw: &Raw) -> Option<&'static str> {
    match raw.form {
        Form::Table(_) => Some("a table"),
        Form::List(_) => Some("a list"),
        _ => None,
    }
}

fn told(raw: &Raw) -> String {
    form(raw).map_or_else(|| raw.shown(), str::to_owned)
}

/// Without headers: an entry is shown in warnings.
fn shown(fallback: &Fallback) -> String {
    let value = |key| fallback.origins.get(key).map(|effective| effective.value.clone());
    value("tracing_endpoint").or_else(|| value("tracing_backend")).unwrap_or_default()
}

fn in_words_of(name: &str, mut problem: Problem) -> Problem {
    let renamed = |text: &str| {
        MEMBERS.iter().fold(text.to_owned(), |text, member| {
            text.replace(&format!("`tracing_{member}"), &format!("`{name}.{member}"))
        })
    };
    problem.message = renamed(&problem.message);
    problem.hints = problem.hints.iter().map(|hint| renamed(hint)).collect();
    problem
}
