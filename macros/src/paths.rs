//! What generated code may name. Every path starts at the root, so that no module of the user's can catch it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

/// Where the runtime is found: `::synndicate`, or what `crate = "…"` says.
#[derive(Clone)]
pub(crate) struct Paths {
    root: Option<syn::Path>,
}

impl Paths {
    /// `None` is the crate under its own name.
    pub(crate) fn new(root: Option<syn::Path>) -> Paths {
        Paths { root }
    }

    /// The runtime's crate.
    pub(crate) fn root(&self) -> TokenStream {
        match &self.root {
            Some(root) => root.to_token_stream(),
            None => quote!(::synndicate),
        }
    }

    /// The module that is there for generated code.
    pub(crate) fn private(&self) -> TokenStream {
        let root = self.root();
        quote!(#root::__private)
    }
}

/// A name that only generated code can see.
pub(crate) fn hidden(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// The `static` of a function's call site. Items have no hygiene, so that its name must be one that nobody else uses.
pub(crate) fn call_site() -> Ident {
    hidden("__SYNNDICATE_CALL_SITE")
}
