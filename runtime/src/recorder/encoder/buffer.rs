//! The bytes of a span while it grows: memory that is there already, and a position in it.
//!
//! A `Vec` asks at every write whether there is room and moves its length. Here a write of a fixed size asks once, and all that
//! it patches afterwards lies in an array whose size the compiler knows.

use crate::batch::protobuf::{Fields, LEN, tag, varint_len};
use std::ops::Range;

/// Bytes that grow at the end.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    /// What is behind `len` has been written at some time and means nothing.
    memory: Vec<u8>,
    len: usize,
}

impl Buffer {
    /// Large enough for most spans, so that a frame allocates once in its life.
    const USUAL: usize = 512;
    /// What is larger goes back to the allocator.
    const LARGE: usize = 16 * 1024;

    /// Nothing, with room for most spans.
    pub(crate) fn with_capacity() -> Buffer {
        Buffer { memory: vec![0; Buffer::USUAL], len: 0 }
    }

    /// Lets go of memory that only one unusual span needed.
    #[inline]
    pub(crate) fn recycle(&mut self) {
        if self.memory.len() > Buffer::LARGE {
            *self = Buffer::with_capacity();
        }
    }

    #[inline]
    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[u8] {
        self.memory.get(..self.len).unwrap_or_default()
    }

    /// The bytes and those that pad them to whole words.
    #[inline]
    pub(crate) fn padded(&mut self) -> &[u8] {
        let _: &mut [u8; 8] = self.room();
        self.memory.get(..self.len.next_multiple_of(8)).unwrap_or_default()
    }

    /// The next `LEN` bytes, to be written in; [`advance`](Buffer::advance) keeps them.
    #[inline]
    #[expect(clippy::expect_used, reason = "the compiler sees that it cannot happen")]
    pub(crate) fn room<const LEN: usize>(&mut self) -> &mut [u8; LEN] {
        if self.memory.len() < self.len + LEN {
            self.grow(LEN);
        }
        let (room, _) =
            self.memory[self.len..].split_first_chunk_mut().expect("`grow` has made room");
        room
    }

    /// Keeps what was written into the next `len` bytes.
    #[inline]
    pub(crate) fn advance(&mut self, len: usize) {
        self.len += len;
    }

    /// Puts the fields from `start` on into the order of their bytes.
    pub(crate) fn sort_fields(&mut self, start: usize) {
        let mut fields: Vec<_> = Fields(self.as_slice().get(start..).unwrap_or_default())
            .map(|field| field.bytes.to_vec())
            .collect();
        fields.sort_unstable();
        self.truncate(start);
        fields.iter().for_each(|field| self.extend(field));
    }

    #[inline]
    pub(crate) fn push(&mut self, byte: u8) {
        *self.room() = [byte];
        self.advance(1);
    }

    #[inline]
    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        let end = self.len + bytes.len();
        if self.memory.len() < end {
            self.grow(bytes.len());
        }
        if let Some(room) = self.memory.get_mut(self.len..end) {
            room.copy_from_slice(bytes);
            self.len = end;
        }
    }

    /// Appends a varint.
    #[inline]
    pub(crate) fn varint(&mut self, value: u64) {
        match value {
            0..0x80 => self.push(value as u8),
            0x80..0x4000 => {
                *self.room() = [value as u8 | 0x80, (value >> 7) as u8];
                self.advance(2);
            }
            _ => self.long_varint(value),
        }
    }

    fn long_varint(&mut self, mut value: u64) {
        let len = varint_len(value);
        let room: &mut [u8; 10] = self.room();
        for byte in room.iter_mut() {
            *byte = value as u8 | 0x80;
            value >>= 7;
        }
        if let Some(last) = room.get_mut(len - 1) {
            *last &= 0x7f;
        }
        self.advance(len);
    }

    /// Appends a length-delimited field whose number is below 16.
    #[inline]
    pub(crate) fn field(&mut self, number: u8, bytes: &[u8]) {
        self.push(tag(number, LEN));
        self.varint(bytes.len() as u64);
        self.extend(bytes);
    }

    /// Moves the last `len` bytes in front of what follows `start`.
    pub(crate) fn move_to(&mut self, start: usize, len: usize) {
        if let Some(tail) = self.memory.get_mut(start..self.len) {
            tail.rotate_right(len);
        }
    }

    #[inline]
    pub(crate) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Takes a range of bytes out.
    pub(crate) fn cut_out(&mut self, range: Range<usize>) {
        if range.start <= range.end && range.end <= self.len {
            self.memory.copy_within(range.end..self.len, range.start);
            self.len -= range.len();
        }
    }

    #[cold]
    fn grow(&mut self, more: usize) {
        let needed = (self.len + more).max(Buffer::USUAL);
        if self.memory.capacity() < needed {
            self.memory.reserve(needed - self.memory.len());
        }
        self.memory.resize(self.memory.capacity(), 0);
    }
}
