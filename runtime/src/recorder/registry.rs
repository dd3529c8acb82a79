//! All call sites that were ever reached, and the numbers of those with what the rules say of them.
//!
//! A number is given for good: spans carry it to the worker. There are as many as there are call sites, times the rulings that
//! rules ever made of each; rules that are swapped back and forth add nothing.

use super::callsite::{CallSite, Constant, TracingSite};
use super::core::Core;
use super::layers;
use super::policy::{Decision, Policy};
use super::rules::Ruling;
use super::slot::{lock, lock_unless_forked};
use std::collections::BTreeMap;
use std::sync::Mutex;
use tracing_core::Metadata;

/// What the worker needs to know of a call site.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site {
    pub(crate) metadata: &'static Metadata<'static>,
    pub(crate) constants: &'static [Constant],
    /// What the rules say of it, if anything.
    pub(crate) ruling: Option<&'static Ruling>,
}

impl Site {
    fn of_tracing(metadata: &'static Metadata<'static>) -> Site {
        Site { metadata, constants: &[], ruling: None }
    }

    /// The path of the function; of a `tracing` span that of its module and its name.
    pub(crate) fn path(&self) -> String {
        let told = self.constants.iter().find_map(|constant| match constant {
            Constant::Text("code.function.name", path) => Some((*path).to_owned()),
            _ => None,
        });
        told.unwrap_or_else(|| match self.metadata.module_path() {
            Some(module) => format!("{module}::{}", self.metadata.name()),
            None => self.metadata.name().to_owned(),
        })
    }
}

static SITES: Mutex<Sites> = Mutex::new(Sites {
    numbered: Vec::new(),
    numbers: BTreeMap::new(),
    rulings: Vec::new(),
    lane: BTreeMap::new(),
    of_tracing: BTreeMap::new(),
});

/// Call sites are known by the address of their metadata, which lives as long as the process.
struct Sites {
    numbered: Vec<Site>,
    /// By the addresses of metadata and ruling, and by how many constants there are: under the subscribers of others a `#[traced]`
    /// function is a `tracing` call site, too, which has none.
    numbers: BTreeMap<(usize, usize, usize), u32>,
    rulings: Vec<&'static Ruling>,
    lane: BTreeMap<usize, &'static CallSite>,
    of_tracing: BTreeMap<usize, &'static TracingSite>,
}

/// The call site with this number.
pub(crate) fn site(number: u32) -> Option<Site> {
    lock_unless_forked(&SITES)?.numbered.get((number as usize).checked_sub(1)?).copied()
}

/// Lets `recorder` decide about a `#[traced]` function.
#[cold]
pub(crate) fn resolve(site: &'static CallSite, recorder: u32) -> Decision {
    let core = super::core::find(recorder);
    let Some(mut sites) = lock_unless_forked(&SITES) else { return Decision::OFF };
    if sites.lane.insert(address(site.metadata), site).is_none()
        && let Some(in_tracing) = sites.of_tracing.get(&address(site.metadata))
    {
        // Decided without what only the function's own call site knows.
        in_tracing.policy.forget_all();
    }
    sites.resolve(&site.site(), &site.policy, core.as_deref(), recorder)
}

/// Lets `recorder` decide about a `tracing` span.
#[cold]
pub(crate) fn resolve_of_tracing(
    metadata: &'static Metadata<'static>,
    policy: &Policy,
    recorder: u32,
) -> Decision {
    let core = super::core::find(recorder);
    let Some(mut sites) = lock_unless_forked(&SITES) else { return Decision::OFF };
    let function = sites.lane.get(&address(metadata)).map(|site| site.site());
    let site = function.unwrap_or_else(|| Site::of_tracing(metadata));
    sites.resolve(&site, policy, core.as_deref(), recorder)
}

/// What is known of the `tracing` call site with this metadata.
#[cold]
pub(crate) fn of_tracing(metadata: &'static Metadata<'static>) -> &'static TracingSite {
    let new = || TracingSite::new(metadata);
    match lock_unless_forked(&SITES) {
        Some(mut sites) => sites.of_tracing.entry(address(metadata)).or_insert_with(new),
        None => new(),
    }
}

