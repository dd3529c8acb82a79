//! What is known of a function's spans when it is compiled: their name, their kind, and the attributes that each of them has.

use super::{Owner, Record};
use crate::args::{Args, Kind, Level, Named, Text};
use crate::item::Function;
use proc_macro2::Ident;
use syn::Expr;
use syn::ext::IdentExt as _;

/// A call site.
pub(crate) struct Site<'a> {
    /// `Type::method` or `function`.
    pub(crate) path: String,
    pub(crate) name: Name<'a>,
    pub(crate) target: Option<&'a Expr>,
    pub(crate) level: Level,
    pub(crate) kind: Option<Kind>,
    /// The line of the function's name.
    pub(crate) line: usize,
    /// Texts that every span has, but for those that the user writes under the same key.
    pub(crate) texts: Vec<(&'static str, Text)>,
    /// Keys that the user writes.
    written: Vec<String>,
}

/// What a span is called.
pub(crate) enum Name<'a> {
    Known(String),
    /// As the user says.
    Given(&'a Expr),
    /// What a function does, and a constant that says who does it.
    Joined(&'static str, Expr),
}

impl<'a> Site<'a> {
    pub(super) fn new(
        function: &Function,
        args: &'a Args,
        owner: &Owner,
        records: &[Record<'_>],
    ) -> Site<'a> {
        let ident = &function.signature.ident;
        let function = ident.unraw().to_string();
        let path: String =
            owner.name.iter().map(|owner| format!("{owner}::")).chain([function.clone()]).collect();
        let operation = Operation::of(args, owner, &function);
        let known =
            operation.as_ref().map_or_else(|| Name::Known(path.clone()), Operation::span_name);
        let mut texts = of_agent(args, owner);
        texts.extend(operation.into_iter().flat_map(Operation::texts));
        texts.extend(of_block(args, owner, &texts));
        Site {
            path,
            name: args.name.get().map_or(known, Name::Given),
            target: args.target.get(),
            level: args.level.get().cloned().unwrap_or_default(),
            kind: args.kind.get().copied(),
            line: line(ident),
            texts,
            written: records.iter().filter_map(Record::key_text).map(ToOwned::to_owned).collect(),
        }
    }

    /// Whether the attribute says nothing about it.
    pub(crate) fn is_plain(&self) -> bool {
        let is_own_name = matches!(&self.name, Name::Known(name) if *name == self.path);
        let is_silent = self.target.is_none() && self.level.is_default() && self.kind.is_none();
        let keeps_code = !self.written.iter().any(|key| key.starts_with("code."));
        is_own_name && is_silent && self.texts.is_empty() && keeps_code
    }

    /// Whether what is recorded under `key` without being asked has a place: the user writes nothing under it.
    pub(crate) fn has_constant(&self, key: &str) -> bool {
        !self.written.iter().any(|written| written == key)
    }
}

/// The line on which `name` stands. It is known only while the compiler runs the macro.
fn line(name: &Ident) -> usize {
    if proc_macro::is_available() { name.span().unwrap().line() } else { 1 }
}

/// What a function does in a system of agents, in the words of OpenTelemetry.
///
/// Source: <https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-agent-spans/>.
struct Operation {
    name: &'static str,
    key: &'static str,
    of: Text,
}

const AGENT: &str = "gen_ai.agent.name";
const TOOL: &str = "gen_ai.tool.name";

impl Operation {
    fn of(args: &Args, owner: &Owner, function: &str) -> Option<Operation> {
        let named = |named: &Named| {
            let own = named.0.clone().or_else(|| owner.name.clone().map(Text::Known));
            own.unwrap_or_else(|| Text::Known(function.to_owned()))
        };
        let agent = args.agent.get().map(|agent| Operation {
            name: "invoke_agent",
            key: AGENT,
            of: named(agent),
        });
        let tool = args.tool.get().map(|tool| Operation {
            name: "execute_tool",
            key: TOOL,
            of: named(tool),
        });
        agent.or(tool)
    }

    fn span_name(&self) -> Name<'static> {
        match &self.of {
            Text::Known(of) => Name::Known(format!("{} {of}", self.name)),
            Text::Constant(of) => Name::Joined(self.name, of.clone()),
        }
    }

    fn texts(self) -> [(&'static str, Text); 2] {
        [("gen_ai.operation.name", Text::Known(self.name.to_owned())), (self.key, self.of)]
    }
}

/// An agent's type and trait.
fn of_agent(args: &Args, owner: &Owner) -> Vec<(&'static str, Text)> {
    let is_agent = owner.is_agent() || args.agent.is_set() || args.block.0.is_some();
    let [name, of_trait] = [("agent_type", &owner.name), ("agent_trait", &owner.of_trait)];
    let texts = [name, of_trait].into_iter().filter(|_| is_agent);
    texts.filter_map(|(key, name)| Some((key, Text::Known(name.clone()?)))).collect()
}

/// The agent or the tool that a whole block is.
fn of_block(
    args: &Args,
    owner: &Owner,
    known: &[(&'static str, Text)],
) -> Vec<(&'static str, Text)> {
    let named = |named: &Option<Named>| {
        named
            .as_ref()
            .and_then(|named| named.0.clone().or_else(|| owner.name.clone().map(Text::Known)))
    };
    let texts = [(AGENT, named(&args.block.0)), (TOOL, named(&args.block.1))];
    let texts = texts.into_iter().filter_map(|(key, name)| Some((key, name?)));
    texts.filter(|(key, _)| !known.iter().any(|(other, _)| other == key)).collect()
}
