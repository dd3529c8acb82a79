//! What is known of a function's spans when it is compiled.

use super::{Owner, Record};
use crate::args::{Args, Level};
use crate::item::Function;
use syn::Expr;
use syn::ext::IdentExt as _;

/// A call site.
pub(crate) struct Site<'a> {
    /// `Type::method` or `function`.
    pub(crate) path: String,
    /// What the user calls the span instead.
    pub(crate) name: Option<&'a Expr>,
    pub(crate) target: Option<&'a Expr>,
    pub(crate) level: Level,
    /// The line of the function's name.
    pub(crate) line: usize,
    /// The agent's type and, where there is one, its trait.
    pub(crate) agent: Option<(String, Option<String>)>,
    /// Keys that the user writes, so that they are no constants.
    overridden: Vec<String>,
}

impl<'a> Site<'a> {
    pub(super) fn new(function: &Function, args: &'a Args, owner: &Owner, records: &[Record<'_>]) -> Site<'a> {
        let name = &function.signature.ident;
        let function = name.unraw().to_string();
        let path = owner.name.iter().map(|owner| format!("{owner}::")).chain([function]).collect();
        let agent = owner.name.clone().filter(|_| owner.is_agent());
        Site {
            path,
            name: args.name.get(),
            target: args.target.get(),
            level: args.level.get().cloned().unwrap_or_default(),
            line: line(name),
            agent: agent.map(|agent| (agent, owner.of_trait.clone())),
            overridden: records.iter().filter_map(Record::key_text).map(ToOwned::to_owned).collect(),
        }
    }

    /// Whether the constant `key` holds: nobody writes it otherwise.
    pub(crate) fn has_constant(&self, key: &str) -> bool {
        !self.overridden.iter().any(|known| known == key)
    }
}

/// The line on which `name` stands. It is known only while the compiler runs the macro.
fn line(name: &proc_macro2::Ident) -> usize {
    if proc_macro::is_available() { name.span().unwrap().line() } else { 1 }
}
