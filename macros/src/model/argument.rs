//! A function's arguments: what their patterns bind, and which of their attributes go where.

use crate::paths::hidden;
use proc_macro2::Ident;
use syn::visit_mut::{VisitMut, visit_pat_mut};
use syn::{Attribute, FnArg, Pat, PatType, Signature};

/// One argument that is not the receiver.
pub(crate) struct Argument<'a> {
    pub(crate) pattern: &'a Pat,
    /// The name under which the signature takes it.
    pub(crate) name: Ident,
    /// Its attributes that hold for all that is made of it: `cfg`, `cfg_attr`.
    pub(crate) conditions: Vec<&'a Attribute>,
    /// Its attributes that set lints, which hold where it is bound.
    pub(crate) lints: Vec<&'a Attribute>,
}

impl Argument<'_> {
    /// How its pattern binds.
    pub(crate) fn binding(&self) -> Binding {
        Binding::of(self.pattern)
    }

    /// The names it binds.
    pub(crate) fn bindings(&self) -> Vec<Ident> {
        let mut names = Names::default();
        names.visit_pat_mut(&mut self.pattern.clone());
        names.0
    }

    /// The pattern for a reference to the argument: every name binds a reference.
    pub(crate) fn by_reference(&self) -> Pat {
        let mut pattern = self.pattern.clone();
        ByReference.visit_pat_mut(&mut pattern);
        pattern
    }
}

/// All arguments but the receiver.
pub(super) fn arguments(signature: &Signature) -> Vec<Argument<'_>> {
    let typed = signature.inputs.iter().enumerate().filter_map(|(at, argument)| match argument {
        FnArg::Typed(typed) => Some((at, typed)),
        FnArg::Receiver(_) => None,
    });
    typed.map(|(at, typed)| argument(at, typed)).collect()
}

fn argument(at: usize, typed: &PatType) -> Argument<'_> {
    let name = match &*typed.pat {
        Pat::Ident(pattern) if Binding::of(&typed.pat) == Binding::Name => pattern.ident.clone(),
        _ => hidden(&format!("argument_{at}")),
    };
    Argument {
        pattern: &typed.pat,
        name,
        conditions: typed.attrs.iter().filter(|attribute| is_one_of(attribute, &["cfg", "cfg_attr"])).collect(),
        lints: typed.attrs.iter().filter(|attribute| sets_lints(attribute)).collect(),
    }
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
            Pat::Ident(pattern) if pattern.by_ref.is_some() || pattern.subpat.is_some() => Binding::Pattern,
            Pat::Ident(pattern) if pattern.ident.to_string().starts_with('_') => Binding::UnusedName,
            Pat::Ident(_) => Binding::Name,
            _ => Binding::Pattern,
        }
    }
}

/// Collects what a pattern binds.
#[derive(Default)]
struct Names(Vec<Ident>);

impl VisitMut for Names {
    fn visit_pat_ident_mut(&mut self, pattern: &mut syn::PatIdent) {
        self.0.push(pattern.ident.clone());
        if let Some((_, inner)) = &mut pattern.subpat {
            self.visit_pat_mut(inner);
        }
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

    fn visit_pat_ident_mut(&mut self, pattern: &mut syn::PatIdent) {
        (pattern.by_ref, pattern.mutability) = (None, None);
        if let Some((_, inner)) = &mut pattern.subpat {
            self.visit_pat_mut(inner);
        }
    }
}
