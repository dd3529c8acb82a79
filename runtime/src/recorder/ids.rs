//! Trace and span ids: xoshiro256++ with 256 bits of random state per thread, never zero.
//!
//! Source: <https://prng.di.unimi.it/xoshiro256plusplus.c> (public domain). A counter with a constant step would let two
//! threads, or two processes, walk the same sequence.

use std::hash::{BuildHasher, RandomState};

/// One thread's generator; seeded at its first use.
#[derive(Debug)]
pub(crate) struct IdGenerator {
    state: [u64; 4],
    last: u64,
}

impl IdGenerator {
    /// Not seeded yet, so that it can stand in a constant.
    pub(crate) const UNSEEDED: IdGenerator = IdGenerator { state: [0; 4], last: 0 };

    /// A span id: never zero, which means "none" on the wire.
    #[inline]
    pub(crate) fn span_id(&mut self) -> u64 {
        loop {
            match self.next() {
                0 if self.state == [0; 4] => self.seed(),
                0 => {}
                id => {
                    self.last = id;
                    return id;
                }
            }
        }
    }

    /// The id that was given last.
    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    /// A trace id: never zero in either half.
    #[inline]
    pub(crate) fn trace_id(&mut self) -> u128 {
        u128::from(self.span_id()) << 64 | u128::from(self.span_id())
    }

    /// The state is all zeros, and stays so, until it is seeded; that is the only way to see it.
    #[inline]
    fn next(&mut self) -> u64 {
        let [a, b, c, d] = self.state;
        let result = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let (c, d) = (c ^ a, d ^ b);
        self.state = [a ^ d, b ^ c, c ^ (b << 17), d.rotate_left(45)];
        result
    }

    /// Begins another sequence: that of a process which is forked goes on in both.
    pub(crate) fn seed_again(&mut self) {
        self.state = [0; 4];
    }

    /// `RandomState` is the standard library's way to the operating system's randomness. A forked process has a copy of that too,
    /// but another number.
    #[cold]
    fn seed(&mut self) {
        let process = std::process::id();
        let random = |word| RandomState::new().hash_one((process, word)) | u64::from(word == 0);
        self.state = std::array::from_fn(random);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_that_of_the_reference_implementation() {
        let mut ids = IdGenerator { state: [1, 2, 3, 4], last: 0 };
        let first: [u64; 4] = std::array::from_fn(|_| ids.next());
        assert_eq!(first, [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386]);
    }

    #[test]
    fn no_id_is_zero_where_the_sequence_is() {
        let zero_next = || IdGenerator { state: [0, 1, 1, 0], last: 0 };
        assert_eq!(zero_next().next(), 0);
        assert_ne!(zero_next().span_id(), 0);
        let id = zero_next().trace_id();
        assert!(id >> 64 != 0 && id as u64 != 0);
    }

    #[test]
    fn a_generator_that_is_seeded_again_leaves_the_sequence_of_its_copy() {
        let mut ids = IdGenerator { state: [1, 2, 3, 4], last: 0 };
        let mut copy = IdGenerator { state: ids.state, last: 0 };
        assert_eq!(ids.span_id(), copy.span_id());
        copy.seed_again();
        assert_ne!(ids.span_id(), copy.span_id());
    }

    #[test]
    fn generators_walk_different_sequences() {
        let (mut a, mut b) = (IdGenerator::UNSEEDED, IdGenerator::UNSEEDED);
        assert_ne!(a.trace_id(), b.trace_id());
        assert_ne!(a.span_id(), a.span_id());
    }
}
