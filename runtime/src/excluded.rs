//! The paths whose requests are not traced.
//!
//! A thread that serves requests keeps the list for itself and looks at one number to know whether it is still the right one.

use crate::recorder::Patterns;
use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering::Acquire, Ordering::Release};
use std::sync::{Arc, Mutex, PoisonError};

/// Counts how often the list was changed; 0: there never was one.
static EDITION: AtomicU64 = AtomicU64::new(0);
static CURRENT: Mutex<Option<Arc<Patterns>>> = Mutex::new(None);

thread_local! {
    static KNOWN: RefCell<(u64, Option<Arc<Patterns>>)> = const { RefCell::new((0, None)) };
}

/// Lets these count from now on, in the whole process; in each a `*` stands for anything.
pub(crate) fn exclude(paths: &[String]) {
    let mut current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
    *current = Some(Arc::new(Patterns(paths.to_vec())));
    EDITION.fetch_add(1, Release);
}

/// Whether requests of this path are left out.
pub(crate) fn is_excluded(path: &str) -> bool {
    let edition = EDITION.load(Acquire);
    // A thread that ends has nowhere to keep it, and no request to serve.
    let excluded = KNOWN.try_with(|known| {
        let mut known = known.borrow_mut();
        if known.0 != edition {
            let current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
            *known = (edition, current.clone());
        }
        known.1.as_ref().is_some_and(|excluded| excluded.fit(path))
    });
    excluded.unwrap_or(false)
}
