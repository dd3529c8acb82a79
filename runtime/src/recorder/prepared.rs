//! Spans of functions that return a future or a stream: begun by the call, whose arguments nobody has later, and handed to what
//! the function returns.

use super::begun::{Beginning, Begun};
use super::callsite::CallSite;
use super::encoder::Attributes;
use super::ending::{Ending, InHand};
use super::foreign;
use super::future::Traced;
use super::origin::Origin;
use super::polling::State;
use super::stream::TracedStream;
use super::thread;
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
pub fn prepare(site: &'static CallSite, attributes: impl FnOnce(&mut Attributes<'_>)) -> Prepared {
    if !site.may_be_enabled() {
        return Prepared::NONE;
    }
    let mut beginning = Beginning::new(site, None);
    if let Some(mut writer) = beginning.attributes() {
        attributes(&mut writer);
    }
    Prepared::of(beginning.done())
}

/// Prepares the span of a call that says itself where it belongs.
#[inline]
pub fn prepare_at(site: &'static CallSite, origin: Origin, attributes: impl FnOnce(&mut Attributes<'_>)) -> Prepared {
    if !site.may_be_enabled() {
        return Prepared::NONE;
    }
    let mut beginning = Beginning::new(site, Some(&origin));
    if let Some(mut writer) = beginning.attributes() {
        attributes(&mut writer);
    }
    Prepared::of(beginning.done())
}

impl Prepared {
    const NONE: Prepared = Prepared { state: State::Nothing };

    fn of(begun: Begun) -> Prepared {
        let state = match begun {
            Begun::Nothing => State::Nothing,
            Begun::Lane(frame, _) => State::Prepared(frame),
            Begun::Foreign(foreign) => {
                let (span, content) = *foreign;
                foreign::add(&span, &content);
                State::Foreign(Box::new(span))
            }
        };
        Prepared { state }
    }

    /// Adds what is no attribute.
    pub fn amend(&mut self, amend: impl FnOnce(&mut Ending<'_>)) {
        match &mut self.state {
            State::Prepared(frame) if frame.context.is_sampled() => {
                if let Some(limits) = thread::with(|thread| thread.limits(frame.context.recorder)) {
                    amend(&mut Ending { content: &mut frame.content, limits, foreign: None });
                }
            }
            State::Foreign(span) => {
                let mut hand = InHand::of_foreign(span);
                if let Some(mut ending) = hand.ending() {
                    amend(&mut ending);
                }
            }
            State::Prepared(_) | State::New(_) | State::Lane(_) | State::Nothing => {}
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
