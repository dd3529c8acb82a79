//! What is recorded when the work is done: closures over the result and the span's ending.

use crate::args::Format;
use crate::model::{Failure, Model, Success};
use crate::paths::{hidden, located_at};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned as _;

/// The closure that looks at what a future resolves to.
pub(super) fn closure(model: &Model<'_>) -> TokenStream {
    look(model).unwrap_or_else(|| quote_spanned!(Span::mixed_site()=> |_, _| {}))
}

/// The closure that looks at a result; `None` where there is nothing to record.
pub(super) fn look(model: &Model<'_>) -> Option<TokenStream> {
    let (output, ending) = (hidden("output"), hidden("ending"));
    let statements = statements(model, &output, &ending)?;
    Some(quote_spanned!(Span::mixed_site()=> |#output, #ending| { #statements }))
}

/// The statements that record what `output`, a reference, says. `None` where there is nothing to record.
pub(super) fn statements(model: &Model<'_>, output: &Ident, ending: &Ident) -> Option<TokenStream> {
    if model.outcome.is_unseen() {
        return None;
    }
    let private = model.paths.private();
    let span = model.output.map_or_else(Span::mixed_site, |output| located_at(output.span()));
    let writer = Writer { model, private: &private, span, ending };
    let rules = quote_spanned!(span=> use #private::rules::*;);
    let mut value = hidden("value");
    value.set_span(span);
    let statements = match writer.failure(&value) {
        None => writer.success(output),
        Some(failure) => {
            let success = writer.success(&value);
            let expectation = writer.expectation(output);
            quote_spanned! {span=>
                #expectation
                match (&&#private::Outcome(#output)).split() {
                    ::core::result::Result::Ok(#value) => { #success }
                    ::core::result::Result::Err(#value) => { #failure }
                }
            }
        }
    };
    Some(quote_spanned!(span=> #rules #statements))
}

/// Writes the statements, at the place of the result's type.
struct Writer<'a> {
    model: &'a Model<'a>,
    private: &'a TokenStream,
    span: Span,
    ending: &'a Ident,
}

impl Writer<'_> {
    fn success(&self, value: &Ident) -> TokenStream {
        let Writer { private, span, ending, .. } = *self;
        let key = quote_spanned!(span=> const { &#private::Key::new("result") });
        let record = match self.model.outcome.success {
            Success::Nothing => quote_spanned!(span=> let _ = #value;),
            Success::ByRule => {
                quote_spanned!(span=> (&&&&&#private::Probe(#value)).record(&#private::RESULT, &mut #ending.attributes());)
            }
            Success::Captured(Format::Value) => {
                quote_spanned!(span=> (&&#private::Wanted(#value)).way().record(#key, #value, &mut #ending.attributes());)
            }
            Success::Captured(Format::Display) => {
                quote_spanned!(span=> #ending.attributes().display(#key, &#value);)
            }
            Success::Captured(Format::Debug) => {
                quote_spanned!(span=> #ending.attributes().debug(#key, &#value);)
            }
        };
        let none = self
            .model
            .outcome
            .none_fails
            .then(|| quote_spanned!(span=> #private::fail_on_none(#value, #ending);));
        quote_spanned!(span=> #record #none)
    }

    /// Where `err` asks for a `Result`, anything else is an error at the result's type.
    fn expectation(&self, output: &Ident) -> Option<TokenStream> {
        let Writer { private, span, .. } = *self;
        let Failure::Told { is_asked: true, .. } = self.model.outcome.failure else { return None };
        let mut output = output.clone();
        output.set_span(span);
        Some(quote_spanned!(span=> #private::expect_result(#output);))
    }

    fn failure(&self, error: &Ident) -> Option<TokenStream> {
        let Writer { private, span, ending, .. } = *self;
        let Failure::Told { format, condition, .. } = self.model.outcome.failure else {
            return None;
        };
        let record = match format {
            Format::Value => quote_spanned!(span=> (&&&&&#private::Fault(#error)).record(#ending)),
            Format::Display => quote_spanned!(span=> #private::Fault(#error).display(#ending)),
            Format::Debug => quote_spanned!(span=> #private::Fault(#error).debug(#ending)),
        };
        Some(match condition {
            Some(condition) => {
                quote_spanned!(span=> if #private::judge(#error, #condition) { #record; })
            }
            None => record,
        })
    }
}
