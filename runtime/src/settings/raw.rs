//! Values as a source spells them, before anybody asks what their key wants.
//!
//! TOML knows numbers, flags, lists and tables; a variable, an attribute or the builder knows words
//! only.

use super::origin::Place;
use toml::de::{DeInteger, DeTable, DeValue};

/// A value with its spelling. It may hold a secret, and so has no `Debug`.
#[derive(Clone)]
pub(super) struct Raw {
    pub(super) form: Form,
    /// What stands in the source, quotes included.
    pub(super) spelled: String,
    pub(super) place: Place,
}

/// What the source says that a value is.
#[derive(Clone)]
pub(super) enum Form {
    /// Anything: only the key knows.
    Word,
    /// A TOML string, without its quotes.
    Text(String),
    /// A TOML integer or float, in decimal digits.
    Number(String),
    Flag(bool),
    Date,
    List(Vec<Raw>),
    Table(Vec<Member>),
}

/// A key and its value in a table.
#[derive(Clone)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) raw: Raw,
}

/// Text that is not TOML: why, and where. The text itself is left out, since it may hold a secret.
pub(super) struct Broken {
    pub(super) message: String,
    pub(super) place: Place,
}

/// How much of a value an error shows.
const SHOWN_CHARACTERS: usize = 60;

impl Raw {
    /// What a variable, an attribute or the builder says.
    pub(super) fn word(text: &str) -> Raw {
        Raw { form: Form::Word, spelled: text.trim().into(), place: Place::START }
    }

    /// A single TOML value.
    pub(super) fn toml(text: &str) -> Result<Raw, Broken> {
        let value = DeValue::parse(text).map_err(|error| broken(&error, text))?;
        Ok(convert(value.get_ref(), value.span(), text))
    }

    /// A word in brackets or braces as the list or table that it spells; anything else as it is.
    pub(super) fn structured(self) -> Result<Raw, Broken> {
        match self.form {
            Form::Word if self.spelled.starts_with(['[', '{']) => Raw::toml(&self.spelled),
            _ => Ok(self),
        }
    }

    /// The text of a word or a TOML string.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.form {
            Form::Word => Some(&self.spelled),
            Form::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The digits of a word or a TOML number.
    pub(super) fn number(&self) -> Option<&str> {
        match &self.form {
            Form::Word => Some(&self.spelled),
            Form::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The value for an error message: on one line, cut if it is long.
    pub(super) fn shown(&self) -> String {
        let spelled = super::endpoint::blotted(&self.spelled);
        let mut shown: String = spelled.chars().take(SHOWN_CHARACTERS).collect();
        if shown.len() < spelled.len() {
            shown.push('…');
        }
        if shown.is_empty() { "empty".into() } else { format!("`{}`", printable(&shown)) }
    }
}

/// The text on one line and without invisible characters; quotes stay as they are.
fn printable(text: &str) -> String {
    let escaped = |c: char| match c {
        '"' | '\'' | '\\' => c.to_string(),
        _ => c.escape_debug().to_string(),
    };
    text.chars().map(escaped).collect()
}

/// Reads a whole TOML document.
pub(super) fn document(text: &str) -> Result<Vec<Member>, Broken> {
    let (table, errors) = DeTable::parse_recoverable(text);
    // One mistake makes the parser stumble over what follows it: only the first is worth reading.
    let first = errors.iter().min_by_key(|error| error.span().map_or(0, |span| span.start));
    first.map_or_else(|| Ok(members(table.get_ref(), text)), |error| Err(broken(error, text)))
}

fn broken(error: &toml::de::Error, text: &str) -> Broken {
    let place = error.span().map_or(Place::START, |span| Place::of(span.start, text));
    Broken { message: error.message().to_owned(), place }
}

fn members(table: &DeTable<'_>, text: &str) -> Vec<Member> {
    let member = |(name, value): (&toml::Spanned<_>, &toml::Spanned<DeValue<'_>>)| Member {
        name: AsRef::<str>::as_ref(name.get_ref()).to_owned(),
        place: Place::of(name.span().start, text),
        raw: convert(value.get_ref(), value.span(), text),
    };
    table.iter().map(member).collect()
}

fn convert(value: &DeValue<'_>, span: std::ops::Range<usize>, text: &str) -> Raw {
    let form = match value {
        DeValue::String(text) => Form::Text(text.to_string()),
        DeValue::Integer(integer) => Form::Number(decimal(integer)),
        DeValue::Float(float) => Form::Number(float.as_str().to_owned()),
        DeValue::Boolean(flag) => Form::Flag(*flag),
        DeValue::Datetime(_) => Form::Date,
        DeValue::Array(items) => {
            let item = |item: &toml::Spanned<_>| convert(item.get_ref(), item.span(), text);
            Form::List(items.iter().map(item).collect())
        }
        DeValue::Table(table) => Form::Table(members(table, text)),
    };
    let place = Place::of(span.start, text);
    Raw { form, spelled: text.get(span).unwrap_or_default().to_owned(), place }
}

/// The digits in base ten; those of a number that no type can hold stay as they are.
fn decimal(integer: &DeInteger<'_>) -> String {
    i128::from_str_radix(integer.as_str(), integer.radix())
        .map_or_else(|_| integer.to_string(), |number| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_brackets_or_braces_are_toml() {
        let form = |word: &str| Raw::word(word).structured().ok().map(|raw| raw.form);
        assert!(matches!(form(" [\"a\", 'b'] "), Some(Form::List(items)) if items.len() == 2));
        assert!(matches!(form("{a = 1}"), Some(Form::Table(members)) if members[0].name == "a"));
        assert!(matches!(form("a,b"), Some(Form::Word)));
        assert!(form("[a").is_none());
    }

    #[test]
    fn the_first_mistake_of_a_document_is_told_by_line_and_column() {
        let broken = document("a = 1\nb = \"x\nc = 2\n").err().unwrap();
        assert_eq!(broken.place.line, 2);
        assert!(broken.message.contains("invalid basic string"), "{}", broken.message);
    }

    #[test]
    fn numbers_come_in_base_ten_and_long_values_are_cut() {
        let number = |text| Raw::toml(text).ok().and_then(|raw| raw.number().map(str::to_owned));
        assert_eq!(number("0x1_0").as_deref(), Some("16"));
        assert_eq!(number("1_000").as_deref(), Some("1000"));
        assert_eq!(number("99999999999999999999999999999999999999999").unwrap().len(), 41);
        assert_eq!(Raw::word(&"é".repeat(99)).shown().chars().count(), SHOWN_CHARACTERS + 3);
        assert_eq!(Raw::word("a\nb").shown(), "`a\\nb`");
    }
}
