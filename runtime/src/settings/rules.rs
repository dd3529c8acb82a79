//! Rules for single spans, `[[observability.span]]`: what each member means, and how it is read.

use super::entries::Entry;
use super::kind::Hints;
use super::origin::Origin;
use super::raw::{Form, Member as Given, Raw};
use super::report::{Problem, Report};
use super::suggest::nearest;
use super::{Settings, read};
use std::collections::BTreeMap;
use std::fmt;
use tracing_core::Level;

/// One rule: which spans it is for, and what it says of them. What is `None` it leaves to the rules
/// before it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SpanRule {
    pub(crate) origin: Origin,
    /// A pattern for the path of the function, for its end, or for the name of the span.
    pub(crate) function: Option<String>,
    /// A pattern for the target or for its beginning.
    pub(crate) target: Option<String>,
    /// The level of the span.
    pub(crate) at_level: Option<Level>,
    pub(crate) enabled: Option<bool>,
    /// The most verbose level that is recorded.
    pub(crate) level: Option<Level>,
    pub(crate) sample_rate: Option<f64>,
    /// Patterns for names of arguments.
    pub(crate) capture: Option<Vec<String>>,
    /// Patterns for keys of attributes.
    pub(crate) redact: Option<Vec<String>>,
    pub(crate) rename: Option<String>,
    pub(crate) attributes: BTreeMap<String, Scalar>,
}

/// The value of an attribute that the settings give.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar {
    Text(String),
    Integer(i64),
    Float(f64),
    Flag(bool),
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Text(text) => f.write_str(text),
            Scalar::Integer(integer) => integer.fmt(f),
            Scalar::Float(float) => float.fmt(f),
            Scalar::Flag(flag) => flag.fmt(f),
        }
    }
}

/// One member of a rule, as the reference file explains it.
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) doc: &'static str,
    pub(super) allowed: &'static str,
    /// In TOML.
    pub(super) example: &'static str,
    read: fn(&Raw, &mut SpanRule) -> Result<(), Hints>,
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Scalar {
        Scalar::Text(text.to_owned())
    }
}

impl From<String> for Scalar {
    fn from(text: String) -> Scalar {
        Scalar::Text(text)
    }
}

pub(super) const LEVELS: [(&str, Level); 5] = [
    ("error", Level::ERROR),
    ("warn", Level::WARN),
    ("info", Level::INFO),
    ("debug", Level::DEBUG),
    ("trace", Level::TRACE),
];
const ANY_LEVEL: &str = "`error`, `warn`, `info`, `debug` or `trace`";
const PATTERNS: &str = "a list of names, in which `*` stands for anything";

