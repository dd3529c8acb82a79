//! What one thread does.

use super::super::{Boxed, enter_with, pending, poll, traced_with};
use super::world::{Ended, World};
use crate::set_attribute;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use tracing::{Span, info, info_span};

site!(FUNCTION, "stress_function", ["n", "own", "other"]);
site!(FUTURE, "stress_future", ["n", "own", "other"]);

/// Numbers that follow from a seed: xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % bound
    }
}

/// One who acts: in which world, in which span, and how deep.
struct Actor {
    world: Arc<World>,
    random: Random,
    /// The number of the span that is current.
    current: Option<usize>,
    depth: u32,
    left: u64,
}

/// A panic that somebody catches.
struct Caught;

pub(super) fn thread(world: &Arc<World>, seed: u64, operations: u64) {
    let random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut actor =
        Actor { world: world.clone(), random, current: None, depth: 0, left: operations };
    while actor.left > 0 {
        actor.catching(Actor::act);
    }
}

impl Actor {
    fn catching(&mut self, act: impl FnOnce(&mut Actor)) {
        let (current, depth) = (self.current, self.depth);
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| act(self))) {
            assert!(payload.is::<Caught>(), "a panic that is not ours");
            (self.current, self.depth) = (current, depth);
        }
    }

    /// Does one thing.
    fn act(&mut self) {
        self.left = self.left.saturating_sub(1);
        match self.random.below(20) {
            0..4 if self.depth < 6 => self.function(),
            4..6 if self.depth < 6 => self.slot(),
            6 if self.depth < 6 => self.catching(Actor::function),
            7..9 => self.new_future(),
            9..12 if self.depth < 6 => self.poll_future(),
            12 => drop(self.take_future()),
            13..15 => self.write(),
            15 => self.give_handle(),
            16..18 => self.use_handle(),
            18 if self.depth > 0 && self.random.below(8) == 0 => self.panic(),
            19 if self.current.is_some() && self.random.below(4) == 0 => self.leak(),
            _ => {}
        }
    }

    /// Does some things in a span that was just begun.
    fn act_in(&mut self, number: usize) {
        let before = self.current.replace(number);
        self.depth += 1;
        for _ in 0..self.random.below(6) {
            self.act();
        }
        self.depth -= 1;
        self.current = before;
    }

    fn function(&mut self) {
        let number = self.world.begin(self.current);
        let _guard = enter_with(&FUNCTION, |attributes| attributes.record_as("n", &number));
        let _exit = Exit::new(&self.world, number, Ended::Well);
        self.act_in(number);
    }

    /// A guard that nobody drops ends with the function that leaked it.
    fn leak(&mut self) {
        let caller = self.world.begin(self.current);
        let guard = enter_with(&FUNCTION, |attributes| attributes.record_as("n", &caller));
        let leaked = self.world.begin(Some(caller));
        std::mem::forget(enter_with(&FUNCTION, |attributes| attributes.record_as("n", &leaked)));
        self.world.change(leaked, |expected| expected.ended = Ended::Leaked);
        drop(guard);
    }

    fn slot(&mut self) {
        let number = self.world.begin(self.current);
        let other = tracing::field::Empty;
        info_span!("stress_slot", n = number, own = tracing::field::Empty, other)
            .in_scope(|| self.act_in(number));
    }

    /// A future that is polled once here and then by anybody.
    fn new_future(&mut self) {
        let number = self.world.begin(self.current);
        let (steps, seed) = (self.random.below(4), self.random.below(u64::MAX) | 1);
        let mut actor = Actor {
            world: self.world.clone(),
            random: Random(seed),
            current: Some(number),
            depth: 3,
            left: u64::MAX,
        };
        let body = async move {
            let mut exit = Exit::new(&actor.world.clone(), number, Ended::Cancelled);
            for _ in 0..=steps {
                actor.act();
                pending(1).await;
            }
            exit.otherwise = Ended::Well;
        };
        let future =
            traced_with(&FUTURE, move |attributes| attributes.record_as("n", &number), body);
        self.poll(Box::pin(future));
    }

    fn take_future(&mut self) -> Option<Boxed<()>> {
        self.world.take_future(self.random.below(1 << 16) as usize)
    }

    fn poll_future(&mut self) {
        if let Some(future) = self.take_future() {
            self.poll(future);
        }
    }

    fn poll(&mut self, mut future: Boxed<()>) {
        self.catching(|actor| {
            if poll(&mut future).is_pending() {
                actor.world.give_future(future);
            }
        });
    }

    /// Writes to the span that is current.
    fn write(&mut self) {
        let Some(number) = self.current else { return };
        let value = self.random.below(1 << 40) as i64;
        match self.random.below(3) {
            0 => set_attribute("own", value),
            1 => drop(Span::current().record("own", value)),
            _ => {
                self.world.event();
                return info!(of = number, "own event");
            }
        }
        self.world.change(number, |expected| expected.own = Some(value));
    }

    fn give_handle(&mut self) {
        if let Some(number) = self.current {
            self.world.give_handle(Span::current(), number);
        }
    }

    fn use_handle(&mut self) {
        let Some((handle, number)) = self.world.take_handle(self.random.below(1 << 16) as usize)
        else {
            return;
        };
        match self.random.below(5) {
            0 => {
                self.world.records.fetch_add(1, Relaxed);
                handle.record("other", number);
            }
            1 => {
                self.world.event();
                info!(parent: &handle, of = number, "another's event");
            }
            2 => {
                let child = self.world.begin(Some(number));
                info_span!(parent: &handle, "stress_child", n = child).in_scope(|| {});
            }
            3 => handle.in_scope(|| {
                let before = self.current.replace(number);
                let child = self.world.begin(Some(number));
                drop(enter_with(&FUNCTION, |attributes| attributes.record_as("n", &child)));
                self.current = before;
            }),
            _ => {
                if let Some(current) = self.current {
                    Span::current().follows_from(&handle);
                    self.world.change(current, |expected| expected.links += 1);
                }
            }
        }
        if self.random.below(2) == 0 {
            self.world.give_handle(handle, number);
        }
    }

    fn panic(&mut self) {
        // Traces while it is dropped by the panic.
        let _unwound = Unwound { world: self.world.clone(), current: self.current };
        // Without the hook, which would write a backtrace for each.
        resume_unwind(Box::new(Caught));
    }
}

/// Notes how a span ended, just before it does.
struct Exit {
    world: Arc<World>,
    number: usize,
    otherwise: Ended,
}

impl Exit {
    fn new(world: &Arc<World>, number: usize, otherwise: Ended) -> Exit {
        Exit { world: world.clone(), number, otherwise }
    }
}

impl Drop for Exit {
    fn drop(&mut self) {
        let ended = if std::thread::panicking() { Ended::Panicked } else { self.otherwise };
        self.world.change(self.number, |expected| expected.ended = ended);
    }
}

struct Unwound {
    world: Arc<World>,
    current: Option<usize>,
}

impl Drop for Unwound {
    fn drop(&mut self) {
        let number = self.world.begin(self.current);
        drop(enter_with(&FUNCTION, |attributes| attributes.record_as("n", &number)));
    }
}
