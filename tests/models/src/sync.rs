//! What stands in the place of the recorder's `sync`: loom's atomics and locks.

pub(crate) use loom::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};
pub(crate) use loom::sync::{Arc, Mutex, MutexGuard};
pub(crate) use std::sync::{PoisonError, TryLockError};

/// Models are no forked processes.
pub(crate) fn is_child() -> bool {
    false
}
