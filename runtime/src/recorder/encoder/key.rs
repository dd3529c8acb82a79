//! Attribute keys that are known when the program is compiled.

use super::field::ATTRIBUTES;
use crate::batch::protobuf::{LEN, tag};

/// How many bytes of framing stand around a key: tag and length of the `KeyValue`, of the key and of the value.
const FRAMING: usize = 6;

/// A key with the protobuf bytes around it, made at compile time.
///
/// All of it is copied with one write of a fixed size, which the compiler turns into a few moves; then the two lengths that
/// depend on the value are set. Copies of a variable size would call `memcpy`.
#[derive(Debug)]
pub struct Key<'a> {
    name: &'a str,
    frame: [u8; Key::FRAME],
    /// How much of `frame` is used; 0 where the key is too long for it.
    len: u8,
}

impl<'a> Key<'a> {
    pub(super) const FRAME: usize = 64;
    /// Where in the frame the length of the whole `KeyValue` stands.
    pub(super) const TOTAL: usize = 1;
    /// A text below this leaves the whole `KeyValue` below 128 bytes, whatever the key, so that each length takes one byte.
    pub(super) const SHORT: usize = 128 - Key::FRAME - 2;

    /// The key `name`.
    #[must_use]
    pub const fn new(name: &'a str) -> Key<'a> {
        let text = name.as_bytes();
        let mut frame = [0; Key::FRAME];
        if text.is_empty() || text.len() > Key::FRAME - FRAMING {
            return Key { name, frame, len: 0 };
        }
        frame[0] = tag(ATTRIBUTES, LEN);
        frame[2] = tag(1, LEN);
        frame[3] = text.len() as u8;
        let mut at = 0;
        while at < text.len() {
            frame[4 + at] = text[at];
            at += 1;
        }
        frame[4 + text.len()] = tag(2, LEN);
        // The lengths for a value of two bytes, which most numbers are; for others they are set.
        frame[Key::TOTAL] = (text.len() + FRAMING) as u8;
        frame[5 + text.len()] = 2;
        Key { name, frame, len: (text.len() + FRAMING) as u8 }
    }

    /// A key that is known only when the program runs. It is written piece by piece, which costs less than making a frame.
    pub(super) const fn at_run_time(name: &'a str) -> Key<'a> {
        Key { name, frame: [0; Key::FRAME], len: 0 }
    }

    /// The key as text.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// Whether the key has a frame; it has none where it is too long for it.
    #[inline]
    pub(super) const fn fits(&self) -> bool {
        self.len > 0
    }

    /// The frame, and how much of it is used.
    #[inline]
    pub(super) const fn frame(&self) -> (&[u8; Key::FRAME], usize) {
        (&self.frame, self.len as usize)
    }
}