/// What a rule may say: the first three choose spans, the others say what becomes of them.
pub(super) static MEMBERS: [Member; 10] = [
    Member {
        name: "function",
        doc: "For functions with this path, such as `shop::planner::run`, for a path that ends \
              with it, or for spans with this name. `*` stands for anything, `::` included.",
        allowed: "a text that is not empty",
        example: "\"planner::*\"",
        read: |raw, rule| put(&mut rule.function, read::text(raw)),
    },
    Member {
        name: "target",
        doc: "For spans with this target or one below it; `*` stands for anything.",
        allowed: "a text that is not empty",
        example: "\"shop::planner\"",
        read: |raw, rule| put(&mut rule.target, read::text(raw)),
    },
    Member {
        name: "at_level",
        doc: "For spans that were written with this level.",
        allowed: ANY_LEVEL,
        example: "\"info\"",
        read: |raw, rule| put(&mut rule.at_level, level(raw)),
    },
    Member {
        name: "enabled",
        doc: "Whether they are recorded, whatever `tracing_filter` says. The children of one that \
              is not hang under the span that is current where they run. That is its parent, but \
              for spans with `parent = ...` and those that are prepared before they are polled: \
              of `.traced(name)` and of functions that return futures.",
        allowed: "`true` or `false`",
        example: "true",
        read: |raw, rule| put(&mut rule.enabled, read::flag(raw)),
    },
    Member {
        name: "level",
        doc: "The most verbose level that is recorded of them, in place of what `tracing_filter` \
              says.",
        allowed: ANY_LEVEL,
        example: "\"debug\"",
        read: |raw, rule| put(&mut rule.level, level(raw)),
    },
    Member {
        name: "sample_rate",
        doc: "The share that is recorded. Where a trace begins with such a span it decides for \
              the whole trace, in place of `tracing_sample_rate`. Within a trace it decides for \
              each call of its own: the children of a span that is left out hang under the span \
              that is current where they run, see `enabled`.",
        allowed: "a number from 0.0 to 1.0",
        example: "0.1",
        read: |raw, rule| put(&mut rule.sample_rate, read::rate(raw)),
    },
    Member {
        name: "capture",
        doc: "Arguments of `#[traced]` functions that are recorded by value where otherwise their \
              length is, or nothing: texts, bytes and whatever else has a value of its own in a \
              span; `result` is what the function returns. A struct needs `capture(...)` in the \
              code. What the code skips or redacts stays hidden.",
        allowed: PATTERNS,
        example: "[\"query\"]",
        read: |raw, rule| put(&mut rule.capture, patterns(raw)),
    },
    Member {
        name: "redact",
        doc: "Attributes of the span and of its events whose value becomes `[redacted]`, whoever \
              recorded it. The length of a text or collection is left out with it.",
        allowed: PATTERNS,
        example: "[\"token\", \"*password*\"]",
        read: |raw, rule| put(&mut rule.redact, patterns(raw)),
    },
    Member {
        name: "rename",
        doc: "Their name.",
        allowed: "a text that is not empty",
        example: "\"plan\"",
        read: |raw, rule| put(&mut rule.rename, read::text(raw)),
    },
    Member {
        name: "attributes",
        doc: "More attributes, which stand in the place of those with the same key.",
        allowed: "a table of texts, flags and numbers, which are finite and, where whole, of 64 bits",
        example: "{ team = \"search\" }",
        read: attributes,
    },
];

/// Reads the rules of one entry. They come after those of lower sources, and so win over them.
pub(super) fn take(entry: &Entry, to: &mut Settings, report: &mut Report) -> Option<String> {
    let not_rules = |what: String| {
        Problem::new(entry.origin.clone(), what).hint("a rule is a table `[[observability.span]]`")
    };
    let tables = match entry.raw.clone().structured() {
        Ok(Raw { form: Form::List(tables), .. }) => tables,
        Ok(table @ Raw { form: Form::Table(_), .. }) => vec![table],
        Ok(other) => {
            let message = format!("`span` is {}, but must be a list of tables", other.shown());
            report.refuse(entry.key, not_rules(message));
            return None;
        }
        Err(broken) => {
            let message = format!("`span` is not a list of TOML tables: {}", broken.message);
            report.refuse(entry.key, not_rules(message));
            return None;
        }
    };
    for table in tables {
        let origin = entry.origin.at(table.place);
        match table.form {
            Form::Table(members) => {
                to.span_rules
                    .extend(Reader { origin: &entry.origin, report }.rule(&members, origin));
            }
            _ => {
                let message = format!("`span` holds {}, which is no table", table.shown());
                report.error(not_rules(message));
            }
        }
    }
    Some(match to.span_rules.len() {
        1 => "1 rule".into(),
        rules => format!("{rules} rules"),
    })
}

/// Reads the rules of one source.
struct Reader<'a> {
    origin: &'a Origin,
    report: &'a mut Report,
}

