//! An `impl` block, a trait or a module: each function in it is traced, everything else stays as it is.

use super::function;
use crate::args::{Args, Around};
use crate::diagnostics::Diagnostics;
use crate::item::{Block, BlockKind, Body, Function, Member};
use crate::model::{Owner, check_block, own_attribute, rewrites_async};
use crate::paths::Paths;
use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};

/// The block with its functions traced.
pub(super) fn expand(block: &Block, written: &TokenStream, args: &Args, diagnostics: &Diagnostics) -> TokenStream {
    check_block(args, &signatures(block), diagnostics);
    let expansion = Expansion { written, args, diagnostics };
    expansion.block(block)
}

/// The signatures of all functions in a block and the blocks in it.
fn signatures(block: &Block) -> Vec<&syn::Signature> {
    let of = |member| match member {
        &Member::Function(ref function) if is_traceable(function) => vec![&function.signature],
        Member::Block(block) => signatures(block),
        _ => Vec::new(),
    };
    block.members.iter().flat_map(of).collect()
}

/// A `const fn` among others, or one without a body, is left alone.
fn is_traceable(function: &Function) -> bool {
    function.signature.constness.is_none() && matches!(function.body, Body::Block(_))
}

struct Expansion<'a> {
    written: &'a TokenStream,
    args: &'a Args,
    diagnostics: &'a Diagnostics,
}

impl Expansion<'_> {
    fn block(&self, block: &Block) -> TokenStream {
        let mut owner = Owner::of(&block.kind);
        let hands_down = block.attributes.iter().any(rewrites_async);
        owner.keeps_async = !hands_down && owner.name.is_some() && has_macros(block);
        let members = block.members.iter().map(|member| match member {
            Member::Function(function) if !is_traceable(function) => function.to_token_stream(),
            Member::Function(function) if hands_down => self.handed_down(function, &owner),
            Member::Function(function) => self.function(function, &owner),
            Member::Block(block) if is_traced_in_module(block) => self.block(block),
            Member::Block(block) => block.to_token_stream(),
            Member::Other(tokens) => tokens.clone(),
        });
        block.with_members(members.collect())
    }

    /// A function, with the options of an attribute of its own before the block's.
    fn function(&self, function: &Function, owner: &Owner) -> TokenStream {
        let mut function = function.clone();
        let own = own_attribute(&mut function.attributes);
        let own = own.map(|tokens| Args::parse(tokens, self.diagnostics)).unwrap_or_default();
        function::expand(&function, own, owner, Some(self.args), self.diagnostics)
    }

    /// A function with an attribute that does the same once the block's other macro has been there.
    fn handed_down(&self, function: &Function, owner: &Owner) -> TokenStream {
        let mut function = function.clone();
        let own = own_attribute(&mut function.attributes).map(|own| quote!(, #own));
        let around = Around::option(owner, self.written);
        let traced = Paths::new(self.args.krate.get().cloned()).root();
        quote!(#[#traced::traced(#around #own)] #function)
    }
}
