//! The kinds of values: what each allows, how it is read, and which field of the settings it fills.

use super::entries::Entry;
use super::quantity::{Unit, show_duration, show_size};
use super::{Preset, Secret, Settings, headers, presets, read};
use std::fmt::Display;
use std::time::Duration;
use tracing_subscriber::filter::Targets;

/// Where a value goes.
pub(super) type Field<T> = fn(&mut Settings) -> &mut T;

/// What a key takes.
pub(super) enum Kind {
    Flag(Field<bool>),
    Text(Field<String>),
    OptionalText(Field<Option<String>>),
    Rate(Field<f64>),
    Count(Bounds<u64>, Field<u64>),
    Duration(Times, Field<Duration>),
    Size(Bounds<u64>, Field<u64>),
    Choice(Choices),
    Endpoint(Field<Option<super::Address>>),
    Path(Field<Option<std::path::PathBuf>>),
    Filter(Field<Targets>),
    Secret(Field<Option<Secret>>),
    /// A table of names and secrets.
    Headers,
    /// A table of names and texts.
    Attributes,
    /// A list of some of a few names.
    Names(Names),
    /// The name of a header of responses.
    ResponseHeader(Field<Option<http::HeaderName>>),
    /// Paths of URLs, in which `*` stands for anything.
    UrlPaths(Field<Vec<String>>),
    /// A name that stands for values of other keys, which [`super::presets`] gives.
    Preset(Field<Option<Preset>>),
    /// A list of backends, which [`super::fallbacks`] reads.
    Fallbacks,
    /// Tables of rules, which [`super::rules`] reads.
    Rules,
}

/// The smallest and the largest value, and why there is nothing below or above.
pub(super) struct Bounds<T> {
    pub(super) min: T,
    pub(super) max: T,
    /// Empty where nothing can be below.
    pub(super) low: &'static str,
    pub(super) high: &'static str,
}

/// The unit of a duration that has none, its bounds, and outside of what it looks like a mistaken
/// unit.
pub(super) struct Times {
    pub(super) unit: Unit,
    pub(super) bounds: Bounds<Duration>,
    pub(super) usual: (Duration, Duration),
}

/// One of a few names. `set` says whether it knows the name; an empty one unsets where that is
/// possible.
pub(super) struct Choices {
    pub(super) names: &'static [&'static str],
    pub(super) set: fn(&mut Settings, &str) -> bool,
}

/// Some of a few names. `set` is given those that are known.
pub(super) struct Names {
    pub(super) names: &'static [&'static str],
    pub(super) set: fn(&mut Settings, &[String]),
}

/// A value that was read.
pub(super) struct Understood {
    /// For people; the value of a header is blotted out.
    pub(super) shown: String,
    /// Why it may not mean what its author thinks.
    pub(super) doubt: Option<String>,
}

/// Why a value was not read, and what to do.
pub(super) type Hints = Vec<String>;

impl Kind {
    /// Whether the value must never be shown.
    pub(super) fn is_secret(&self) -> bool {
        matches!(self, Kind::Headers | Kind::Secret(_))
    }

