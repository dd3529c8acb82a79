//! The signature: an `async fn` becomes a function that returns a future, and arguments get names by which they are bound again.

use super::body::binds_again;
use crate::model::{Argument, Model, sets_lints};
use crate::shape::Shape;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote_spanned};
use syn::{FnArg, Pat, PatIdent, ReturnType, Signature, Type, parse_quote_spanned};

/// The signature of the traced function.
pub(super) fn of(model: &Model<'_>) -> Signature {
    let mut signature = model.function.signature.clone();
    if binds_again(model) {
        rename(&mut signature, &model.arguments);
    }
    if matches!(model.shape, Shape::Async) && !model.keeps_async {
        signature.asyncness = None;
        signature.output = future_of(&signature.output, &model.paths.private());
    }
    signature
}

/// What an `async fn` returns. The tokens are ours, and so is their edition: since 2024 an `impl Trait` captures every lifetime
/// that is in scope, as an `async fn` does.
fn future_of(output: &ReturnType, private: &TokenStream) -> ReturnType {
    let span = Span::mixed_site();
    let output = match output {
        ReturnType::Default => quote_spanned!(span=> ()),
        ReturnType::Type(_, declared) => match &**declared {
            Type::Never(never) => quote_spanned!(span=> <fn() -> #never as #private::Returned>::Type),
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
        typed.attrs.retain(|attribute| !sets_lints(attribute));
        *typed.pat = Pat::Ident(PatIdent {
            attrs: Vec::new(),
            by_ref: None,
            mutability: None,
            ident: argument.name.clone(),
            subpat: None,
        });
    }
}
