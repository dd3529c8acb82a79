//! How the recorder's threads hand spans to each other, as loom sees it: each model is run once for every order of events that
//! the memory model of C++ allows.
//!
//! The code is the recorder's own, but for its `sync`, which is loom's here. And loom rather than shuttle, because shuttle lets all
//! threads see all stores at once: it would find no mistake in an `Ordering`.

// The recorder's files bring their unit tests along, which know nothing of a model.
#![cfg(not(test))]

#[path = "../../../runtime/src/recorder/context.rs"]
#[expect(dead_code, reason = "the models need only a part of it")]
mod context;
mod encoder;
#[path = "../../../runtime/src/recorder/ring.rs"]
#[expect(dead_code, reason = "the models need only a part of it")]
mod ring;
#[path = "../../../runtime/src/recorder/rings.rs"]
#[expect(dead_code, reason = "the models need only a part of it")]
mod rings;
#[path = "../../../runtime/src/recorder/slot.rs"]
#[expect(dead_code, reason = "the models need only a part of it")]
mod slot;
mod sync;

/// What the models have no need of.
mod remote {
    #[derive(Debug)]
    pub(crate) struct Carried;
}

pub mod handing_over;
pub mod tenants;

use loom::model::Builder;
use loom::thread;

/// The one of two threads that loom begins with.
///
/// It matters: where a thread reads a word before it writes it, loom overlooks that another one had read that word earlier, and
/// does not try what happens if that comes later.
#[derive(Clone, Copy)]
enum First {
    One,
    Other,
}

/// Runs `model` in every order in which its two threads can meet with three preemptions, or with `LOOM_MAX_PREEMPTIONS`.
fn explore(model: impl Fn(First) + Copy + Send + Sync + 'static) {
    for first in [First::One, First::Other] {
        let mut builder = Builder::new();
        builder.preemption_bound = builder.preemption_bound.or(Some(3));
        builder.check(move || model(first));
    }
}

impl First {
    /// Runs two threads beside each other, and says what they say.
    fn of<A: Send + 'static, B: Send + 'static>(
        self,
        one: impl FnOnce() -> A + Send + 'static,
        other: impl FnOnce() -> B + Send + 'static,
    ) -> (A, B) {
        let (one, other) = match self {
            First::One => {
                let one = thread::spawn(one);
                (one, thread::spawn(other))
            }
            First::Other => {
                let other = thread::spawn(other);
                (thread::spawn(one), other)
            }
        };
        (one.join().unwrap(), other.join().unwrap())
    }
}
