//! What the settings say of single spans, and what that makes of a call site.
//!
//! All rules that are for a call site are merged into one [`Ruling`], which is interned with the site: the number of the two is
//! the whole decision. A span carries that number from its first moment to the worker, and so is recorded by one set of rules,
//! whatever is swapped meanwhile. Here is also what the worker does by a ruling, `rewrite`, and what people are told,
//! `listing` and `idle`.

mod glob;
mod idle;
mod listing;
mod rewrite;

pub use listing::{CallSiteInfo, callsites};
pub(crate) use rewrite::rewritten;

use super::core::Filter;
use super::registry::Site;
use super::sampler::Sampler;
use crate::plan::{Scalar, SpanRule};
use std::collections::BTreeMap;
use tracing_core::{Level, LevelFilter, Metadata};

/// What is recorded of an attribute that nobody may see.
pub const REDACTED: &str = "[redacted]";

/// Rules in their order, the last of which wins.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules(pub(crate) Vec<SpanRule>);

/// What all rules together say of the spans of one call site.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ruling {
    pub(crate) sampler: Option<Sampler>,
    /// The arguments whose values are shown.
    pub(crate) capture: Patterns,
    pub(crate) redact: Patterns,
    pub(crate) name: Option<String>,
    pub(crate) attributes: BTreeMap<String, Scalar>,
}

/// Names in which `*` stands for anything.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Patterns(pub(crate) Vec<String>);

impl Patterns {
    pub(crate) fn fit(&self, name: &str) -> bool {
        self.0.iter().any(|pattern| glob::fits(pattern, name))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Ruling {
    /// Whether it says anything.
    pub(crate) fn is_idle(&self) -> bool {
        *self == Ruling::default()
    }

    /// Whether the traced thread has to know it; all else is the worker's.
    pub(crate) fn concerns_the_call(&self) -> bool {
        self.sampler.is_some() || !self.capture.is_empty()
    }

    /// Whether what a span says of itself may have to give way.
    pub(crate) fn rewrites(&self) -> bool {
        self.name.is_some() || !self.redact.is_empty() || !self.attributes.is_empty()
    }
}

impl Rules {
    /// What becomes of the spans of a call site; `None`: they are not recorded.
    pub(crate) fn decide(&self, site: &Site, filter: &Filter) -> Option<Ruling> {
        let (mut enabled, mut level, mut ruling) = (None, None, Ruling::default());
        for rule in self.of(site) {
            enabled = rule.enabled.or(enabled);
            level = rule.level.or(level);
            ruling.sampler = rule.sample_rate.map(Sampler::new).or(ruling.sampler);
            ruling.name = rule.rename.clone().or(ruling.name);
            ruling.capture = rule.capture.clone().map_or(ruling.capture, Patterns);
            ruling.redact = rule.redact.clone().map_or(ruling.redact, Patterns);
            ruling.attributes.extend(rule.attributes.clone());
        }
        let by_level = || {
            level.map_or_else(
                || filter.wants(site.metadata),
                |most: Level| *site.metadata.level() <= most,
            )
        };
        enabled.unwrap_or_else(by_level).then_some(ruling)
    }

    /// The rules that are for a call site.
    fn of<'a>(&'a self, site: &Site) -> impl Iterator<Item = &'a SpanRule> {
        self.0.iter().filter(move |rule| is_for(rule, site))
    }

    /// The most verbose level that any of them may ask for.
    pub(crate) fn max_level(&self) -> LevelFilter {
        let asked = self.0.iter().map(|rule| match (rule.enabled, rule.level) {
            (Some(true), _) => rule.at_level.map_or(LevelFilter::TRACE, LevelFilter::from_level),
            (_, Some(level)) => LevelFilter::from_level(level),
            _ => LevelFilter::OFF,
        });
        asked.max().unwrap_or(LevelFilter::OFF)
    }
}

fn is_for(rule: &SpanRule, site: &Site) -> bool {
    let metadata: &Metadata<'_> = site.metadata;
    let fits_function = |pattern: &String| {
        glob::fits_end(pattern, &site.path()) || glob::fits(pattern, metadata.name())
    };
    let fits_target = |pattern: &String| glob::fits_beginning(pattern, metadata.target());
    rule.function.as_ref().is_none_or(fits_function)
        && rule.target.as_ref().is_none_or(fits_target)
        && rule.at_level.is_none_or(|level| level == *metadata.level())
}
