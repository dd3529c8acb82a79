//! What may have a name: `agent`, `tool = "search"`, `tool = SEARCH`.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Lit, Token};

/// A name; `None` is that of the type or of the function.
#[derive(Clone)]
pub(crate) struct Named(pub(crate) Option<Text>);

/// A text that is known when the program is compiled.
#[derive(Clone)]
pub(crate) enum Text {
    /// To the macro as well.
    Known(String),
    Constant(Expr),
}

impl Parse for Named {
    fn parse(input: ParseStream<'_>) -> syn::Result<Named> {
        if !input.peek(Token![=]) {
            return Ok(Named(None));
        }
        input.parse::<Token![=]>()?;
        text(input.parse()?).map(Some).map(Named)
    }
}

fn text(expression: Expr) -> syn::Result<Text> {
    match expression {
        Expr::Group(group) => text(*group.expr),
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(name) => Ok(Text::Known(name.value())),
            other => {
                let message = "a name is a text, or a constant that holds one, as in `\"planner\"`";
                Err(syn::Error::new(other.span(), message))
            }
        },
        constant => Ok(Text::Constant(constant)),
    }
}

impl ToTokens for Text {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Text::Known(text) => text.to_tokens(tokens),
            Text::Constant(constant) => constant.to_tokens(tokens),
        }
    }
}
