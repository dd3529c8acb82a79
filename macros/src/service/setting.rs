//! One argument of `#[traced_service]`: `key = value`, where the key may have dots.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::{Lit, LitStr, Token};

/// What is written between two commas.
pub(super) struct Argument {
    /// The first word of the key, which errors point at.
    pub(super) word: Ident,
    further_words: Vec<Ident>,
    pub(super) value: TokenStream,
}

/// A key of the settings, and an expression for its value as a variable would have it.
pub(super) struct Setting {
    pub(super) key: LitStr,
    pub(super) value: TokenStream,
}

impl Argument {
    pub(super) fn key(&self) -> String {
        let words = std::iter::once(&self.word).chain(&self.further_words);
        words.map(|word| word.unraw().to_string()).collect::<Vec<_>>().join(".")
    }

    /// A text goes in as its content; a number, a flag, a list or a table as it is spelled; anything else is an expression of
    /// the user's, such as `env!("…")` or the name of a constant, that gives a text.
    pub(super) fn setting(self, key: &str) -> Setting {
        let span = self.word.span();
        let value = match syn::parse2::<Lit>(self.value.clone()) {
            Ok(Lit::Str(text)) => text.into_token_stream(),
            Err(_) if !is_spelled(&self.value) => self.value,
            _ => {
                let spelled = self.value.to_string().replace("- ", "-");
                quote_spanned!(span=> #spelled)
            }
        };
        Setting { key: LitStr::new(key, span), value }
    }
}

/// A list or a table.
fn is_spelled(value: &TokenStream) -> bool {
    let mut tokens = value.clone().into_iter();
    let first = tokens.next();
    let is_group = matches!(first, Some(TokenTree::Group(group)) if group.delimiter() != Delimiter::Parenthesis);
    is_group && tokens.next().is_none()
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Argument> {
        let form = "a setting is written `key = value`, as in `service_name = \"planner\"`";
        if !input.peek(Ident::peek_any) {
            return Err(input.error(form));
        }
        let word = input.call(Ident::parse_any)?;
        let mut further_words = Vec::new();
        while input.parse::<Option<Token![.]>>()?.is_some() {
            further_words.push(input.call(Ident::parse_any)?);
        }
        let is_set = input.parse::<Option<Token![=]>>()?.is_some();
        let mut value = TokenStream::new();
        while is_set && !input.is_empty() && !input.peek(Token![,]) {
            value.extend([input.parse::<TokenTree>()?]);
        }
        if value.is_empty() {
            return Err(syn::Error::new(word.span(), format!("`{word}` has no value: {form}")));
        }
        Ok(Argument { word, further_words, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    fn setting(tokens: TokenStream) -> (String, String) {
        let argument: Argument = syn::parse2(tokens).unwrap();
        let key = argument.key();
        let setting = argument.setting(&key);
        (setting.key.value(), setting.value.to_string())
    }

    #[test]
    fn literals_become_the_text_that_a_variable_would_have() {
        let cases = [
            (quote!(a = "x"), ("a", "\"x\"")),
            (quote!(a.b = 5000), ("a.b", "\"5000\"")),
            (quote!(a = 0.5), ("a", "\"0.5\"")),
            (quote!(a = -1), ("a", "\"-1\"")),
            (quote!(a = true), ("a", "\"true\"")),
            (quote!(a = 5s), ("a", "\"5s\"")),
            (quote!(a = ["x", "y"]), ("a", r#""[\"x\" , \"y\"]""#)),
        ];
        for (tokens, (key, value)) in cases {
            assert_eq!(setting(tokens), (key.to_owned(), value.to_owned()));
        }
    }

    #[test]
    fn expressions_stay_what_they_are() {
        assert_eq!(setting(quote!(a = NAME)).1, "NAME");
        assert_eq!(setting(quote!(a = env!("X"))).1, "env ! (\"X\")");
    }
}
