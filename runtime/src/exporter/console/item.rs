//! What is told about a span beside its name and its times, as pieces that are not broken across lines.
//!
//! `code.*` attributes, flags and the trace state are noise in a tree; they are in the JSON lines.

use super::value::as_text;
use crate::display::units;
use crate::display::{Canvas, Paint, Printable};
use crate::exporter::decoded::span::{self, TraceId};
use crate::exporter::decoded::value;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};

/// A piece of a line: a text, or `key=text`.
#[derive(Debug)]
pub(super) struct Item {
    key: Option<Printable>,
    text: Printable,
    paint: Paint,
}

impl Item {
    fn new(paint: Paint, text: &str) -> Item {
        Item { key: None, text: Printable::new(text), paint }
    }

    fn attribute(attribute: &KeyValue) -> Item {
        let text = Printable::new(&as_text(attribute.value.as_ref()));
        Item { key: Some(Printable::new(&attribute.key)), text, paint: Paint::Dim }
    }

    pub(super) fn columns(&self) -> usize {
        self.key_columns() + self.text.columns()
    }

    /// Shortens it to `room` columns; the key takes half of them at most.
    pub(super) fn cut(self, room: usize) -> Item {
        if self.columns() <= room {
            return self;
        }
        let key = self.key.map(|key| key.cut(room / 2));
        let item = Item { key, ..self };
        let text_room = room.saturating_sub(item.key_columns());
        Item { text: item.text.cut(text_room), ..item }
    }

    pub(super) fn draw(&self, canvas: &mut Canvas) {
        if let Some(key) = &self.key {
            canvas.print(self.paint, key);
            canvas.mark(self.paint, "=");
        }
        canvas.print(self.paint, &self.text);
    }

    fn key_columns(&self) -> usize {
        self.key.as_ref().map_or(0, |key| key.columns() + 1)
    }
}

/// What follows the span on its line: what went wrong first.
pub(super) fn of_span(span: &Span) -> Vec<Item> {
    let error = span::error(span).map(|message| {
        let message = if message.is_empty() { "error" } else { message };
        Item::new(Paint::Error, &format!("✗ {message}"))
    });
    let unfinished = span::is_unfinished(span);
    let kind = Some(span::kind(span)).filter(|&kind| kind != "internal");
    let is_shown = |attribute: &&KeyValue| {
        let is_told = unfinished && attribute.key == span::UNFINISHED;
        !is_noise(attribute) && !is_told
    };
    let attributes = span.attributes.iter().filter(is_shown);
    error
        .into_iter()
        .chain(unfinished.then(|| Item::new(Paint::Warning, "unfinished")))
        .chain(kind.map(|kind| Item::new(Paint::Note, kind)))
        .chain(attributes.map(Item::attribute))
        .chain(dropped(&[
            (span.dropped_attributes_count, "attribute"),
            (span.dropped_events_count, "event"),
            (span.dropped_links_count, "link"),
        ]))
        .collect()
}

/// An event on a line of its own: when in its span, how grave, what.
pub(super) fn of_event(event: &Event, span_start: u64) -> Vec<Item> {
    let is_exception = event.name == "exception";
    let paint = if is_exception { Paint::Error } else { Paint::Normal };
    let level = event.attributes.iter().find(|attribute| attribute.key == "level");
    let is_shown = |attribute: &&KeyValue| {
        let is_told = matches!(&*attribute.key, "exception.type" | "exception.message");
        !is_noise(attribute) && attribute.key != "level" && !(is_exception && is_told)
    };
    std::iter::once(Item::new(Paint::Dim, &format!("· {}", offset(event, span_start))))
        .chain(level.map(|level| level_item(&as_text(level.value.as_ref()))))
        .chain(std::iter::once(Item::new(paint, &event.name)))
        .chain(is_exception.then(|| Item::new(paint, &exception(event))))
        .chain(event.attributes.iter().filter(is_shown).map(Item::attribute))
        .chain(dropped(&[(event.dropped_attributes_count, "attribute")]))
        .filter(|item| item.columns() > 0)
        .collect()
}

/// A link on a line of its own; the trace is named where it is another one than `trace`.
pub(super) fn of_link(link: &Link, trace: TraceId) -> Vec<Item> {
    let span = value::hex(&link.span_id);
    let target = if span::number(&link.trace_id) == trace {
        span
    } else {
        format!("{span} in trace {}", value::hex(&link.trace_id))
    };
    std::iter::once(Item::new(Paint::Note, &format!("→ link to {target}")))
        .chain(link.attributes.iter().map(Item::attribute))
        .chain(dropped(&[(link.dropped_attributes_count, "attribute")]))
        .collect()
}

fn is_noise(attribute: &KeyValue) -> bool {
    attribute.key.starts_with("code.")
}

fn offset(event: &Event, span_start: u64) -> String {
    let sign = if event.time_unix_nano < span_start { '-' } else { '+' };
    format!("{sign}{}", units::duration(event.time_unix_nano.abs_diff(span_start)))
}

fn level_item(level: &str) -> Item {
    let level = level.to_lowercase();
    let paint = match &*level {
        "error" => Paint::Error,
        "warn" => Paint::Warning,
        "info" => Paint::Good,
        _ => Paint::Dim,
    };
    Item::new(paint, &level)
}

/// `type: message`, or the one that is known.
fn exception(event: &Event) -> String {
    let find = |key| {
        let attribute = event.attributes.iter().find(|attribute| attribute.key == key)?;
        value::as_str(attribute)
    };
    let parts = [find("exception.type"), find("exception.message")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(": ")
}

fn dropped(counts: &[(u32, &str)]) -> Option<Item> {
    let counts: Vec<String> = counts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|&(number, thing)| units::count(number, thing))
        .collect();
    (!counts.is_empty())
        .then(|| Item::new(Paint::Warning, &format!("dropped: {}", counts.join(", "))))
}
