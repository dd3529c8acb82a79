//! What is recorded when the work is done: the body of a closure over the result and the span's ending.

use crate::args::Format;
use crate::model::{Failure, Model, Success};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

/// The statements that record what `output`, a reference, says. `None` where there is nothing to record.
pub(super) fn statements(model: &Model<'_>, output: &Ident, ending: &Ident) -> Option<TokenStream> {
    let span = Span::mixed_site();
    if model.outcome.is_unseen() {
        return None;
    }
    let private = model.paths.private();
    let rules = quote_spanned!(span=> use #private::rules::*;);
    let value = crate::paths::hidden("value");
    Some(match model.outcome.failure {
        Failure::Impossible => {
            let record = success(model.outcome.success, output, ending, &private);
            quote_spanned!(span=> #rules #record)
        }
        Failure::Told(format) => {
            let failure = failure(format, &value, ending, &private);
            let success = success(model.outcome.success, &value, ending, &private);
            quote_spanned! {span=>
                #rules
                match (&&#private::Outcome(#output)).split() {
                    ::core::result::Result::Ok(#value) => { #success }
                    ::core::result::Result::Err(#value) => #failure,
                }
            }
        }
    })
}

fn success(success: Success, value: &Ident, ending: &Ident, private: &TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    let key = quote_spanned!(span=> const { &#private::Key::new("result") });
    match success {
        Success::Nothing => quote_spanned!(span=> let _ = #value;),
        Success::ByRule => {
            quote_spanned!(span=> (&&&#private::Probe(#value)).record(&#private::RESULT, &mut #ending.attributes());)
        }
        Success::Captured(Format::Value) => {
            quote_spanned!(span=> (&&#private::Wanted(#value)).way().record(#key, #value, &mut #ending.attributes());)
        }
        Success::Captured(Format::Display) => {
            quote_spanned!(span=> #ending.attributes().display(#key, &#value);)
        }
        Success::Captured(Format::Debug) => quote_spanned!(span=> #ending.attributes().debug(#key, &#value);),
    }
}

fn failure(format: Format, error: &Ident, ending: &Ident, private: &TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    match format {
        Format::Value => quote_spanned!(span=> (&&&&&#private::Fault(#error)).record(#ending)),
        Format::Display => quote_spanned!(span=> #private::Fault(#error).display(#ending)),
        Format::Debug => quote_spanned!(span=> #private::Fault(#error).debug(#ending)),
    }
}
