//! A span whose work is done in several pieces, which one hands to the next: a request, and the body of its response.

use super::callsite::CallSite;
use super::ending::Ending;
use super::own::Own;
use super::polling::{Polling, State, Then};
use super::prepared::prepare;
use super::remote::Carried;
use std::sync::Arc;

/// It begins with its first piece. Whoever drops it before its end has given the work up.
#[derive(Debug)]
pub(crate) struct Ongoing {
    state: State,
}

impl Ongoing {
    /// None.
    pub(crate) const NOTHING: Ongoing = Ongoing { state: State::Nothing };

    /// A span below the one that is current now.
    pub(crate) fn prepare(site: &'static CallSite) -> Ongoing {
        Ongoing { state: prepare(site, &|_| {}).into_state() }
    }

    /// Passes this on with the requests that the span causes.
    pub(crate) fn carry(&mut self, carried: Option<Arc<Carried>>) {
        match &mut self.state {
            State::Prepared(frame) => frame.carried = carried,
            State::PreparedForeign(span) => {
                Own::of(span).into_iter().for_each(|own| own.carry(carried.clone()));
            }
            State::New(_) | State::Lane(_) | State::Foreign(_) | State::Nothing => {}
        }
    }

    /// Whether there is one; also one that is not recorded, because its trace is not.
    pub(crate) fn is_any(&self) -> bool {
        !matches!(self.state, State::Nothing)
    }

    /// The id of its trace, if that is recorded.
    pub(crate) fn trace_id(&self) -> Option<u128> {
        match &self.state {
            State::Prepared(frame) | State::Lane(frame) => {
                frame.context.is_sampled().then_some(frame.context.trace_id)
            }
            State::PreparedForeign(span) | State::Foreign(span) => Some(Own::of(span)?.trace_id()),
            State::New(_) | State::Nothing => None,
        }
    }

    /// The span, for the next piece. Nothing stays here.
    pub(crate) fn hand_on(&mut self) -> Ongoing {
        std::mem::replace(self, Ongoing::NOTHING)
    }

    /// Makes it the current span, for one piece of its work.
    pub(crate) fn enter(&mut self) -> Piece<'_> {
        Piece { polling: Polling::start(&mut self.state) }
    }
}

impl Drop for Ongoing {
    fn drop(&mut self) {
        if self.state.has_begun() {
            self.enter().give_up();
        }
    }
}

/// One piece of a span's work. When it is dropped the span waits for the next one.
pub(crate) struct Piece<'a> {
    polling: Polling<'a>,
}

impl Piece<'_> {
    /// Adds what the work has shown.
    pub(crate) fn amend(&self, amend: impl Fn(&mut Ending<'_>)) {
        self.polling.amend(&amend);
    }

    /// It was the last piece.
    pub(crate) fn end(&mut self) {
        self.polling.then = Then::End;
    }

    /// It was the last piece, because the rest of the work is not wanted any more.
    pub(crate) fn give_up(&mut self) {
        self.polling.then = Then::Cancel;
    }
}
