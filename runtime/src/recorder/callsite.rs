//! Call sites: what is known of a span when the program is compiled, and whether it is recorded.

use super::encoder::{Key, Limits};
use super::slot::lock;
use std::collections::HashMap;
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{
    AtomicU32, AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};
use tracing_core::callsite::DefaultCallsite;
use tracing_core::{LevelFilter, Metadata};

/// One `#[traced]` function: a `static` that the macro makes.
pub struct CallSite {
    pub(crate) metadata: &'static Metadata<'static>,
    pub(crate) callsite: &'static DefaultCallsite,
    constants: &'static [Constant],
    /// The kind of its spans, by its number in OTLP.
    pub(crate) kind: u8,
    /// Its number among all sites, from 1; 0: not registered yet.
    id: AtomicU32,
    /// The recorder that has decided in the upper half, its [`Policy`] in the lower one. 0: nobody has.
    policy: AtomicU64,
}

/// An attribute that every span of a call site has. The worker adds it, so that the traced thread neither copies nor stores it.
#[derive(Clone, Copy, Debug)]
pub enum Constant {
    /// A text.
    Text(&'static str, &'static str),
    /// An integer.
    Integer(&'static str, i64),
}

/// `SPAN_KIND_INTERNAL`.
pub(crate) const INTERNAL: u8 = 1;

/// The keys that constants may have: the macro knows them, and leaves out what the user writes.
const CONSTANT_KEYS: [&str; 8] = [
    "code.function.name",
    "code.file.path",
    "code.line.number",
    "agent_type",
    "agent_trait",
    "gen_ai.operation.name",
    "gen_ai.agent.name",
    "gen_ai.tool.name",
];

/// Whether `key` may stand among the constants of a call site.
pub(crate) fn is_constant(key: &[u8]) -> bool {
    CONSTANT_KEYS.iter().any(|known| known.as_bytes() == key)
}

/// Whether a call site is recorded, as one recorder has decided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Policy {
    Off,
    On,
}

impl CallSite {
    /// A call site. `constants` have only keys of [`CONSTANT_KEYS`], each once.
    #[must_use]
    pub const fn new(
        metadata: &'static Metadata<'static>,
        callsite: &'static DefaultCallsite,
        constants: &'static [Constant],
    ) -> CallSite {
        CallSite {
            metadata,
            callsite,
            constants,
            kind: INTERNAL,
            id: AtomicU32::new(0),
            policy: AtomicU64::new(0),
        }
    }

    /// The same with spans of another kind, by its number in OTLP.
    #[must_use]
    pub const fn of_kind(mut self, kind: u8) -> CallSite {
        self.kind = kind;
        self
    }

    /// Whether anybody may want it: a quick no, never a yes.
    #[inline]
    pub(crate) fn may_be_enabled(&self) -> bool {
        let level = *self.metadata.level();
        level <= tracing::level_filters::STATIC_MAX_LEVEL && level <= LevelFilter::current()
    }

    /// What `recorder` has decided.
    #[inline]
    pub(crate) fn policy(&'static self, recorder: u32) -> Policy {
        let word = self.policy.load(Acquire);
        if (word >> 32) as u32 != recorder {
            return self.resolve(recorder);
        }
        if word as u32 == Policy::On as u32 { Policy::On } else { Policy::Off }
    }

    /// Under the registry's lock, so that no site can keep what was decided before a change.
    #[cold]
    fn resolve(&'static self, recorder: u32) -> Policy {
        let wanted =
            super::core::find(recorder).is_none_or(|core| core.config.filter.wants(self.metadata));
        let policy = if wanted { Policy::On } else { Policy::Off };
        let mut sites = lock(&SITES);
        if self.id.load(Relaxed) == 0 {
            self.id.store(
                sites.add(Site { metadata: self.metadata, constants: self.constants }),
                Relaxed,
            );
        }
        self.policy.store(u64::from(recorder) << 32 | policy as u64, Release);
        policy
    }

    /// Its number among all sites; 0 where it was never resolved.
    #[inline]
    pub(crate) fn id(&self) -> u32 {
        self.id.load(Relaxed)
    }
}

