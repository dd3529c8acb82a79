//! Arrays and maps while they grow. They end between two elements: none begins behind the limit.

use super::Value;
use super::any_value::{AnyValue, Place};
use crate::batch::protobuf::{Fields, LEN, tag};
use crate::recorder::encoder::attributes::{Attributes, Limits, Room};
use crate::recorder::encoder::{Key, content::key_of};

/// How many arrays and maps may stand in each other: decoders have a limit too, and a value may contain itself.
pub(super) const DEEPEST: u8 = 8;

/// What is written inside of an array or a map: entries, of which none begins behind the limit.
pub(super) fn inside<'a>(around: &'a mut Attributes<'_>, room: &'a mut Room) -> Attributes<'a> {
    let start = around.buffer.len() as u32;
    let end = start.saturating_add(around.limits.value_bytes).min(around.limits.span_bytes);
    let limits = Limits { attributes: u32::MAX, span_bytes: end, ..around.limits };
    let (buffer, depth) = (&mut *around.buffer, around.depth + 1);
    Attributes { buffer, room, limits, tag: tag(1, LEN), depth, ..*around }
}

/// What the next value may use of it.
fn rest<'a>(attributes: &'a mut Attributes<'_>) -> Attributes<'a> {
    let left = attributes.limits.span_bytes.saturating_sub(attributes.buffer.len() as u32);
    let limits = Limits { value_bytes: left, ..attributes.limits };
    let (buffer, room) = (&mut *attributes.buffer, &mut *attributes.room);
    Attributes { buffer, room, limits, ..*attributes }
}

fn is_full(attributes: &Attributes<'_>) -> bool {
    !attributes.limits.admit(attributes.buffer.len())
}

/// Takes the elements of an array; see [`AnyValue::array`].
#[derive(Debug)]
pub struct ArrayWriter<'a> {
    attributes: Attributes<'a>,
}

impl<'a> ArrayWriter<'a> {
    pub(super) fn new(attributes: Attributes<'a>) -> ArrayWriter<'a> {
        ArrayWriter { attributes }
    }

    /// Adds an element: an empty one where the value writes nothing, so that the others keep their places.
    pub fn push<V: Value + ?Sized>(&mut self, value: &V) {
        if !is_full(&self.attributes) {
            let start = self.attributes.buffer.len();
            value.write(AnyValue { attributes: rest(&mut self.attributes), place: Place::Element });
            if self.attributes.buffer.len() == start {
                self.attributes.buffer.extend(&[tag(1, LEN), 0]);
            }
        }
    }

    /// Adds elements as long as there is room.
    pub fn extend<V: Value>(&mut self, values: impl IntoIterator<Item = V>) {
        for value in values {
            if is_full(&self.attributes) {
                break;
            }
            self.push(&value);
        }
    }

    /// Adds the elements of a set, which have no order.
    pub(super) fn extend_by_set<V: Value>(&mut self, values: impl IntoIterator<Item = V>) {
        let start = self.attributes.buffer.len();
        self.extend(values);
        if self.attributes.sorts {
            self.attributes.buffer.sort_fields(start);
        }
    }
}

/// Takes the entries of a map; see [`AnyValue::map`].
#[derive(Debug)]
pub struct MapWriter<'a> {
    attributes: Attributes<'a>,
    start: usize,
}

impl<'a> MapWriter<'a> {
    pub(super) fn new(attributes: Attributes<'a>) -> MapWriter<'a> {
        MapWriter { start: attributes.buffer.len(), attributes }
    }

    /// Adds an entry, which takes the place of an earlier one under the same key. A value that writes nothing has none.
    pub fn entry<V: Value + ?Sized>(&mut self, key: &str, value: &V) {
        self.remove(key);
        self.add(key, value);
    }

    /// Adds the entries of a map, whose keys differ, as long as there is room.
    pub(super) fn extend<K: AsRef<str>, V: Value>(
        &mut self,
        entries: impl IntoIterator<Item = (K, V)>,
    ) {
        for (key, value) in entries {
            if is_full(&self.attributes) {
                break;
            }
            self.add(key.as_ref(), &value);
        }
        if self.attributes.sorts {
            self.attributes.buffer.sort_fields(self.start);
        }
    }

    fn add<V: Value + ?Sized>(&mut self, key: &str, value: &V) {
        value.record(&Key::at_run_time(key), &mut rest(&mut self.attributes));
    }

    fn remove(&mut self, key: &str) {
        let mut start = self.start;
        let entries = self.attributes.buffer.as_slice().get(start..).unwrap_or_default();
        for entry in Fields(entries) {
            let end = start + entry.bytes.len();
            if key_of(&entry) == key.as_bytes() {
                return self.attributes.buffer.cut_out(start..end);
            }
            start = end;
        }
    }
}
