//! What is recorded when a function begins: its arguments by the rules, and the fields that the user lists.
//!
//! A key stands once in a span. Who wins is decided here: a field over an argument, the last of two equal fields, an argument's
//! own name over the `_length` of another.

use super::{Argument, Binding};
use crate::args::{Args, Field, Format, Key};
use proc_macro2::Ident;
use syn::ext::IdentExt as _;
use syn::{Attribute, Expr, Signature};

/// One thing to record.
pub(crate) struct Record<'a> {
    pub(crate) recorded: Recorded<'a>,
    /// `cfg`s of the argument it comes from.
    pub(crate) conditions: Vec<&'a Attribute>,
}

/// What is recorded, and how.
pub(crate) enum Recorded<'a> {
    /// An argument, by the rules for its type.
    ByRule { value: Value, key: String, length: Option<String> },
    /// An argument that was asked for.
    Captured { value: Value, key: String },
    /// The receiver, under `capture_all`: where it has a `Debug`.
    Receiver,
    /// A field with an expression of its own.
    Field { key: &'a Key, format: Format, value: &'a Expr },
    /// A field in short: `?name`.
    Short { key: &'a Key, format: Format, value: &'a Ident },
    /// A field for later.
    Empty(&'a Key),
}

/// The value of an argument.
pub(crate) struct Value {
    pub(crate) name: Ident,
    /// The index of the argument whose pattern binds it, where that is not just a name; then the name is a reference.
    pub(crate) pattern: Option<usize>,
}

impl Record<'_> {
    /// The key, where it is known.
    pub(crate) fn key_text(&self) -> Option<&str> {
        match &self.recorded {
            Recorded::ByRule { key, .. } | Recorded::Captured { key, .. } => Some(key),
            Recorded::Receiver => Some("self"),
            Recorded::Field { key, .. } | Recorded::Short { key, .. } | Recorded::Empty(key) => key.text(),
        }
    }
}

/// All records of a function, arguments first.
pub(super) fn records<'a>(signature: &'a Signature, arguments: &[Argument<'a>], args: &'a Args) -> Vec<Record<'a>> {
    let fields: Vec<&Field> = args.fields.get().map(|fields| fields.iter().collect()).unwrap_or_default();
    let wishes = Wishes { args, fields: &fields };
    let mut records = Vec::new();
    if signature.receiver().is_some() && wishes.wants_receiver() {
        records.push(Record { recorded: Recorded::Receiver, conditions: Vec::new() });
    }
    for (at, argument) in arguments.iter().enumerate() {
        for name in argument.bindings() {
            let key = name.unraw().to_string();
            let value = match argument.binding() {
                Binding::Name | Binding::UnusedName => Value { name: argument.name.clone(), pattern: None },
                Binding::Pattern => Value { name: name.clone(), pattern: Some(at) },
            };
            let recorded = match wishes.of(&name) {
                Wish::Captured => Recorded::Captured { value, key },
                Wish::ByRule => Recorded::ByRule { value, length: Some(format!("{key}_length")), key },
                Wish::Nothing => continue,
            };
            records.push(Record { recorded, conditions: argument.conditions.clone() });
        }
    }
    let names: Vec<String> = arguments.iter().flat_map(Argument::bindings).map(|name| name.unraw().to_string()).collect();
    records.extend(fields.iter().enumerate().filter(|(at, field)| is_last(&fields, *at, field)).filter_map(|(_, field)| {
        Some(Record { recorded: of_field(field, &names)?, conditions: Vec::new() })
    }));
    keep_lengths_apart(&mut records);
    records
}

/// What the user wants of arguments.
struct Wishes<'a, 'f> {
    args: &'a Args,
    fields: &'f [&'a Field],
}

enum Wish {
    Captured,
    ByRule,
    Nothing,
}

impl Wishes<'_, '_> {
    fn of(&self, name: &Ident) -> Wish {
        let key = name.unraw().to_string();
        let named = |list: Option<&Vec<Ident>>| list.is_some_and(|names| names.iter().any(|other| other.unraw() == name.unraw()));
        let field = self.fields.iter().rev().find(|field| field.key.text() == Some(&key));
        match field {
            Some(field) if field.value.is_none() && field.format == Format::Value => Wish::Captured,
            Some(_) => Wish::Nothing,
            None if named(self.args.skip.get()) => Wish::Nothing,
            None if named(self.args.capture.get()) => Wish::Captured,
            None if self.args.skip_all.is_set() => Wish::Nothing,
            None if self.args.capture_all.is_set() => Wish::Captured,
            None if key.starts_with('_') => Wish::Nothing,
            None => Wish::ByRule,
        }
    }

    fn wants_receiver(&self) -> bool {
        let named = |list: Option<&Vec<Ident>>| list.is_some_and(|names| names.iter().any(|name| name == "self"));
        let is_field = self.fields.iter().any(|field| field.key.text() == Some("self"));
        let wanted = named(self.args.capture.get()) || self.args.capture_all.is_set();
        wanted && !is_field && !named(self.args.skip.get())
    }
}

/// Whether no later field has the same key.
fn is_last(fields: &[&Field], at: usize, field: &Field) -> bool {
    let same = |later: &&&Field| field.key.text().is_some() && later.key.text() == field.key.text();
    !fields.iter().skip(at + 1).any(|later| same(&later))
}

/// What a field records; nothing of its own where it names an argument, which is captured in its place.
fn of_field<'a>(field: &'a Field, arguments: &[String]) -> Option<Recorded<'a>> {
    let (key, format) = (&field.key, field.format);
    match (&field.value, key) {
        (Some(value), _) => Some(Recorded::Field { key, format, value }),
        (None, Key::Text { word: Some(word), text, .. }) if format == Format::Value => {
            let _ = word;
            (!arguments.contains(text)).then_some(Recorded::Empty(key))
        }
        (None, Key::Text { word: Some(word), .. }) => Some(Recorded::Short { key, format, value: word }),
        (None, _) => Some(Recorded::Empty(key)),
    }
}

/// Leaves out the length of an argument where another record has that key.
fn keep_lengths_apart(records: &mut [Record<'_>]) {
    let keys: Vec<String> = records.iter().filter_map(Record::key_text).map(ToOwned::to_owned).collect();
    for record in records {
        if let Recorded::ByRule { length, .. } = &mut record.recorded {
            *length = length.take().filter(|length| !keys.contains(length));
        }
    }
}
