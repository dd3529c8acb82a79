//! What is recorded when the span begins: the statements of a closure over `attributes`.

use crate::args::{Format, Key};
use crate::model::{Argument, Model, Record, Recorded};
use crate::paths::hidden;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

/// The closure that records; `None` where there is nothing to record.
pub(super) fn closure(model: &Model<'_>) -> Option<TokenStream> {
    let span = Span::mixed_site();
    let (private, attributes) = (model.paths.private(), hidden("attributes"));
    let writer = Writer { private: &private, attributes: &attributes };
    let statements: Vec<_> = model.records.iter().filter_map(|record| writer.statement(record, &model.arguments)).collect();
    if statements.is_empty() {
        return None;
    }
    let rules = model.records.iter().any(needs_rules).then(|| quote_spanned!(span=> use #private::rules::*;));
    Some(quote_spanned!(span=> |#attributes| { #rules #(#statements)* }))
}

fn needs_rules(record: &Record<'_>) -> bool {
    matches!(record.recorded, Recorded::ByRule { .. } | Recorded::Captured { .. } | Recorded::Receiver)
}

/// Writes the statements.
struct Writer<'a> {
    private: &'a TokenStream,
    attributes: &'a Ident,
}

impl Writer<'_> {
    fn statement(&self, record: &Record<'_>, arguments: &[Argument<'_>]) -> Option<TokenStream> {
        let call = self.call(&record.recorded)?;
        let conditions = &record.conditions;
        let statement = match of_pattern(&record.recorded, arguments) {
            Some(argument) => {
                let (pattern, name) = (argument.by_reference(), &argument.name);
                quote_spanned!(Span::mixed_site()=> { #[allow(unused_variables)] let #pattern = &#name; #call })
            }
            None => quote!(#call),
        };
        Some(quote!(#(#conditions)* #statement))
    }

    fn call(&self, recorded: &Recorded<'_>) -> Option<TokenStream> {
        let span = Span::mixed_site();
        let Writer { private, attributes } = self;
        Some(match recorded {
            Recorded::ByRule { value, key, length } => {
                let name = &value.name;
                let keys = match length {
                    Some(length) => quote_spanned!(span=> new(#key, #length)),
                    None => quote_spanned!(span=> without_length(#key)),
                };
                quote_spanned!(span=> (&&&#private::Probe(&#name)).record(const { &#private::Keys::#keys }, #attributes);)
            }
            Recorded::Captured { value, key } => {
                let (name, key) = (&value.name, self.key(key));
                quote_spanned!(span=> (&&#private::Wanted(&#name)).way().record(#key, &#name, #attributes);)
            }
            Recorded::Receiver => {
                let (receiver, key) = (quote!(self), self.key("self"));
                quote_spanned!(span=> (&&#private::Shown(&#receiver)).record(#key, #attributes);)
            }
            Recorded::Field { key, format, value } => self.field(key, *format, &quote!(#value)),
            Recorded::Short { key, format, value } => self.field(key, *format, &quote!(#value)),
            Recorded::Empty(_) => return None,
        })
    }

    fn field(&self, key: &Key, format: Format, value: &TokenStream) -> TokenStream {
        let span = Span::mixed_site();
        let (attributes, key) = (self.attributes, self.key(key));
        match format {
            Format::Value => quote_spanned!(span=> #attributes.record(#key, &(#value));),
            Format::Display => quote_spanned!(span=> #attributes.display(#key, &&(#value));),
            Format::Debug => quote_spanned!(span=> #attributes.debug(#key, &&(#value));),
        }
    }

    /// A key that is made when the program is compiled.
    fn key(&self, name: impl quote::ToTokens) -> TokenStream {
        let private = self.private;
        quote_spanned!(Span::mixed_site()=> const { &#private::Key::new(#name) })
    }
}

/// The argument whose pattern binds what is recorded.
fn of_pattern<'a>(recorded: &Recorded<'_>, arguments: &'a [Argument<'a>]) -> Option<&'a Argument<'a>> {
    match recorded {
        Recorded::ByRule { value, .. } | Recorded::Captured { value, .. } => arguments.get(value.pattern?),
        _ => None,
    }
}
