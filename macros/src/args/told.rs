//! How a result or an error is put into words: `ret`, `err(Display)`, `err(if |error| !error.is_timeout())`.

use super::parse::in_parentheses;
use super::{Format, Level};
use crate::diagnostics::nearest;
use proc_macro2::Ident;
use syn::parse::{Parse as _, ParseStream};
use syn::{Expr, Token, token};

/// What stands behind `ret` or `err`.
///
/// A level there is that of the log record that `#[instrument]` makes; here both are part of the span, which has its own, so that
/// it is checked and has no further meaning.
#[derive(Clone, Default)]
pub(crate) struct Told {
    /// `None`: as the type suggests.
    pub(crate) format: Option<Format>,
    /// Which errors are failures.
    pub(crate) condition: Option<Expr>,
}

impl Told {
    pub(super) fn of_result(input: ParseStream<'_>) -> syn::Result<Told> {
        Told::parse(input, Told::word)
    }

    pub(super) fn of_error(input: ParseStream<'_>) -> syn::Result<Told> {
        Told::parse(input, |told, content| {
            if !content.peek(Token![if]) {
                return told.word(content);
            }
            content.parse::<Token![if]>()?;
            told.condition = Some(content.parse()?);
            Ok(())
        })
    }

    fn parse(
        input: ParseStream<'_>,
        part: impl Fn(&mut Told, ParseStream<'_>) -> syn::Result<()>,
    ) -> syn::Result<Told> {
        let mut told = Told::default();
        if !input.peek(token::Paren) {
            return Ok(told);
        }
        in_parentheses(input, |content| {
            while !content.is_empty() {
                part(&mut told, content)?;
                if !content.is_empty() {
                    content.parse::<Token![,]>()?;
                }
            }
            Ok(told)
        })
    }

    fn word(&mut self, content: ParseStream<'_>) -> syn::Result<()> {
        let word: Ident = content.parse()?;
        match word.to_string().as_str() {
            "level" => {
                content.parse::<Token![=]>()?;
                return Level::parse(content).map(drop);
            }
            "Debug" => self.format = Some(Format::Debug),
            "Display" => self.format = Some(Format::Display),
            other => {
                let advice = match nearest(other, ["Debug", "Display", "level"]) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "expected `Debug`, `Display` or `level = …`".to_owned(),
                };
                let message = format!("unknown format `{other}`; {advice}");
                return Err(syn::Error::new(word.span(), message));
            }
        }
        Ok(())
    }
}
