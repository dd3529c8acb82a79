//! The annotated item: what kind it is, and the functions in it.
//!
//! Signatures are parsed, bodies stay the tokens they are: a half-typed body must reach the compiler as it is, and parsing it
//! would cost time for nothing. Everything that is not a function or a block of functions passes unread.

mod block;
mod function;
mod kind;

pub(crate) use block::{Block, BlockKind, Member};
pub(crate) use function::{Body, Function};

use kind::Kind;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::Parser as _;

/// What the attribute stands on.
pub(crate) enum Item {
    Function(Box<Function>),
    Block(Box<Block>),
    Other(TokenStream),
}

impl Item {
    /// Looks at an item. An error is the compiler's own to report, too, unless this parser knows less than the compiler.
    pub(crate) fn parse(tokens: TokenStream) -> syn::Result<Item> {
        let tokens = without_invisible_group(tokens);
        match Kind::of(tokens.clone()) {
            Kind::Function => {
                Function::parse.parse2(tokens).map(|function| Item::Function(Box::new(function)))
            }
            Kind::Impl => Block::parse_impl(tokens).map(|block| Item::Block(Box::new(block))),
            Kind::Trait => Block::parse_trait(tokens).map(|block| Item::Block(Box::new(block))),
            Kind::Module => Block::parse_module(tokens).map(|block| Item::Block(Box::new(block))),
            Kind::Ends | Kind::EndsOrBraces => Ok(Item::Other(tokens)),
        }
    }
}

/// An item that comes through `$item:item` is wrapped in a group without delimiters.
fn without_invisible_group(tokens: TokenStream) -> TokenStream {
    let mut iterator = tokens.clone().into_iter();
    match (iterator.next(), iterator.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::None => {
            without_invisible_group(group.stream())
        }
        _ => tokens,
    }
}
