//! The arguments of `#[traced(…)]`, as they were written.
//!
//! Each option goes into a slot of its own, with the word that set it. What the options mean together, and for which function,
//! is the model's business.

mod around;
mod field;
mod kind;
mod level;
mod named;
mod names;
mod options;
mod parse;
mod slot;
mod told;

pub(crate) use around::Around;
pub(crate) use field::{Field, Format, Key};
pub(crate) use kind::Kind;
pub(crate) use level::Level;
pub(crate) use named::{Named, Text};
pub(crate) use slot::Slot;
pub(crate) use told::Told;

use proc_macro2::Ident;
use quote::ToTokens as _;
use syn::Expr;
use syn::ext::IdentExt as _;

/// Every option, as far as it was given.
#[derive(Clone, Default)]
pub(crate) struct Args {
    pub(crate) name: Slot<Expr>,
    pub(crate) target: Slot<Expr>,
    pub(crate) level: Slot<Level>,
    pub(crate) kind: Slot<Kind>,
    pub(crate) parent: Slot<Expr>,
    pub(crate) root: Slot<()>,
    pub(crate) follows_from: Slot<Expr>,
    pub(crate) skip: Slot<Vec<Ident>>,
    pub(crate) skip_all: Slot<()>,
    pub(crate) skip_methods: Slot<Vec<Ident>>,
    pub(crate) capture: Slot<Vec<Ident>>,
    pub(crate) capture_all: Slot<()>,
    pub(crate) redact: Slot<Vec<Ident>>,
    pub(crate) hash: Slot<Vec<Ident>>,
    pub(crate) fields: Slot<Vec<Field>>,
    pub(crate) ret: Slot<Told>,
    pub(crate) err: Slot<Told>,
    pub(crate) on_none: Slot<()>,
    pub(crate) agent: Slot<Named>,
    pub(crate) tool: Slot<Named>,
    pub(crate) krate: Slot<syn::Path>,
    /// The agent and the tool that a whole block is.
    pub(crate) block: (Option<Named>, Option<Named>),
    /// The block around the function, where another macro has to look at the function first.
    pub(crate) around: Option<Around>,
}

impl Args {
    /// Takes what holds for a whole block where the function says nothing of its own. Options that answer the same question are
    /// taken together or not at all; lists are joined.
    pub(crate) fn inherit(&mut self, block: &Args) {
        self.target.inherit(&block.target);
        self.level.inherit(&block.level);
        self.kind.inherit(&block.kind);
        if !self.parent.is_set() && !self.root.is_set() {
            self.parent.inherit(&block.parent);
            self.root.inherit(&block.root);
        }
        self.follows_from.inherit(&block.follows_from);
        self.inherit_arguments(block);
        self.ret.inherit(&block.ret);
        self.err.inherit(&block.err);
        self.krate.inherit(&block.krate);
        self.block = (block.agent.get().cloned(), block.tool.get().cloned());
    }

    /// Takes what a block says of arguments: of those that the function does not name, and of all only where it does not.
    fn inherit_arguments(&mut self, block: &Args) {
        let own = self.named();
        let skips_all = self.skip_all.is_set();
        self.fields.inherit_list(&block.fields, |field| match field.argument() {
            Some(name) => !skips_all && !own.contains(&name),
            None => true,
        });
        // It says that nothing is recorded but what it names itself.
        if skips_all {
            return;
        }
        let is_new = |name: &Ident| !own.contains(&name.unraw().to_string());
        self.skip.inherit_list(&block.skip, is_new);
        self.capture.inherit_list(&block.capture, is_new);
        self.redact.inherit_list(&block.redact, is_new);
        self.hash.inherit_list(&block.hash, is_new);
        if !self.capture_all.is_set() {
            self.skip_all.inherit(&block.skip_all);
            self.capture_all.inherit(&block.capture_all);
        }
    }

    /// The arguments that it says something of.
    fn named(&self) -> Vec<String> {
        let lists = [&self.skip, &self.capture, &self.redact, &self.hash];
        let listed = lists.into_iter().filter_map(Slot::get).flatten();
        let fields = self.fields.get().into_iter().flatten().filter_map(Field::argument);
        listed.map(|name| name.unraw().to_string()).chain(fields).collect()
    }

    /// Whether a field's expression may use the variable `name`, perhaps inside a format string.
    pub(crate) fn look_at(&self, name: &str) -> bool {
        let mut expressions = self.fields.get().into_iter().flatten().filter_map(Field::expression);
        expressions.any(|expression| has_word(&expression.to_token_stream().to_string(), name))
    }

    /// Whether the expressions for the parent or the causes may use, and use up, the variable `name`.
    pub(crate) fn take(&self, name: &str) -> bool {
        let mut expressions = [&self.parent, &self.follows_from].into_iter().filter_map(Slot::get);
        expressions.any(|expression| has_word(&expression.to_token_stream().to_string(), name))
    }
}

fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.split(|c| !is_part(c)).any(|part| part == word)
}