impl fmt::Debug for CallSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CallSite").field(&self.metadata.name()).finish()
    }
}

/// What the worker needs to know of a call site.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site {
    pub(crate) metadata: &'static Metadata<'static>,
    pub(crate) constants: &'static [Constant],
}

/// All call sites that were ever reached, `tracing`'s own among them.
static SITES: Mutex<Sites> = Mutex::new(Sites { all: Vec::new(), of_tracing: None });

struct Sites {
    all: Vec<Site>,
    /// By the address of their metadata, which lives as long as the process.
    of_tracing: Option<HashMap<usize, TracingSite>>,
}

impl Sites {
    fn add(&mut self, site: Site) -> u32 {
        self.all.push(site);
        self.all.len() as u32
    }
}

/// The call site with this number.
pub(crate) fn site(id: u32) -> Option<Site> {
    lock(&SITES).all.get((id as usize).checked_sub(1)?).copied()
}

/// What is known of a `tracing` call site.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TracingSite {
    /// Its number among all sites.
    pub(crate) id: u32,
    /// Its fields are all different and none has a special meaning, so that a new span's attributes need no second look.
    pub(crate) plain: bool,
    /// The keys of its fields, in their order.
    pub(crate) keys: &'static [Key<'static>],
}

impl TracingSite {
    /// Of no call site.
    pub(crate) const NONE: TracingSite = TracingSite { id: 0, plain: false, keys: &[] };

    /// The keys stay for good: a call site lives as long as the process, and so there are no more of them than there is code.
    fn new(id: u32, metadata: &'static Metadata<'static>) -> TracingSite {
        let names: Vec<_> = metadata.fields().iter().map(|field| field.name()).collect();
        let repeated = names
            .iter()
            .enumerate()
            .any(|(at, name)| names.iter().skip(at + 1).any(|other| other == name));
        let special = names.iter().any(|name| {
            name.starts_with("otel.")
                || ["level", "target"].contains(name)
                || is_constant(name.as_bytes())
        });
        let keys: Vec<_> = names.into_iter().map(Key::new).collect();
        TracingSite { id, plain: !repeated && !special, keys: Box::leak(keys.into_boxed_slice()) }
    }
}

/// What is known of the `tracing` call site with this metadata.
#[cold]
pub(crate) fn of_tracing(metadata: &'static Metadata<'static>) -> TracingSite {
    let mut sites = lock(&SITES);
    let address = std::ptr::from_ref(metadata).addr();
    if let Some(&site) = sites.of_tracing.get_or_insert_default().get(&address) {
        return site;
    }
    let site = TracingSite::new(sites.add(Site { metadata, constants: &[] }), metadata);
    sites.of_tracing.get_or_insert_default().insert(address, site);
    site
}

/// What a call site's spans have in common, as bytes to append.
pub(crate) fn encode_constants(
    site: &Site,
    named: bool,
    is_overridden: impl Fn(&str) -> bool,
) -> Vec<u8> {
    use super::encoder::{Content, field::NAME};
    let limits =
        Limits { attributes: 128, events: 0, links: 0, value_bytes: 4096, span_bytes: 64 * 1024 };
    let mut content = Content::default();
    if !named {
        content.buffer().field(NAME, site.metadata.name().as_bytes());
    }
    let mut attributes = content.attributes(limits);
    for constant in site.constants.iter().copied().chain(location(site)) {
        match constant {
            Constant::Text(key, value) if !is_overridden(key) => attributes.record_as(key, value),
            Constant::Integer(key, value) if !is_overridden(key) => {
                attributes.record_as(key, &value);
            }
            _ => {}
        }
    }
    content.bytes().to_vec()
}

