//! A child that was forked from a process which traces, without `exec`.
//!
//! It has a copy of the memory, but none of the other threads: nobody sends what it records, and a lock that one of those threads
//! held will never be free. So a child never waits: what finds its way blocked is dropped, and everything that would have ended
//! in the pipeline returns at once. The parent's connections and files are shared with the child, which leaves them alone.
//!
//! Nobody is told of a fork, so the process asks who it is: a system call, and therefore only where one would be made anyway, or
//! where a lock is not free at once.

use std::sync::atomic::{
    AtomicBool, AtomicU32, AtomicU64,
    Ordering::{AcqRel, Acquire, Relaxed, Release},
};

/// The process in which tracing runs; 0 where it does not.
static HOME: AtomicU32 = AtomicU32::new(0);
static IS_CHILD: AtomicBool = AtomicBool::new(false);
static IS_TOLD: AtomicBool = AtomicBool::new(false);
static DROPPED: AtomicU64 = AtomicU64::new(0);

/// What people are told in a child.
pub(crate) const NO_EXPORT: &str = "this process was forked from one that traces, and a forked child exports nothing\n\
    hint: start tracing after the fork, or let the child `exec`";

/// Tracing runs in this process from now on.
pub(crate) fn settle() {
    HOME.store(std::process::id(), Release);
}

/// Tracing has ended: a child that is forked from now on may start its own.
pub(crate) fn leave() {
    HOME.store(0, Release);
}

/// Whether this process is a forked child of the one in which tracing runs.
pub(crate) fn is_child() -> bool {
    IS_CHILD.load(Relaxed) || is_away_from_home()
}

fn is_away_from_home() -> bool {
    let home = HOME.load(Acquire);
    let is_away = home != 0 && home != std::process::id();
    if is_away {
        IS_CHILD.store(true, Relaxed);
    }
    is_away
}

/// Whether this is the first time that somebody has to be told.
pub(crate) fn is_first_to_tell() -> bool {
    !IS_TOLD.swap(true, AcqRel)
}

/// A span was dropped, because this is a child.
pub(crate) fn count_dropped() {
    DROPPED.fetch_add(1, Relaxed);
}

/// How many spans were dropped in this child.
pub(crate) fn dropped() -> u64 {
    DROPPED.load(Relaxed)
}

/// Lets this process take itself for a child.
#[cfg(all(test, not(miri)))]
pub(crate) fn pretend() {
    IS_CHILD.store(true, Relaxed);
}
