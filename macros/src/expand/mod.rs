//! From the model to the code: the user's item with a few calls of the runtime in it.
//!
//! ```text
//! fn f(x: u8, (a, b): P) -> R {              fn f(x: u8, (a, b): P) -> impl Future<Output = R> {
//!     static SITE = …;                           static SITE = …;
//!     let guard = enter(&SITE, |attributes| …);  traced(&SITE, async move {
//!     let x = x; let (a, b) = …;                     first_attributes(&SITE, |attributes| …);
//!     let result: R = { body };                      let x = x; let (a, b) = …;
//!     guard.finish(|ending| …);                      let result: R = { body };
//!     result                                         result
//! }                                              }, |output, ending| …)
//!                                            }
//! ```
//!
//! The arguments are bound again where the body runs, all of them and in their order: so they are dropped in the order in which
//! they were, a lint on an unused one still sees that, and in an async function each lives as long as it has to. The body's
//! value is kept before it is returned, so that what its last expression borrows ends before the arguments.
//!
//! A body that may be left early, by `return` or `?`, is run in a closure, so that its result can be looked at; where the function
//! tracks its caller, in a function of its own.

mod apart;
mod begin;
mod bind;
mod block;
mod body;
mod finish;
mod function;
mod records;
mod returned;
mod signature;
mod site;
#[cfg(test)]
mod tests;
mod value;

use crate::args::Args;
use crate::diagnostics::Diagnostics;
use crate::item::{Function, Item};
use crate::model::Owner;
use proc_macro2::TokenStream;
use quote::ToTokens as _;

/// Expands `#[traced(args)]` on `item`.
pub(crate) fn traced(args: &TokenStream, item: &TokenStream) -> TokenStream {
    Diagnostics::collect(|diagnostics| {
        let parsed = Args::parse(args.clone(), diagnostics);
        match diagnostics.ok(Item::parse(item.clone())) {
            Some(Item::Function(function)) => expand_function(&function, parsed, diagnostics),
            Some(Item::Block(block)) => block::expand(&block, args, &parsed, diagnostics),
            Some(Item::Other(tokens)) => {
                let places = "functions, `impl` blocks, traits and inline modules";
                let keyword = tokens.clone().into_iter().next().to_token_stream();
                diagnostics.error(keyword, format!("`#[traced]` goes on {places}"));
                tokens
            }
            None => item.clone(),
        }
    })
}

/// A function on which the attribute stands, perhaps because a block has handed it down.
fn expand_function(function: &Function, mut args: Args, diagnostics: &Diagnostics) -> TokenStream {
    match args.around.take() {
        Some(around) => {
            let block = Args::parse(around.args, diagnostics);
            let owner = Owner { name: around.name, of_trait: around.of_trait, ..Owner::default() };
            function::expand(function, args, &owner, Some(&block), diagnostics)
        }
        None => function::expand(function, args, &Owner::default(), None, diagnostics),
    }
}
