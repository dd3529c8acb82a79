//! `tracing` events as events of a span.
//!
//! The event's message is its name, as in tracing-opentelemetry; `level` and `target` are attributes, unless the event has
//! fields of these names. An event without a message but with a field `error`, as `#[instrument(err)]` makes one, is an
//! exception.

use super::encoder::{Buffer, Chain, Content, Limits, Value, put_formatted};
use super::sites;
use std::error::Error;
use std::fmt::Debug;
use tracing_core::field::Visit;
use tracing_core::{Event, Field, Level};

const MESSAGE: &str = "message";

/// Writes the attributes of `event` to `fields` and its name to `name`. Runs user code.
pub(super) fn encode(event: &Event<'_>, fields: &mut Content, name: &mut Buffer, limits: Limits) {
    let metadata = event.metadata();
    let plain = sites::of(metadata).plain;
    let mut attributes = fields.event_attributes(limits);
    attributes.record_as("level", metadata.level().as_str());
    attributes.record_as("target", metadata.target());
    event.record(&mut EventVisitor { fields, name, limits });
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

struct EventVisitor<'a> {
    fields: &'a mut Content,
    name: &'a mut Buffer,
    limits: Limits,
}

impl EventVisitor<'_> {
    fn record(&mut self, field: &Field, value: &(impl Value + ?Sized)) {
        self.fields.event_attributes(self.limits).record_as(field.name(), value);
    }
}

impl Visit for EventVisitor<'_> {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.record(field, &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.record(field, &value);
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.record(field, &value);
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.record(field, &value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.record(field, &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.record(field, &value);
    }

    fn record_bytes(&mut self, field: &Field, value: &[u8]) {
        self.record(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if [MESSAGE, "error"].contains(&field.name()) {
            self.record_debug(field, &format_args!("{value}"));
        } else {
            self.record(field, value);
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.record_debug(field, &format_args!("{}", Chain(value)));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
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
