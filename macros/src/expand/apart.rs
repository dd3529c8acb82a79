//! The body in a function of its own, for one that tracks its caller: the attribute goes with it, and the call stands at the place
//! of the call.

use crate::model::{Argument, Model, Parameter, attribute};
use crate::paths::hidden;
use proc_macro2::{Group, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::{GenericParam, Pat};

/// The function, and its call.
pub(super) fn of(model: &Model<'_>, block: &Group) -> (TokenStream, TokenStream) {
    let (mut signature, name) = (model.function.signature.clone(), hidden("body"));
    signature.ident = name.clone();
    signature.abi = None;
    let tracks = model.function.attributes.iter().filter(|attribute| attribute::tracks(attribute));
    let (generics, arguments) = (generics(model), model.arguments.iter().map(variable));
    let function = quote!(#(#tracks)* #signature #block);
    (function, quote_spanned!(Span::mixed_site()=> #name #generics (#(#arguments),*)))
}

/// The types and constants, which the arguments may not tell. Lifetimes they always do.
fn generics(model: &Model<'_>) -> Option<TokenStream> {
    let parameters = model.function.signature.generics.params.iter();
    let names: Vec<_> = parameters
        .filter_map(|parameter| match parameter {
            GenericParam::Type(parameter) => Some(&parameter.ident),
            GenericParam::Const(parameter) => Some(&parameter.ident),
            GenericParam::Lifetime(_) => None,
        })
        .collect();
    (!names.is_empty()).then(|| quote_spanned!(Span::mixed_site()=> ::<#(#names),*>))
}

/// The variable in which an argument is.
fn variable(argument: &Argument<'_>) -> TokenStream {
    match (&argument.parameter, argument.pattern) {
        (Parameter::Hidden(name), _) => name.to_token_stream(),
        (_, Pat::Ident(pattern)) => pattern.ident.to_token_stream(),
        (_, pattern) => pattern.to_token_stream(),
    }
}
