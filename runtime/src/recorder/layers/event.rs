//! Events that say themselves which span they belong to: for layers that is a span of theirs.

use super::spans::found;
use std::fmt;
use tracing_core::field::{Field, Value, Visit, debug};
use tracing_core::{Event, span};

/// The most fields that the macros of `tracing` promise to take.
const FIELDS: usize = 32;

/// Gives `tell` the event as layers are to see it.
pub(super) fn with_parent_of_theirs(event: &Event<'_>, tell: impl FnOnce(&Event<'_>)) {
    let Some(parent) = event.parent() else { return tell(event) };
    let parent = found(parent.into_u64()).map(|(_, seen)| seen);
    let mut fields = Copied::default();
    event.record(&mut fields);
    fields.tell(event, parent, tell);
}

/// The values of an event's fields.
#[derive(Default)]
struct Copied(Vec<(Field, Box<dyn Value>)>);

impl Copied {
    fn add(&mut self, field: &Field, value: impl Value + 'static) {
        self.0.push((field.clone(), Box::new(value)));
    }

    /// Where layers do not see its parent the event belongs to their current span.
    fn tell(self, event: &Event<'_>, parent: Option<span::Id>, tell: impl FnOnce(&Event<'_>)) {
        let metadata = event.metadata();
        let any = metadata.fields().iter().next();
        let mut values = any.as_ref().map(|any| [(any, None::<&dyn Value>); FIELDS]);
        for (place, (field, value)) in values.iter_mut().flatten().zip(&self.0) {
            *place = (field, Some(&**value));
        }
        let values = match &values {
            Some(values) => metadata.fields().value_set(values),
            None => metadata.fields().value_set(&[]),
        };
        match parent {
            Some(parent) => tell(&Event::new_child_of(parent, metadata, &values)),
            None => tell(&Event::new(metadata, &values)),
        }
    }
}

impl Visit for Copied {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, value);
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.add(field, value);
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.add(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, debug(Words(format!("{value:?}"))));
    }
}

/// A value as its `Debug` wrote it.
struct Words(String);

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
