//! What is known of each span of a run.

use std::collections::{BTreeMap, BTreeSet};
use synndicate::testing::{AttributeValue, Event, Span, Spans, Status};

/// What is known of each span, by its name and its number among those of the same name.
pub(crate) type Facts = BTreeMap<String, BTreeSet<String>>;

/// Everything but where its code is: parent, kind, links, attributes, events, status, and whether it goes on when it should not.
pub(crate) fn facts(spans: &Spans) -> Facts {
    let mut in_order: Vec<_> = spans.iter().collect();
    in_order.sort_by_key(|span| span.start);
    let mut counts = BTreeMap::new();
    let mut named = |name: &str| {
        let count = counts.entry(name.to_owned()).and_modify(|count| *count += 1).or_insert(1);
        if *count == 1 { name.to_owned() } else { format!("{name} {count}") }
    };
    in_order.iter().map(|span| (named(&span.name), facts_of(span, &in_order))).collect()
}

fn facts_of(span: &Span, all: &[&Span]) -> BTreeSet<String> {
    let named = |id| all.iter().find(|other| other.span_id == id).map(|other| &*other.name);
    let named = |id| named(id).unwrap_or("a span that is not there");
    let parent = span.parent_span_id.map_or("root".into(), |id| format!("child of {}", named(id)));
    let links = span.links.iter().map(|link| format!("link to {}", named(link.span_id)));
    let attributes = span.attributes.iter().filter(|(key, _)| !key.starts_with("code."));
    [parent, format!("kind {}", span.kind), of_status(&span.status)]
        .into_iter()
        .chain(links)
        .chain(attributes.map(of_attribute))
        .chain(span.events.iter().map(of_event))
        .chain(overlapped(span, all).map(|next| format!("goes on in {}", next.name)))
        .collect()
}

/// The next span of the same parent, if it began before this one had ended.
fn overlapped<'a>(span: &Span, all: &[&'a Span]) -> Option<&'a Span> {
    let mut siblings = all.iter().filter(|other| other.parent_span_id == span.parent_span_id);
    siblings.find(|other| other.start > span.start && other.start < span.end).copied()
}

fn of_status(status: &Status) -> String {
    match status {
        Status::Error(words) => format!("failed {words}").trim_end().to_owned(),
        other => format!("{other:?}"),
    }
}

fn of_attribute((key, value): &(String, AttributeValue)) -> String {
    match value {
        AttributeValue::Text(text) => format!("{key}={text:?}"),
        AttributeValue::Integer(integer) => format!("{key}={integer}"),
        AttributeValue::Boolean(boolean) => format!("{key}={boolean}"),
        other => format!("{key}={other:?}"),
    }
}

/// Where a log record was written is part of an event's name, and no matter.
fn of_event(event: &Event) -> String {
    let name = if event.name.starts_with("event ") { "record" } else { &event.name };
    let attributes = event.attributes.iter().filter(|(key, _)| key != "target").map(of_attribute);
    format!("event {name} {}", attributes.collect::<Vec<_>>().join(" "))
}
