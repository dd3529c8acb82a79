//! The fixed part at the start of every span: kind, times, ids, flags and parent, each at the same place.
//!
//! The worker reads times there, and whoever decides about whole traces can read ids there, without decoding a span.

use super::Buffer;
use crate::batch::protobuf::{FIXED64, LEN, tag};
use crate::recorder::context::{REMOTE, SpanContext};

/// The length of the head of a span without a parent.
pub(crate) const HEAD: usize = 54;
/// The length of the parent's id that follows it.
const PARENT: usize = 10;
const KIND: usize = 1;
const START: usize = 3;
const END: usize = 12;

/// The field `status` with the code ERROR and nothing else.
pub(crate) const STATUS_ERROR: [u8; 4] = [tag(15, LEN), 2, tag(3, 0), 2];

/// `SPAN_KIND_INTERNAL`.
const INTERNAL: u8 = 1;

/// The head of one span.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    bytes: [u8; HEAD + PARENT],
    len: usize,
}

impl Head {
    /// The head with its ids and flags; times are set when the span ends. `parent` 0 is a root.
    #[inline]
    pub(crate) fn new(context: &SpanContext, parent: u64, parent_flags: u32) -> Head {
        let mut bytes = [0; HEAD + PARENT];
        (bytes[0], bytes[KIND]) = (tag(6, 0), INTERNAL);
        bytes[START - 1] = tag(7, FIXED64);
        bytes[END - 1] = tag(8, FIXED64);
        (bytes[20], bytes[21]) = (tag(1, LEN), 16);
        bytes[22..38].copy_from_slice(&context.trace_id.to_be_bytes());
        (bytes[38], bytes[39]) = (tag(2, LEN), 8);
        bytes[40..48].copy_from_slice(&context.span_id.to_be_bytes());
        // Field 16 takes two bytes of tag. Flags: sampled, "it is known whether the parent is remote", and whether it is.
        (bytes[48], bytes[49]) = (0x85, 0x01);
        let flags = 0x101 | if parent_flags & REMOTE == 0 { 0 } else { 0x200 };
        bytes[50..54].copy_from_slice(&u32::to_le_bytes(flags));
        (bytes[54], bytes[55]) = (tag(4, LEN), 8);
        bytes[56..64].copy_from_slice(&parent.to_be_bytes());
        Head { bytes, len: if parent == 0 { HEAD } else { HEAD + PARENT } }
    }

    /// Starts a span's buffer with this head.
    #[inline]
    pub(crate) fn write(&self, buffer: &mut Buffer) {
        buffer.clear();
        *buffer.room() = self.bytes;
        buffer.advance(self.len);
    }

    /// How long it is.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Sets the times in a buffer that starts with a head.
    #[inline]
    pub(crate) fn set_times(buffer: &mut Buffer, start: u64, end: u64) {
        if let Some(head) = buffer.first_mut::<HEAD>() {
            head[START..START + 8].copy_from_slice(&start.to_le_bytes());
            head[END..END + 8].copy_from_slice(&end.to_le_bytes());
        }
    }

    /// Sets the kind in a buffer that starts with a head.
    pub(crate) fn set_kind(buffer: &mut Buffer, kind: u8) {
        if let Some(head) = buffer.first_mut::<HEAD>() {
            head[KIND] = kind;
        }
    }
}
