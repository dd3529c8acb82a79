//! What threads hand spans over with: the standard library's atomics and locks.
//!
//! `tests/models` compiles the files that use them with loom's in this place, which try every order of events.

pub(super) use crate::forked::is_child;
pub(super) use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};
pub(super) use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
