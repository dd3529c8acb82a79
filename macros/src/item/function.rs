//! A function: everything but its body, which stays as it is.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Attribute, Signature, Token, Visibility};

/// A function, free or associated, with or without a body.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) defaultness: Option<Token![default]>,
    pub(crate) signature: Signature,
    pub(crate) body: Body,
}

/// What stands behind a signature.
#[derive(Clone)]
pub(crate) enum Body {
    Block(Group),
    /// Only declared.
    None(Token![;]),
}

impl Function {
    pub(crate) fn parse(input: ParseStream<'_>) -> syn::Result<Function> {
        Ok(Function {
            attributes: input.call(Attribute::parse_outer)?,
            visibility: input.parse()?,
            defaultness: input.peek(Token![default]).then(|| input.parse()).transpose()?,
            signature: input.parse()?,
            body: if input.peek(Token![;]) {
                Body::None(input.parse()?)
            } else {
                Body::Block(braces(input)?)
            },
        })
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.attributes.iter().map(ToTokens::to_token_stream));
        self.visibility.to_tokens(tokens);
        self.defaultness.to_tokens(tokens);
        self.signature.to_tokens(tokens);
        match &self.body {
            Body::Block(block) => block.to_tokens(tokens),
            Body::None(semicolon) => semicolon.to_tokens(tokens),
        }
    }
}

/// A body in braces, also where it comes through `$body:block` and has a group without delimiters around it.
fn braces(input: ParseStream<'_>) -> syn::Result<Group> {
    input.step(|cursor| {
        if let Some((TokenTree::Group(group), rest)) = cursor.token_tree()
            && let Some(block) = unwrapped(group)
        {
            return Ok((block, rest));
        }
        Err(cursor.error("expected the function's body"))
    })
}

fn unwrapped(group: Group) -> Option<Group> {
    match group.delimiter() {
        Delimiter::Brace => Some(group),
        Delimiter::None => match group.stream().into_iter().next()? {
            TokenTree::Group(inner) => unwrapped(inner),
            _ => None,
        },
        _ => None,
    }
}