/// Runs `swap` and lets every call site ask its recorder again that was decided by `recorder`. Nobody can decide meanwhile, so
/// that no site keeps what was decided before.
pub(crate) fn decide_again(recorder: u32, swap: impl FnOnce()) {
    let sites = lock(&SITES);
    swap();
    sites.lane.values().for_each(|site| site.policy.forget(recorder));
    sites.of_tracing.values().for_each(|site| site.policy.forget(recorder));
}

/// Lets the call site with this metadata ask again: layers think differently of it.
pub(crate) fn forget(metadata: &'static Metadata<'static>) {
    let Some(sites) = lock_unless_forked(&SITES) else { return };
    let of_lane = sites.lane.get(&address(metadata)).map(|site| &site.policy);
    let of_tracing = sites.of_tracing.get(&address(metadata)).map(|site| &site.policy);
    of_lane.into_iter().chain(of_tracing).for_each(Policy::forget_all);
}

/// Every call site that was reached so far.
pub(crate) fn known() -> Vec<Site> {
    let Some(sites) = lock_unless_forked(&SITES) else { return Vec::new() };
    let lane = sites.lane.values().map(|site| site.site());
    let others = sites.of_tracing.iter().filter(|(address, _)| !sites.lane.contains_key(address));
    let others = others.map(|(_, site)| Site::of_tracing(site.metadata));
    lane.chain(others.filter(|site| site.metadata.is_span())).collect()
}

impl Sites {
    fn resolve(
        &mut self,
        site: &Site,
        policy: &Policy,
        core: Option<&Core>,
        recorder: u32,
    ) -> Decision {
        let decision = core.map_or(Decision::OFF, |core| self.decide(site, core));
        let is_seen = layers::of(recorder).is_some_and(|layers| layers.want(site.metadata));
        let decision = if is_seen { decision.seen() } else { decision };
        policy.set(recorder, decision);
        decision
    }

    fn decide(&mut self, site: &Site, core: &Core) -> Decision {
        let filter = &core.config.filter;
        if site.metadata.is_event() {
            return if filter.wants(site.metadata) { Decision::EVENT } else { Decision::OFF };
        }
        let ruling = core.rules().decide(site, filter);
        ruling.map_or(Decision::OFF, |ruling| self.number(site, ruling))
    }

    fn number(&mut self, site: &Site, ruling: Ruling) -> Decision {
        let ruling = (!ruling.is_idle()).then(|| self.intern(ruling));
        let by = (address(site.metadata), ruling.map_or(0, address), site.constants.len());
        let next = self.numbered.len() as u32 + 1;
        let number = *self.numbers.entry(by).or_insert(next);
        if number == next {
            self.numbered.push(Site { ruling, ..*site });
        }
        Decision::recorded(number, ruling)
    }

    /// Rulings of the same value are one, so that what is kept for good has a bound.
    fn intern(&mut self, ruling: Ruling) -> &'static Ruling {
        if let Some(known) = self.rulings.iter().find(|known| ***known == ruling) {
            return known;
        }
        let ruling: &'static Ruling = Box::leak(Box::new(ruling));
        self.rulings.push(ruling);
        ruling
    }
}

fn address<T>(of: &'static T) -> usize {
    std::ptr::from_ref(of).addr()
}

#[cfg(test)]
mod tests {
    use super::decide_again;
    use crate::testing::Recording;
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::Duration;

    #[test]
    fn who_is_in_a_tracing_span_may_ask_for_it_while_rules_are_swapped() {
        let ((is_inside, inside), (go, may_go), (has_asked, asked)) =
            (channel(), channel(), channel());
        let thread = thread::spawn(move || {
            Recording::new().run(|| {
                let span = tracing::info_span!("registry_current").entered();
                is_inside.send(()).unwrap();
                may_go.recv().unwrap();
                has_asked.send(tracing::Span::current() == *span).unwrap();
            });
        });
        inside.recv().unwrap();
        let mut answer = None;
        decide_again(u32::MAX, || {
            go.send(()).unwrap();
            answer = asked.recv_timeout(Duration::from_secs(10)).ok();
        });
        thread.join().unwrap();
        assert_eq!(answer, Some(true), "it does not wait for the registry");
    }
}
