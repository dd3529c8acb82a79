//! The `static` that says what is known of the function's spans.

use crate::args::Key;
use crate::model::{Model, Record, Recorded, Site};
use crate::paths::call_site;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote_spanned};

/// The call site.
pub(super) fn of(model: &Model<'_>) -> TokenStream {
    let span = Span::mixed_site();
    let (private, site, name) = (model.paths.private(), call_site(), name(&model.site));
    let level = model.site.level.expression(&private);
    let target = match model.site.target {
        Some(target) => target.to_token_stream(),
        None => quote_spanned!(span=> ::core::module_path!()),
    };
    let (fields, constants) = (fields(model), constants(&model.site, &private));
    quote_spanned! {span=>
        static #site: #private::CallSite = #private::call_site! {
            name: #name, target: #target, level: #level, fields: [#(#fields),*], constants: [#(#constants),*],
        };
    }
}

fn name(site: &Site<'_>) -> TokenStream {
    match site.name {
        Some(name) => name.to_token_stream(),
        None => site.path.to_token_stream(),
    }
}

/// Every key that a span may have, for the subscribers of others.
fn fields(model: &Model<'_>) -> Vec<TokenStream> {
    let mut fields: Vec<_> = model.records.iter().flat_map(field_names).collect();
    if !model.outcome.is_unseen() {
        fields.extend(["result", "result_length"].map(|key| key.to_token_stream()));
    }
    fields
}

fn field_names(record: &Record<'_>) -> Vec<TokenStream> {
    match &record.recorded {
        Recorded::ByRule { key, length, .. } => {
            std::iter::once(key).chain(length).map(|key| key.to_token_stream()).collect()
        }
        Recorded::Captured { key, .. } => vec![key.to_token_stream()],
        Recorded::Receiver => vec!["self".to_token_stream()],
        Recorded::Field { key, .. } | Recorded::Short { key, .. } | Recorded::Empty(key) => {
            vec![Key::to_token_stream(key)]
        }
    }
}

/// The attributes that every span has. A user's own under the same key stands in their place.
fn constants(site: &Site<'_>, private: &TokenStream) -> Vec<TokenStream> {
    let span = Span::mixed_site();
    let (path, line) = (format!("::{}", site.path), i64::try_from(site.line).unwrap_or_default());
    let text = |key: &'static str, value: TokenStream| (key, quote_spanned!(span=> Text(#key, #value)));
    let mut constants = vec![
        text("code.function.name", quote_spanned!(span=> ::core::concat!(::core::module_path!(), #path))),
        text("code.file.path", quote_spanned!(span=> ::core::file!())),
        ("code.line.number", quote_spanned!(span=> Integer("code.line.number", #line))),
    ];
    if let Some((agent, of_trait)) = &site.agent {
        constants.push(text("agent_type", agent.to_token_stream()));
        constants.extend(of_trait.iter().map(|of_trait| text("agent_trait", of_trait.to_token_stream())));
    }
    let holds = constants.into_iter().filter(|(key, _)| site.has_constant(key));
    holds.map(|(_, constant)| quote_spanned!(span=> #private::Constant::#constant)).collect()
}
