//! The arguments of `#[traced_service]`: settings, and the runtime of an `async fn main`.
//!
//! Which settings there are is the runtime's knowledge, not the macro's: they are checked when the program starts, with those of
//! all other sources.

use super::flavor::Flavor;
use super::main_fn::MainFn;
use crate::diagnostics::Diagnostics;
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Attribute, Lit, LitStr, Meta, Token};

/// The arguments, as far as they make sense.
#[derive(Default)]
pub(super) struct Args {
    pub(super) settings: Vec<Setting>,
    pub(super) flavor: Flavor,
    pub(super) crate_path: Option<syn::Path>,
}

/// A key of the settings and its value as a variable would have it.
pub(super) struct Setting {
    pub(super) key: LitStr,
    pub(super) value: LitStr,
}

/// `key = value`, where the key may have dots.
struct Argument {
    words: Vec<Ident>,
    value: TokenStream,
}

impl Args {
    pub(super) fn parse(args: TokenStream, diagnostics: &Diagnostics) -> Args {
        let mut parsed = Args::default();
        let arguments = Punctuated::<Argument, Token![,]>::parse_terminated.parse2(args);
        for argument in diagnostics.ok(arguments).into_iter().flatten() {
            parsed.take(argument, diagnostics);
        }
        parsed
    }

    fn take(&mut self, argument: Argument, diagnostics: &Diagnostics) {
        let key = argument.key();
        match (&*key, syn::parse2::<Lit>(argument.value.clone())) {
            ("crate", Ok(Lit::Str(path))) => self.crate_path = diagnostics.ok(path.parse()),
            ("crate", _) => diagnostics.error(&argument.value, "`crate` is a path as text: `crate = \"synndicate\"`"),
            (option, value) if Flavor::OPTIONS.contains(&option) => match (argument.words.into_iter().next(), value) {
                (Some(word), Ok(value)) => self.flavor.set(word, &value, diagnostics),
                _ => diagnostics.error(&argument.value, format!("`{key}` is a literal")),
            },
            (_, value) => self.settings.push(argument.setting(&key, value.ok())),
        }
    }

    /// Takes over what `#[tokio::main]` says, which this attribute replaces.
    pub(super) fn take_over(&mut self, tokio: &Attribute, diagnostics: &Diagnostics) {
        let Meta::List(list) = &tokio.meta else { return };
        let options = Punctuated::<syn::MetaNameValue, Token![,]>::parse_terminated.parse2(list.tokens.clone());
        for option in diagnostics.ok(options).into_iter().flatten() {
            let word = option.path.get_ident().filter(|word| Flavor::OPTIONS.iter().any(|known| word == known));
            match (word, syn::parse2::<Lit>(option.value.to_token_stream())) {
                (Some(word), Ok(value)) => self.flavor.set(word.clone(), &value, diagnostics),
                _ => diagnostics.error(
                    &option.path,
                    "`#[traced_service]` builds the runtime and takes over `flavor` and `worker_threads` only: \
                     put `#[tokio::main]` above it to keep this option",
                ),
            }
        }
    }

    pub(super) fn check(&self, main: &MainFn, diagnostics: &Diagnostics) {
        self.flavor.check(diagnostics);
        if let (false, Some(word)) = (main.is_async(), self.flavor.word()) {
            diagnostics.error_at(word.span(), format!("`{word}` is for an `async fn main`, whose runtime is built here"));
        }
    }
}

impl Argument {
    fn key(&self) -> String {
        self.words.iter().map(|word| word.unraw().to_string()).collect::<Vec<_>>().join(".")
    }

    /// A text goes in as its content, anything else as it is spelled.
    fn setting(&self, key: &str, value: Option<Lit>) -> Setting {
        let span = self.words.first().map_or_else(proc_macro2::Span::call_site, Ident::span);
        let value = match value {
            Some(Lit::Str(text)) => text,
            _ => LitStr::new(&self.value.to_string().replace("- ", "-"), span),
        };
        Setting { key: LitStr::new(key, span), value }
    }
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Argument> {
        let words = Punctuated::<Ident, Token![.]>::parse_separated_nonempty_with(input, Ident::parse_any)?;
        if !input.peek(Token![=]) {
            return Err(input.error("a setting is written `key = value`, as in `service_name = \"planner\"`"));
        }
        input.parse::<Token![=]>()?;
        let mut value = TokenStream::new();
        while !input.is_empty() && !input.peek(Token![,]) {
            value.extend([input.parse::<TokenTree>()?]);
        }
        if value.is_empty() {
            return Err(input.error("the value is missing"));
        }
        Ok(Argument { words: words.into_iter().collect(), value })
    }
}
