//! Whose spans are recorded, and by which core: for the whole process, or on threads that are given a dispatcher.

use super::core::{Config, Core, Outlet};
use super::face;
use super::layers::{self, Layers};
use super::log_records;
use super::slot::lock;
use super::subscriber::Recorder;
use crate::batch::Chunk;
use std::sync::atomic::{
    AtomicU32,
    Ordering::{Acquire, Release},
};
use std::sync::{Arc, Mutex, OnceLock};
use tracing_core::subscriber::NoSubscriber;
use tracing_core::{Dispatch, dispatcher};

/// Records on threads where this is the default dispatcher.
///
/// While there is one dispatcher only, `tracing` asks the current one of the thread that reaches a call site first, and where
/// that thread has none, switches the call site off for all. So there are always two.
#[cfg_attr(
    not(any(test, feature = "testing")),
    expect(dead_code, reason = "only tests record on one thread")
)]
pub(crate) fn scoped(core: &Core) -> Dispatch {
    static SECOND: OnceLock<Dispatch> = OnceLock::new();
    SECOND.get_or_init(|| Dispatch::new(NoSubscriber::new()));
    let recorder = Dispatch::new(Recorder::new(Arc::new(AtomicU32::new(core.id))));
    install_layers(core, &recorder);
    recorder
}

fn install_layers(core: &Core, recorder: &Dispatch) {
    if let Some(layers) = core.config.layers {
        layers.install(recorder);
    }
}

/// The global recorder, once it is installed.
static GLOBAL: OnceLock<Global> = OnceLock::new();
static INSTALLING: Mutex<()> = Mutex::new(());

struct Global {
    /// The id of its core.
    core: Arc<AtomicU32>,
    recorder: Dispatch,
    /// What it turns to when tracing ends and there are layers, which go on.
    afterwards: Mutex<Option<Arc<Core>>>,
}

/// Somebody else's subscriber is the process's default.
#[derive(Debug)]
pub(crate) struct AnotherSubscriber;

/// Makes `core` the one that the whole process records to, or nobody.
pub(crate) fn turn_to(core: Option<&Core>) -> Result<(), AnotherSubscriber> {
    let installing = lock(&INSTALLING);
    match (GLOBAL.get(), core) {
        (Some(global), Some(core)) => {
            install_layers(core, &global.recorder);
            global.core.store(core.id, Release);
        }
        (Some(global), None) => global.end(),
        (None, Some(core)) => install(core)?,
        (None, None) => return Ok(()),
    }
    drop(installing);
    if core.is_some() {
        log_records::take();
    }
    // A call site that was reached before this moment is cached as switched off.
    ask_call_sites_again();
    Ok(())
}

/// Records nothing; what the process does is there for layers all the same.
pub(crate) fn turn_to_layers(layers: &'static Layers) -> Result<(), AnotherSubscriber> {
    let core = Core::new(Config::of_nothing(layers), Arc::new(Nowhere));
    turn_to(Some(&core))?;
    if let Some(global) = GLOBAL.get() {
        *lock(&global.afterwards) = Some(core);
    }
    Ok(())
}

fn install(first: &Core) -> Result<(), AnotherSubscriber> {
    let core = Arc::new(AtomicU32::new(first.id));
    let recorder = Dispatch::new(Recorder::new(core.clone()));
    dispatcher::set_global_default(recorder.clone()).map_err(|_| AnotherSubscriber)?;
    install_layers(first, &recorder);
    let _ = GLOBAL.set(Global { core, recorder, afterwards: Mutex::default() });
    Ok(())
}

impl Global {
    fn end(&self) {
        let afterwards = layers_of_process()
            .map(|layers| Core::new(Config::of_nothing(layers), Arc::new(Nowhere)));
        self.core.store(afterwards.as_ref().map_or(0, |core| core.id), Release);
        *lock(&self.afterwards) = afterwards;
    }
}

/// The layers of the global recorder. It has them for good, whatever core it turns to: threads may be inside of them.
pub(crate) fn layers_of_process() -> Option<&'static Layers> {
    layers::of(GLOBAL.get()?.core.load(Acquire))
}

struct Nowhere;

impl Outlet for Nowhere {
    fn accept(&self, _: Chunk) {}

    fn wake(&self) {}
}

/// Lets `tracing` ask whether its call sites are wanted, and how verbose they may be. Not from inside a dispatch: that would
/// switch all of them off.
pub(crate) fn ask_call_sites_again() {
    #[expect(clippy::disallowed_methods, reason = "outside of any dispatch")]
    tracing_core::callsite::rebuild_interest_cache();
    log_records::follow_level();
}

/// Which core the current subscriber records to, where that is a recorder or has a layer of ours.
pub(crate) fn current_core() -> Option<u32> {
    current_recorder().or_else(|| dispatcher::get_default(face::recorder_in))
}

/// Which core the current subscriber records to, where that is a recorder.
///
/// An identity and not a yes or no, because a scoped recorder may sit over a global one.
#[inline]
pub(super) fn current_recorder() -> Option<u32> {
    dispatcher::get_default(|current| current.downcast_ref::<Recorder>().map(Recorder::id))
}
