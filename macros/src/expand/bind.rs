//! The arguments, bound again where the body runs.

use crate::model::{Argument, Binding, Model, Parameter};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

/// The receiver and the arguments, in their order.
pub(super) fn all(model: &Model<'_>) -> TokenStream {
    let (receiver, arguments) = (receiver(model), arguments(model));
    quote!(#receiver #arguments)
}

/// A closure takes of a receiver only the parts it uses; this is all of it.
fn receiver(model: &Model<'_>) -> Option<TokenStream> {
    let receiver = model.function.signature.receiver()?.self_token;
    Some(quote_spanned!(Span::mixed_site()=> let _ = &#receiver;))
}

/// The arguments, in their order.
pub(super) fn arguments(model: &Model<'_>) -> TokenStream {
    model.arguments.iter().map(argument).collect()
}

/// As the compiler does it for `async fn`: the argument itself first, then what its pattern takes out of it.
fn argument(argument: &Argument<'_>) -> TokenStream {
    let span = Span::mixed_site();
    let Argument { pattern, conditions, lints, .. } = argument;
    let attributes = quote!(#(#conditions)* #(#lints)*);
    match (&argument.parameter, argument.binding()) {
        (Parameter::Left, _) => TokenStream::new(),
        (Parameter::Own, _) => own(argument, &attributes),
        (Parameter::Hidden(name), Binding::Name) => {
            quote_spanned!(span=> #attributes let #pattern = #name;)
        }
        // In a tuple it is no binding without an effect.
        (Parameter::Hidden(name), Binding::UnusedName) => {
            quote_spanned!(span=> #attributes let (#pattern,) = (#name,);)
        }
        (Parameter::Hidden(name), Binding::Pattern) => {
            quote_spanned!(span=> #(#conditions)* let #name = #name; #attributes let #pattern = #name;)
        }
    }
}

/// What the user's expressions have used already.
fn own(argument: &Argument<'_>, attributes: &TokenStream) -> TokenStream {
    let bind = |(name, mutable)| {
        quote_spanned! {Span::mixed_site()=>
            #attributes #[allow(unused_variables, clippy::shadow_same)] let #mutable #name = #name;
        }
    };
    argument.bindings().into_iter().map(bind).collect()
}
