//! Whether and how the spans of a call site are recorded: one word, loaded once for each span.

use super::rules::Ruling;
use std::sync::OnceLock;
use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Release},
};

/// The decision of the recorder that was asked last: its number in the upper half, the [`Decision`] in the lower one. 0: nobody
/// was asked, or rules were swapped since. It is written under the lock of the registry only.
#[derive(Debug)]
pub(crate) struct Policy(AtomicU64);

/// What one recorder has decided about a call site.
///
/// It is the number of the site together with its ruling, so that who has it has all of it: it is carried by the span to the
/// worker, and cannot be torn by a swap of rules.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Decision(u32);

impl Policy {
    pub(crate) const fn unresolved() -> Policy {
        Policy(AtomicU64::new(0))
    }

    /// What `recorder` has decided, if it is the one that was asked last.
    #[inline]
    pub(crate) fn of(&self, recorder: u32) -> Option<Decision> {
        // Acquired, so that a ruling is in its table for whoever has its number.
        let word = self.0.load(Acquire);
        ((word >> 32) as u32 == recorder).then_some(Decision(word as u32))
    }

    pub(crate) fn set(&self, recorder: u32, decision: Decision) {
        self.0.store(u64::from(recorder) << 32 | u64::from(decision.0), Release);
    }

    /// Makes the next span ask again.
    pub(crate) fn forget_all(&self) {
        self.0.store(0, Release);
    }

    /// The same, if it was `recorder` that has decided.
    pub(crate) fn forget(&self, recorder: u32) {
        if self.of(recorder).is_some() {
            self.0.store(0, Release);
        }
    }
}

impl Decision {
    /// Nothing is recorded.
    pub(crate) const OFF: Decision = Decision(0);
    /// An event is recorded.
    pub(crate) const EVENT: Decision = Decision(1);
    /// The traced thread has to look at the ruling.
    const CONCERNS_THE_CALL: u32 = 1 << 31;
    /// Layers want it, so that it is an ordinary span, whether or not it is recorded.
    const SEEN: u32 = 1 << 30;
    /// Numbers take 24 bits, because a slot holds them beside its flags.
    const MOST: u32 = (1 << 24) - 1;

    /// Recorded under this number, with the ruling that belongs to it. What cannot be numbered is not recorded: it might be
    /// recorded with what somebody wants redacted.
    pub(crate) fn recorded(number: u32, ruling: Option<&'static Ruling>) -> Decision {
        if number > Decision::MOST {
            return Decision::OFF;
        }
        match ruling.filter(|ruling| ruling.concerns_the_call()) {
            Some(ruling) => {
                publish(number, ruling);
                Decision(number | Decision::CONCERNS_THE_CALL)
            }
            None => Decision(number),
        }
    }

    #[inline]
    pub(crate) fn is_off(self) -> bool {
        self.0 & Decision::MOST == 0
    }

    /// The same, and layers want it.
    pub(crate) fn seen(self) -> Decision {
        Decision(self.0 | Decision::SEEN)
    }

    #[inline]
    pub(crate) fn is_seen(self) -> bool {
        self.0 & Decision::SEEN != 0
    }

    #[inline]
    pub(crate) fn concerns_the_call(self) -> bool {
        self.0 & Decision::CONCERNS_THE_CALL != 0
    }

    /// The number as a slot holds it, above its eight flags.
    #[inline]
    pub(crate) fn info(self) -> u32 {
        self.0 << 8
    }

    /// What the rules say that the traced thread has to know.
    #[cold]
    pub(crate) fn ruling(self) -> Option<&'static Ruling> {
        ruling(self.0 & Decision::MOST)
    }
}

/// What the rules say, under this number, that the traced thread has to know.
#[cold]
pub(crate) fn ruling(number: u32) -> Option<&'static Ruling> {
    let number = number as usize;
    RULINGS.get(number / PAGE)?.get()?.get(number % PAGE)?.get().copied()
}

const PAGE: usize = 4096;
type Page = Box<[OnceLock<&'static Ruling>]>;

/// Rulings by number, for the traced thread, which takes no lock.
static RULINGS: [OnceLock<Page>; (Decision::MOST as usize + 1) / PAGE] =
    [const { OnceLock::new() }; (Decision::MOST as usize + 1) / PAGE];

fn publish(number: u32, ruling: &'static Ruling) {
    let (page, at) = (number as usize / PAGE, number as usize % PAGE);
    let page = RULINGS
        .get(page)
        .map(|page| page.get_or_init(|| (0..PAGE).map(|_| OnceLock::new()).collect()));
    if let Some(place) = page.and_then(|page| page.get(at)) {
        place.get_or_init(|| ruling);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recorder::Sampler;

    #[test]
    fn a_word_is_the_decision_of_the_recorder_that_was_asked_last() {
        let policy = Policy::unresolved();
        let decision = Decision::recorded(5, None);
        policy.set(7, decision);
        assert_eq!((policy.of(7), policy.of(8)), (Some(decision), None));
        policy.forget(8);
        assert_eq!(policy.of(7), Some(decision));
        policy.forget(7);
        assert_eq!(policy.of(7), None);
    }

    #[test]
    fn a_number_leads_to_its_ruling_where_the_traced_thread_has_to_know_it() {
        let number = Decision::MOST - 1;
        let sampled = Ruling { sampler: Some(Sampler::new(0.5)), ..Ruling::default() };
        let ruling: &'static Ruling = Box::leak(Box::new(sampled));
        let decision = Decision::recorded(number, Some(ruling));
        assert!(decision.concerns_the_call() && !decision.is_off());
        assert_eq!((decision.ruling(), decision.info()), (Some(ruling), number << 8));
        let renamed = Ruling { name: Some("x".into()), ..Ruling::default() };
        let decision = Decision::recorded(number - 1, Some(Box::leak(Box::new(renamed))));
        assert!(!decision.concerns_the_call() && decision.ruling().is_none());
    }

    #[test]
    fn what_cannot_be_numbered_is_not_recorded() {
        assert!(Decision::recorded(Decision::MOST + 1, None).is_off());
        assert!(!Decision::recorded(Decision::MOST, None).is_off());
    }
}
