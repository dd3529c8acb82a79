//! What the threads share: the model, futures and handles that they pass to each other.

use super::super::Boxed;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use tracing::Span;

#[derive(Default)]
pub(super) struct World {
    expected: Mutex<Vec<Expected>>,
    futures: Mutex<Vec<Boxed<()>>>,
    /// With the number of their span.
    handles: Mutex<Vec<(Span, usize)>>,
    /// How many events were made in or for spans.
    pub(super) events: AtomicU64,
    /// How often something was recorded through a handle.
    pub(super) records: AtomicU64,
}

/// What should come out of a span, which is known by its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected {
    pub(super) parent: Option<usize>,
    pub(super) ended: Ended,
    /// The last value that its own code has set.
    pub(super) own: Option<i64>,
    pub(super) links: usize,
}

/// How a span ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Ended {
    Well,
    Panicked,
    Cancelled,
    Leaked,
}

impl World {
    pub(super) fn begin(&self, parent: Option<usize>) -> usize {
        let mut expected = self.expected.lock().unwrap();
        expected.push(Expected { parent, ended: Ended::Well, own: None, links: 0 });
        expected.len() - 1
    }

    pub(super) fn change(&self, number: usize, change: impl FnOnce(&mut Expected)) {
        change(&mut self.expected.lock().unwrap()[number]);
    }

    pub(super) fn expected(&self) -> Vec<Expected> {
        self.expected.lock().unwrap().clone()
    }

    pub(super) fn event(&self) {
        self.events.fetch_add(1, Relaxed);
    }

    pub(super) fn give_future(&self, future: Boxed<()>) {
        self.futures.lock().unwrap().push(future);
    }

    /// One of the futures, by any number.
    pub(super) fn take_future(&self, any: usize) -> Option<Boxed<()>> {
        take(&self.futures, any)
    }

    pub(super) fn give_handle(&self, handle: Span, number: usize) {
        self.handles.lock().unwrap().push((handle, number));
    }

    /// One of the handles, by any number.
    pub(super) fn take_handle(&self, any: usize) -> Option<(Span, usize)> {
        take(&self.handles, any)
    }

    /// Drops what nobody has taken.
    pub(super) fn clear(&self) {
        while let Some(future) = self.take_future(0) {
            drop(future);
        }
        while let Some(handle) = self.take_handle(0) {
            drop(handle);
        }
    }
}

/// What is taken is dropped without the lock.
fn take<T>(pool: &Mutex<Vec<T>>, any: usize) -> Option<T> {
    let mut pool = pool.lock().unwrap();
    let at = any.checked_rem(pool.len())?;
    Some(pool.swap_remove(at))
}
