//! How the span begins: where it belongs, what is recorded first, and what is no attribute.

use super::records;
use crate::args::Format;
use crate::model::{Model, Origin, Record, Recorded};
use crate::paths::{call_site, hidden, located_at};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;

/// `let guard = enter(…);`
pub(super) fn guard(model: &Model<'_>, guard: &Ident) -> TokenStream {
    let span = Span::mixed_site();
    let (private, ending) = (model.paths.private(), hidden("ending"));
    let plain = records::plain(model).filter(|_| model.origin.is_none());
    let enter = plain.map_or_else(
        || call(model, "enter", &records::closure(model)),
        |variables| {
            let site = call_site();
            quote_spanned!(span=> #private::enter!(#site #(, #variables)*))
        },
    );
    let amend = amendments(model, &ending);
    let amend = amend.map(
        |amend| quote_spanned!(span=> #guard.finish(&#private::amend_once(|#ending| { #amend }));),
    );
    quote_spanned!(span=> let #guard = #enter; #amend)
}

/// `let prepared = prepare(…);`
pub(super) fn prepared(model: &Model<'_>, prepared: &Ident) -> TokenStream {
    let span = Span::mixed_site();
    let (private, ending, record) =
        (model.paths.private(), hidden("ending"), records::closure(model));
    let prepare = call(model, "prepare", &quote_spanned!(span=> &#record));
    if let Some(amend) = amendments(model, &ending) {
        quote_spanned!(span=> let mut #prepared = #prepare; #prepared.amend(&#private::amend_once(|#ending| { #amend }));)
    } else {
        quote_spanned!(span=> let #prepared = #prepare;)
    }
}

/// `begin(&SITE, record)`, or `begin_at` with the origin between.
fn call(model: &Model<'_>, begin: &str, record: &TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    let (private, site) = (model.paths.private(), call_site());
    if let Some(origin) = origin(model) {
        let begin = format_ident!("{begin}_at");
        quote_spanned!(span=> #private::#begin(&#site, #origin, #record))
    } else {
        let begin = format_ident!("{begin}");
        quote_spanned!(span=> #private::#begin(&#site, #record))
    }
}

/// The first statement of an `async` body, whose wrapper has just begun the span; nothing where there is nothing to record.
pub(super) fn first(model: &Model<'_>) -> Option<TokenStream> {
    let span = Span::mixed_site();
    let (private, site) = (model.paths.private(), call_site());
    let (attributes, ending) = (hidden("attributes"), hidden("ending"));
    let record = records::statements(model, &attributes);
    if let Some(amend) = amendments(model, &ending) {
        let record = record.map(|record| quote_spanned!(span=> { let #attributes = &mut #ending.attributes(); #record }));
        return Some(
            quote_spanned!(span=> #private::first(&#site, &#private::amend_once(|#ending| { #record #amend }));),
        );
    }
    record.map(|record| {
        let record = records::repeatable(model, &quote_spanned!(span=> |#attributes| { #record }));
        quote_spanned!(span=> #private::first_attributes(&#site, &#record);)
    })
}

fn origin(model: &Model<'_>) -> Option<TokenStream> {
    let private = model.paths.private();
    model.origin.as_ref().map(|origin| match origin {
        Origin::Root => quote_spanned!(Span::mixed_site()=> #private::Origin::ROOT),
        Origin::Parent(parent) => {
            quote_spanned!(located_at(parent.span())=> #private::Origin::child_of(#parent))
        }
    })
}

/// The statements for what is no attribute: special names, and causes.
fn amendments(model: &Model<'_>, ending: &Ident) -> Option<TokenStream> {
    let special = model.records.iter().filter_map(|record| special(record, ending));
    let causes = model.causes.map(|causes| {
        quote_spanned! {located_at(causes.span())=>
            for cause in #causes {
                #ending.follow(cause);
            }
        }
    });
    let statements: Vec<_> = special.chain(causes).collect();
    (!statements.is_empty()).then(|| quote!(#(#statements)*))
}

fn special(record: &Record<'_>, ending: &Ident) -> Option<TokenStream> {
    let Recorded::Special { key, format, value } = &record.recorded else { return None };
    let span = located_at(value.span());
    Some(match format {
        Format::Value => quote_spanned!(span=> #ending.set(#key, &(#value));),
        Format::Display => {
            quote_spanned!(span=> #ending.set(#key, &::core::format_args!("{}", #value));)
        }
        Format::Debug => {
            quote_spanned!(span=> #ending.set(#key, &::core::format_args!("{:?}", #value));)
        }
    })
}
