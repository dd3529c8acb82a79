//! Rules that were for no call site that was reached: most likely the code calls it by another name. Functions below the level that
//! anybody wants return before their call site is known, so that a rule for one of them is among these.

use super::{Rules, is_for};
use crate::plan::SpanRule;
use crate::recorder::core::Core;
use crate::recorder::registry::{self, Site};

/// Fewer spans say little about what a rule could have been for: a program that did not do much, a tool that ran one of its
/// commands, would tell of every rule for what it did not come to.
const ENOUGH: u64 = 100;

impl Core {
    /// What to tell people at the end of rules that were for no call site that was reached.
    pub(crate) fn idle_rules(&self) -> Option<String> {
        if self.created() < ENOUGH {
            return None;
        }
        let rules = self.rules();
        let idle: Vec<_> = rules.idle(&registry::known()).map(told).collect();
        (!idle.is_empty()).then(|| {
            format!(
                "warning: rules `[[observability.span]]` that were for no call site that was reached: {}\n\
                 hint: `synndicate::callsites()` lists those that were, by path and target; a span below the level of \
                 `tracing_filter` is not reached",
                idle.join(", ")
            )
        })
    }
}

impl Rules {
    /// Those that are for none of these. One that silences what never ran has what it wants.
    fn idle<'a>(&'a self, sites: &'a [Site]) -> impl Iterator<Item = &'a SpanRule> {
        let speaks = self.0.iter().filter(|rule| rule.enabled != Some(false));
        speaks.filter(|rule| !sites.iter().any(|site| is_for(rule, site)))
    }
}

/// What a rule is for and where it stands.
fn told(rule: &SpanRule) -> String {
    let text = |name: &str, pattern: &Option<String>| {
        pattern.as_ref().map(|pattern| format!("`{name} = {pattern:?}`"))
    };
    let level = rule.at_level.map(|level| level.as_str().to_ascii_lowercase());
    let members =
        [text("function", &rule.function), text("target", &rule.target), text("at_level", &level)];
    let members: Vec<_> = members.into_iter().flatten().collect();
    format!("{} in {}", members.join(" and "), rule.origin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recorder::core::find;
    use crate::recorder::install::current_core;
    use crate::testing::Recording;
    use tracing::info_span;

    const RULES: &str = "
        [[observability.span]]
        function = 'idle_made'
        rename = 'made'

        [[observability.span]]
        function = 'idle::*'
        target = 'of_nobody'
        at_level = 'info'
        redact = ['*']

        [[observability.span]]
        target = 'silent_for_ever'
        enabled = false
        ";

    #[test]
    fn a_rule_for_no_call_site_that_was_reached_is_told_when_enough_has_run() {
        let recording = Recording::new();
        recording.set_rules(RULES);
        let make = |count: u64| (0..count).for_each(|_| drop(info_span!("idle_made").entered()));
        let idle = || current_core().and_then(find).unwrap().idle_rules();
        recording.run(|| {
            make(ENOUGH - 1);
            assert_eq!(idle(), None);
            make(1);
            let told = idle().unwrap();
            let rule = "for no call site that was reached: `function = \"idle::*\"` and \
                        `target = \"of_nobody\"` and `at_level = \"info\"` in ";
            assert!(told.contains(rule) && told.contains(":6:9\n"), "{told}");
            assert!(told.contains("a span below the level of `tracing_filter` is"), "{told}");
            assert!(!told.contains("idle_made") && !told.contains("silent"), "{told}");
        });
        recording.set_rules("[[observability.span]]\nfunction = 'idle_made'\nenabled = true\n");
        recording.run(|| assert_eq!(idle(), None));
    }
}
