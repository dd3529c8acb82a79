//! What all threads share of one recorder: its configuration, their rings, what was counted, and the way out.

use super::context::SAMPLED;
use super::drain::Drain;
use super::encoder::Limits;
use super::install;
use super::layers::{LAYERED, Layers};
use super::registry;
use super::ring::{Drained, Ring};
use super::rings::Rings;
use super::rules::Rules;
use super::sampler::Sampler;
use super::slot::{Slot, lock, lock_unless_forked};
use super::slots;
use crate::batch::Chunk;
use std::fmt;
use std::sync::atomic::{
    AtomicBool, AtomicU32, AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};
use std::sync::{Arc, Mutex, Weak};
use tracing_core::{LevelFilter, Metadata};
use tracing_subscriber::filter::Targets;

/// What a recorder is told when it is made.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) sampler: Sampler,
    pub(crate) filter: Filter,
    pub(crate) limits: Limits,
    pub(crate) rules: Rules,
    /// Those of users beside the recorder.
    pub(crate) layers: Option<&'static Layers>,
}

impl Config {
    /// Nothing is recorded; there are layers all the same.
    pub(super) fn of_nothing(layers: &'static Layers) -> Config {
        let (filter, rules) = (Filter(Targets::new()), Rules::default());
        let layers = Some(layers);
        Config { sampler: Sampler::new(0.0), filter, limits: Limits::NONE, rules, layers }
    }
}

/// Which spans and events are recorded, by target and level.
#[derive(Clone, Debug)]
pub(crate) struct Filter(pub(crate) Targets);

impl Filter {
    pub(crate) fn wants(&self, metadata: &Metadata<'_>) -> bool {
        self.0.would_enable(metadata.target(), metadata.level())
    }

    /// The most verbose level that is wanted anywhere.
    pub(crate) fn max_level(&self) -> LevelFilter {
        let levels = self.0.iter().map(|(_, level)| level);
        levels.chain(self.0.default_level()).max().unwrap_or(LevelFilter::OFF)
    }
}

/// Where finished spans go. Implemented by the pipeline; nothing in it may wait.
pub(crate) trait Outlet: Send + Sync {
    /// Takes spans, or drops and counts them.
    fn accept(&self, chunk: Chunk);
    /// A ring is half full: whoever drains the rings should come soon.
    fn wake(&self);
}

/// Spans that never reached the outlet, and what was dropped from those that did.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Lost {
    /// The thread's ring was full and somebody else was emptying it.
    pub(crate) ring_full: u64,
    /// A million spans were open.
    pub(crate) too_many_open: u64,
    /// Larger than the limit for one span.
    pub(crate) too_large: u64,
}

/// Counters that any thread may add to, off the fast path.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) ring_full: AtomicU64,
    pub(crate) too_many_open: AtomicU64,
    pub(crate) too_large: AtomicU64,
    /// Attributes, events and links that came after their span had ended.
    pub(crate) late: AtomicU64,
    /// Spans that did not go through a ring.
    beside_rings: AtomicU64,
}

/// The core of one recorder.
pub(crate) struct Core {
    pub(crate) id: u32,
    pub(crate) config: Config,
    pub(crate) counters: Counters,
    pub(crate) rings: Rings,
    /// Its program or its test is over: threads let go of it.
    closed: AtomicBool,
    drain: Mutex<Drain>,
    /// For threads that empty their own ring, so that the first of them finds the call sites encoded already.
    relief: Mutex<Drain>,
    outlet: Arc<dyn Outlet>,
    /// Those that count now.
    rules: Mutex<Arc<Rules>>,
}

static CORES: Mutex<Vec<Weak<Core>>> = Mutex::new(Vec::new());
static NEXT: AtomicU32 = AtomicU32::new(1);

/// The core of recorder `id`, while anybody holds it.
pub(crate) fn find(id: u32) -> Option<Arc<Core>> {
    lock_unless_forked(&CORES)?.iter().filter_map(Weak::upgrade).find(|core| core.id == id)
}

