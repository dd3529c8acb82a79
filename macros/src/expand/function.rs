//! One function.

use super::{body, signature};
use crate::args::Args;
use crate::diagnostics::Diagnostics;
use crate::item::Function;
use crate::model::{Model, Owner, attribute, check};
use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};

/// The function with its span. Where anything is wrong it is left as it is, so that only the mistake is reported.
///
/// `args` are those of the function's own attribute, `block` those of the block around it.
pub(super) fn expand(
    function: &Function,
    mut args: Args,
    owner: &Owner,
    block: Option<&Args>,
    diagnostics: &Diagnostics,
) -> TokenStream {
    check(function, &args, diagnostics);
    if let Some(block) = block {
        args.inherit(block);
    }
    let model = Model::new(function, &args, owner);
    match model.filter(|_| diagnostics.is_empty()) {
        Some(model) => traced(&model),
        None => function.to_token_stream(),
    }
}

fn traced(model: &Model<'_>) -> TokenStream {
    let Function { attributes, visibility, defaultness, .. } = model.function;
    let attributes = attributes.iter().map(attribute::unexpecting);
    let signature = signature::of(model);
    let body = body::of(model);
    quote!(#(#attributes)* #visibility #defaultness #signature #body)
}