/// Where a `tracing` span stands; a `#[traced]` one has it among its constants.
fn location(site: &Site) -> impl Iterator<Item = Constant> {
    let metadata = site.constants.is_empty().then_some(site.metadata);
    let file = metadata.and_then(Metadata::file).map(|file| Constant::Text("code.file.path", file));
    let line = metadata
        .and_then(Metadata::line)
        .map(|line| Constant::Integer("code.line.number", line.into()));
    file.into_iter().chain(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::__private::call_site;
    use crate::recorder::{Config, Core, Filter, Outlet};
    use opentelemetry_proto::tonic::trace::v1::Span;
    use std::sync::Arc;
    use tracing_core::{Callsite, Level};

    static INFO: CallSite = call_site!(
        name: "callsite_info",
        target: "callsite::tests",
        level: Level::INFO,
        fields: [],
        constants: [Constant::Text("agent_type", "Planner"), Constant::Integer("code.line.number", 7)],
    );

    static DEBUG: CallSite = call_site!(name: "callsite_debug", target: "callsite::tests", level: Level::DEBUG, fields: [], constants: []);

    struct Nowhere;

    impl Outlet for Nowhere {
        fn accept(&self, _: crate::batch::Chunk) {}

        fn wake(&self) {}
    }

    fn recorder(filter: &str) -> Arc<Core> {
        let filter = Filter(filter.parse().unwrap());
        Core::new(Config { filter, ..crate::testing::everything() }, Arc::new(Nowhere))
    }

    #[test]
    fn each_recorder_decides_by_its_own_filter() {
        let (all, some, none) =
            (recorder("trace"), recorder("info"), recorder("callsite=off,debug"));
        for _ in 0..2 {
            assert_eq!((INFO.policy(all.id), DEBUG.policy(all.id)), (Policy::On, Policy::On));
            assert_eq!((INFO.policy(some.id), DEBUG.policy(some.id)), (Policy::On, Policy::Off));
            assert_eq!((INFO.policy(none.id), DEBUG.policy(none.id)), (Policy::Off, Policy::Off));
        }
    }

    #[test]
    fn before_any_recorder_has_decided_nothing_is_recorded() {
        static UNRESOLVED: CallSite = call_site!(name: "callsite_unresolved", target: "tests", level: Level::INFO, fields: [], constants: []);
        assert_eq!(UNRESOLVED.policy(0), Policy::Off);
    }

    #[test]
    fn a_number_is_given_once_and_leads_back_to_the_call_site() {
        let core = recorder("trace");
        INFO.policy(core.id);
        let id = INFO.id();
        assert_eq!(site(id).unwrap().metadata.name(), "callsite_info");
        INFO.policy(recorder("info").id);
        assert_eq!(INFO.id(), id);
        assert!(site(0).is_none() && site(u32::MAX).is_none());
    }

    #[test]
    fn a_tracing_call_site_has_one_number_too() {
        let (info, debug) = (INFO.metadata, DEBUG.metadata);
        assert_eq!(of_tracing(info).id, of_tracing(info).id);
        assert_ne!(of_tracing(info).id, of_tracing(debug).id);
        assert_eq!(site(of_tracing(debug).id).unwrap().metadata.callsite(), debug.callsite());
        assert!(INFO.callsite.metadata().is_span());
    }

    fn constants(site: &CallSite, named: bool, overridden: &[&str]) -> Span {
        let site = Site { metadata: site.metadata, constants: site.constants };
        let bytes = encode_constants(&site, named, |key| overridden.contains(&key));
        prost::Message::decode(&bytes[..]).unwrap()
    }

    fn keys(span: &Span) -> Vec<&str> {
        span.attributes.iter().map(|attribute| &attribute.key[..]).collect()
    }

    #[test]
    fn constants_are_added_but_for_those_that_a_span_has_itself() {
        let all = constants(&INFO, false, &[]);
        assert_eq!(
            (&all.name[..], keys(&all)),
            ("callsite_info", vec!["agent_type", "code.line.number"])
        );
        let some = constants(&INFO, true, &["agent_type"]);
        assert_eq!((&some.name[..], keys(&some)), ("", vec!["code.line.number"]));
    }

    #[test]
    fn a_span_without_constants_says_where_it_stands() {
        let span = constants(&DEBUG, false, &[]);
        assert_eq!(keys(&span), ["code.file.path", "code.line.number"]);
    }
}
