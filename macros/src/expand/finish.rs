//! What is recorded when the work is done: closures over the result and the span's ending.

use crate::args::Format;
use crate::model::{Failure, Model, Outcome, Success};
use crate::paths::{hidden, located_at};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote_spanned};
use syn::spanned::Spanned as _;

/// The closure that looks at what a future resolves to.
pub(super) fn closure(model: &Model<'_>) -> TokenStream {
    look(model).unwrap_or_else(|| quote_spanned!(Span::mixed_site()=> |_, _| {}))
}

/// The closure that looks at a result; `None` where there is nothing to record.
pub(super) fn look(model: &Model<'_>) -> Option<TokenStream> {
    let (output, ending) = (hidden("output"), hidden("ending"));
    let record = expression(model, &output.to_token_stream(), &ending)?;
    Some(quote_spanned!(Span::mixed_site()=> |#output, #ending| #record))
}

/// The statement that lets the span of `guard` have what a `result` says. `None` where there is nothing to record.
pub(super) fn statement(model: &Model<'_>, guard: &Ident, result: &Ident) -> Option<TokenStream> {
    let (span, ending) = (Span::mixed_site(), hidden("ending"));
    let record = expression(model, &quote_spanned!(span=> &#result), &ending)?;
    Some(match model.outcome.macro_by_rule() {
        Some(by_rule) => {
            let (private, by_rule) =
                (model.paths.private(), format_ident!("{by_rule}", span = span));
            quote_spanned!(span=> #private::look!(#guard, #result, #by_rule);)
        }
        None => quote_spanned! {span=>
            #[allow(unreachable_code)]
            #guard.finish(&|#ending| #record);
        },
    })
}

/// The expression that records what `reference` leads to. `None` where there is nothing to record.
pub(super) fn expression(
    model: &Model<'_>,
    reference: &TokenStream,
    ending: &Ident,
) -> Option<TokenStream> {
    if model.outcome.is_unseen() {
        return None;
    }
    let span = model.output.map_or_else(Span::mixed_site, |output| located_at(output.span()));
    if let Some(by_rule) = model.outcome.macro_by_rule() {
        let (private, by_rule) = (model.paths.private(), format_ident!("{by_rule}", span = span));
        return Some(quote_spanned!(span=> #private::#by_rule!(#reference, #ending)));
    }
    let output = hidden("output");
    let statements = statements(model, &output, ending, span);
    Some(quote_spanned!(span=> { let #output = #reference; #statements }))
}

fn statements(model: &Model<'_>, output: &Ident, ending: &Ident, span: Span) -> TokenStream {
    let private = model.paths.private();
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
    quote_spanned!(span=> #rules #statements)
}

impl Outcome<'_> {
    /// The runtime's macro that does all of it, where the attribute says nothing of the result: then no type can be wrong.
    fn macro_by_rule(&self) -> Option<&'static str> {
        match self {
            Outcome { none_fails: true, .. } => None,
            Outcome { success: Success::ByRule, failure: Failure::Impossible, .. } => {
                Some("by_value")
            }
            Outcome {
                success: Success::ByRule,
                failure: Failure::Told { format: Format::Value, condition: None, is_asked: false },
                ..
            } => Some("by_outcome"),
            Outcome { .. } => None,
        }
    }
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
