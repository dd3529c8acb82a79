//! The value of the body: kept, typed, and looked at by no lint that it was not looked at before.

use crate::model::Model;
use crate::output::{is_never, written_again};
use crate::paths::hidden;
use proc_macro2::{Group, Span, TokenStream};
use quote::quote_spanned;

/// Keeps the body's value until all that its last expression borrowed is gone, then returns it. Behind a statement the body is no
/// part of a larger expression, so that no lint minds whether it ends.
pub(super) fn kept(model: &Model<'_>, block: &Group) -> TokenStream {
    if is_never(model.output) {
        return alone(block);
    }
    let (name, result) = (hidden("result"), result(model, block));
    quote_spanned! {Span::mixed_site()=>
        #result
        #[allow(unreachable_code)]
        return #name
    }
}

/// The statement that keeps the body's value.
pub(super) fn result(model: &Model<'_>, block: &Group) -> TokenStream {
    let body = alone(block);
    let (result, declared) =
        (hidden("result"), written_again(model.output, &model.paths.private()));
    quote_spanned!(Span::mixed_site()=> let #result: #declared = #body;)
}

/// Says what type an `async` block returns, which nothing else can: what it returns early is coerced to it, too.
pub(super) fn typed(model: &Model<'_>) -> TokenStream {
    let (result, declared) =
        (hidden("result"), written_again(model.output, &model.paths.private()));
    quote_spanned! {Span::mixed_site()=>
        if let ::core::option::Option::Some(#result) = ::core::option::Option::None::<#declared> {
            #[allow(unreachable_code)]
            return #result;
        }
    }
}

/// The body in a place where no lint thinks its braces unneeded.
pub(super) fn alone(block: &Group) -> TokenStream {
    quote_spanned!(Span::mixed_site()=> match () { () => #block })
}

/// The body as what a function returns, from which its type is inferred; a `match` would hide that. The parentheses are for a
/// lint, too.
pub(super) fn inferred_by_result(block: &Group) -> TokenStream {
    quote_spanned!(Span::mixed_site()=> return (#block))
}
