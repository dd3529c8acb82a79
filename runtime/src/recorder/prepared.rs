//! Spans of functions that return a future or a stream: begun by the call, whose arguments nobody has later, and handed to what
//! the function returns.

use super::callsite::CallSite;
use super::encoder::Attributes;
use super::ending::Ending;
use super::foreign;
use super::frame::Frame;
use super::future::Traced;
use super::lane::{self, Amend, Begun, Record};
use super::origin::Origin;
use super::polling::State;
use super::stream::TracedStream;
use futures_core::Stream;

/// A span whose attributes and whose parent are those of a call, and whose time begins with the first poll of what the call
/// returned. Without a poll there is no span.
#[derive(Debug)]
#[must_use = "the span is nothing without its future"]
pub struct Prepared {
    state: State,
}

/// Prepares the span of a call.
#[inline]
pub fn prepare(site: &'static CallSite, record: &impl Fn(&mut Attributes<'_>)) -> Prepared {
    prepared(site, record)
}

fn prepared(site: &'static CallSite, record: &dyn Record) -> Prepared {
    let state = if site.may_be_enabled() {
        of_begun(lane::begin_to_carry(site), site, None, record)
    } else {
        State::Nothing
    };
    Prepared { state }
}

/// Prepares the span of a call that says itself where it belongs.
#[expect(clippy::needless_pass_by_value, reason = "generated code makes it for this call")]
#[inline]
pub fn prepare_at(
    site: &'static CallSite,
    origin: Origin,
    record: &impl Fn(&mut Attributes<'_>),
) -> Prepared {
    prepared_at(site, &origin, record)
}

fn prepared_at(site: &'static CallSite, origin: &Origin, record: &dyn Record) -> Prepared {
    let state = if site.may_be_enabled() {
        of_begun(lane::begin_at(site, origin), site, Some(origin), record)
    } else {
        State::Nothing
    };
    Prepared { state }
}

#[inline]
fn of_begun(
    begun: Begun,
    site: &'static CallSite,
    origin: Option<&Origin>,
    record: &dyn Record,
) -> State {
    match begun {
        Begun::Nothing => State::Nothing,
        Begun::Lane(mut frame) => {
            lane::record_first(&mut frame, record);
            State::Prepared(frame)
        }
        Begun::Foreign => of_foreign(site, origin, record),
    }
}

#[cold]
fn of_foreign(site: &'static CallSite, origin: Option<&Origin>, record: &dyn Record) -> State {
    let span = foreign::span(site, origin, record);
    span.map_or(State::Nothing, |span| {
        foreign::hold_back(&span);
        State::PreparedForeign(Box::new(span))
    })
}

impl Prepared {
    /// The state, for what is neither a future nor a stream.
    #[cfg(feature = "tower")]
    pub(super) fn into_state(self) -> State {
        self.state
    }

    /// Adds what is no attribute.
    #[inline]
    pub fn amend(&mut self, amend: &impl Fn(&mut Ending<'_>)) {
        self.amend_by(amend);
    }

    fn amend_by(&mut self, amend: &dyn Amend) {
        match &mut self.state {
            State::Prepared(frame) => amend_prepared(frame, amend),
            State::PreparedForeign(span) => foreign::amend(span, amend),
            State::New(_) | State::Lane(_) | State::Foreign(_) | State::Nothing => {}
        }
    }

    /// Runs `future` in the span. `finish` adds what its output says.
    pub fn trace<T, F, E>(self, future: F, finish: E) -> Traced<F, E>
    where
        F: Future<Output = T>,
        E: Fn(&T, &mut Ending<'_>),
    {
        Traced { future: Some(future), finish, state: self.state }
    }

    /// Runs `stream` in the span, which ends with it.
    pub fn trace_stream<T, S>(self, stream: S) -> TracedStream<S, fn(&T, &mut Ending<'_>)>
    where
        S: Stream<Item = T>,
    {
        TracedStream { stream: Some(stream), look: None, items: 0, state: self.state }
    }

    /// The same with `look`, which adds what an item says.
    pub fn trace_items<T, S, E>(self, stream: S, look: E) -> TracedStream<S, E>
    where
        S: Stream<Item = T>,
        E: Fn(&T, &mut Ending<'_>),
    {
        TracedStream { stream: Some(stream), look: Some(look), items: 0, state: self.state }
    }
}

fn amend_prepared(frame: &mut Frame, amend: &dyn Amend) {
    if frame.context.is_sampled() {
        let limits = frame.limits;
        amend.amend(&mut Ending { content: &mut frame.content, limits, foreign: None });
    }
}
