//! The body: the user's own, once, with the span around it.

use super::{finish, records, site};
use crate::model::{Argument, Binding, Model};
use crate::output::{is_never, is_opaque, written_again};
use crate::paths::{call_site, hidden};
use crate::shape::{Shape, Wrapper};
use crate::tokens::{async_tail, may_leave, split_inner_attributes};
use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};

/// Whether the arguments are bound again where the body runs. The body of a function that returns `impl Trait` or nothing ever
/// stays at the function's end, and what its last expression borrows must outlive that.
pub(super) fn binds_again(model: &Model<'_>) -> bool {
    match model.shape {
        Shape::Sync => !model.outcome.is_unseen() || !is_opaque(model.output) && !is_never(model.output),
        Shape::Async => true,
        Shape::Future { .. } => false,
    }
}

/// The body of the traced function.
pub(super) fn of(model: &Model<'_>) -> TokenStream {
    let (inner, block) = split_inner_attributes(model.body);
    let site = site::of(model);
    let code = match model.shape {
        Shape::Sync => sync(model, &block),
        Shape::Async => asynchronous(model, &block),
        Shape::Future { wrapper, .. } => returned_future(model, wrapper, &block),
    };
    let mut body = Group::new(Delimiter::Brace, quote!(#inner #site #code));
    body.set_span(model.body.span());
    body.into_token_stream()
}

/// A guard in front of the body; where the result is looked at, the body in a closure as well.
fn sync(model: &Model<'_>, block: &Group) -> TokenStream {
    let span = Span::mixed_site();
    let (private, site) = (model.paths.private(), call_site());
    let (guard, result, ending, output) = (hidden("guard"), hidden("result"), hidden("ending"), hidden("output"));
    let record = records::closure(model).unwrap_or_else(|| quote_spanned!(span=> |_| {}));
    let begin = quote_spanned!(span=> let #guard = #private::enter(&#site, #record););
    let declared = written_again(model.output, &private);
    let Some(finish) = finish::statements(model, &output, &ending) else {
        if !binds_again(model) {
            return quote!(#begin #block);
        }
        let (bind, kept) = (bind(model), kept(model, block));
        return quote!(#begin #bind #kept);
    };
    let (hold, bind, kept) = (hold_receiver(model), bind(model), kept(model, block));
    quote_spanned! {span=>
        #begin
        let #result = #private::call::<#declared>(move || { #hold #bind #kept });
        #guard.finish(|#ending| { let #output = &#result; #finish });
        #result
    }
}

/// The body in an `async` block in the wrapper of a traced future.
fn asynchronous(model: &Model<'_>, block: &Group) -> TokenStream {
    let span = Span::mixed_site();
    let (private, site) = (model.paths.private(), call_site());
    let declared = written_again(model.output, &private);
    let (typed, first) = (typed(&declared), first_attributes(model));
    let (hold, bind, kept, finish) = (hold_receiver(model), bind(model), kept(model, block), finish(model));
    let traced = quote_spanned!(span=> #private::traced(&#site, async move { #typed #hold #first #bind #kept }, #finish));
    if model.keeps_async { quote_spanned!(span=> #traced.await) } else { traced }
}

/// A future that the body makes, in the wrapper of a traced one. Where the body ends with an `async` block the arguments are
/// recorded in there, with the span; otherwise before the body, which takes them.
fn returned_future(model: &Model<'_>, wrapper: Wrapper, block: &Group) -> TokenStream {
    let span = Span::mixed_site();
    let (private, site, finish) = (model.paths.private(), call_site(), finish(model));
    if let Some(tail) = async_tail(&block.stream()) {
        let (before, call, inner) = (tail.before, tail.call, tail.block.stream());
        let first = first_attributes(model);
        let traced = quote_spanned!(span=> #private::traced(&#site, async move { #first #inner }, #finish));
        return if call.is_empty() { quote!(#(#before)* #traced) } else { quote!(#(#before)* #(#call)* (#traced)) };
    }
    let future = if may_leave(&block.stream()) { quote_spanned!(span=> #private::call(move || #block)) } else { quote!(#block) };
    let traced = match records::closure(model) {
        Some(record) => {
            let prepared = hidden("prepared");
            let traced = wrapped(wrapper, &quote_spanned!(span=> #prepared.trace(#future, #finish)));
            quote_spanned!(span=> let #prepared = #private::prepare(&#site, #record); #traced)
        }
        None => wrapped(wrapper, &quote_spanned!(span=> #private::traced(&#site, #future, #finish))),
    };
    traced
}

fn wrapped(wrapper: Wrapper, future: &TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    match wrapper {
        Wrapper::None => future.clone(),
        Wrapper::Pin => quote_spanned!(span=> ::std::boxed::Box::pin(#future)),
        Wrapper::Box => quote_spanned!(span=> ::std::boxed::Box::new(#future)),
    }
}

/// The closure that looks at what a future resolves to.
fn finish(model: &Model<'_>) -> TokenStream {
    let span = Span::mixed_site();
    let (output, ending) = (hidden("output"), hidden("ending"));
    match finish::statements(model, &output, &ending) {
        Some(statements) => quote_spanned!(span=> |#output, #ending| { #statements }),
        None => quote_spanned!(span=> |_, _| {}),
    }
}

fn first_attributes(model: &Model<'_>) -> TokenStream {
    let (private, site) = (model.paths.private(), call_site());
    let record = records::closure(model);
    let record = record.map(|record| quote_spanned!(Span::mixed_site()=> #private::first_attributes(&#site, #record);));
    record.into_token_stream()
}

/// Says what type an `async` block returns, which nothing else can: what it returns early is coerced to it, too.
fn typed(declared: &TokenStream) -> TokenStream {
    let result = hidden("result");
    quote_spanned! {Span::mixed_site()=>
        if let ::core::option::Option::Some(#result) = ::core::option::Option::None::<#declared> {
            #[allow(unreachable_code)]
            return #result;
        }
    }
}

/// Keeps the body's value until all that its last expression borrowed is gone, then returns it.
fn kept(model: &Model<'_>, block: &Group) -> TokenStream {
    if is_never(model.output) {
        return block.to_token_stream();
    }
    let (result, declared) = (hidden("result"), written_again(model.output, &model.paths.private()));
    quote_spanned!(Span::mixed_site()=> let #result: #declared = #block; #[allow(unreachable_code)] #result)
}

/// A closure takes of a receiver only the parts it uses; this is all of it.
fn hold_receiver(model: &Model<'_>) -> Option<TokenStream> {
    let receiver = model.function.signature.receiver()?;
    let receiver = receiver.self_token;
    Some(quote_spanned!(Span::mixed_site()=> let _ = &#receiver;))
}

/// Binds the arguments again, in their order.
fn bind(model: &Model<'_>) -> TokenStream {
    model.arguments.iter().map(bind_one).collect()
}

/// As the compiler does it for `async fn`: the argument itself first, then what its pattern takes out of it.
fn bind_one(argument: &Argument<'_>) -> TokenStream {
    let span = Span::mixed_site();
    let Argument { pattern, name, conditions, lints } = argument;
    let attributes = quote!(#(#conditions)* #(#lints)*);
    match argument.binding() {
        Binding::Name => quote_spanned!(span=> #attributes let #pattern = #name;),
        // In a tuple it is no binding without an effect.
        Binding::UnusedName => quote_spanned!(span=> #attributes let (#pattern,) = (#name,);),
        Binding::Pattern => quote_spanned!(span=> #(#conditions)* let #name = #name; #attributes let #pattern = #name;),
    }
}
