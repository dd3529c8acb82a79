//! The level of a span.

use crate::diagnostics::nearest;
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Lit, Path};

/// The names, from the number 1 on.
const LEVELS: [&str; 5] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"];

/// A level by name or number, or a constant that holds one.
#[derive(Clone)]
pub(crate) enum Level {
    Known(&'static str),
    Constant(Path),
}

impl Level {
    pub(crate) fn is_default(&self) -> bool {
        matches!(self, Level::Known(DEFAULT))
    }

    /// The level as an expression; `private` is the module for generated code.
    pub(crate) fn expression(&self, private: &TokenStream) -> TokenStream {
        match self {
            Level::Known(name) => {
                let name = format_ident!("{name}");
                quote!(#private::tracing_core::Level::#name)
            }
            Level::Constant(path) => path.to_token_stream(),
        }
    }
}

const DEFAULT: &str = "INFO";

impl Default for Level {
    fn default() -> Level {
        Level::Known(DEFAULT)
    }
}

impl Parse for Level {
    fn parse(input: ParseStream<'_>) -> syn::Result<Level> {
        if !input.peek(Lit) {
            return input.call(Path::parse_mod_style).map(Level::Constant);
        }
        let literal: Lit = input.parse()?;
        let mut advice = None;
        let known = match &literal {
            Lit::Str(name) => {
                let name = name.value();
                advice = nearest(&name.to_ascii_uppercase(), LEVELS);
                LEVELS.into_iter().find(|level| level.eq_ignore_ascii_case(&name))
            }
            Lit::Int(number) => number
                .base10_parse()
                .ok()
                .and_then(|number: usize| LEVELS.get(number.wrapping_sub(1)).copied()),
            _ => None,
        };
        known.map(Level::Known).ok_or_else(|| {
            let literal = literal.to_token_stream();
            let allowed = "expected `\"trace\"`, `\"debug\"`, `\"info\"`, `\"warn\"`, `\"error\"`, or a number from 1 to 5";
            let advice = advice.map_or_else(
                || allowed.to_owned(),
                |level| format!("did you mean `\"{}\"`?", level.to_ascii_lowercase()),
            );
            syn::Error::new_spanned(&literal, format!("unknown level `{literal}`; {advice}"))
        })
    }
}
