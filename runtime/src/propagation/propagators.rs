//! Which headers are read and written.

use super::carrier::{Source, Target};
use super::ids::Ids;
use super::{b3, baggage, jaeger, trace_context};
use crate::plan::Propagator;
use crate::recorder::Carried;
use std::sync::{Mutex, PoisonError};

/// Those of the settings; before any were read, those of the specification.
static CHOSEN: Mutex<Option<Vec<Propagator>>> = Mutex::new(None);

const USUAL: [Propagator; 2] = [Propagator::TraceContext, Propagator::Baggage];

/// Lets these count from now on, in the whole process.
pub(crate) fn use_propagators(propagators: &[Propagator]) {
    *CHOSEN.lock().unwrap_or_else(PoisonError::into_inner) = Some(propagators.to_vec());
}

pub(super) fn chosen() -> Vec<Propagator> {
    let chosen = CHOSEN.lock().unwrap_or_else(PoisonError::into_inner);
    chosen.clone().unwrap_or_else(|| USUAL.to_vec())
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
    pub(super) fn of(source: &(impl Source + ?Sized), propagators: &[Propagator]) -> Read {
        let mut read = Read::default();
        for propagator in propagators {
            match ids(source, *propagator) {
                Some(Ok(ids)) if read.ids.is_none() => {
                    read.ids = Some(ids);
                    read.carried.trace_id = ids.trace_id;
                    if *propagator == Propagator::TraceContext {
                        read.carried.trace_state = state(source);
                    }
                }
                Some(Err(())) => read.refused += 1,
                Some(Ok(_)) | None => {}
            }
            if *propagator == Propagator::Baggage {
                read.carried.baggage = baggage::joined(&source.read(baggage::HEADER)).into();
            }
        }
        read
    }
}

/// What one propagator finds; an error where a header is there that is none of its own.
fn ids(source: &(impl Source + ?Sized), propagator: Propagator) -> Option<Result<Ids, ()>> {
    match propagator {
        Propagator::TraceContext => {
            only(&source.read(trace_context::TRACEPARENT), trace_context::parse)
        }
        Propagator::B3 => b3::read_single(source),
        Propagator::B3Multi => b3::read_multi(source),
        Propagator::Jaeger => only(&source.read(jaeger::HEADER), jaeger::parse),
        Propagator::Baggage => None,
    }
}

/// A header that stands twice says nothing: nobody knows which of them is meant.
fn only(values: &[&str], parse: impl Fn(&str) -> Option<Ids>) -> Option<Result<Ids, ()>> {
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
    propagators: &[Propagator],
    ids: Ids,
    carried: Option<&Carried>,
) {
    let state = carried.filter(|carried| carried.trace_id == ids.trace_id);
    let state = state.map_or("", |carried| &*carried.trace_state);
    let baggage = carried.map_or("", |carried| &*carried.baggage);
    for propagator in propagators {
        match propagator {
            Propagator::TraceContext => {
                target.write(trace_context::TRACEPARENT, &trace_context::format(ids));
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