    /// Whether it is a table whose members may have any name.
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Kind::Headers | Kind::Attributes)
    }

    /// Reads the value into its field, which stays as it is where the value is refused.
    pub(super) fn read(&self, entry: &Entry, to: &mut Settings) -> Result<Understood, Hints> {
        let raw = &entry.raw;
        let shown = match self {
            Kind::Flag(field) => put(field(to), read::flag(raw)?, bool::to_string),
            Kind::Text(field) => put(field(to), read::text(raw)?, String::clone),
            Kind::OptionalText(field) => {
                put(field(to), read::optional_text(raw)?, |text| unset_or(text.as_ref()))
            }
            Kind::Rate(field) => put(field(to), read::rate(raw)?, f64::to_string),
            Kind::Count(bounds, field) => put(field(to), read::count(raw, bounds)?, u64::to_string),
            Kind::Duration(times, field) => return read_duration(entry, times, field(to)),
            Kind::Size(bounds, field) => {
                put(field(to), read::size(raw, bounds)?, |bytes| show_size(*bytes))
            }
            Kind::Choice(choices) => read::choice(raw, choices, to)?,
            Kind::Endpoint(field) => {
                let address = read::endpoint(raw, entry.origin.folder())?;
                put(field(to), address, |address| unset_or(address.as_ref()))
            }
            Kind::Path(field) => {
                let path = read::path(raw, entry.origin.folder())?;
                put(field(to), path, |path| {
                    unset_or(path.as_ref().map(|path| path.display()).as_ref())
                })
            }
            Kind::Filter(field) => put(field(to), read::filter(raw)?, Targets::to_string),
            Kind::Secret(field) => put(field(to), read::secret(raw)?, |_| "<redacted>".into()),
            Kind::Names(Names { names, set }) => {
                let names = read::list(raw, names)?;
                set(to, &names);
                format!("[{}]", names.join(", "))
            }
            Kind::ResponseHeader(field) => {
                put(field(to), read::response_header(raw)?, |name| unset_or(name.as_ref()))
            }
            Kind::UrlPaths(field) => {
                put(field(to), read::url_paths(raw)?, |paths| format!("[{}]", paths.join(", ")))
            }
            Kind::Preset(field) => put(field(to), read::preset(raw)?, |preset| {
                unset_or(preset.map(<&str>::from).as_ref())
            }),
            Kind::Headers => read_header(entry, to)?,
            Kind::Attributes => read_attribute(entry, to)?,
            // What is in them has mistakes of its own: they are read by `fallbacks::take` and `rules::take`.
            Kind::Fallbacks | Kind::Rules => return Err(vec![]),
        };
        Ok(Understood { shown, doubt: None })
    }

    /// What the key allows, to be read after "must be".
    pub(super) fn allowed(&self) -> String {
        match self {
            Kind::Flag(_) => "`true` or `false`".into(),
            Kind::Text(_) => "a text that is not empty".into(),
            Kind::OptionalText(_) => "a text".into(),
            Kind::Rate(_) => "a number from 0.0 to 1.0".into(),
            Kind::Count(bounds, _) => {
                format!("a whole number from {} to {}", bounds.min, bounds.max)
            }
            Kind::Duration(times, _) => times.allowed(),
            Kind::Size(Bounds { min, max, .. }, _) => format!(
                "a number of bytes or a size such as \"64 MiB\", from {} to {}",
                show_size(*min),
                show_size(*max)
            ),
            Kind::Choice(choices) => one_of(choices.names),
            Kind::Endpoint(_) => {
                "`http://host:port`, `https://host:port` or `unix:///path/to/socket`".into()
            }
            Kind::Path(_) => "a path".into(),
            Kind::Filter(_) => {
                "a level or a list of `target=level`, such as \"info,hyper=warn\"".into()
            }
            Kind::Secret(_) => format!(
                "a text of at least {} characters, which is not shown here",
                Secret::SHORTEST
            ),
            Kind::ResponseHeader(_) => "the name of a header such as \"x-trace-id\"".into(),
            Kind::UrlPaths(_) => "a list of paths such as [\"/health\", \"/internal/*\"]".into(),
            Kind::Headers => "a table of headers or a list `name=value,name=value`".into(),
            Kind::Attributes => "a table of texts or a list `name=value,name=value`".into(),
            Kind::Names(names) => format!("a list of {}", one_of(names.names)),
            Kind::Preset(_) => one_of(Preset::NAMES),
            Kind::Fallbacks => "a list of backends, endpoints and tables of both".into(),
            Kind::Rules => "a list of tables".into(),
        }
    }

    /// What a member of an open table must be.
    pub(super) fn member_allowed(&self) -> String {
        if self.is_secret() {
            "a header with a value in visible ASCII, which is not shown here".into()
        } else {
            "an attribute with a text".into()
        }
    }

    /// Why the bounds are what they are, or what a name stands for.
    pub(super) fn reasons(&self) -> Option<String> {
        match self {
            Kind::Count(bounds, _) | Kind::Size(bounds, _) => Some(bounds.reasons()),
            Kind::Duration(times, _) => Some(times.bounds.reasons()),
            Kind::Preset(_) => Some(presets::told()),
            _ => None,
        }
    }
}

impl<T> Bounds<T> {
    fn reasons(&self) -> String {
        match self.low {
            "" => format!("Above, {}.", self.high),
            low => format!("Below, {low}; above, {}.", self.high),
        }
    }
}

impl Times {
    fn allowed(&self) -> String {
        format!(
            "a number of {} or a text with a unit such as \"250ms\", from {} to {}",
            self.unit.name(),
            show_duration(self.bounds.min),
            show_duration(self.bounds.max)
        )
    }

    /// What to say about a number without a unit that is more usual in another one.
    fn doubt(&self, number: u64) -> Option<String> {
        let (least, most) = self.usual;
        let understood = self.unit.of(number);
        let other = self.unit.other().of(number);
        (understood < least || understood > most).then(|| {
            format!(
                "{number} is read as {}, since this key counts {}; write a unit if {} is meant",
                show_duration(understood),
                self.unit.name(),
                show_duration(other)
            )
        })
    }
}

fn put<T>(field: &mut T, value: T, show: impl Fn(&T) -> String) -> String {
    let shown = show(&value);
    *field = value;
    shown
}

fn unset_or(value: Option<&impl Display>) -> String {
    value.map_or_else(|| "unset".into(), ToString::to_string)
}

fn one_of(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

fn read_duration(entry: &Entry, times: &Times, to: &mut Duration) -> Result<Understood, Hints> {
    let duration = read::duration(&entry.raw, times)?;
    let number = entry.raw.number().and_then(|number| number.parse().ok());
    Ok(Understood {
        shown: put(to, duration, |duration| show_duration(*duration)),
        doubt: number.and_then(|number| times.doubt(number)),
    })
}

fn read_header(entry: &Entry, to: &mut Settings) -> Result<String, Hints> {
    let name = entry.member.as_deref().unwrap_or_default();
    let name = headers::name(name).map_err(|why| vec![format!("`{name}` {why}")])?;
    let value = entry.raw.text().and_then(headers::value);
    let value = value
        .ok_or_else(|| vec!["look for a line break, an accent or missing quotes".to_owned()])?;
    to.tracing_headers.0.insert(name, value);
    Ok("<redacted>".into())
}

fn read_attribute(entry: &Entry, to: &mut Settings) -> Result<String, Hints> {
    let name = entry.member.clone().unwrap_or_default();
    if let Some(key) = ["service.name", "service.version", "service.namespace"]
        .into_iter()
        .find(|own| *own == name)
    {
        return Err(vec![format!("`{key}` is set by the key `{}`", key.replace('.', "_"))]);
    }
    let value = read::scalar(&entry.raw)?;
    to.resource_attributes.insert(name, value.clone().into());
    Ok(value)
}
