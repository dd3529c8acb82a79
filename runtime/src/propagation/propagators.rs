//! Which headers are read and written.

use super::carrier::{Source, Target};
use super::ids::Ids;
use super::{b3, baggage, jaeger, trace_context};
use crate::plan::Propagator;
use crate::recorder::Carried;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Those of the settings; before any were read, those of the specification.
static CHOSEN: AtomicU32 =
    AtomicU32::new(Propagators::of(&[Propagator::TraceContext, Propagator::Baggage]).0);

/// Lets these count from now on, in the whole process.
pub(crate) fn use_propagators(propagators: &[Propagator]) {
    let mut each_once = Vec::new();
    for propagator in propagators {
        if !each_once.contains(propagator) {
            each_once.push(*propagator);
        }
    }
    CHOSEN.store(Propagators::of(&each_once).0, Relaxed);
}

pub(super) fn chosen() -> Propagators {
    Propagators(CHOSEN.load(Relaxed))
}

/// Propagators in their order, four bits each, so that requests look at them without a lock. Nobody has use for more than the
/// eight that fit: there are five.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Propagators(u32);

impl Propagators {
    const KNOWN: [Propagator; 5] = [
        Propagator::TraceContext,
        Propagator::Baggage,
        Propagator::B3,
        Propagator::B3Multi,
        Propagator::Jaeger,
    ];

    pub(super) const fn of(propagators: &[Propagator]) -> Propagators {
        let (mut packed, mut at) = (0, propagators.len());
        while at > 0 {
            at -= 1;
            packed = packed << 4 | (propagators[at] as u32 + 1);
        }
        Propagators(packed)
    }
}

impl Iterator for Propagators {
    type Item = Propagator;

    fn next(&mut self) -> Option<Propagator> {
        let number = (self.0 & 0xf).checked_sub(1)?;
        self.0 >>= 4;
        Propagators::KNOWN.into_iter().find(|known| *known as u32 == number)
    }
}

/// What the headers of a request say.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// The span that made it, by the first propagator that finds one.
    pub(super) ids: Option<Ids>,
    pub(super) carried: Carried,
    /// How many headers were there and could not be followed.
    pub(super) refused: u64,
}

impl Read {
    pub(super) fn of(source: &(impl Source + ?Sized), propagators: Propagators) -> Read {
        let mut read = Read::default();
        for propagator in propagators {
            match found(source, propagator) {
                Some(Ok((ids, is_random))) if read.ids.is_none() => {
                    read.ids = Some(ids);
                    (read.carried.trace_id, read.carried.is_random) = (ids.trace_id, is_random);
                    if propagator == Propagator::TraceContext {
                        read.carried.trace_state = state(source);
                    }
                }
                Some(Err(())) => read.refused += 1,
                Some(Ok(_)) | None => {}
            }
            if propagator == Propagator::Baggage {
                read.carried.baggage = baggage::joined(&source.read(baggage::HEADER)).into();
            }
        }
        read
    }
}

/// What one propagator finds, and whether it says that the trace's id is random; an error where a header is there that is none of
/// its own.
fn found(
    source: &(impl Source + ?Sized),
    propagator: Propagator,
) -> Option<Result<(Ids, bool), ()>> {
    let ids = match propagator {
        Propagator::TraceContext => {
            return only(&source.read(trace_context::TRACEPARENT), |text| {
                Some((trace_context::parse(text)?, trace_context::is_random(text)))
            });
        }
        Propagator::B3 => b3::read_single(source),
        Propagator::B3Multi => b3::read_multi(source),
        Propagator::Jaeger => only(&source.read(jaeger::HEADER), jaeger::parse),
        Propagator::Baggage => None,
    };
    ids.map(|ids| ids.map(|ids| (ids, false)))
}

/// A header that stands twice says nothing: nobody knows which of them is meant.
fn only<T>(values: &[&str], parse: impl Fn(&str) -> Option<T>) -> Option<Result<T, ()>> {
    match values {
        [] => None,
        [value] => Some(parse(value).ok_or(())),
        _ => Some(Err(())),
    }
}

fn state(source: &(impl Source + ?Sized)) -> Box<str> {
    trace_context::state(&source.read(trace_context::TRACESTATE)).into()
}

/// Writes what a request from the current span should say.
pub(super) fn write(
    target: &mut (impl Target + ?Sized),
    propagators: Propagators,
    ids: Ids,
    carried: Option<&Carried>,
) {
    let of_trace = carried.filter(|carried| carried.trace_id == ids.trace_id);
    let is_random = of_trace.is_some_and(|carried| carried.is_random);
    let state = of_trace.map_or("", |carried| &*carried.trace_state);
    let baggage = carried.map_or("", |carried| &*carried.baggage);
    for propagator in propagators {
        match propagator {
            Propagator::TraceContext => {
                target.write(trace_context::TRACEPARENT, &trace_context::format(ids, is_random));
                set_if_any(target, trace_context::TRACESTATE, state);
            }
            Propagator::B3 => b3::write_single(target, ids),
            Propagator::B3Multi => b3::write_multi(target, ids),
            Propagator::Jaeger => target.write(jaeger::HEADER, &jaeger::format(ids)),
            Propagator::Baggage => set_if_any(target, baggage::HEADER, baggage),
        }
    }
}

fn set_if_any(target: &mut (impl Target + ?Sized), name: &'static str, value: &str) {
    if !value.is_empty() {
        target.write(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn propagators_come_in_their_order() {
        let mut all = Propagators::KNOWN;
        assert_eq!(Propagators::of(&all).collect::<Vec<_>>(), all);
        all.reverse();
        assert_eq!(Propagators::of(&all).collect::<Vec<_>>(), all);
        assert_eq!(Propagators::of(&[]).next(), None);
    }
}
