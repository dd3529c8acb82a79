//! An `impl` block, a trait or an inline module: its header is parsed, its members are told apart.

use super::function::Function;
use super::kind::Kind;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{Attribute, Ident, ItemImpl, ItemMod, ItemTrait, Token, Type};

/// A block of functions.
pub(crate) struct Block {
    pub(crate) kind: BlockKind,
    /// The block's attributes, but for the one that is being expanded.
    pub(crate) attributes: Vec<Attribute>,
    /// Everything between the attributes and the braces.
    header: TokenStream,
    braces: Group,
    pub(crate) members: Vec<Member>,
}

/// What the block is.
pub(crate) enum BlockKind {
    Impl {
        self_type: Box<Type>,
        /// `None`: an inherent one.
        of_trait: Option<syn::Path>,
    },
    Trait(Ident),
    Module,
}

/// One thing in a block.
pub(crate) enum Member {
    Function(Box<Function>),
    /// A block in a module.
    Block(Box<Block>),
    Other(TokenStream),
}

impl Block {
    pub(crate) fn parse_impl(tokens: TokenStream) -> syn::Result<Block> {
        let (header, braces) = split(tokens)?;
        let item: ItemImpl = parse_header(&header)?;
        let of_trait = item.trait_.map(|(path, _)| path);
        let kind = BlockKind::Impl { self_type: item.self_ty, of_trait };
        Block::new(kind, item.attrs, header, braces)
    }

    pub(crate) fn parse_trait(tokens: TokenStream) -> syn::Result<Block> {
        let (header, braces) = split(tokens)?;
        let item: ItemTrait = parse_header(&header)?;
        Block::new(BlockKind::Trait(item.ident), item.attrs, header, braces)
    }

    pub(crate) fn parse_module(tokens: TokenStream) -> syn::Result<Block> {
        let (header, braces) = split(tokens)?;
        let item: ItemMod = parse_header(&header)?;
        Block::new(BlockKind::Module, item.attrs, header, braces)
    }

    fn new(
        kind: BlockKind,
        attributes: Vec<Attribute>,
        header: TokenStream,
        braces: Group,
    ) -> syn::Result<Block> {
        let header = without_attributes.parse2(header)?;
        let members = members.parse2(braces.stream())?;
        Ok(Block { kind, attributes, header, braces, members })
    }

    /// The block with other attributes and members.
    pub(crate) fn with(&self, attributes: &[Attribute], members: TokenStream) -> TokenStream {
        let mut braces = Group::new(Delimiter::Brace, members);
        braces.set_span(self.braces.span());
        let header = &self.header;
        quote!(#(#attributes)* #header #braces)
    }
}

impl ToTokens for Block {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.with(&self.attributes, self.braces.stream()));
    }
}

/// The header and the braces behind it.
fn split(tokens: TokenStream) -> syn::Result<(TokenStream, Group)> {
    let mut header: Vec<TokenTree> = tokens.into_iter().collect();
    match header.pop() {
        Some(TokenTree::Group(braces)) if braces.delimiter() == Delimiter::Brace => {
            Ok((header.into_iter().collect(), braces))
        }
        Some(semicolon) => {
            let message = "there is nothing to trace here: put `#[traced]` on the items in the module's own file";
            Err(syn::Error::new(semicolon.span(), message))
        }
        None => Err(syn::Error::new(proc_macro2::Span::call_site(), "expected an item")),
    }
}

/// Parses a header as an item without members.
fn parse_header<T: Parse>(header: &TokenStream) -> syn::Result<T> {
    syn::parse2(quote!(#header {}))
}

fn without_attributes(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    input.call(Attribute::parse_outer)?;
    input.parse()
}

fn members(input: ParseStream<'_>) -> syn::Result<Vec<Member>> {
    let mut members = Vec::new();
    while !input.is_empty() {
        members.push(member(input)?);
    }
    Ok(members)
}

fn member(input: ParseStream<'_>) -> syn::Result<Member> {
    if input.peek(Token![#]) && input.peek2(Token![!]) {
        let inner: [TokenTree; 3] = [input.parse()?, input.parse()?, input.parse()?];
        return Ok(Member::Other(inner.into_iter().collect()));
    }
    let ahead = input.fork();
    let kind = Kind::of(std::iter::from_fn(|| ahead.parse().ok()));
    if kind == Kind::Function {
        return Function::parse(input).map(|function| Member::Function(Box::new(function)));
    }
    let tokens = rest_of_item(input, kind)?;
    let block = match kind {
        Kind::Impl => Block::parse_impl(tokens.clone()),
        Kind::Trait => Block::parse_trait(tokens.clone()),
        Kind::Module => Block::parse_module(tokens.clone()),
        _ => return Ok(Member::Other(tokens)),
    };
    Ok(block.map_or(Member::Other(tokens), |block| Member::Block(Box::new(block))))
}

/// The tokens up to the item's end.
fn rest_of_item(input: ParseStream<'_>, kind: Kind) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    while !input.is_empty() {
        let token: TokenTree = input.parse()?;
        let ends = match &token {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Group(group) => kind != Kind::Ends && group.delimiter() == Delimiter::Brace,
            _ => false,
        };
        token.to_tokens(&mut tokens);
        if ends {
            break;
        }
    }
    Ok(tokens)
}
