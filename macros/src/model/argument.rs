//! A function's arguments: what their patterns bind, and which of their attributes go where.

use super::attribute;
use crate::paths::hidden_twin;
use proc_macro2::{Ident, Span};
use syn::ext::IdentExt as _;
use syn::visit_mut::{VisitMut, visit_pat_ident_mut, visit_pat_mut};
use syn::{Attribute, FnArg, Pat, PatIdent, PatType, Signature, Token};

/// One argument that is not the receiver.
pub(crate) struct Argument<'a> {
    pub(crate) pattern: &'a Pat,
    pub(crate) parameter: Parameter,
    /// Its attributes that hold for all that is made of it: `cfg`, `cfg_attr`.
    pub(crate) conditions: Vec<&'a Attribute>,
    /// Its attributes that set lints, which hold where it is bound.
    pub(crate) lints: Vec<Attribute>,
}

/// How the signature takes an argument.
#[derive(Clone, Debug)]
pub(crate) enum Parameter {
    /// As the user wrote it, and not bound again: a user's expression may take it away, or the body is where it was.
    Left,
    /// As the user wrote it: what the pattern binds is there at once, for the user's expressions in the attribute.
    Own,
    /// Under a name that reads as the user's own, but is another one. So the user's is bound once, by a `let`, and no lint takes
    /// that for shadowing, or for a use of what is said to be unused.
    Hidden(Ident),
}

impl Argument<'_> {
    /// How its pattern binds.
    pub(crate) fn binding(&self) -> Binding {
        Binding::of(self.pattern)
    }

    /// Where the value of one of its bindings is before it is bound again: in a variable, or behind its pattern.
    pub(super) fn value_of(&self, binding: &Ident) -> Option<Ident> {
        match (&self.parameter, self.binding()) {
            (Parameter::Left | Parameter::Own, _) => Some(binding.clone()),
            (Parameter::Hidden(_), Binding::Pattern) => None,
            (Parameter::Hidden(name), _) => Some(name.clone()),
        }
    }

    /// The names it binds, and whether each is mutable.
    pub(crate) fn bindings(&self) -> Vec<(Ident, Option<Token![mut]>)> {
        let mut bindings = Bindings::default();
        bindings.visit_pat_mut(&mut self.pattern.clone());
        bindings.0
    }

    /// The pattern for a reference to the argument: every name binds a reference.
    pub(crate) fn by_reference(&self) -> Pat {
        let mut pattern = self.pattern.clone();
        ByReference.visit_pat_mut(&mut pattern);
        pattern
    }

    /// The pattern with nothing mutable.
    pub(crate) fn immutable(&self) -> Pat {
        let mut pattern = self.pattern.clone();
        Immutable.visit_pat_mut(&mut pattern);
        pattern
    }
}

/// All arguments but the receiver, taken as `choose` says for one of the names that they bind; hidden where it says nothing.
pub(super) fn arguments(
    signature: &Signature,
    choose: impl Fn(&str) -> Option<Parameter>,
) -> Vec<Argument<'_>> {
    let typed = signature.inputs.iter().enumerate().filter_map(|(at, argument)| match argument {
        FnArg::Typed(typed) => Some((at, typed)),
        FnArg::Receiver(_) => None,
    });
    typed.map(|(at, typed)| argument(at, typed, &choose)).collect()
}

fn argument<'a>(
    at: usize,
    typed: &'a PatType,
    choose: &impl Fn(&str) -> Option<Parameter>,
) -> Argument<'a> {
    let name = match &*typed.pat {
        Pat::Ident(pattern) => hidden_twin(&pattern.ident),
        _ => Ident::new(&format!("argument_{at}"), Span::mixed_site()),
    };
    let is_condition = |attribute: &&Attribute| is_one_of(attribute, &["cfg", "cfg_attr"]);
    let lints = typed.attrs.iter().filter(|attribute| sets_lints(attribute));
    let mut argument = Argument {
        pattern: &typed.pat,
        parameter: Parameter::Hidden(name),
        conditions: typed.attrs.iter().filter(is_condition).collect(),
        lints: lints.map(attribute::unexpecting).collect(),
    };
    let chosen = argument.bindings().iter().find_map(|(name, _)| choose(&name.unraw().to_string()));
    argument.parameter = chosen.unwrap_or(argument.parameter);
    argument
}

/// Whether an attribute is there for the compiler's lints.
pub(crate) fn sets_lints(attribute: &Attribute) -> bool {
    is_one_of(attribute, &["allow", "warn", "deny", "forbid", "expect"])
}

fn is_one_of(attribute: &Attribute, names: &[&str]) -> bool {
    names.iter().any(|name| attribute.path().is_ident(name))
}

/// How the pattern of an argument binds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Binding {
    /// `name`, `mut name`
    Name,
    /// `_name`: it is said to be unused, and lints want it to be.
    UnusedName,
    /// Anything else.
    Pattern,
}

impl Binding {
    fn of(pattern: &Pat) -> Binding {
        match pattern {
            Pat::Ident(pattern) if pattern.by_ref.is_some() || pattern.subpat.is_some() => {
                Binding::Pattern
            }
            Pat::Ident(pattern) if pattern.ident.to_string().starts_with('_') => {
                Binding::UnusedName
            }
            Pat::Ident(_) => Binding::Name,
            _ => Binding::Pattern,
        }
    }
}

/// Collects what a pattern binds.
#[derive(Default)]
struct Bindings(Vec<(Ident, Option<Token![mut]>)>);

impl VisitMut for Bindings {
    fn visit_pat_ident_mut(&mut self, pattern: &mut PatIdent) {
        self.0
            .push((pattern.ident.clone(), pattern.mutability.filter(|_| pattern.by_ref.is_none())));
        visit_pat_ident_mut(self, pattern);
    }
}

/// Takes everything off a pattern that says how it binds.
struct ByReference;

impl VisitMut for ByReference {
    fn visit_pat_mut(&mut self, pattern: &mut Pat) {
        while let Pat::Reference(reference) = pattern {
            *pattern = (*reference.pat).clone();
        }
        visit_pat_mut(self, pattern);
    }

    fn visit_pat_ident_mut(&mut self, pattern: &mut PatIdent) {
        (pattern.by_ref, pattern.mutability) = (None, None);
        visit_pat_ident_mut(self, pattern);
    }
}

/// Takes `mut` off a pattern.
struct Immutable;

impl VisitMut for Immutable {
    fn visit_pat_ident_mut(&mut self, pattern: &mut PatIdent) {
        if pattern.by_ref.is_none() {
            pattern.mutability = None;
        }
        visit_pat_ident_mut(self, pattern);
    }
}
