//! An `impl` block, a trait or a module: each function in it is traced, everything else stays as it is.

use super::function;
use crate::args::{Args, Around};
use crate::diagnostics::Diagnostics;
use crate::item::{Block, BlockKind, Body, Function, Member};
use crate::model::{Owner, attribute, check_block};
use crate::paths::Paths;
use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::Signature;

/// The block with its functions traced.
pub(super) fn expand(
    block: &Block,
    written: &TokenStream,
    args: &Args,
    diagnostics: &Diagnostics,
) -> TokenStream {
    check_block(args, &signatures(block), diagnostics);
    let expansion = Expansion { written, args, diagnostics };
    expansion.block(block)
}

/// The signatures of all functions in a block and the blocks in it.
fn signatures(block: &Block) -> Vec<&Signature> {
    block.members.iter().flat_map(signatures_of).collect()
}

fn signatures_of(member: &Member) -> Vec<&Signature> {
    match member {
        Member::Function(function) if is_traceable(function) => vec![&function.signature],
        Member::Block(block) => signatures(block),
        Member::Function(_) | Member::Other(_) => Vec::new(),
    }
}

/// What cannot be traced is left alone among others.
fn is_traceable(function: &Function) -> bool {
    let is_naked = attribute::naked(&function.attributes).is_some();
    function.signature.constness.is_none() && !is_naked && matches!(function.body, Body::Block(_))
}

/// Traits of the standard library that a traced module does not mean. Formatting a value for a span would make spans.
const UNMEANT: [&str; 18] = [
    "AsRef",
    "Clone",
    "Debug",
    "Default",
    "Deref",
    "DerefMut",
    "Display",
    "Drop",
    "Eq",
    "From",
    "Hash",
    "Index",
    "Into",
    "Iterator",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Write",
];

/// Whether a traced module means this block, which has no attribute of its own.
fn is_meant(block: &Block) -> bool {
    let is_unmeant = match &block.kind {
        BlockKind::Impl { of_trait: Some(path), .. } => {
            path.segments.last().is_some_and(|last| UNMEANT.iter().any(|name| last.ident == name))
        }
        _ => false,
    };
    !is_unmeant && !block.attributes.iter().any(attribute::is_own)
}

struct Expansion<'a> {
    written: &'a TokenStream,
    args: &'a Args,
    diagnostics: &'a Diagnostics,
}

impl Expansion<'_> {
    fn block(&self, block: &Block) -> TokenStream {
        let mut owner = Owner::of(&block.kind);
        owner.keeps_async = attribute::need_async(&block.attributes);
        let hands_down = block.attributes.iter().any(attribute::is_async_trait);
        let members = block.members.iter().map(|member| match member {
            Member::Function(function) if !is_traceable(function) || self.is_skipped(function) => {
                function.to_token_stream()
            }
            Member::Function(function) if hands_down => self.handed_down(function, &owner),
            Member::Function(function) => self.function(function, &owner),
            Member::Block(block) if is_meant(block) => self.block(block),
            Member::Block(block) => block.to_token_stream(),
            Member::Other(tokens) => tokens.clone(),
        });
        let attributes: Vec<_> = block.attributes.iter().map(attribute::unexpecting).collect();
        block.with(&attributes, members.collect())
    }

    /// An attribute under a condition would come after the block's and trace the function again.
    fn refuse_conditions(&self, function: &Function) {
        if let Some(attribute) = attribute::conditional_own(&function.attributes) {
            let message = "write `#[traced]` without `cfg_attr` inside a traced block";
            self.diagnostics.error(attribute, message);
        }
    }

    fn is_skipped(&self, function: &Function) -> bool {
        let mut skipped = self.args.skip_methods.get().into_iter().flatten();
        skipped.any(|name| *name == function.signature.ident)
    }

    /// A function, with the options of an attribute of its own before the block's.
    fn function(&self, function: &Function, owner: &Owner) -> TokenStream {
        let mut function = function.clone();
        self.refuse_conditions(&function);
        let own = attribute::take_own(&mut function.attributes);
        let own = own.map(|tokens| Args::parse(tokens, self.diagnostics)).unwrap_or_default();
        function::expand(&function, own, owner, Some(self.args), self.diagnostics)
    }

    /// A function with an attribute that does the same once the block's other macro has been there.
    fn handed_down(&self, function: &Function, owner: &Owner) -> TokenStream {
        let mut function = function.clone();
        self.refuse_conditions(&function);
        let own = attribute::take_own(&mut function.attributes).map(|own| quote!(, #own));
        let Owner { name, of_trait, .. } = owner.clone();
        let around = Around { name, of_trait, args: self.written.clone() }.option();
        let traced = Paths::new(self.args.krate.get().cloned()).root();
        quote!(#[#traced::traced(#around #own)] #function)
    }
}
