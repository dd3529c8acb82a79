//! The writer of one value, wherever it stands: under a key, or in an array.

use super::composite::{ArrayWriter, DEEPEST, MapWriter, inside};
use crate::batch::protobuf::{FIXED64, LEN, tag, varint_len};
use crate::recorder::encoder::Key;
use crate::recorder::encoder::attributes::{Attributes, Room, cut, put_formatted};
use std::fmt;

/// Fields of OTLP's `AnyValue` and the kinds they have.
const TEXT: u8 = tag(1, LEN);
pub(super) const BOOL: u8 = tag(2, 0);
pub(super) const INT: u8 = tag(3, 0);
pub(super) const DOUBLE: u8 = tag(4, FIXED64);
const ARRAY: u8 = tag(5, LEN);
const MAP: u8 = tag(6, LEN);
const BYTES: u8 = tag(7, LEN);

/// Takes one value: one of its methods is called, once. See [`Value`](super::Value).
#[derive(Debug)]
#[must_use = "nothing is written until one of its methods is called"]
pub struct AnyValue<'a> {
    pub(super) attributes: Attributes<'a>,
    pub(super) place: Place<'a>,
}

/// Where the value stands.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place<'a> {
    Attribute(&'a Key<'a>),
    /// In an array.
    Element,
}

impl<'a> AnyValue<'a> {
    pub(in crate::recorder::encoder) fn of_attribute(
        key: &'a Key<'a>,
        attributes: Attributes<'a>,
    ) -> AnyValue<'a> {
        AnyValue { attributes, place: Place::Attribute(key) }
    }

    /// Writes a text, cut at the limit.
    pub fn text(self, text: &str) {
        let limit = self.attributes.limits.value_bytes as usize;
        self.delimited(TEXT, cut(text, limit).as_bytes());
    }

    /// Writes what `Display` makes of `value`, as a text.
    pub fn display(self, value: &dyn fmt::Display) {
        self.formatted(format_args!("{value}"));
    }

    /// Writes what `Debug` makes of `value`, as a text.
    pub fn debug(self, value: &dyn fmt::Debug) {
        self.formatted(format_args!("{value:?}"));
    }

    /// Writes an integer.
    pub fn integer(self, value: i64) {
        let (bytes, len) = encode_integer(value);
        self.scalar(bytes, len);
    }

    /// Writes a floating point number.
    pub fn double(self, value: f64) {
        let [b0, b1, b2, b3, b4, b5, b6, b7] = value.to_le_bytes();
        self.scalar([DOUBLE, b0, b1, b2, b3, b4, b5, b6, b7], 9);
    }

    /// Writes a boolean.
    pub fn boolean(self, value: bool) {
        self.scalar([BOOL, u8::from(value)], 2);
    }

    /// Writes bytes, cut at the limit.
    pub fn bytes(self, bytes: &[u8]) {
        let limit = self.attributes.limits.value_bytes as usize;
        self.delimited(BYTES, bytes.get(..limit).unwrap_or(bytes));
    }

    /// Writes an array, whose elements `fill` gives; it is not called where the array would stand too deep in others.
    pub fn array(self, fill: impl FnOnce(&mut ArrayWriter<'_>)) {
        self.nested(ARRAY, |attributes| fill(&mut ArrayWriter::new(attributes)));
    }

    /// Writes a map, whose entries `fill` gives; it is not called where the map would stand too deep in others.
    pub fn map(self, fill: impl FnOnce(&mut MapWriter<'_>)) {
        self.nested(MAP, |attributes| fill(&mut MapWriter::new(attributes)));
    }

    fn scalar<const LEN: usize>(mut self, value: [u8; LEN], used: usize) {
        match self.place {
            Place::Attribute(key) => self.attributes.scalar(key, value, used),
            Place::Element => {
                self.attributes.buffer.field(1, value.get(..used).unwrap_or_default());
            }
        }
    }

    fn delimited(mut self, kind: u8, value: &[u8]) {
        if self.admit() {
            self.frame(kind, value.len());
            self.attributes.buffer.extend(value);
        }
    }

    fn formatted(self, arguments: fmt::Arguments<'_>) {
        self.in_place(TEXT, |attributes| {
            put_formatted(attributes.buffer, attributes.limits, arguments);
        });
    }

    fn nested(self, kind: u8, fill: impl FnOnce(Attributes<'_>)) {
        if self.attributes.depth < DEEPEST {
            self.in_place(kind, |attributes| fill(inside(attributes, &mut Room::default())));
        }
    }

    /// Writes what is as long as it will be: it comes first, then its framing is moved in front of it.
    fn in_place(mut self, kind: u8, write: impl FnOnce(&mut Attributes<'_>)) {
        if !self.admit() {
            return;
        }
        let start = self.attributes.buffer.len();
        write(&mut self.attributes);
        let end = self.attributes.buffer.len();
        self.frame(kind, end - start);
        self.attributes.buffer.move_to(start, self.attributes.buffer.len() - end);
    }

    /// Whoever has made room for an element has asked already.
    fn admit(&mut self) -> bool {
        match self.place {
            Place::Attribute(_) => self.attributes.admit(),
            Place::Element => true,
        }
    }

    /// Everything that stands before what is `len` bytes long.
    fn frame(&mut self, kind: u8, len: usize) {
        match self.place {
            Place::Attribute(key) => self.attributes.bytes_frame(key, kind, len),
            Place::Element => {
                let buffer = &mut *self.attributes.buffer;
                buffer.push(tag(1, LEN));
                buffer.varint((1 + varint_len(len as u64) + len) as u64);
                buffer.push(kind);
                buffer.varint(len as u64);
            }
        }
    }
}

/// An integer as an `AnyValue`, and how long that is.
#[inline]
pub(super) fn encode_integer(value: i64) -> ([u8; 11], usize) {
    let mut rest = value as u64;
    let len = varint_len(rest);
    let mut bytes = [0; 11];
    bytes[0] = INT;
    for byte in &mut bytes[1..=len] {
        *byte = rest as u8 | 0x80;
        rest >>= 7;
    }
    bytes[len] &= 0x7f;
    (bytes, 1 + len)
}
