//! Whose spans are recorded, and by which core: for the whole process, or on threads that are given a dispatcher.

use super::core::Core;
use super::log_records;
use super::slot::lock;
use super::subscriber::Recorder;
use std::sync::atomic::{AtomicU32, Ordering::Release};
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
    Dispatch::new(Recorder::new(Arc::new(AtomicU32::new(core.id))))
}

/// The core of the global recorder, once that is installed.
static GLOBAL: OnceLock<Arc<AtomicU32>> = OnceLock::new();
static INSTALLING: Mutex<()> = Mutex::new(());

/// Somebody else's subscriber is the process's default.
#[derive(Debug)]
pub(crate) struct AnotherSubscriber;

/// Makes `core` the one that the whole process records to, or nobody.
pub(crate) fn turn_to(core: Option<&Core>) -> Result<(), AnotherSubscriber> {
    let id = core.map_or(0, |core| core.id);
    let installing = lock(&INSTALLING);
    match GLOBAL.get() {
        Some(global) => global.store(id, Release),
        None if id == 0 => return Ok(()),
        None => {
            let current = Arc::new(AtomicU32::new(id));
            let recorder = Dispatch::new(Recorder::new(current.clone()));
            dispatcher::set_global_default(recorder).map_err(|_| AnotherSubscriber)?;
            let _ = GLOBAL.set(current);
        }
    }
    drop(installing);
    // A call site that was reached before this moment is cached as switched off.
    ask_call_sites_again();
    Ok(())
}

/// Lets `tracing` ask whether its call sites are wanted, and how verbose they may be. Not from inside a dispatch: that would
/// switch all of them off.
pub(super) fn ask_call_sites_again() {
    #[expect(clippy::disallowed_methods, reason = "outside of any dispatch")]
    tracing_core::callsite::rebuild_interest_cache();
    log_records::follow_level();
}

/// Which core the current subscriber records to, where that is a recorder.
///
/// An identity and not a yes or no, because a scoped recorder may sit over a global one.
#[inline]
pub(crate) fn current_recorder() -> Option<u32> {
    dispatcher::get_default(|current| current.downcast_ref::<Recorder>().map(Recorder::id))
}
