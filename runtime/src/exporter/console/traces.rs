//! Puts traces together: spans arrive in any order, children before parents, a few after the trace was shown.
//!
//! What leaves is a [`Fragment`]: the spans below a local root that has ended, those that ended after it, or whatever is
//! there when a trace has waited for too long or memory is needed. Every span leaves in exactly one fragment.

use super::shown::Shown;
use super::tree::Children;
use crate::exporter::decoded::span::{
    Parent, SpanId, TraceId, is_local_root, parent, span_id, trace_id,
};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use std::collections::HashMap;

/// What may wait for its root. One batch may come on top, because it is taken as a whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) traces: usize,
    pub(super) spans: usize,
    /// As encoded; decoded they take about five times as much.
    pub(super) bytes: usize,
    /// Nanoseconds, by the clock of the spans.
    pub(super) age: u64,
    /// How many spans that were shown are remembered, for those that end after their parents.
    pub(super) remembered: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            traces: 1_000,
            spans: 20_000,
            bytes: 8 << 20,
            age: 120_000_000_000,
            remembered: 20_000,
        }
    }
}

/// Spans of one trace, to be shown now.
#[derive(Debug)]
pub(super) struct Fragment {
    pub(super) trace: TraceId,
    pub(super) state: State,
    pub(super) spans: Vec<Span>,
    /// The names of parents that were shown earlier.
    pub(super) shown_parents: HashMap<SpanId, Box<str>>,
}

/// Why a fragment is shown, and what it may lack.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum State {
    /// Its local root has ended and nothing of the trace was shown before.
    Complete,
    /// Its local root has ended; another part of the trace was shown before.
    Continued,
    /// Its spans ended after their parents had been shown.
    Late,
    /// All is to be shown; more may follow.
    Flushed,
    /// It has waited for its root long enough.
    Aged,
    /// There is no room to wait any longer.
    Crowded,
}

/// The traces that wait for their local root.
#[derive(Debug)]
pub(super) struct Traces {
    limits: Limits,
    held: HashMap<TraceId, Held>,
    spans: usize,
    bytes: usize,
    /// Traces in which a span has arrived that waits for nobody.
    ready: Vec<TraceId>,
    /// The last end among the spans since traces were last taken: our clock.
    now: u64,
    shown: Shown,
}

#[derive(Debug)]
struct Held {
    spans: Vec<Span>,
    bytes: usize,
    /// When the first of them ended: what a trace's age is counted from.
    oldest_end: u64,
}

impl Held {
    fn new() -> Held {
        Held { spans: Vec::new(), bytes: 0, oldest_end: u64::MAX }
    }
}

impl Traces {
    pub(super) fn new(limits: Limits) -> Traces {
        Traces {
            limits,
            held: HashMap::new(),
            spans: 0,
            bytes: 0,
            ready: Vec::new(),
            now: 0,
            shown: Shown::new(limits.remembered),
        }
    }

    pub(super) fn add(&mut self, span: Span) {
        let trace = trace_id(&span);
        if self.shown.waits_for_nobody(&span) && !self.ready.contains(&trace) {
            self.ready.push(trace);
        }
        self.now = self.now.max(span.end_time_unix_nano);
        self.hold(trace, span);
    }

    /// What is to be shown after a batch was added: finished traces, then those that cannot wait.
    pub(super) fn take_due(&mut self) -> Vec<Fragment> {
        let ready = std::mem::take(&mut self.ready);
        let mut due: Vec<Fragment> =
            ready.into_iter().filter_map(|trace| self.take_finished(trace)).collect();
        let now = std::mem::take(&mut self.now);
        let born_before = now.saturating_sub(self.limits.age);
        for (oldest_end, trace) in self.by_age() {
            let state = if oldest_end < born_before {
                State::Aged
            } else if self.is_crowded() {
                State::Crowded
            } else {
                break;
            };
            due.extend(self.take_whole(trace, state));
        }
        due
    }

    /// All that is held, oldest trace first.
    pub(super) fn take_all(&mut self) -> Vec<Fragment> {
        let all = self.by_age().into_iter();
        all.filter_map(|(_, trace)| self.take_whole(trace, State::Flushed)).collect()
    }

    fn is_crowded(&self) -> bool {
        let Limits { traces, spans, bytes, .. } = self.limits;
        self.held.len() > traces || self.spans > spans || self.bytes > bytes
    }

    /// The traces by the end of their first span, the oldest first.
    fn by_age(&self) -> Vec<(u64, TraceId)> {
        let mut traces: Vec<_> =
            self.held.iter().map(|(&trace, held)| (held.oldest_end, trace)).collect();
        traces.sort_unstable();
        traces
    }

    fn hold(&mut self, trace: TraceId, span: Span) {
        let bytes = span.encoded_len();
        let held = self.held.entry(trace).or_insert_with(Held::new);
        held.oldest_end = held.oldest_end.min(span.end_time_unix_nano);
        held.bytes += bytes;
        held.spans.push(span);
        self.spans += 1;
        self.bytes += bytes;
    }

    fn release(&mut self, trace: TraceId) -> Option<Held> {
        let held = self.held.remove(&trace)?;
        self.spans -= held.spans.len();
        self.bytes -= held.bytes;
        Some(held)
    }

    /// The spans below those that wait for nobody. The others wait for a parent that is still open: they go on waiting.
    fn take_finished(&mut self, trace: TraceId) -> Option<Fragment> {
        let held = self.release(trace)?;
        let mut taken = Vec::new();
        let reached = self.below_tops(&held.spans);
        for (span, is_reached) in held.spans.into_iter().zip(reached) {
            if is_reached {
                taken.push(span);
            } else {
                self.hold(trace, span);
            }
        }
        let state = match taken.iter().any(is_local_root) {
            true if self.shown.knows(trace) => State::Continued,
            true => State::Complete,
            false => State::Late,
        };
        (!taken.is_empty()).then(|| self.show(trace, state, taken))
    }

    fn below_tops(&self, spans: &[Span]) -> Vec<bool> {
        let indexed = spans.iter().enumerate();
        let tops = indexed.filter(|(_, span)| self.shown.waits_for_nobody(span));
        Children::of(spans).reached_from(tops.map(|(index, _)| index).collect())
    }

    fn take_whole(&mut self, trace: TraceId, state: State) -> Option<Fragment> {
        let held = self.release(trace)?;
        Some(self.show(trace, state, held.spans))
    }

    fn show(&mut self, trace: TraceId, state: State, spans: Vec<Span>) -> Fragment {
        let mut shown_parents = HashMap::new();
        for span in &spans {
            if let Parent::Local(id) | Parent::Remote(id) = parent(span)
                && let Some(name) = self.shown.name(trace, id)
            {
                shown_parents.insert(id, name.into());
            }
        }
        for span in &spans {
            self.shown.remember(trace, span_id(span), &span.name);
        }
        Fragment { trace, state, spans, shown_parents }
    }
}
