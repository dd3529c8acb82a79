//! The shape of a fragment: which spans stand below which, in the order in which they are shown.
//!
//! Nothing here recurses, and every span is visited once: a trace may be as deep as it likes, name parents in a circle or
//! use an id twice.

use crate::exporter::decoded::span::{Parent, SpanId, error, parent, span_id};
use opentelemetry_proto::tonic::trace::v1::Span;
use std::collections::{HashMap, HashSet};

/// Levels that are drawn by indentation; deeper ones are numbered.
pub(super) const DRAWN_LEVELS: usize = 16;

/// The spans by their parents, each as its index.
pub(super) struct Children<'a> {
    spans: &'a [Span],
    by_parent: HashMap<SpanId, Vec<usize>>,
}

impl<'a> Children<'a> {
    /// Siblings are in the order of their start.
    pub(super) fn of(spans: &'a [Span]) -> Children<'a> {
        let mut by_parent: HashMap<_, Vec<_>> = HashMap::new();
        for index in by_start(spans) {
            if let Some(Parent::Local(id) | Parent::Remote(id)) = spans.get(index).map(parent) {
                by_parent.entry(id).or_default().push(index);
            }
        }
        Children { spans, by_parent }
    }

    /// For each span, whether it is one of `tops` or below one.
    pub(super) fn reached_from(&self, mut tops: Vec<usize>) -> Vec<bool> {
        let mut visited = Visited(vec![false; self.spans.len()]);
        tops.retain(|&top| visited.visit(top));
        while let Some(index) = tops.pop() {
            tops.extend(self.new_children(index, &mut visited));
        }
        visited.0
    }

    fn new_children(&self, index: usize, visited: &mut Visited) -> Vec<usize> {
        let children = self.spans.get(index).and_then(|span| self.by_parent.get(&span_id(span)));
        let children = children.into_iter().flatten().copied();
        children.filter(|&child| visited.visit(child)).collect()
    }
}

/// Spans with the same parent that is not among them, and all that is below them.
#[derive(Debug, PartialEq)]
pub(super) struct Group {
    pub(super) above: Above,
    pub(super) rows: Vec<Row>,
}

/// What stands above the topmost spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Above {
    Nothing,
    Remote(SpanId),
    Local(SpanId),
    /// The spans name each other as parents.
    Circle,
}

/// One line of the tree.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) what: What,
    pub(super) level: usize,
    /// Bit n: a sibling of the ancestor at level n follows below.
    pub(super) open_levels: u32,
    /// Whether a sibling follows below.
    pub(super) followed: bool,
    pub(super) has_children: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum What {
    /// A span, by its index.
    Span(usize),
    /// So many spans that are not shown one by one.
    Folded { spans: usize, errors: usize },
}

/// The rows of all spans. Of more than `most_children` siblings the first are shown and those that failed, up to that many
/// of each; the others are counted.
pub(super) fn groups(spans: &[Span], most_children: usize) -> Vec<Group> {
    let mut walk = Walk {
        children: Children::of(spans),
        visited: Visited(vec![false; spans.len()]),
        most_children,
    };
    let mut groups: Vec<Group> =
        tops(spans).into_iter().map(|(above, tops)| walk.group(above, tops)).collect();
    for index in by_start(spans) {
        if walk.visited.0.get(index) == Some(&false) {
            groups.push(walk.group(Above::Circle, vec![index]));
        }
    }
    groups
}

fn by_start(spans: &[Span]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..spans.len()).collect();
    order.sort_by_key(|&index| spans.get(index).map(|span| span.start_time_unix_nano));
    order
}

/// The spans whose parent is not among the spans, by what is above them.
fn tops(spans: &[Span]) -> Vec<(Above, Vec<usize>)> {
    let ids: HashSet<SpanId> = spans.iter().map(span_id).collect();
    let mut tops: Vec<(Above, Vec<usize>)> = Vec::new();
    let mut place_of = HashMap::new();
    for index in by_start(spans) {
        let above = match spans.get(index).map(parent) {
            Some(Parent::Remote(id)) if !ids.contains(&id) => Above::Remote(id),
            Some(Parent::Local(id)) if !ids.contains(&id) => Above::Local(id),
            Some(Parent::None) => Above::Nothing,
            _ => continue,
        };
        let place = *place_of.entry(above).or_insert(tops.len());
        match tops.get_mut(place) {
            Some((_, indexes)) => indexes.push(index),
            None => tops.push((above, vec![index])),
        }
    }
    tops.sort_by_key(|&(above, _)| above != Above::Nothing);
    tops
}

struct Visited(Vec<bool>);

impl Visited {
    /// Whether this is the first visit.
    fn visit(&mut self, index: usize) -> bool {
        self.0.get_mut(index).is_some_and(|visited| !std::mem::replace(visited, true))
    }
}

struct Walk<'a> {
    children: Children<'a>,
    visited: Visited,
    most_children: usize,
}

impl Walk<'_> {
    fn group(&mut self, above: Above, mut tops: Vec<usize>) -> Group {
        tops.retain(|&top| self.visited.visit(top));
        let mut rows = Vec::new();
        let mut waiting = self.siblings(tops, 0, 0);
        while let Some(mut row) = waiting.pop() {
            if let What::Span(index) = row.what {
                let children = self.children.new_children(index, &mut self.visited);
                row.has_children = !children.is_empty();
                waiting.extend(self.siblings(children, row.level + 1, row.open_levels_below()));
            }
            rows.push(row);
        }
        Group { above, rows }
    }

    /// The rows of siblings, the last one first: the next to be shown is at the end.
    fn siblings(&mut self, indexes: Vec<usize>, level: usize, open_levels: u32) -> Vec<Row> {
        let (shown, folded) = self.fold(indexes);
        let row = |what| Row { what, level, open_levels, followed: true, has_children: false };
        let folded = (!folded.is_empty()).then(|| self.count(folded));
        let shown = shown.into_iter().map(What::Span);
        let mut rows: Vec<Row> = shown.chain(folded).map(row).collect();
        if let Some(last) = rows.last_mut() {
            last.followed = false;
        }
        rows.reverse();
        rows
    }

    fn fold(&self, indexes: Vec<usize>) -> (Vec<usize>, Vec<usize>) {
        let (mut shown, mut failed) = (0, 0);
        let most = self.most_children;
        indexes.into_iter().partition(|&index| {
            shown += 1;
            let is_error = self.children.spans.get(index).is_some_and(|span| error(span).is_some());
            failed += usize::from(shown > most && is_error);
            shown <= most || is_error && failed <= most
        })
    }

    fn count(&mut self, mut indexes: Vec<usize>) -> What {
        let (mut spans, mut errors) = (0, 0);
        while let Some(index) = indexes.pop() {
            spans += 1;
            let span = self.children.spans.get(index);
            errors += usize::from(span.is_some_and(|span| error(span).is_some()));
            indexes.extend(self.children.new_children(index, &mut self.visited));
        }
        What::Folded { spans, errors }
    }
}

impl Row {
    /// The levels at which a sibling follows, this one's included.
    pub(super) fn open_levels_below(&self) -> u32 {
        if self.followed && self.level < DRAWN_LEVELS {
            self.open_levels | 1 << self.level
        } else {
            self.open_levels
        }
    }
}
