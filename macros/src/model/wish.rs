//! What is wanted of each argument: by name, by the options for all of them, or by its own name, which may say that it is secret.

use super::secret::is_secret;
use crate::args::{Args, Field, Format};
use proc_macro2::Ident;
use syn::ext::IdentExt as _;

/// What is wanted of an argument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Wish {
    /// Its value.
    Captured,
    /// What the rules say for its type.
    ByRule,
    /// That it was there.
    Redacted,
    /// Whether it is the same as another.
    Hashed,
    Nothing,
}

/// Everything that the user has said about arguments.
pub(super) struct Wishes<'a, 'f> {
    pub(super) args: &'a Args,
    pub(super) fields: &'f [&'a Field],
}

impl Wishes<'_, '_> {
    /// What is wanted of the argument `name`. What names it comes before what means all.
    pub(super) fn of(&self, name: &Ident) -> Wish {
        let name = name.unraw().to_string();
        match self.by_name(&name) {
            Some(wish) => wish,
            None if self.args.skip_all.is_set() => Wish::Nothing,
            None if self.args.capture_all.is_set() && is_secret(&name) => Wish::Redacted,
            None if self.args.capture_all.is_set() => Wish::Captured,
            None if name.starts_with('_') || is_secret(&name) => Wish::Nothing,
            None => Wish::ByRule,
        }
    }

    /// What is wanted of the receiver.
    pub(super) fn of_receiver(&self) -> Wish {
        match self.by_name("self") {
            Some(wish) => wish,
            None if self.args.capture_all.is_set() => Wish::ByRule,
            None => Wish::Nothing,
        }
    }

    fn by_name(&self, name: &str) -> Option<Wish> {
        let lists = [
            (&self.args.skip, Wish::Nothing),
            (&self.args.redact, Wish::Redacted),
            (&self.args.hash, Wish::Hashed),
            (&self.args.capture, Wish::Captured),
        ];
        let is_named = |names: &Vec<Ident>| names.iter().any(|other| other.unraw() == name);
        let listed = lists.into_iter().find(|(list, _)| list.get().is_some_and(is_named));
        let field = self.fields.iter().rev().find(|field| field.key.text() == Some(name));
        match field {
            Some(field) if field.value.is_none() && field.format == Format::Value => {
                Some(Wish::Captured)
            }
            Some(_) => Some(Wish::Nothing),
            None => listed.map(|(_, wish)| wish),
        }
    }
}
