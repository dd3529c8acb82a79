//! What the settings say of the requests that servers receive: which paths are not traced, and which header names the trace.
//!
//! A thread that serves requests keeps it for itself and looks at one number to know whether it is still the right one.

use crate::recorder::{Patterns, lock, lock_unless_forked};
use http::HeaderName;
use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering::Acquire, Ordering::Release};
use std::sync::{Arc, Mutex};

/// What is said of requests.
#[derive(Debug)]
pub(crate) struct Requests {
    /// The paths that are left out.
    excluded: Patterns,
    /// Where responses name their trace.
    response_header: Option<HeaderName>,
}

/// Counts how often something else was said; 0: nothing ever was.
static EDITION: AtomicU64 = AtomicU64::new(0);
static CURRENT: Mutex<Option<Arc<Requests>>> = Mutex::new(None);

thread_local! {
    static KNOWN: RefCell<(u64, Option<Arc<Requests>>)> = const { RefCell::new((0, None)) };
}

impl Requests {
    /// In each of the paths a `*` stands for anything.
    pub(crate) fn new(excluded: &[String], response_header: Option<&HeaderName>) -> Requests {
        let excluded = Patterns(excluded.to_vec());
        Requests { excluded, response_header: response_header.cloned() }
    }

    /// Counts from now on, in the whole process.
    pub(crate) fn apply(self) {
        *lock(&CURRENT) = Some(Arc::new(self));
        EDITION.fetch_add(1, Release);
    }
}

/// Whether requests of this path are left out.
pub(crate) fn is_excluded(path: &str) -> bool {
    ask(|requests| requests.excluded.fit(path)).unwrap_or(false)
}

/// The header in which responses name their trace.
pub(crate) fn response_header() -> Option<HeaderName> {
    ask(|requests| requests.response_header.clone()).flatten()
}

fn ask<T>(question: impl FnOnce(&Requests) -> T) -> Option<T> {
    let edition = EDITION.load(Acquire);
    // A thread that ends has nowhere to keep it, and no request to serve.
    let answer = KNOWN.try_with(|known| {
        let mut known = known.borrow_mut();
        if known.0 != edition {
            *known = (edition, lock_unless_forked(&CURRENT)?.clone());
        }
        known.1.as_deref().map(question)
    });
    answer.ok().flatten()
}
