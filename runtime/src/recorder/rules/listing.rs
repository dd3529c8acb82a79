//! The call sites that are known, with what the rules make of them, for people.

use crate::recorder::core::{self, Core};
use crate::recorder::install::current_core;
use crate::recorder::registry::{self, Site};
use tracing_core::Level;

/// A place in the code that makes spans, and what the settings say of them.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CallSiteInfo {
    /// The path of the function, such as `shop::planner::run`; of a `tracing` span that of its module and its name.
    pub path: String,
    /// The name of its spans, by which a rule may have renamed them.
    pub name: String,
    /// The target.
    pub target: &'static str,
    /// The level.
    pub level: Level,
    /// The file in which it stands.
    pub file: Option<&'static str>,
    /// The line on which it stands.
    pub line: Option<u32>,
    /// Where the rules stand that are for it, in their order; the last that says something counts.
    pub rules: Vec<String>,
    /// Whether its spans are recorded.
    pub enabled: bool,
    /// The share of its spans that is recorded, 0.0 to 1.0. `None`: as many as there are in traces that are recorded.
    pub sample_rate: Option<f64>,
}

/// Every call site that was reached so far, with what the rules `[[observability.span]]` make of it; ordered by path.
///
/// A function that was never called is not known yet. Where no recorder of ours is current nothing is enabled.
///
/// ```
/// #[synndicate::traced]
/// fn plan() {}
///
/// # let recording = synndicate::testing::Recording::new();
/// # recording.run(|| {
/// plan();
/// for site in synndicate::callsites() {
///     println!("{} {} {:?}", site.path, site.enabled, site.rules);
/// }
/// # assert!(synndicate::callsites().iter().any(|site| site.name == "plan" && site.enabled));
/// # });
/// ```
#[must_use]
pub fn callsites() -> Vec<CallSiteInfo> {
    let core = current_core().and_then(core::find);
    let mut listed: Vec<_> =
        registry::known().iter().map(|site| told(site, core.as_deref())).collect();
    listed.sort_by(|a, b| (&a.path, a.file, a.line).cmp(&(&b.path, b.file, b.line)));
    listed
}

fn told(site: &Site, core: Option<&Core>) -> CallSiteInfo {
    let metadata = site.metadata;
    let rules = core.map(Core::rules).unwrap_or_default();
    let ruling = core.and_then(|core| rules.decide(site, &core.config.filter));
    let name = ruling.as_ref().and_then(|ruling| ruling.name.clone());
    CallSiteInfo {
        path: site.path(),
        name: name.unwrap_or_else(|| metadata.name().to_owned()),
        target: metadata.target(),
        level: *metadata.level(),
        file: metadata.file(),
        line: metadata.line(),
        rules: rules.of(site).map(|rule| rule.origin.to_string()).collect(),
        enabled: ruling.is_some(),
        sample_rate: rules.of(site).filter_map(|rule| rule.sample_rate).last(),
    }
}
