//! The `static` that says what is known of the function's spans.

use crate::model::{Model, Name, Record, Recorded, Site};
use crate::paths::call_site;
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote_spanned};

/// The call site.
pub(super) fn of(model: &Model<'_>) -> TokenStream {
    let span = Span::mixed_site();
    let (private, static_name) = (model.paths.private(), call_site());
    if model.site.is_plain() {
        let (Site { path, line, .. }, fields) = (&model.site, fields(model));
        let line = Literal::usize_unsuffixed(*line);
        return quote_spanned! {span=>
            static #static_name: #private::CallSite = #private::call_site!(#path, #line, [#(#fields),*]);
        };
    }
    let Site { name, target, level, kind, .. } = &model.site;
    let (name, level) = (span_name(name, &private), level.expression(&private));
    let target = target.map(ToTokens::to_token_stream);
    let target = target.unwrap_or_else(|| quote_spanned!(span=> ::core::module_path!()));
    let kind = kind.map(|kind| kind.0).map(|kind| quote_spanned!(span=> kind: #kind,));
    let (fields, constants) = (fields(model), constants(&model.site, &private));
    quote_spanned! {span=>
        static #static_name: #private::CallSite = #private::call_site! {
            name: #name, target: #target, level: #level, #kind fields: [#(#fields),*], constants: [#(#constants),*],
        };
    }
}

fn span_name(name: &Name<'_>, private: &TokenStream) -> TokenStream {
    match name {
        Name::Given(name) => name.to_token_stream(),
        Name::Known(name) => name.to_token_stream(),
        Name::Joined(operation, name) => {
            quote_spanned!(Span::mixed_site()=> #private::in_words!(#operation, #name))
        }
    }
}

/// Every key that a span may have, for the subscribers of others.
fn fields(model: &Model<'_>) -> Vec<TokenStream> {
    let mut fields: Vec<_> = model.records.iter().flat_map(field_names).collect();
    if model.site.kind.is_some() {
        fields.push("otel.kind".to_token_stream());
    }
    if !model.outcome.is_unseen() {
        fields.extend(["result", "result_length"].map(ToTokens::to_token_stream));
    }
    if model.outcome.may_fail() && model.site.has_constant("error.type") {
        fields.push("error.type".to_token_stream());
    }
    fields
}

fn field_names(record: &Record<'_>) -> Vec<TokenStream> {
    match &record.recorded {
        Recorded::ByRule { key, length, .. } => {
            let keys = std::iter::once(key).chain(length);
            keys.map(ToTokens::to_token_stream).collect()
        }
        Recorded::Captured { key, .. }
        | Recorded::Redacted { key }
        | Recorded::Hashed { key, .. } => vec![key.to_token_stream()],
        Recorded::Receiver(_) => vec!["self".to_token_stream()],
        Recorded::Field { key, .. } | Recorded::Special { key, .. } | Recorded::Empty(key) => {
            vec![key.to_token_stream()]
        }
    }
}

/// The attributes that every span has. A user's own under the same key stands in their place.
fn constants(site: &Site<'_>, private: &TokenStream) -> Vec<TokenStream> {
    let span = Span::mixed_site();
    let (path, line) = (format!("::{}", site.path), i64::try_from(site.line).unwrap_or_default());
    let text =
        |key: &'static str, value: TokenStream| (key, quote_spanned!(span=> Text(#key, #value)));
    let of_code = [
        text(
            "code.function.name",
            quote_spanned!(span=> ::core::concat!(::core::module_path!(), #path)),
        ),
        text("code.file.path", quote_spanned!(span=> ::core::file!())),
        ("code.line.number", quote_spanned!(span=> Integer("code.line.number", #line))),
    ];
    let of_agent = site.texts.iter().map(|(key, value)| text(key, value.to_token_stream()));
    let holds = of_code.into_iter().chain(of_agent).filter(|(key, _)| site.has_constant(key));
    holds.map(|(_, constant)| quote_spanned!(span=> #private::Constant::#constant)).collect()
}
