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
        self.root.as_ref().map_or_else(|| quote!(::synndicate), ToTokens::to_token_stream)
    }

    /// The module that is there for generated code.
    pub(crate) fn private(&self) -> TokenStream {
        let root = self.root();
        quote!(#root::__private)
    }
}

/// A variable that only generated code can see. Its name differs from those of [`hidden_twin`], too, which it can see as well.
pub(crate) fn hidden(name: &str) -> Ident {
    Ident::new(&format!("__synndicate_{name}"), Span::mixed_site())
}

/// A name that reads as `name` and stands in its place, but that only generated code can see.
pub(crate) fn hidden_twin(name: &Ident) -> Ident {
    let mut twin = name.clone();
    twin.set_span(located_at(name.span()));
    twin
}

/// The span of generated code that stands for what is at `span`.
pub(crate) fn located_at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// The `static` of a function's call site. Items have no hygiene, so that its name must be one that nobody else uses.
pub(crate) fn call_site() -> Ident {
    Ident::new("__SYNNDICATE_CALL_SITE", Span::mixed_site())
}
