//! Functions that return what does the work, a future or a stream: it goes into the wrapper of a traced one.

use super::{begin, finish};
use crate::model::Model;
use crate::output::{declared, written_again};
use crate::paths::{call_site, hidden};
use crate::shape::{Returned, Work, Wrapper};
use crate::tokens::{Tail, async_tail, may_leave};
use proc_macro2::{Group, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};

/// The body.
pub(super) fn of(model: &Model<'_>, returned: &Returned<'_>, block: &Group) -> TokenStream {
    match async_tail(&block.stream()).filter(|_| returned.work == Work::Future) {
        Some(tail) if is_of_async_trait(model) => of_async_trait(model, returned, &tail),
        Some(tail) => of_async_block(model, returned, &tail),
        None => of_anything(model, returned, block),
    }
}

/// By a lifetime that only `#[async_trait]` makes.
fn is_of_async_trait(model: &Model<'_>) -> bool {
    model
        .function
        .signature
        .generics
        .lifetimes()
        .any(|parameter| parameter.lifetime.ident == "async_trait")
}

/// What `#[async_trait]` makes of an `async fn`: a future that takes every argument, so that they can be recorded in there, where
/// the span is.
fn of_async_trait(model: &Model<'_>, returned: &Returned<'_>, tail: &Tail) -> TokenStream {
    if model.origin.is_some() {
        return of_async_block(model, returned, tail);
    }
    let span = Span::mixed_site();
    let (private, site, finish, first) =
        (model.paths.private(), call_site(), finish::closure(model), begin::first(model));
    let (output, before, call, inner) =
        (output(model, returned), &tail.before, &tail.call, tail.block.stream());
    let traced = quote_spanned!(span=> #private::traced::<#output, _, _>(&#site, async move { #first #inner }, #finish));
    quote_spanned!(span=> #(#before)* return #(#call)* (#traced))
}

/// A body that ends with an `async` block: the box around it, if any, is kept.
fn of_async_block(model: &Model<'_>, returned: &Returned<'_>, tail: &Tail) -> TokenStream {
    let span = Span::mixed_site();
    let (before, call, inner) = (&tail.before, &tail.call, &tail.block);
    let begin = begin::prepared(model, &hidden("prepared"));
    let traced = trace(model, returned, &quote_spanned!(span=> async move #inner));
    let traced = if call.is_empty() { traced } else { quote!(#(#call)* (#traced)) };
    quote_spanned!(span=> #begin #(#before)* return #traced)
}

/// Any other body: what it makes is boxed again where it has to be.
fn of_anything(model: &Model<'_>, returned: &Returned<'_>, block: &Group) -> TokenStream {
    let span = Span::mixed_site();
    let private = model.paths.private();
    let made = written_again(declared(&model.function.signature.output), &private);
    let made = if may_leave(&block.stream()) {
        quote_spanned!(span=> #private::call::<#made>(move || #block))
    } else {
        block.to_token_stream()
    };
    let (begin, traced) =
        (begin::prepared(model, &hidden("prepared")), trace(model, returned, &made));
    let traced = match returned.wrapper {
        Wrapper::None => traced,
        Wrapper::Pin => quote_spanned!(span=> ::std::boxed::Box::pin(#traced)),
        Wrapper::Box => quote_spanned!(span=> ::std::boxed::Box::new(#traced)),
    };
    quote_spanned!(span=> #begin return #traced)
}

/// `made` in the wrapper, with the span that was prepared.
fn trace(model: &Model<'_>, returned: &Returned<'_>, made: &TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    let (prepared, output) = (hidden("prepared"), output(model, returned));
    match returned.work {
        Work::Future => {
            let finish = finish::closure(model);
            quote_spanned!(span=> #prepared.trace::<#output, _, _>(#made, #finish))
        }
        Work::Stream => {
            let look = finish::look(model);
            look.map_or_else(
                || quote_spanned!(span=> #prepared.trace_stream::<#output, _>(#made)),
                |look| quote_spanned!(span=> #prepared.trace_items::<#output, _, _>(#made, #look)),
            )
        }
    }
}

/// What the future resolves to, or an item of the stream, where the signature says it.
fn output(model: &Model<'_>, returned: &Returned<'_>) -> TokenStream {
    let written = returned.output.map(|output| written_again(Some(output), &model.paths.private()));
    written.unwrap_or_else(|| quote_spanned!(Span::mixed_site()=> _))
}
