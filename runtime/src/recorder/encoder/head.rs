//! The fixed part at the start of every span: kind, times, ids, flags and parent, each at the same place.
//!
//! It is written as whole words, from registers, when the span ends: building it in memory byte by byte and reading it back as
//! words would wait for every one of those writes. The worker reads times there, and whoever decides about whole traces can
//! read ids there, without decoding a span.

use crate::batch::protobuf::{FIXED64, LEN, tag};
use crate::recorder::context::{REMOTE_PARENT, SpanContext};

/// The field `status` with the code ERROR and nothing else.
pub(crate) const STATUS_ERROR: [u8; 4] = [tag(15, LEN), 2, tag(3, 0), 2];

/// `SPAN_KIND_INTERNAL`.
pub(crate) const INTERNAL: u8 = 1;

const WORDS: usize = 8;
/// A root says that its parent's id is empty, which fills its last word.
const WORDS_OF_ROOT: usize = 7;

/// The head of one span, which has ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    words: [u64; WORDS],
    len: usize,
}

/// What a head says besides ids.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    /// The parent's id; 0: it is a root.
    pub(crate) parent: u64,
    /// The slot's flags.
    pub(crate) info: u32,
    pub(crate) kind: u8,
    /// Nanoseconds since 1970.
    pub(crate) start: u64,
    pub(crate) end: u64,
}

impl Head {
    /// The bytes in their order, eight a word:
    ///
    /// ```text
    ///  0 kind                 2 start               11 end
    /// 20 trace id            38 span id             48 flags (its tag takes two bytes)        54 parent
    /// ```
    #[inline]
    pub(crate) fn new(context: &SpanContext, facts: &Facts) -> Head {
        let Facts { parent, info, kind, start, end } = *facts;
        let trace_high = ((context.trace_id >> 64) as u64).swap_bytes();
        let trace_low = (context.trace_id as u64).swap_bytes();
        // Sampled, and "it is known whether the parent is remote"; then whether it is.
        let flags = if info & REMOTE_PARENT == 0 { 0x101 } else { 0x301 };
        let parent_len = if parent == 0 { 0 } else { 8 };
        let words = [
            byte(0, tag(6, 0)) | byte(1, kind) | byte(2, tag(7, FIXED64)) | start << 24,
            start >> 40 | byte(3, tag(8, FIXED64)) | end << 32,
            end >> 32 | byte(4, tag(1, LEN)) | byte(5, 16) | trace_high << 48,
            trace_high >> 16 | trace_low << 48,
            trace_low >> 16 | byte(6, tag(2, LEN)) | byte(7, 8),
            context.span_id.swap_bytes(),
            // Field 16 with 4 bytes.
            byte(0, 0x85)
                | byte(1, 0x01)
                | flags << 16
                | byte(6, tag(4, LEN))
                | byte(7, parent_len),
            parent.swap_bytes(),
        ];
        Head { words, len: if parent == 0 { WORDS_OF_ROOT } else { WORDS } }
    }

    /// The words; written little end first they are the head.
    #[inline]
    pub(crate) fn words(&self) -> &[u64] {
        self.words.get(..self.len).unwrap_or_default()
    }

    /// How many bytes it takes.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len * 8
    }

    /// The bytes.
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        self.words().iter().flat_map(|word| word.to_le_bytes()).collect()
    }
}

/// A byte at its place in a word.
#[inline]
const fn byte(place: u32, byte: u8) -> u64 {
    (byte as u64) << (8 * place)
}
