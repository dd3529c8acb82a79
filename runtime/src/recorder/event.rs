//! `tracing` events as events of a span.
//!
//! The event's message is its name, as in tracing-opentelemetry; `level` and `target` are attributes, unless the event has
//! fields of these names. An event without a message but with a field `error`, as `#[instrument(err)]` makes one, is an
//! exception.

use super::encoder::{Buffer, Content, Limits, Value, put_formatted};
use super::sites;
use super::visit::{Fields, Visitor};
use std::fmt::Debug;
use tracing_core::{Event, Field, Level};

const MESSAGE: &str = "message";

/// Writes the attributes of `event` to `fields` and its name to `name`. Runs user code.
pub(super) fn encode(event: &Event<'_>, fields: &mut Content, name: &mut Buffer, limits: Limits) {
    let metadata = event.metadata();
    let plain = sites::of(metadata).plain;
    let mut attributes = fields.event_attributes(limits);
    attributes.record_as("level", metadata.level().as_str());
    attributes.record_as("target", metadata.target());
    event.record(&mut Visitor(EventFields { fields, name, limits }));
    if name.len() == 0 {
        name.extend(metadata.name().as_bytes());
    }
    if !plain {
        fields.keep_last_of_each_key();
    }
    if *metadata.level() == Level::ERROR {
        fields.fail();
    }
}

/// The fields of an event, with its message apart.
struct EventFields<'a> {
    fields: &'a mut Content,
    name: &'a mut Buffer,
    limits: Limits,
}

impl Fields for EventFields<'_> {
    fn value(&mut self, field: &Field, value: &(impl Value + ?Sized)) {
        self.fields.event_attributes(self.limits).record_as(field.name(), value);
    }

    fn text(&mut self, field: &Field, text: &str) {
        if [MESSAGE, "error"].contains(&field.name()) {
            self.debug(field, &format_args!("{text}"));
        } else {
            self.value(field, text);
        }
    }

    fn debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == MESSAGE {
            self.name.clear();
            put_formatted(self.name, self.limits, format_args!("{value:?}"));
        } else if field.name() == "error" && self.name.len() == 0 {
            self.name.extend(b"exception");
            self.fields.event_attributes(self.limits).debug_as("exception.message", value);
        } else {
            self.fields.event_attributes(self.limits).debug_as(field.name(), value);
        }
    }
}
