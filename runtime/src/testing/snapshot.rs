//! Captured spans without what differs from run to run.

use super::spans::{Span, Spans};
use std::collections::BTreeSet;

/// The time between two moments of a snapshot.
const STEP: u64 = 1_000_000;

impl Spans {
    /// The same spans with a fixed clock and fixed ids, for snapshots: the moments at which something happened are 1 ms, 2 ms, …
    /// after 1970 in their order, traces and spans are numbered from 1 in the order in which they began, and so are the spans
    /// sorted. `code.line.number`, which changes with every edit, is left out.
    ///
    /// Of two threads' spans the order is what it was.
    #[must_use]
    pub fn normalized(&self) -> Spans {
        let mut spans = self.0.clone();
        spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
        let numbers = Numbers::of(&spans);
        spans.iter_mut().for_each(|span| numbers.write_to(span));
        Spans(spans)
    }
}

/// What takes the place of what differs.
struct Numbers {
    traces: Vec<u128>,
    spans: Vec<u64>,
    moments: Vec<u64>,
}

impl Numbers {
    fn of(spans: &[Span]) -> Numbers {
        let mut traces = Vec::new();
        for span in spans {
            if !traces.contains(&span.trace_id) {
                traces.push(span.trace_id);
            }
        }
        let times = |span: &Span| {
            let events: Vec<u64> = span.events.iter().map(|event| event.time).collect();
            [span.start, span.end].into_iter().chain(events)
        };
        let moments: BTreeSet<u64> = spans.iter().flat_map(times).collect();
        Numbers {
            traces,
            spans: spans.iter().map(|span| span.span_id).collect(),
            moments: moments.into_iter().collect(),
        }
    }

    fn write_to(&self, span: &mut Span) {
        span.trace_id = number(&self.traces, &span.trace_id) as u128;
        span.span_id = number(&self.spans, &span.span_id) as u64;
        span.parent_span_id = span.parent_span_id.map(|id| number(&self.spans, &id) as u64);
        span.start = self.moment(span.start);
        span.end = self.moment(span.end);
        span.events.iter_mut().for_each(|event| event.time = self.moment(event.time));
        for link in &mut span.links {
            link.trace_id = number(&self.traces, &link.trace_id) as u128;
            link.span_id = number(&self.spans, &link.span_id) as u64;
        }
        span.attributes.retain(|(key, _)| key != "code.line.number");
    }

    fn moment(&self, time: u64) -> u64 {
        number(&self.moments, &time) as u64 * STEP
    }
}

/// Which of `known` it is, from 1; 0 where it is none, as with a parent in another process.
fn number<T: PartialEq>(known: &[T], it: &T) -> usize {
    known.iter().position(|known| known == it).map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::capture;
    use tracing::{info, info_span};

    fn run() -> Spans {
        capture(|| {
            let first = info_span!("first").in_scope(|| {
                info!("said");
                info_span!("inner").in_scope(|| {});
                tracing::Span::current()
            });
            let second = info_span!("second");
            second.follows_from(&first);
        })
    }

    #[test]
    fn two_runs_have_the_same_snapshot() {
        let [first, second] = [run(), run()];
        assert_ne!(first, second);
        assert_eq!(first.normalized(), second.normalized());
    }

    #[test]
    fn a_snapshot_is_numbered_from_one_in_the_order_of_the_starts() {
        let spans = run().normalized();
        let [first, inner, second] = ["first", "inner", "second"].map(|name| spans.one(name));
        assert_eq!((first.trace_id, first.span_id, first.parent_span_id), (1, 1, None));
        assert_eq!((inner.trace_id, inner.span_id, inner.parent_span_id), (1, 2, Some(1)));
        assert_eq!((second.trace_id, second.span_id), (2, 3));
        assert_eq!((second.links[0].trace_id, second.links[0].span_id), (1, 1));
        assert_eq!((first.start, first.events[0].time), (1_000_000, 2_000_000));
        assert!(first.start < inner.start && inner.start < inner.end && inner.end < first.end);
        assert!(first.attribute("code.line.number").is_none());
    }
}