impl Core {
    pub(crate) fn new(config: Config, outlet: Arc<dyn Outlet>) -> Arc<Core> {
        let mut id = NEXT.fetch_add(1, Relaxed);
        if let Some(layers) = config.layers {
            id |= LAYERED;
            layers.belong_to(id);
        }
        let core = Arc::new(Core {
            id,
            rules: Mutex::new(Arc::new(config.rules.clone())),
            config,
            counters: Counters::default(),
            rings: Rings::default(),
            closed: AtomicBool::new(false),
            drain: Mutex::default(),
            relief: Mutex::default(),
            outlet,
        });
        let mut cores = lock(&CORES);
        cores.retain(|known| known.strong_count() > 0);
        cores.push(Arc::downgrade(&core));
        core
    }

    /// The rules for single spans that count now.
    pub(crate) fn rules(&self) -> Arc<Rules> {
        lock_unless_forked(&self.rules).map(|rules| rules.clone()).unwrap_or_default()
    }

    /// Lets other rules count, for every span that begins from now on. Must be called outside of any dispatch, because
    /// `tracing`'s call sites are asked again.
    #[cfg_attr(
        not(any(test, feature = "testing")),
        expect(dead_code, reason = "settings that are read again stand on it")
    )]
    pub(crate) fn set_rules(&self, rules: Rules) {
        registry::decide_again(self.id, || *lock(&self.rules) = Arc::new(rules));
        install::ask_call_sites_again();
    }

    /// The most verbose level that is wanted anywhere.
    pub(crate) fn max_level(&self) -> LevelFilter {
        self.config.filter.max_level().max(self.rules().max_level())
    }

    /// Visits every ring once and takes what it holds to the outlet, as [`Rings::drain`] does it.
    pub(crate) fn drain(&self, most: u64) -> Drained {
        let mut drain = lock(&self.drain);
        let drained = self.rings.drain(most, |record, words| {
            drain.add(record, words);
            if drain.is_full() {
                self.outlet.accept(drain.take());
            }
        });
        if !drain.is_empty() {
            self.outlet.accept(drain.take());
        }
        drained
    }

    /// The writer's own way out when its ring is full: it empties the ring itself, unless somebody is at it.
    #[cold]
    pub(crate) fn relieve(&self, ring: &Ring) {
        let (mut shared, mut own) = (self.relief.try_lock(), Drain::default());
        let drain = shared.as_deref_mut().unwrap_or(&mut own);
        ring.try_drain(|record, words| drain.add(record, words));
        if !drain.is_empty() {
            self.outlet.accept(drain.take());
        }
    }

    /// A span that does not go through a ring: larger than one, or still open at the end.
    #[cold]
    pub(crate) fn accept(&self, chunk: Chunk) {
        self.counters.beside_rings.fetch_add(chunk.spans(), Release);
        self.outlet.accept(chunk);
    }

    /// Says that nobody will drain the rings any more.
    pub(crate) fn close(&self) {
        self.closed.store(true, Release);
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Acquire)
    }

    pub(crate) fn wake(&self) {
        self.outlet.wake();
    }

    /// How many spans have ended and were sampled, whatever became of them. Read after what became of them, it is never less.
    pub(crate) fn created(&self) -> u64 {
        let Lost { ring_full, too_many_open, too_large } = self.lost();
        let beside_rings = self.counters.beside_rings.load(Acquire);
        self.rings.pushed() + beside_rings + ring_full + too_many_open + too_large
    }

    /// What was lost before it reached the outlet.
    pub(crate) fn lost(&self) -> Lost {
        Lost {
            ring_full: self.counters.ring_full.load(Acquire),
            too_many_open: self.counters.too_many_open.load(Acquire),
            too_large: self.counters.too_large.load(Acquire),
        }
    }

    /// How many attributes, events and links came after their span had ended.
    #[cfg_attr(
        not(any(test, feature = "testing")),
        expect(dead_code, reason = "only tests look at it")
    )]
    pub(crate) fn late(&self) -> u64 {
        self.counters.late.load(Relaxed)
    }

    /// The spans of this recorder that are open now.
    pub(crate) fn open_slots(&self) -> impl Iterator<Item = &'static Slot> {
        let id = self.id;
        slots::all().filter(move |slot| {
            slot.recorder() == id && slot.start() != 0 && slot.info() & SAMPLED != 0
        })
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core").field("id", &self.id).finish_non_exhaustive()
    }
}
