//! Events and links of a span.

use super::Buffer;
use super::Key;
use super::attributes::{Attributes, Limits, Room};
use super::field::{EVENTS, LINKS};
use crate::batch::protobuf::{FIXED32, FIXED64, LEN, tag, varint_len};
#[cfg(feature = "opentelemetry")]
use crate::batch::protobuf::{put_bytes, put_varint};
use crate::recorder::context::{REMOTE, SAMPLED, SpanContext};
use std::fmt;

/// Appends an event with attributes that are encoded already.
pub(crate) fn write_event(
    buffer: &mut Buffer,
    name: &[u8],
    unix: u64,
    attributes: &[u8],
    dropped: u32,
) {
    let dropped_len = if dropped == 0 { 0 } else { 1 + varint_len(dropped.into()) };
    let body = 9 + 1 + varint_len(name.len() as u64) + name.len() + attributes.len() + dropped_len;
    buffer.push(tag(EVENTS, LEN));
    buffer.varint(body as u64);
    buffer.push(tag(1, FIXED64));
    buffer.extend(&unix.to_le_bytes());
    buffer.field(2, name);
    buffer.extend(attributes);
    if dropped > 0 {
        buffer.push(tag(4, 0));
        buffer.varint(dropped.into());
    }
}

/// Appends a link to another span.
pub(crate) fn write_link(buffer: &mut Buffer, to: &SpanContext) {
    buffer.field(LINKS, &link(to));
}

/// The same with the state of the other trace, and attributes that are encoded already.
#[cfg(feature = "opentelemetry")]
pub(crate) fn write_link_that_says(
    buffer: &mut Buffer,
    to: &SpanContext,
    state: &str,
    attributes: &[u8],
    dropped: u32,
) {
    let mut body = link(to).to_vec();
    if !state.is_empty() {
        put_bytes(&mut body, 3, state.as_bytes());
    }
    body.extend_from_slice(attributes);
    if dropped > 0 {
        body.push(tag(5, 0));
        put_varint(&mut body, dropped.into());
    }
    buffer.field(LINKS, &body);
}

fn link(to: &SpanContext) -> [u8; 33] {
    let mut link = [0; 33];
    (link[0], link[1]) = (tag(1, LEN), 16);
    link[2..18].copy_from_slice(&to.trace_id.to_be_bytes());
    (link[18], link[19]) = (tag(2, LEN), 8);
    link[20..28].copy_from_slice(&to.span_id.to_be_bytes());
    link[28] = tag(6, FIXED32);
    // Whether the other span is sampled; "it is known whether it is remote", and whether it is.
    let remote = if to.flags & REMOTE == 0 { 0x100 } else { 0x300 };
    link[29..33].copy_from_slice(&u32::to_le_bytes(remote | to.flags & SAMPLED));
    link
}

/// The attributes of an exception event.
///
/// Source: <https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/>.
pub(crate) fn put_exception(
    buffer: &mut Buffer,
    limits: Limits,
    kind: &str,
    message: &dyn fmt::Display,
) {
    let mut room = Room::default();
    let mut attributes = Attributes::of_event(buffer, &mut room, limits);
    attributes.record_as("exception.type", kind);
    attributes.formatted(&Key::at_run_time("exception.message"), format_args!("{message}"));
}
