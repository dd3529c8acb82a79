//! What a span says of itself, where its ruling says something else: done by the worker, so that it holds for whatever way
//! something was recorded, and costs the traced thread nothing.

use super::{REDACTED, Ruling};
use crate::batch::protobuf::{Field, Fields, put_bytes};
use crate::recorder::encoder::field::{ATTRIBUTES, EVENTS, NAME};
use crate::recorder::encoder::key_of;

/// Where the attributes of an event stand in it.
const OF_EVENT: u8 = 3;

/// The fields of a span without those that are the ruling's, and with what nobody may see redacted.
pub(crate) fn rewritten(span: &[u8], ruling: &Ruling) -> Vec<u8> {
    let mut out = Vec::with_capacity(span.len());
    for field in Fields(span) {
        match u8::try_from(field.number) {
            Ok(NAME) if ruling.name.is_some() => {}
            Ok(ATTRIBUTES) if ruling.has(key(&field)) => {}
            Ok(ATTRIBUTES) => put_attribute(&field, (span, ATTRIBUTES), ruling, &mut out),
            Ok(EVENTS) if !ruling.redact.is_empty() => put_event(&field, ruling, &mut out),
            _ => out.extend_from_slice(field.bytes),
        }
    }
    out
}

fn put_event(event: &Field<'_>, ruling: &Ruling, out: &mut Vec<u8>) {
    let bytes = event.value.as_bytes();
    let mut redacted = Vec::with_capacity(bytes.len());
    for field in Fields(bytes) {
        if field.number == u64::from(OF_EVENT) {
            put_attribute(&field, (bytes, OF_EVENT), ruling, &mut redacted);
        } else {
            redacted.extend_from_slice(field.bytes);
        }
    }
    put_bytes(out, EVENTS, &redacted);
}

/// An attribute as it is or redacted. A length tells of the value too: in its place the value stands, redacted.
fn put_attribute(
    field: &Field<'_>,
    (message, number): (&[u8], u8),
    ruling: &Ruling,
    out: &mut Vec<u8>,
) {
    let key = key(field);
    let measured = key.strip_suffix("_length").filter(|value| ruling.redact.fit(value));
    if ruling.redact.fit(key) {
        put_redacted(key, number, out);
    } else if let Some(value) = measured {
        if !holds(message, number, value) && !ruling.has(value) {
            put_redacted(value, number, out);
        }
    } else {
        out.extend_from_slice(field.bytes);
    }
}

fn put_redacted(key: &str, number: u8, out: &mut Vec<u8>) {
    let (mut value, mut pair) = (Vec::new(), Vec::new());
    put_bytes(&mut value, 1, REDACTED.as_bytes());
    put_bytes(&mut pair, 1, key.as_bytes());
    put_bytes(&mut pair, 2, &value);
    put_bytes(out, number, &pair);
}

fn key<'a>(attribute: &Field<'a>) -> &'a str {
    std::str::from_utf8(key_of(attribute)).unwrap_or_default()
}

/// Whether a message has an attribute with this key.
fn holds(message: &[u8], number: u8, wanted: &str) -> bool {
    let mut attributes = Fields(message).filter(|field| field.number == u64::from(number));
    attributes.any(|attribute| key(&attribute) == wanted)
}

impl Ruling {
    /// Whether it sets this attribute itself.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.attributes.contains_key(key)
    }
}
