//! Where the body of a function stands whose result is looked at.

use super::{Argument, Binds, Parameter, attribute};
use crate::item::Function;
use crate::tokens::may_leave;
use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{FnArg, GenericParam, Pat, ReceiverKind, Safety};

/// Where the body stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Placement {
    /// In its place, because nothing leaves it early.
    Here,
    /// In a closure, which it may leave.
    Closure,
    /// In a function of its own, which tracks its caller. A closure cannot.
    Function,
    /// In its place, although it may be left early: nobody can look at the result.
    Hidden,
}

impl Placement {
    pub(super) fn of(
        function: &Function,
        body: &Group,
        binds: Binds,
        arguments: &[Argument<'_>],
    ) -> Placement {
        let tracks_caller = attribute::tracks_caller(&function.attributes);
        let stays = binds == Binds::Again && !may_leave(&body.stream());
        match () {
            // A receiver is dropped where the function ends, which is behind the span; a closure takes it along.
            () if stays && (tracks_caller || !takes_receiver(function)) => Placement::Here,
            () if !tracks_caller => Placement::Closure,
            () if can_stand_alone(function, body, arguments) => Placement::Function,
            () => Placement::Hidden,
        }
    }
}

fn takes_receiver(function: &Function) -> bool {
    function
        .signature
        .receiver()
        .is_some_and(|receiver| !matches!(receiver.kind, ReceiverKind::Reference(..)))
}

/// Whether the body may stand in a function of its own: that cannot name what belongs to a block around the function, its type and
/// its generics, and nobody can tell them from other names but by those that everybody knows.
fn can_stand_alone(function: &Function, body: &Group, arguments: &[Argument<'_>]) -> bool {
    let signature = &function.signature;
    let is_plain = signature.receiver().is_none()
        && !matches!(signature.safety, Safety::Unsafe(_))
        && signature.variadic.is_none()
        && !signature.inputs.iter().any(is_opaque);
    let own: Vec<&Ident> = signature.generics.params.iter().filter_map(generic_name).collect();
    let is_known = |name: &Ident| own.contains(&name) || KNOWN.iter().any(|known| name == known);
    is_plain
        && arguments.iter().all(can_be_passed_on)
        && names(&signature.to_token_stream())
            .chain(names(&body.stream()))
            .all(|name| is_known(&name))
}

/// Types and variants that no block declares as its own, first of all those of the prelude.
const KNOWN: [&str; 24] = [
    "AsRef", "Box", "Clone", "Copy", "Debug", "Default", "Display", "Err", "Fn", "FnMut", "FnOnce",
    "From", "Into", "Iterator", "Location", "None", "Ok", "Option", "Result", "Send", "Some",
    "String", "Sync", "Vec",
];

fn generic_name(parameter: &GenericParam) -> Option<&Ident> {
    match parameter {
        GenericParam::Type(parameter) => Some(&parameter.ident),
        GenericParam::Const(parameter) => Some(&parameter.ident),
        GenericParam::Lifetime(_) => None,
    }
}

/// The capitalized words that stand at the start of a path. Others are found wherever they stand.
fn names(tokens: &TokenStream) -> impl Iterator<Item = Ident> {
    let mut names = Vec::new();
    collect_names(tokens, &mut names);
    names.into_iter()
}

fn collect_names(tokens: &TokenStream, names: &mut Vec<Ident>) {
    let mut colons = 0;
    for token in tokens.clone() {
        match &token {
            TokenTree::Ident(word) if colons < 2 && begins_with_capital(word) => {
                names.push(word.clone());
            }
            TokenTree::Group(group) => collect_names(&group.stream(), names),
            _ => {}
        }
        let is_colon = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ':');
        colons = if is_colon { colons + 1 } else { 0 };
    }
}

fn begins_with_capital(word: &Ident) -> bool {
    word.to_string().starts_with(char::is_uppercase)
}

/// `impl Trait` in an argument is a generic without a name.
fn is_opaque(argument: &FnArg) -> bool {
    names_keyword(&argument.to_token_stream(), "impl")
}

fn names_keyword(tokens: &TokenStream, keyword: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == keyword,
        TokenTree::Group(group) => names_keyword(&group.stream(), keyword),
        _ => false,
    })
}

/// Whether an argument is in one variable that is there in every build.
fn can_be_passed_on(argument: &Argument<'_>) -> bool {
    let has_name = match &argument.parameter {
        Parameter::Hidden(_) => true,
        Parameter::Left | Parameter::Own => matches!(argument.pattern, Pat::Ident(_)),
    };
    has_name && argument.conditions.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    #[test]
    fn names_are_the_first_words_of_paths() {
        let found = |tokens| names(&tokens).map(|name| name.to_string()).collect::<Vec<_>>();
        assert_eq!(found(quote!(std::fmt::Error::new(a, [0; N]) as Vec<T>)), ["N", "Vec", "T"]);
        assert_eq!(found(quote!(T::Item { key: Ok(fmt::Error) })), ["T", "Ok"]);
        assert_eq!(found(quote!(x: T, y: ::std::string::String)), ["T"]);
    }
}
