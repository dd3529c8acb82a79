//! One function.

use super::{body, signature};
use crate::args::Args;
use crate::diagnostics::Diagnostics;
use crate::item::Function;
use crate::model::{Model, Owner};
use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};

/// The function with its span. Where anything is wrong it is left as it is, so that only the mistake is reported.
pub(super) fn expand(function: &Function, args: &Args, owner: &Owner, diagnostics: &Diagnostics) -> TokenStream {
    let model = Model::new(function, args, owner, diagnostics);
    match model.filter(|_| diagnostics.is_empty()) {
        Some(model) => traced(&model),
        None => function.to_token_stream(),
    }
}

fn traced(model: &Model<'_>) -> TokenStream {
    let Function { attributes, visibility, defaultness, .. } = model.function;
    let signature = signature::of(model);
    let body = body::of(model);
    quote!(#(#attributes)* #visibility #defaultness #signature #body)
}
