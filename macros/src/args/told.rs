//! How a result or an error is put into words: `ret`, `err(Display)`, `err(level = "warn", Debug)`.

use super::{Format, Level};
use crate::diagnostics::nearest;
use proc_macro2::Ident;
use syn::parse::{Parse as _, ParseStream};
use syn::{Token, parenthesized, token};

/// What stands behind `ret` or `err`. Their level is that of the log record that `#[instrument]` makes; here both are part of
/// the span, which has its own, so that it is checked and has no further meaning.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Told {
    /// `None`: as the type suggests.
    pub(crate) format: Option<Format>,
}

impl Told {
    pub(super) fn parse(input: ParseStream<'_>) -> syn::Result<Told> {
        let mut told = Told::default();
        if !input.peek(token::Paren) {
            return Ok(told);
        }
        let content;
        parenthesized!(content in input);
        while !content.is_empty() {
            told.part(&content)?;
            if !content.is_empty() {
                content.parse::<Token![,]>()?;
            }
        }
        Ok(told)
    }

    fn part(&mut self, content: ParseStream<'_>) -> syn::Result<()> {
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
                return Err(syn::Error::new(word.span(), format!("unknown format `{other}`; {advice}")));
            }
        }
        Ok(())
    }
}
