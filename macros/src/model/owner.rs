//! What a function belongs to: an `impl` block or a trait, whose name it bears, or nothing that is known.

use crate::item::BlockKind;
use crate::types::{plain, spoken_name};
use quote::ToTokens as _;
use syn::Type;

/// The block around a function, as far as the attribute stands on it.
#[derive(Clone, Default)]
pub(crate) struct Owner {
    /// The type's or the trait's name.
    pub(crate) name: Option<String>,
    /// The trait's name, in an `impl` of one.
    pub(crate) of_trait: Option<String>,
    /// Another macro will look at the block's `async` functions.
    pub(crate) keeps_async: bool,
}

impl Owner {
    /// The owner of the functions in a block.
    pub(crate) fn of(kind: &BlockKind) -> Owner {
        match kind {
            BlockKind::Impl { self_type, of_trait } => Owner {
                name: Some(type_name(self_type)),
                of_trait: of_trait.as_ref().and_then(spoken_name),
                keeps_async: false,
            },
            BlockKind::Trait(name) => Owner { name: Some(name.to_string()), ..Owner::default() },
            BlockKind::Module => Owner::default(),
        }
    }

    /// Whether it is an agent: by the name of its trait, or where it has none by its own.
    pub(crate) fn is_agent(&self) -> bool {
        self.of_trait.as_ref().or(self.name.as_ref()).is_some_and(|name| has_word(name, "Agent"))
    }
}

fn type_name(self_type: &Type) -> String {
    let self_type = match plain(self_type) {
        Type::Reference(reference) => plain(&reference.elem),
        other => other,
    };
    match self_type {
        Type::Path(path) => spoken_name(&path.path).unwrap_or_default(),
        other => other.to_token_stream().to_string(),
    }
}

/// Whether `word` stands in a name in camel case: `Agent` in `PlanningAgent` and `AgentPool`, not in `Agentless`.
fn has_word(name: &str, word: &str) -> bool {
    name.match_indices(word).any(|(at, _)| {
        let next = name.get(at + word.len()..).and_then(|rest| rest.chars().next());
        next.is_none_or(|next| !next.is_lowercase() || next == 's')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn agents_are_known_by_a_word_in_the_name() {
        for (name, is_agent) in [
            ("Agent", true),
            ("PlanningAgent", true),
            ("AgentPool", true),
            ("Reagent", false),
            ("Agency", false),
        ] {
            assert_eq!(has_word(name, "Agent"), is_agent, "{name}");
        }
    }

    #[test]
    fn type_is_named_by_its_last_word() {
        assert_eq!(type_name(&parse_quote!(crate::agents::Planner<'a, T>)), "Planner");
        assert_eq!(type_name(&parse_quote!(&mut Planner)), "Planner");
        assert_eq!(type_name(&parse_quote!([u8])), "[u8]");
    }
}
