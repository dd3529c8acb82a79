//! The body: the user's own, once, with the span around it.

use super::value::{self, alone, inferred_by_result, kept, typed};
use super::{apart, begin, bind, finish, returned, site};
use crate::model::{Binds, Model, Placement};
use crate::output::{is_never, written_again};
use crate::paths::{call_site, hidden};
use crate::shape::Shape;
use crate::tokens::split_inner_attributes;
use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};

/// The body of the traced function.
pub(super) fn of(model: &Model<'_>) -> TokenStream {
    let (inner, block) = split_inner_attributes(model.body);
    let site = site::of(model);
    let code = match &model.shape {
        Shape::Sync => sync(model, &block),
        Shape::Async => asynchronous(model, &block),
        Shape::Returned(returned) => returned::of(model, returned, &block),
    };
    let mut body = Group::new(Delimiter::Brace, quote!(#inner #site #code));
    body.set_span(model.body.span());
    body.into_token_stream()
}

/// A guard in front of the body; where the result is looked at, that stands behind it.
fn sync(model: &Model<'_>, block: &Group) -> TokenStream {
    let span = Span::mixed_site();
    let (guard, result) = (hidden("guard"), hidden("result"));
    let begin = begin::guard(model, &guard);
    let Some(finish) = finish::statement(model, &guard, &result) else {
        let run = unseen(model, block);
        return quote!(#begin #run);
    };
    let finish = quote_spanned! {span=>
        #finish
        #[allow(unreachable_code)]
        return #result
    };
    match model.placement {
        Placement::Function => {
            let (function, call) = apart::of(model, block);
            quote_spanned!(span=> #function #begin let #result = #call; #finish)
        }
        Placement::Closure => {
            let run = in_closure(model, block);
            quote_spanned!(span=> #begin let #result = #run; #finish)
        }
        Placement::Here | Placement::Hidden => {
            let (bind, result) = (bind::arguments(model), value::result(model, block));
            quote!(#begin #bind #result #finish)
        }
    }
}

/// The body in a closure, which has what it needs of the arguments.
fn in_closure(model: &Model<'_>, block: &Group) -> TokenStream {
    let private = model.paths.private();
    let declared = written_again(model.output, &private);
    let (bind, kept) = (bind::all(model), kept(model, block));
    quote_spanned!(Span::mixed_site()=> #private::call::<#declared>(move || { #bind #kept }))
}

/// The body of a function whose result says nothing.
fn unseen(model: &Model<'_>, block: &Group) -> TokenStream {
    match model.binds {
        Binds::Again => {
            let (bind, kept) = (bind::arguments(model), kept(model, block));
            quote!(#bind #kept)
        }
        Binds::Once if is_never(model.output) => alone(block),
        Binds::Once => inferred_by_result(block),
    }
}

/// The body in an `async` block in the wrapper of a traced future. The block ends with a statement: a lint minds blocks whose last
/// expression is a future, and knows only the functions that are `async` themselves to mean it.
fn asynchronous(model: &Model<'_>, block: &Group) -> TokenStream {
    let span = Span::mixed_site();
    let (private, site, prepared) = (model.paths.private(), call_site(), hidden("prepared"));
    let (typed, bind, kept, finish) =
        (typed(model), bind::all(model), kept(model, block), finish::closure(model));
    let traced = if model.origin.is_some() {
        let begin = begin::prepared(model, &prepared);
        quote_spanned!(span=> { #begin #prepared.trace(async move { #typed #bind #kept; }, #finish) })
    } else {
        let first = begin::first(model);
        quote_spanned!(span=> #private::traced(&#site, async move { #typed #first #bind #kept; }, #finish))
    };
    let wait = model.keeps_async.then(|| quote_spanned!(span=> .await));
    quote_spanned!(span=> return #traced #wait)
}
