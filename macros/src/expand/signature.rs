//! The signature: an `async fn` becomes a function that returns a future, and arguments get names by which they are bound again.

use crate::model::{Argument, Binds, Model, Parameter, sets_lints};
use crate::paths::located_at;
use crate::shape::Shape;
use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote, quote_spanned};
use syn::{FnArg, Pat, PatIdent, ReturnType, Signature, Type, parse_quote_spanned};

/// The signature of the traced function.
pub(super) fn of(model: &Model<'_>) -> TokenStream {
    let mut signature = model.function.signature.clone();
    if model.binds == Binds::Again {
        rename(&mut signature, &model.arguments);
    }
    if matches!(model.shape, Shape::Async) && !model.keeps_async {
        signature.asyncness = None;
        signature.output = future_of(&signature, &model.paths.private());
    }
    // An empty `where` means nothing, but ends the signature with a token at the user's place: lints on the function point there.
    let end = syn::Token![where](signature.paren_token.span.close());
    let end = signature.generics.where_clause.is_none().then_some(end);
    quote!(#signature #end)
}

/// What an `async fn` returns. The tokens are ours, and so is their edition: since 2024 an `impl Trait` captures every lifetime
/// that is in scope, as an `async fn` does.
fn future_of(signature: &Signature, private: &TokenStream) -> ReturnType {
    let span = match &signature.output {
        ReturnType::Default => located_at(signature.paren_token.span.close()),
        ReturnType::Type(arrow, _) => located_at(arrow.spans[1]),
    };
    let output = match &signature.output {
        ReturnType::Default => quote_spanned!(span=> ()),
        ReturnType::Type(_, declared) => match &**declared {
            Type::Never(never) => {
                quote_spanned!(span=> <fn() -> #never as #private::Returned>::Type)
            }
            declared => declared.to_token_stream(),
        },
    };
    parse_quote_spanned!(span=> -> impl ::core::future::Future<Output = #output>)
}

/// Puts plain names in the place of patterns; lints that an argument sets move to where it is bound.
fn rename(signature: &mut Signature, arguments: &[Argument<'_>]) {
    let typed = signature.inputs.iter_mut().filter_map(|argument| match argument {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    });
    for (typed, argument) in typed.zip(arguments) {
        *typed.pat = match &argument.parameter {
            Parameter::Left => continue,
            Parameter::Own => argument.immutable(),
            Parameter::Hidden(name) => Pat::Ident(PatIdent {
                attrs: Vec::new(),
                by_ref: None,
                mutability: None,
                ident: name.clone(),
                subpat: None,
            }),
        };
        typed.attrs.retain(|attribute| !sets_lints(attribute));
    }
}