impl Reader<'_> {
    /// A rule; `None` where something in it is wrong, which is in the report then.
    fn rule(&mut self, members: &[Given], origin: Origin) -> Option<SpanRule> {
        let mut rule = SpanRule::new(origin);
        let mistakes: usize =
            members.iter().map(|given| usize::from(!self.member(given, &mut rule))).sum();
        if mistakes == 0 && rule.is_idle() {
            let message = "a `span` rule says nothing of the spans that it is for";
            let effects = MEMBERS.iter().skip(3).map(|member| format!("`{}`", member.name));
            let effects = effects.collect::<Vec<_>>().join(", ");
            let problem = Problem::new(rule.origin.clone(), message);
            self.report.error(problem.hint(format!("add one of {effects}, or remove it")));
            return None;
        }
        (mistakes == 0).then_some(rule)
    }

    fn member(&mut self, given: &Given, rule: &mut SpanRule) -> bool {
        let name = given.name.escape_debug();
        let Some(member) = MEMBERS.iter().find(|member| member.name == given.name) else {
            let message = format!("`span.{name}` is not a known key");
            let nearest = nearest(&given.name, MEMBERS.iter().map(|member| member.name));
            let hint = nearest.map(|name| format!("the nearest key is `{name}`"));
            let problem = Problem::new(self.origin.at(given.place), message);
            self.report.error(problem.hints(hint));
            return false;
        };
        let read = (member.read)(&given.raw, rule);
        if let Err(hints) = read {
            let (shown, allowed) = (given.raw.shown(), member.allowed);
            let message = format!("`span.{name}` is {shown}, but must be {allowed}");
            let problem = Problem::new(self.origin.at(given.raw.place), message);
            self.report.error(problem.hints(hints));
            return false;
        }
        true
    }
}

impl SpanRule {
    fn new(origin: Origin) -> SpanRule {
        SpanRule {
            origin,
            function: None,
            target: None,
            at_level: None,
            enabled: None,
            level: None,
            sample_rate: None,
            capture: None,
            redact: None,
            rename: None,
            attributes: BTreeMap::new(),
        }
    }

    /// Whether nothing becomes of the spans it is for.
    fn is_idle(&self) -> bool {
        let chooses = SpanRule { function: None, target: None, at_level: None, ..self.clone() };
        chooses == SpanRule::new(self.origin.clone())
    }
}

fn put<T>(to: &mut Option<T>, read: Result<T, Hints>) -> Result<(), Hints> {
    *to = Some(read?);
    Ok(())
}

fn level(raw: &Raw) -> Result<Level, Hints> {
    let name = read::text(raw)?.to_ascii_lowercase();
    let found = LEVELS.iter().find(|(known, _)| *known == name).map(|(_, level)| *level);
    found.ok_or_else(|| {
        let nearest = nearest(&name, LEVELS.iter().map(|(known, _)| *known));
        nearest.into_iter().map(|name| format!("the nearest is `{name}`")).collect()
    })
}

fn patterns(raw: &Raw) -> Result<Vec<String>, Hints> {
    let patterns = read::elements(raw)?;
    if patterns.iter().any(String::is_empty) {
        return Err(vec!["an empty text is no name".into()]);
    }
    Ok(patterns)
}

fn attributes(raw: &Raw, rule: &mut SpanRule) -> Result<(), Hints> {
    let Form::Table(members) = &raw.form else { return Err(vec![]) };
    for Given { name, raw, .. } in members {
        let value = scalar(raw).filter(|_| !name.is_empty());
        let value =
            value.ok_or_else(|| vec![format!("`{}` is {}", name.escape_debug(), raw.shown())])?;
        rule.attributes.insert(name.clone(), value);
    }
    Ok(())
}

fn scalar(raw: &Raw) -> Option<Scalar> {
    match &raw.form {
        Form::Text(text) => Some(Scalar::Text(text.clone())),
        Form::Flag(flag) => Some(Scalar::Flag(*flag)),
        Form::Number(number) => number_of(number),
        _ => None,
    }
}

/// A number as it is sent. One in digits alone that is too large is refused: as a double it would be another one.
fn number_of(number: &str) -> Option<Scalar> {
    let digits = number.replace('_', "");
    let unsigned = digits.trim_start_matches(['+', '-']);
    if unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits.parse().ok().map(Scalar::Integer);
    }
    let float = digits.parse().ok().filter(|float: &f64| float.is_finite());
    float.map(Scalar::Float)
}
