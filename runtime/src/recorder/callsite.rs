//! Call sites: what is known of a span when the program is compiled, and whether it is recorded.

use super::encoder::Limits;
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

/// The keys that constants may have: the macro knows them, and leaves out what the user writes.
const CONSTANT_KEYS: [&str; 5] =
    ["code.function.name", "code.file.path", "code.line.number", "agent_type", "agent_trait"];

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
        CallSite { metadata, callsite, constants, id: AtomicU32::new(0), policy: AtomicU64::new(0) }
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
        let wanted = super::core::find(recorder).is_none_or(|core| core.config.filter.wants(self.metadata));
        let policy = if wanted { Policy::On } else { Policy::Off };
        let mut sites = lock(&SITES);
        if self.id.load(Relaxed) == 0 {
            self.id.store(sites.add(Site { metadata: self.metadata, constants: self.constants }), Relaxed);
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
    of_tracing: Option<HashMap<usize, u32>>,
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

/// The number of a `tracing` call site.
#[cold]
pub(crate) fn of_tracing(metadata: &'static Metadata<'static>) -> u32 {
    let mut sites = lock(&SITES);
    let address = std::ptr::from_ref(metadata).addr();
    if let Some(&id) = sites.of_tracing.get_or_insert_default().get(&address) {
        return id;
    }
    let id = sites.add(Site { metadata, constants: &[] });
    sites.of_tracing.get_or_insert_default().insert(address, id);
    id
}

/// What a call site's spans have in common, as bytes to append.
pub(crate) fn encode_constants(site: &Site, named: bool, is_overridden: impl Fn(&str) -> bool) -> Vec<u8> {
    use super::encoder::{Content, field::NAME};
    let limits = Limits { attributes: 128, events: 0, links: 0, value_bytes: 4096, span_bytes: 64 * 1024 };
    let mut content = Content::default();
    if !named {
        content.buffer().field(NAME, site.metadata.name().as_bytes());
    }
    let mut attributes = content.attributes(limits);
    for constant in site.constants.iter().copied().chain(location(site)) {
        match constant {
            Constant::Text(key, value) if !is_overridden(key) => attributes.record_as(key, value),
            Constant::Integer(key, value) if !is_overridden(key) => attributes.record_as(key, &value),
            _ => {}
        }
    }
    content.bytes().to_vec()
}

/// Where a `tracing` span stands; a `#[traced]` one has it among its constants.
fn location(site: &Site) -> impl Iterator<Item = Constant> {
    let metadata = site.constants.is_empty().then_some(site.metadata);
    let file = metadata.and_then(Metadata::file).map(|file| Constant::Text("code.file.path", file));
    let line = metadata.and_then(Metadata::line).map(|line| Constant::Integer("code.line.number", line.into()));
    file.into_iter().chain(line)
}
