//! What is recorded when a function begins: its arguments by the rules, and the fields that the user lists.
//!
//! A key stands once in a span. Who wins is decided here: a field over an argument, the last of two equal fields, an argument's
//! own name over the `_length` of another.

use super::Argument;
use super::wish::{Wish, Wishes};
use crate::args::{Args, Field, Format, Key};
use proc_macro2::Ident;
use syn::ext::IdentExt as _;
use syn::{Attribute, Expr, Signature};

/// Names of fields that set something of the span instead of an attribute.
const SPECIAL: [&str; 4] =
    ["otel.name", "otel.kind", "otel.status_code", "otel.status_description"];

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
    /// An argument of which only that it was there may be known.
    Redacted { key: String },
    /// An argument of which only a hash may be known.
    Hashed { value: Value, key: String },
    /// The receiver, under `capture_all`: where it has a `Debug`.
    Receiver(Ident),
    /// A field with an expression of its own.
    Field { key: &'a Key, format: Format, value: &'a Expr },
    /// A field that is no attribute.
    Special { key: &'a Key, format: Format, value: &'a Expr },
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
            Recorded::ByRule { key, .. }
            | Recorded::Captured { key, .. }
            | Recorded::Redacted { key }
            | Recorded::Hashed { key, .. } => Some(key),
            Recorded::Receiver(_) => Some("self"),
            Recorded::Field { key, .. } | Recorded::Special { key, .. } | Recorded::Empty(key) => {
                key.text()
            }
        }
    }
}

/// All records of a function: arguments first, then fields.
pub(super) fn records<'a>(
    signature: &'a Signature,
    arguments: &[Argument<'a>],
    args: &'a Args,
) -> Vec<Record<'a>> {
    let fields: Vec<&Field> = args.fields.get().into_iter().flatten().collect();
    let wishes = Wishes { args, fields: &fields };
    let receiver =
        signature.receiver().map(|receiver| Ident::new("self", receiver.self_token.span));
    let receiver = receiver.and_then(|receiver| of_receiver(receiver, &wishes)).map(unconditional);
    let of_arguments =
        arguments.iter().enumerate().flat_map(|(at, argument)| of_argument(at, argument, &wishes));
    let names = names_of(arguments);
    let of_fields = fields.iter().enumerate().filter(|(at, field)| is_last(&fields, *at, field));
    let of_fields = of_fields.filter_map(|(_, field)| of_field(field, &names).map(unconditional));
    let mut records: Vec<_> = receiver.into_iter().chain(of_arguments).chain(of_fields).collect();
    keep_lengths_apart(&mut records);
    records
}

fn unconditional(recorded: Recorded<'_>) -> Record<'_> {
    Record { recorded, conditions: Vec::new() }
}

fn of_receiver<'a>(receiver: Ident, wishes: &Wishes<'_, '_>) -> Option<Recorded<'a>> {
    let key = "self".to_owned();
    match wishes.of_receiver() {
        Wish::Captured => {
            Some(Recorded::Captured { value: Value { name: receiver, pattern: None }, key })
        }
        Wish::ByRule => Some(Recorded::Receiver(receiver)),
        Wish::Redacted => Some(Recorded::Redacted { key }),
        Wish::Hashed => {
            Some(Recorded::Hashed { value: Value { name: receiver, pattern: None }, key })
        }
        Wish::Nothing => None,
    }
}

fn of_argument<'a>(at: usize, argument: &Argument<'a>, wishes: &Wishes<'_, '_>) -> Vec<Record<'a>> {
    let of_binding = |name: &Ident| {
        let key = name.unraw().to_string();
        let value = match argument.value_of(name) {
            Some(variable) => Value { name: variable, pattern: None },
            None => Value { name: name.clone(), pattern: Some(at) },
        };
        match wishes.of(name) {
            Wish::Captured => Some(Recorded::Captured { value, key }),
            Wish::ByRule => {
                Some(Recorded::ByRule { value, length: Some(format!("{key}_length")), key })
            }
            Wish::Redacted => Some(Recorded::Redacted { key }),
            Wish::Hashed => Some(Recorded::Hashed { value, key }),
            Wish::Nothing => None,
        }
    };
    let recorded = argument.bindings().into_iter().filter_map(|(name, _)| of_binding(&name));
    recorded.map(|recorded| Record { recorded, conditions: argument.conditions.clone() }).collect()
}

fn names_of(arguments: &[Argument<'_>]) -> Vec<String> {
    let bindings = arguments.iter().flat_map(Argument::bindings);
    bindings.map(|(name, _)| name.unraw().to_string()).collect()
}

/// Whether no later field has the same key.
fn is_last(fields: &[&Field], at: usize, field: &Field) -> bool {
    let has_its_key =
        |later: &&Field| field.key.text().is_some() && later.key.text() == field.key.text();
    !fields.iter().skip(at + 1).any(has_its_key)
}

/// What a field records; nothing of its own where it names an argument, which is captured in its place.
fn of_field<'a>(field: &'a Field, arguments: &[String]) -> Option<Recorded<'a>> {
    let (key, format) = (&field.key, field.format);
    let value = match (field.expression(), key) {
        (Some(value), _) => value,
        (None, Key::Text { text, .. }) if arguments.contains(text) => return None,
        (None, _) => return Some(Recorded::Empty(key)),
    };
    let is_special = key.text().is_some_and(|text| SPECIAL.contains(&text));
    Some(if is_special {
        Recorded::Special { key, format, value }
    } else {
        Recorded::Field { key, format, value }
    })
}

/// Leaves out the length of an argument where another record has that key.
fn keep_lengths_apart(records: &mut [Record<'_>]) {
    let keys: Vec<String> =
        records.iter().filter_map(Record::key_text).map(ToOwned::to_owned).collect();
    for record in records {
        if let Recorded::ByRule { length, .. } = &mut record.recorded {
            *length = length.take().filter(|length| !keys.contains(length));
        }
    }
}
