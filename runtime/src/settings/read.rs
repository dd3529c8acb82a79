//! One function a kind of value: from what a source spells to a typed value, or what to do about
//! it.

use super::kind::{Bounds, Choices, Hints, Times};
use super::quantity::{self, show_duration, show_size};
use super::raw::{Form, Raw};
use super::rules::LEVELS;
use super::suggest::nearest;
use super::{Address, Preset, Secret, Settings, endpoint, headers};
use http::HeaderName;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tracing_core::LevelFilter;
use tracing_subscriber::filter::Targets;

/// What other logs call `warn`.
const LONG_WARN: &str = "warning";

pub(super) fn flag(raw: &Raw) -> Result<bool, Hints> {
    match &raw.form {
        Form::Flag(flag) => Ok(*flag),
        Form::Word => raw.spelled.to_ascii_lowercase().parse().map_err(|_| vec![]),
        _ => Err(unquoted(raw, |word| flag(word).is_ok())),
    }
}

pub(super) fn text(raw: &Raw) -> Result<String, Hints> {
    optional_text(raw)?.ok_or_else(Vec::new)
}

/// A text; an empty one unsets.
pub(super) fn optional_text(raw: &Raw) -> Result<Option<String>, Hints> {
    let text = raw.text().ok_or_else(|| quoted(raw))?;
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

/// A text that nobody guesses; an empty one unsets.
pub(super) fn secret(raw: &Raw) -> Result<Option<Secret>, Hints> {
    let text = raw.text().ok_or_else(Vec::new)?;
    if text.is_empty() {
        return Ok(None);
    }
    Secret::new(text).map(Some).ok_or_else(|| vec!["`openssl rand -hex 16` makes one".into()])
}

/// A text, number or flag, as it is spelled.
pub(super) fn scalar(raw: &Raw) -> Result<String, Hints> {
    match (&raw.form, raw.text()) {
        (_, Some(text)) => Ok(text.to_owned()),
        (Form::Number(_) | Form::Flag(_), None) => Ok(raw.spelled.clone()),
        (Form::Table(_), _) => Err(vec!["a name with dots stands in quotes".into()]),
        _ => Err(vec![]),
    }
}

pub(super) fn rate(raw: &Raw) -> Result<f64, Hints> {
    let number = raw.number().ok_or_else(|| unquoted(raw, |word| rate(word).is_ok()))?;
    let parsed = number.parse::<f64>().ok();
    // Adding zero makes `-0.0` positive; `NaN` is in no range.
    let in_range = parsed.filter(|rate| (0.0..=1.0).contains(rate)).map(|rate| rate + 0.0);
    in_range.ok_or_else(|| share(number).into_iter().collect())
}

/// How a percentage or a decimal comma is written here.
fn share(number: &str) -> Option<String> {
    let (text, divisor) = match number.strip_suffix('%') {
        Some(percent) => (percent.trim_end().to_owned(), 100.0),
        None if number.contains(',') => (number.replace(',', "."), 1.0),
        None => (number.to_owned(), 100.0),
    };
    let share = text.parse::<f64>().ok()? / divisor;
    let meant = (0.0..=1.0).contains(&share) && share > 0.01;
    meant.then(|| format!("`{number}` may be meant as `{share}`"))
}

pub(super) fn count(raw: &Raw, bounds: &Bounds<u64>) -> Result<u64, Hints> {
    let number = raw.number().ok_or_else(|| unquoted(raw, |word| count(word, bounds).is_ok()))?;
    within(digits(number).ok_or_else(Vec::new)?, bounds)
}

pub(super) fn size(raw: &Raw, bounds: &Bounds<u64>) -> Result<u64, Hints> {
    let number = raw.number().and_then(digits);
    let bytes = number.or_else(|| quantity::size(raw.text()?));
    let bytes = bytes.ok_or_else(|| unquoted(raw, |word| size(word, bounds).is_ok()))?;
    within(bytes, bounds)
        .map_err(|reason| [vec![format!("this is {}", show_size(bytes))], reason].concat())
}

pub(super) fn duration(raw: &Raw, times: &Times) -> Result<Duration, Hints> {
    let number = raw.number().and_then(digits).map(|number| times.unit.of(number));
    let read = number.or_else(|| quantity::duration(raw.text()?));
    let read = read.ok_or_else(|| unquoted(raw, |word| duration(word, times).is_ok()))?;
    within(read, &times.bounds)
        .map_err(|reason| [vec![format!("this is {}", show_duration(read))], reason].concat())
}

/// A whole number in digits alone; the largest stands for those that are larger.
fn digits(number: &str) -> Option<u64> {
    let whole = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    whole.then(|| number.parse().unwrap_or(u64::MAX))
}

fn within<T: PartialOrd>(value: T, bounds: &Bounds<T>) -> Result<T, Hints> {
    if value < bounds.min {
        Err(vec![bounds.low.into()])
    } else if value > bounds.max {
        Err(vec![bounds.high.into()])
    } else {
        Ok(value)
    }
}

pub(super) fn choice(raw: &Raw, choices: &Choices, to: &mut Settings) -> Result<String, Hints> {
    let name = raw.text().ok_or_else(|| quoted(raw))?.to_ascii_lowercase();
    if (choices.set)(to, &name) {
        return Ok(if name.is_empty() { "unset".into() } else { name });
    }
    Err(meant(&name, choices.names))
}

fn meant(name: &str, names: &[&'static str]) -> Hints {
    let nearest = nearest(name, names.iter().copied());
    nearest.into_iter().map(|name| format!("the nearest is `{name}`")).collect()
}

pub(super) fn endpoint(raw: &Raw, folder: &Path) -> Result<Option<Address>, Hints> {
    let text = optional_text(raw)?;
    text.map(|text| endpoint::parse(&text, folder)).transpose().map_err(|hint| vec![hint])
}

pub(super) fn path(raw: &Raw, folder: &Path) -> Result<Option<PathBuf>, Hints> {
    Ok(optional_text(raw)?.map(|path| folder.join(path)))
}

pub(super) fn filter(raw: &Raw) -> Result<Targets, Hints> {
    levels_by_target(&text(raw)?)
}

/// What a text such as `info,my_crate=debug` wants.
///
/// A word alone is a target, of which everything is wanted. Where no word is a level, so that nothing else is, one that is nearly a
/// level was meant to be that.
///
/// # Errors
///
/// When it is none, or does not mean what it says: why, and what to do.
pub(crate) fn levels_by_target(text: &str) -> Result<Targets, Vec<String>> {
    let levels = || LEVELS.iter().map(|(name, _)| *name).chain(["off", LONG_WARN]);
    let words = || text.split(',').map(str::trim).filter(|word| !word.is_empty());
    let says_a_level = words().any(|word| word.parse::<LevelFilter>().is_ok());
    let meant = |word| nearest(word, levels()).map(|level| (word, level));
    if let Some((word, level)) = words().find_map(meant)
        && !says_a_level
    {
        let level = if level == LONG_WARN { "warn" } else { level };
        return Err(vec![
            format!("the level nearest to `{}` is `{level}`", word.escape_debug()),
            format!("a target of that name is `{}=trace`", word.escape_debug()),
        ]);
    }
    text.parse().map_err(|error: tracing_subscriber::filter::ParseError| vec![error.to_string()])
}

/// The name of a preset; an empty one unsets.
pub(super) fn preset(raw: &Raw) -> Result<Option<Preset>, Hints> {
    let name = optional_text(raw)?.map(|name| name.to_ascii_lowercase());
    name.map(|name| Preset::named(&name).ok_or_else(|| meant(&name, Preset::NAMES))).transpose()
}

/// A list of names; the word `none` is one without any.
pub(super) fn list(raw: &Raw, names: &[&'static str]) -> Result<Vec<String>, Hints> {
    let elements = elements(raw)?;
    if elements == ["none"] {
        return Ok(Vec::new());
    }
    match elements.iter().find(|element| !names.contains(&element.as_str())) {
        Some(unknown) => {
            let unknown_name = format!("`{}` is not known", unknown.escape_debug());
            Err([vec![unknown_name], meant(unknown, names)].concat())
        }
        None => Ok(elements),
    }
}

/// The name of a header that responses may be given; an empty one unsets.
pub(super) fn response_header(raw: &Raw) -> Result<Option<HeaderName>, Hints> {
    let name = optional_text(raw)?;
    let read = |name: String| {
        headers::response_name(&name)
            .map_err(|why| vec![format!("`{}` {why}", name.escape_debug())])
    };
    name.map(read).transpose()
}

/// A list of paths of URLs.
pub(super) fn url_paths(raw: &Raw) -> Result<Vec<String>, Hints> {
    let paths = elements(raw)?;
    match paths.iter().find(|path| !path.starts_with(['/', '*'])) {
        Some(other) => {
            Err(vec![format!("`{}` is no path: it does not begin with `/`", other.escape_debug())])
        }
        None => Ok(paths),
    }
}

/// The texts of a list: in brackets, separated by commas, or a single one.
pub(super) fn elements(raw: &Raw) -> Result<Vec<String>, Hints> {
    let raw = raw.clone().structured().map_err(|broken| vec![broken.message])?;
    let element = |item: &Raw| item.text().map(str::to_owned).ok_or_else(|| quoted(item));
    match (&raw.form, raw.text()) {
        (Form::List(items), _) => items.iter().map(element).collect(),
        (_, Some(text)) => {
            let elements = text.split(',').map(str::trim).filter(|element| !element.is_empty());
            Ok(elements.map(str::to_owned).collect())
        }
        _ => Err(vec![]),
    }
}

/// The advice to leave the quotes out, where that makes the value a good one.
fn unquoted(raw: &Raw, is_good: impl Fn(&Raw) -> bool) -> Hints {
    match &raw.form {
        Form::Text(text) if is_good(&Raw::word(text)) => {
            vec![format!("write `{text}` without quotes")]
        }
        _ => vec![],
    }
}

/// The advice to put a number or flag into quotes.
fn quoted(raw: &Raw) -> Hints {
    match &raw.form {
        Form::Number(_) | Form::Flag(_) | Form::Date => {
            vec![format!("write `\"{}\"`, in quotes", raw.spelled)]
        }
        _ => vec![],
    }
}
