//! The function that becomes a service.

use crate::diagnostics::Diagnostics;
use proc_macro2::{Group, Ident, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, ReturnType, Signature, Token, Visibility};

/// A function whose body is left as it is.
pub(super) struct MainFn {
    pub(super) attributes: Vec<Attribute>,
    /// Attributes of other runtimes, such as `#[actix_web::main]`: they go with the body.
    pub(super) runtime_attributes: Vec<Attribute>,
    pub(super) visibility: Visibility,
    pub(super) asyncness: Option<Token![async]>,
    pub(super) name: Ident,
    pub(super) output: ReturnType,
    pub(super) body: Group,
    signature: Signature,
}

impl Parse for MainFn {
    fn parse(input: ParseStream<'_>) -> syn::Result<MainFn> {
        let attributes = Attribute::parse_outer(input)?;
        let (runtime_attributes, attributes) = attributes.into_iter().partition(is_runtime);
        let visibility = input.parse()?;
        if !(input.peek(Token![fn]) || input.peek(Token![async]) || input.peek(Token![const]) || input.peek(Token![unsafe])) {
            return Err(input.error("`#[traced_service]` goes on `fn main` or `async fn main`"));
        }
        let signature: Signature = input.parse()?;
        let body = input.parse()?;
        let (asyncness, name, output) = (signature.asyncness, signature.ident.clone(), signature.output.clone());
        Ok(MainFn { attributes, runtime_attributes, visibility, asyncness, name, output, body, signature })
    }
}

impl MainFn {
    /// The item as it was.
    pub(super) fn tokens(&self) -> TokenStream {
        let MainFn { attributes, runtime_attributes, visibility, signature, body, .. } = self;
        quote!(#(#attributes)* #(#runtime_attributes)* #visibility #signature #body)
    }

    /// Whether the runtime is ours to build. Another runtime's attribute makes a sync function of it.
    pub(super) fn is_async(&self) -> bool {
        self.asyncness.is_some() && self.runtime_attributes.is_empty()
    }

    /// Takes `#[tokio::main]` off, which this attribute replaces.
    pub(super) fn take_tokio_main(&mut self) -> Option<Attribute> {
        let at = self.runtime_attributes.iter().position(|attribute| path_is(attribute, "tokio"))?;
        Some(self.runtime_attributes.remove(at))
    }

    pub(super) fn check(&self, diagnostics: &Diagnostics) {
        let signature = &self.signature;
        if let Some(constness) = &signature.constness {
            diagnostics.error(constness, "a const function cannot be a service");
        }
        if !signature.inputs.is_empty() {
            diagnostics.error(&signature.inputs, "a service takes no arguments");
        }
        if !signature.generics.params.is_empty() {
            diagnostics.error(&signature.generics, "a service is not generic");
        }
    }
}

/// `#[something::main]`.
fn is_runtime(attribute: &Attribute) -> bool {
    let path = attribute.path();
    path.segments.len() > 1 && path.segments.last().is_some_and(|last| last.ident == "main")
}

fn path_is(attribute: &Attribute, krate: &str) -> bool {
    attribute.path().segments.first().is_some_and(|first| first.ident == krate)
}
