//! Remembers which spans were shown, so that what ends after its parent can be told under its parent's name.

use crate::exporter::decoded::span::{Parent, SpanId, TraceId, parent, trace_id};
use opentelemetry_proto::tonic::trace::v1::Span;
use std::collections::{HashMap, VecDeque};

/// Enough of a name to recognise it.
const NAME_CHARACTERS: usize = 80;

/// The spans that were shown last, up to a number of them.
#[derive(Debug)]
pub(super) struct Shown {
    most: usize,
    names: HashMap<TraceId, HashMap<SpanId, Box<str>>>,
    order: VecDeque<(TraceId, SpanId)>,
}

impl Shown {
    pub(super) fn new(most: usize) -> Shown {
        Shown { most, names: HashMap::new(), order: VecDeque::new() }
    }

    pub(super) fn remember(&mut self, trace: TraceId, span: SpanId, name: &str) {
        let name = name.chars().take(NAME_CHARACTERS).collect::<String>().into_boxed_str();
        self.names.entry(trace).or_default().insert(span, name);
        self.order.push_back((trace, span));
        if self.order.len() > self.most {
            self.forget_oldest();
        }
    }

    pub(super) fn name(&self, trace: TraceId, span: SpanId) -> Option<&str> {
        self.names.get(&trace)?.get(&span).map(|name| &**name)
    }

    /// Whether a part of the trace was shown.
    pub(super) fn knows(&self, trace: TraceId) -> bool {
        self.names.contains_key(&trace)
    }

    /// Whether everything above `span` was shown, or belongs to another process.
    pub(super) fn waits_for_nobody(&self, span: &Span) -> bool {
        match parent(span) {
            Parent::None | Parent::Remote(_) => true,
            Parent::Local(id) => self.name(trace_id(span), id).is_some(),
        }
    }

    fn forget_oldest(&mut self) {
        let Some((trace, span)) = self.order.pop_front() else {
            return;
        };
        if let Some(names) = self.names.get_mut(&trace) {
            names.remove(&span);
            if names.is_empty() {
                self.names.remove(&trace);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_are_forgotten_and_their_traces_with_them() {
        let mut shown = Shown::new(2);
        for (trace, span) in [(1, 10), (2, 20), (2, 21)] {
            shown.remember(trace, span, "name");
        }
        assert!(!shown.knows(1));
        assert_eq!((shown.name(1, 10), shown.name(2, 20)), (None, Some("name")));
        assert_eq!((shown.names.len(), shown.order.len()), (1, 2));
    }

    #[test]
    fn a_long_name_is_kept_in_part() {
        let mut shown = Shown::new(1);
        shown.remember(1, 1, &"ä".repeat(1_000_000));
        assert_eq!(shown.name(1, 1), Some("ä".repeat(80).as_str()));
    }
}
