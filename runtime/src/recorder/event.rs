//! `tracing` events as events of a span.
//!
//! The event's message is its name, as in tracing-opentelemetry; `level` and `target` are attributes, unless the event has
//! fields of these names. An event without a message but with a field `error`, as `#[instrument(err)]` makes one, is an
//! exception.
//!
//! Of a record of the crate `log` level and target are its own, and where it stands is told besides.

use super::encoder::{Buffer, Content, Limits, Value, put_formatted};
use super::log_records;
use super::sites;
use super::visit::{Fields, Visitor};
use std::fmt::Debug;
use tracing_core::{Event, Field, Level};

const MESSAGE: &str = "message";

/// Writes the attributes of `event` to `fields` and its name to `name`. Runs user code.
pub(super) fn encode<'a>(
    event: &'a Event<'a>,
    fields: &mut Content,
    name: &mut Buffer,
    limits: Limits,
) {
    let plain = sites::of(event.metadata()).plain;
    let record = log_records::metadata_of(event);
    let metadata = record.as_ref().unwrap_or(event.metadata());
    let mut attributes = fields.event_attributes(limits);
    attributes.record_as("level", metadata.level().as_str());
    attributes.record_as("target", metadata.target());
    if let Some(record) = &record {
        attributes.record_as("code.file.path", &record.file());
        attributes.record_as("code.line.number", &record.line());
        attributes.record_as("code.module.name", &record.module_path());
    }
    let only_message = record.is_some();
    event.record(&mut Visitor(EventFields { fields, name, limits, only_message }));
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
    /// The other fields were told already.
    only_message: bool,
}

impl Fields for EventFields<'_> {
    fn value(&mut self, field: &Field, value: &(impl Value + ?Sized)) {
        if self.only_message {
            return;
        }
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
