//! The function that becomes a service.

use crate::diagnostics::Diagnostics;
use proc_macro2::{Group, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Signature, Token, Visibility};

/// A function whose body is left as it is.
pub(super) struct MainFn {
    /// What the compiler itself knows: it stays with the function that is called from outside.
    pub(super) outer: Vec<Attribute>,
    /// What other macros make of a function, such as `#[actix_web::main]` or `#[traced]`: it goes with the body.
    pub(super) inner: Vec<Attribute>,
    pub(super) visibility: Visibility,
    pub(super) signature: Signature,
    pub(super) body: Group,
}

/// The attributes that stay outside.
const OUTER: [&str; 17] = [
    "allow",
    "automatically_derived",
    "cfg",
    "cfg_attr",
    "cold",
    "deny",
    "deprecated",
    "doc",
    "expect",
    "export_name",
    "forbid",
    "inline",
    "must_use",
    "no_mangle",
    "test",
    "unsafe",
    "warn",
];

impl Parse for MainFn {
    fn parse(input: ParseStream<'_>) -> syn::Result<MainFn> {
        let attributes = Attribute::parse_outer(input)?;
        let (outer, inner) = attributes.into_iter().partition(is_outer);
        let visibility = input.parse()?;
        let begins = [
            input.peek(Token![fn]),
            input.peek(Token![async]),
            input.peek(Token![const]) && !input.peek2(syn::Ident),
            input.peek(Token![unsafe]),
            input.peek(Token![extern]),
        ];
        if !begins.contains(&true) {
            return Err(input.error("`#[traced_service]` goes on `fn main` or `async fn main`"));
        }
        Ok(MainFn { outer, inner, visibility, signature: input.parse()?, body: input.parse()? })
    }
}

impl MainFn {
    /// The function without the attributes that make something else of it.
    pub(super) fn plain(&self) -> TokenStream {
        let MainFn { signature, body, .. } = self;
        quote!(#signature #body)
    }

    /// Whether the runtime is ours to build. Another runtime's attribute makes a sync function of it.
    pub(super) fn is_async(&self) -> bool {
        self.signature.asyncness.is_some() && self.other_runtime().is_none()
    }

    /// The path of another runtime's attribute, as `#[actix_web::main]`.
    pub(super) fn other_runtime(&self) -> Option<String> {
        let attribute = self.inner.iter().find(|attribute| is_runtime(attribute))?;
        Some(path_of(attribute))
    }

    /// Takes `#[tokio::main]` off, which this attribute replaces. Where it has nothing to do, it stays and says so itself.
    pub(super) fn take_tokio_main(&mut self) -> Option<Attribute> {
        self.signature.asyncness?;
        let at = self
            .inner
            .iter()
            .position(|attribute| is_runtime(attribute) && begins_with_tokio(attribute))?;
        Some(self.inner.remove(at))
    }

    /// Whether it stays a `main`. `#[rocket::launch]` makes one of its own, which calls this function for what to launch.
    pub(super) fn is_main(&self, diagnostics: &Diagnostics) -> bool {
        let launch = self.inner.iter().find(|attribute| ends_with(attribute, "launch"));
        if let Some(launch) = launch {
            let path = path_of(launch);
            let message = format!(
                "`#[{path}]` makes another function `main`, so that this one is no service; write `#[traced_service] \
                 #[rocket::main] async fn main()` and launch in its body"
            );
            diagnostics.error(launch, message);
        }
        launch.is_none()
    }

    /// Whether it can be a service.
    pub(super) fn check(&self, diagnostics: &Diagnostics) -> bool {
        let Signature { constness, safety, abi, generics, inputs, .. } = &self.signature;
        let parts = [
            (constness.to_token_stream(), "a const function cannot be a service"),
            (safety.to_token_stream(), "an unsafe function cannot be a service"),
            (abi.to_token_stream(), "a service is called by Rust only"),
            (generics.to_token_stream(), "a service is not generic"),
            (inputs.to_token_stream(), "a service takes no arguments"),
        ];
        let mut faults = parts.iter().filter(|(part, _)| !part.is_empty()).peekable();
        let is_fine = faults.peek().is_none();
        faults.for_each(|(part, message)| diagnostics.error(part, message));
        is_fine
    }
}

fn is_outer(attribute: &Attribute) -> bool {
    OUTER.iter().any(|known| attribute.path().is_ident(known))
}

/// `#[something::main]`, or `#[main]` where that was imported.
fn is_runtime(attribute: &Attribute) -> bool {
    ends_with(attribute, "main")
}

fn ends_with(attribute: &Attribute, name: &str) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == name)
}

fn path_of(attribute: &Attribute) -> String {
    attribute.path().to_token_stream().to_string().replace(' ', "")
}

fn begins_with_tokio(attribute: &Attribute) -> bool {
    attribute.path().segments.first().is_some_and(|first| first.ident == "tokio")
}
