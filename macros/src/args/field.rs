//! What `fields(…)` lists: `order.id = id`, `"http.method" = "GET"`, `user = %user`, `?state`, `{KEY} = 1`, `later`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Expr, LitStr, Token, braced, token};

/// One field.
#[derive(Clone)]
pub(crate) struct Field {
    pub(crate) key: Key,
    pub(crate) format: Format,
    /// `None`: the argument of that name, or empty for now.
    pub(crate) value: Option<Expr>,
}

impl Field {
    /// The argument that a field without a value of its own shows, or shows a part of: `user` of `user`, `?user` and `%user.id`.
    pub(crate) fn argument(&self) -> Option<String> {
        let text = self.key.text().filter(|_| self.value.is_none())?;
        let (argument, part) = text.split_once('.').unwrap_or((text, ""));
        // One such as `order.id` is empty for now.
        let is_shown = part.is_empty() || self.expression().is_some();
        is_shown.then(|| argument.to_owned())
    }

    /// The expression of its value: what stands behind `=`, or its own name in `?name`, `%user.id` and `self.id`.
    pub(crate) fn expression(&self) -> Option<&Expr> {
        match (&self.value, &self.key) {
            (Some(value), _) => Some(value),
            (None, Key::Text { text, variable, .. })
                if self.format != Format::Value || text.starts_with("self.") =>
            {
                variable.as_ref()
            }
            (None, _) => None,
        }
    }
}

/// How a value is put into words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Format {
    /// By its type.
    Value,
    /// `%`
    Display,
    /// `?`
    Debug,
}

/// The name of an attribute.
#[derive(Clone)]
pub(crate) enum Key {
    Text {
        text: String,
        span: Span,
        /// What it names as an expression.
        variable: Option<Expr>,
    },
    /// `{CONSTANT}`
    Constant(Expr),
}

impl Key {
    /// The key as text, where it is known to the macro.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Key::Text { text, .. } => Some(text),
            Key::Constant(_) => None,
        }
    }
}

impl ToTokens for Key {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Key::Text { text, span, .. } => LitStr::new(text, *span).to_tokens(tokens),
            Key::Constant(constant) => constant.to_tokens(tokens),
        }
    }
}

/// All fields of one attribute.
pub(super) fn fields(input: ParseStream<'_>) -> syn::Result<Vec<Field>> {
    let fields = Punctuated::<Field, Token![,]>::parse_terminated(input)?;
    Ok(fields.into_iter().collect())
}

impl Parse for Field {
    fn parse(input: ParseStream<'_>) -> syn::Result<Field> {
        let mut format = Format::parse(input)?;
        let key = Key::parse(input)?;
        let mut value = None;
        if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            if format == Format::Value {
                format = Format::parse(input)?;
            }
            value = Some(input.parse()?);
        }
        let field = Field { key, format, value };
        if field.expression().is_none() && format != Format::Value {
            let key = field.key.to_token_stream();
            let message = format!("`{key}` is nothing to record; write `{key} = ?value`");
            return Err(syn::Error::new_spanned(&key, message));
        }
        Ok(field)
    }
}

fn word(input: ParseStream<'_>) -> syn::Result<Ident> {
    let expected = "expected the key of a field: a name, a text, or a constant in braces";
    input.call(Ident::parse_any).map_err(|_| input.error(expected))
}

impl Format {
    fn parse(input: ParseStream<'_>) -> syn::Result<Format> {
        if input.peek(Token![%]) {
            return input.parse::<Token![%]>().map(|_| Format::Display);
        }
        if input.peek(Token![?]) {
            return input.parse::<Token![?]>().map(|_| Format::Debug);
        }
        Ok(Format::Value)
    }
}

impl Key {
    fn parse(input: ParseStream<'_>) -> syn::Result<Key> {
        if input.peek(LitStr) {
            let text: LitStr = input.parse()?;
            return Ok(Key::Text { text: text.value(), span: text.span(), variable: None });
        }
        if input.peek(token::Brace) {
            let content;
            braced!(content in input);
            return content.parse().map(Key::Constant);
        }
        let words = Punctuated::<Ident, Token![.]>::parse_separated_nonempty_with(input, word)?;
        let text: Vec<_> = words.iter().map(|word| word.unraw().to_string()).collect();
        let span = words.first().map_or_else(Span::call_site, Ident::span);
        let variable = syn::parse2(words.to_token_stream()).ok();
        Ok(Key::Text { text: text.join("."), span, variable })
    }
}
