//! The arguments of `#[traced_service]`: settings, the runtime of an `async fn main`, and layers.
//!
//! Which settings there are is the runtime's knowledge, not the macro's: they are checked when the program starts, with those of
//! all other sources.

use super::flavor::Flavor;
use super::main_fn::MainFn;
use super::setting::{Argument, Setting};
use crate::args::Slot;
use crate::diagnostics::Diagnostics;
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Attribute, Lit, Meta, Token};

/// The arguments, as far as they make sense.
#[derive(Default)]
pub(super) struct Args {
    pub(super) settings: Vec<Setting>,
    pub(super) flavor: Flavor,
    pub(super) crate_path: Slot<syn::Path>,
    /// An expression.
    pub(super) layers: Slot<TokenStream>,
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
        let (key, word) = (argument.key(), argument.word.clone());
        match (&*key, syn::parse2::<Lit>(argument.value.clone())) {
            ("crate", value) => {
                if let Some(path) = value.ok().as_ref().and_then(path) {
                    self.crate_path.set(diagnostics, word, path);
                } else {
                    let message = "`crate` is a path as text: `crate = \"synndicate\"`";
                    diagnostics.error(&argument.value, message);
                }
            }
            ("layers", _) => self.layers.set(diagnostics, word, argument.value),
            (option, value) if Flavor::OPTIONS.contains(&option) => {
                self.flavor.set(word, &argument.value, value.ok().as_ref(), diagnostics);
            }
            _ if self.settings.iter().any(|setting| setting.key.value() == key) => {
                diagnostics.error_at(word.span(), format!("`{key}` is given twice"));
            }
            _ => self.settings.push(argument.setting(&key)),
        }
    }

    /// Takes over what `#[tokio::main]` says, which this attribute replaces.
    pub(super) fn take_over(&mut self, tokio: &Attribute, diagnostics: &Diagnostics) {
        let Meta::List(list) = &tokio.meta else { return };
        let options = Punctuated::<syn::MetaNameValue, Token![,]>::parse_terminated;
        for option in diagnostics.ok(options.parse2(list.tokens.clone())).into_iter().flatten() {
            let known = |word: &&syn::Ident| Flavor::OPTIONS.iter().any(|known| word == known);
            match option.path.get_ident().filter(known) {
                Some(word) => {
                    let value = option.value.to_token_stream();
                    let literal = syn::parse2(value.clone()).ok();
                    self.flavor.set(word.clone(), &value, literal.as_ref(), diagnostics);
                }
                None => diagnostics.error(
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
            let message = match main.other_runtime() {
                Some(runtime) => {
                    format!("`{word}` has no effect: `#[{runtime}]` builds the runtime")
                }
                None => format!("`{word}` is for an `async fn`, whose runtime is built here"),
            };
            diagnostics.error_at(word.span(), message);
        }
    }
}

fn path(literal: &Lit) -> Option<syn::Path> {
    match literal {
        Lit::Str(text) => text.parse().ok(),
        _ => None,
    }
}
