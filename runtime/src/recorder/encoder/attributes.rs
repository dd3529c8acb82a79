//! Writing attributes into a span or an event.

use super::field::ATTRIBUTES;
use super::{AnyValue, Buffer, Key, Value};
use crate::batch::protobuf::{LEN, tag, varint_len};
use crate::recorder::panic;
use crate::recorder::rules::Patterns;
use std::fmt::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What is recorded of a value whose own code panics.
const PANICKED: &str = "<panicked>";

/// What one span may hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Limits {
    pub(crate) attributes: u32,
    pub(crate) events: u32,
    pub(crate) links: u32,
    /// Bytes of one text.
    pub(crate) value_bytes: u32,
    /// Bytes of one open span, so that a span that lives as long as the process stays bounded.
    pub(crate) span_bytes: u32,
}

impl Limits {
    /// No limits, for what is ours and small.
    pub(crate) const NONE: Limits = Limits {
        attributes: u32::MAX,
        events: u32::MAX,
        links: u32::MAX,
        value_bytes: u32::MAX,
        span_bytes: u32::MAX,
    };

    /// Whether a span of `len` bytes may still grow.
    #[inline]
    pub(super) fn admit(&self, len: usize) -> bool {
        len < self.span_bytes as usize
    }
}

/// How many more attributes fit, and how many did not.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Room {
    pub(crate) used: u32,
    pub(crate) dropped: u32,
}

impl Room {
    /// Counts what finds no room; a loop may run for years.
    #[inline]
    pub(super) fn drop(&mut self, count: u32) {
        self.dropped = self.dropped.saturating_add(count);
    }
}

/// Attributes as they are recorded: encoded at once, into the span's own buffer.
///
/// Made by the recorder and handed to the closures that `#[traced]` generates. Values that are `Debug` or `Display` run user
/// code; the recorder holds no borrow and no lock meanwhile.
#[derive(Debug)]
pub struct Attributes<'a> {
    pub(super) buffer: &'a mut Buffer,
    pub(super) room: &'a mut Room,
    pub(super) limits: Limits,
    pub(super) tag: u8,
    /// How many arrays and maps stand around.
    pub(super) depth: u8,
    /// What a collection holds in no order of its own is put into one, so that equal collections have equal bytes.
    pub(super) sorts: bool,
    /// Which arguments rules ask for that are hidden otherwise.
    pub(super) revealed: Option<&'static Patterns>,
}

impl<'a> Attributes<'a> {
    /// Attributes of a span.
    #[inline]
    pub(crate) fn of_span(
        buffer: &'a mut Buffer,
        room: &'a mut Room,
        limits: Limits,
        revealed: Option<&'static Patterns>,
    ) -> Self {
        Attributes {
            buffer,
            room,
            limits,
            tag: tag(ATTRIBUTES, LEN),
            depth: 0,
            sorts: false,
            revealed,
        }
    }

    /// Attributes of an event, whose field number differs.
    #[inline]
    pub(crate) fn of_event(buffer: &'a mut Buffer, room: &'a mut Room, limits: Limits) -> Self {
        Attributes {
            buffer,
            room,
            limits,
            tag: tag(3, LEN),
            depth: 0,
            sorts: false,
            revealed: None,
        }
    }

    /// The same, but equal sets and maps are written as the same bytes, whatever order they are walked in.
    pub(crate) fn sorted(self) -> Self {
        Attributes { sorts: true, ..self }
    }

    /// Records `value` under a key that is known at compile time.
    #[inline]
    pub fn record<V: Value + ?Sized>(&mut self, key: &Key<'_>, value: &V) {
        value.record(key, self);
    }

    /// Records `value` under any key.
    pub fn record_as<V: Value + ?Sized>(&mut self, key: &str, value: &V) {
        value.record(&Key::at_run_time(key), self);
    }

    /// Records what `Debug` makes of `value`. A panic of it is caught and recorded as `<panicked>`.
    pub fn debug(&mut self, key: &Key<'_>, value: &dyn fmt::Debug) {
        self.formatted(key, format_args!("{value:?}"));
    }

    /// Records what `Display` makes of `value`. A panic of it is caught and recorded as `<panicked>`.
    pub fn display(&mut self, key: &Key<'_>, value: &dyn fmt::Display) {
        self.formatted(key, format_args!("{value}"));
    }

    /// Records what `Debug` makes of `value` under any key.
    pub fn debug_as(&mut self, key: &str, value: &dyn fmt::Debug) {
        self.formatted(&Key::at_run_time(key), format_args!("{value:?}"));
    }

    /// Whether rules ask for the value of this argument.
    #[inline]
    pub(crate) fn reveals(&self, argument: &Key<'_>) -> bool {
        self.revealed.is_some_and(|names| fit(names, argument.name()))
    }

    /// Records what `write` gives. Where that panics, `<panicked>` stands there instead.
    pub(super) fn written(&mut self, key: &Key<'_>, write: impl FnOnce(AnyValue<'_>)) {
        let before = panic::Before::now();
        let (start, room) = (self.buffer.len(), *self.room);
        let again = Attributes { buffer: self.buffer, room: self.room, ..*self };
        let to = AnyValue::of_attribute(key, again);
        if catch_unwind(AssertUnwindSafe(|| write(to))).is_err() {
            self.buffer.truncate(start);
            *self.room = room;
            self.text(key, PANICKED);
            before.restore();
        }
    }

    /// Room for one more attribute, or one more that is dropped.
    #[inline]
    pub(super) fn admit(&mut self) -> bool {
        if self.room.used < self.limits.attributes && self.limits.admit(self.buffer.len()) {
            self.room.used += 1;
            return true;
        }
        self.room.drop(1);
        false
    }

    /// Records an `AnyValue` of two bytes: a boolean or a small integer.
    #[inline]
    pub(super) fn short(&mut self, key: &Key<'_>, value: [u8; 2]) {
        if !key.fits() {
            return self.scalar(key, value, 2);
        }
        if self.admit() {
            // The frame's lengths are those of such a value already.
            let (frame, end) = key.frame();
            let room = self.buffer.room::<{ Key::FRAME + 2 }>();
            room[..Key::FRAME].copy_from_slice(frame);
            room[0] = self.tag;
            if let Some(place) = room.get_mut(end..).and_then(<[u8]>::first_chunk_mut) {
                *place = value;
            }
            self.buffer.advance(end + 2);
        }
    }

    /// Records an `AnyValue` of `LEN` bytes, at most 15, of which the first `used` count.
    pub(super) fn scalar<const LEN: usize>(
        &mut self,
        key: &Key<'_>,
        value: [u8; LEN],
        used: usize,
    ) {
        if !self.admit() {
            return;
        }
        if key.fits() {
            let (end, room) = self.short_frame(key, used);
            if let Some(place) = room.get_mut(end..).and_then(<[u8]>::first_chunk_mut) {
                *place = value;
            }
            self.buffer.advance(end + used);
        } else {
            self.long_frame(key.name(), used);
            *self.buffer.room() = value;
            self.buffer.advance(used);
        }
    }

    /// The framing of a key that fits its frame, for a value that leaves all of it below 128 bytes: how long it is, and the room
    /// in which it stands and the value may follow.
    #[inline]
    fn short_frame(&mut self, key: &Key<'_>, len: usize) -> (usize, &mut [u8; Key::FRAME + 16]) {
        let (frame, end) = key.frame();
        let room = self.buffer.room::<{ Key::FRAME + 16 }>();
        room[..Key::FRAME].copy_from_slice(frame);
        room[0] = self.tag;
        room[Key::TOTAL] = (end - 2 + len) as u8;
        if let Some(last) = room.get_mut(end - 1) {
            *last = len as u8;
        }
        (end, room)
    }

    /// Records a text, cut at the last character boundary within the limit.
    pub(super) fn text(&mut self, key: &Key<'_>, value: &str) {
        if self.admit() {
            let value = cut(value, self.limits.value_bytes as usize);
            self.bytes_frame(key, tag(1, LEN), value.len());
            self.buffer.extend(value.as_bytes());
        }
    }

    /// Records a text that user code writes. The text is written in place, then its framing is moved in front of it.
    pub(crate) fn formatted(&mut self, key: &Key<'_>, arguments: fmt::Arguments<'_>) {
        if !self.admit() {
            return;
        }
        let start = self.buffer.len();
        put_formatted(self.buffer, self.limits, arguments);
        let text_end = self.buffer.len();
        self.bytes_frame(key, tag(1, LEN), text_end - start);
        self.buffer.move_to(start, self.buffer.len() - text_end);
    }

    /// Everything that stands before a text or bytes of this length.
    #[inline(always)]
    pub(super) fn bytes_frame(&mut self, key: &Key<'_>, tag: u8, len: usize) {
        if key.fits() && len < Key::SHORT {
            let (end, room) = self.short_frame(key, len + 2);
            if let Some(place) = room.get_mut(end..).and_then(<[u8]>::first_chunk_mut) {
                *place = [tag, len as u8];
            }
            self.buffer.advance(end + 2);
            return;
        }
        self.long_frame(key.name(), 1 + varint_len(len as u64) + len);
        self.buffer.push(tag);
        self.buffer.varint(len as u64);
    }

    /// Everything of a `KeyValue` that stands before its value of `len` bytes.
    fn long_frame(&mut self, key: &str, len: usize) {
        let total = 2 + varint_len(key.len() as u64) + key.len() + varint_len(len as u64) + len;
        self.buffer.push(self.tag);
        self.buffer.varint(total as u64);
        self.buffer.field(1, key.as_bytes());
        self.buffer.push(tag(2, LEN));
        self.buffer.varint(len as u64);
    }
}

#[cold]
fn fit(names: &Patterns, name: &str) -> bool {
    names.fit(name)
}

/// The longest start of `text` that fits into `limit` bytes and ends at a character boundary.
#[inline]
pub(crate) fn cut(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let boundary = (0..=limit).rev().find(|&at| text.is_char_boundary(at));
    boundary.and_then(|at| text.get(..at)).unwrap_or_default()
}

/// Appends a text that user code writes, up to the limit. Where that panics, `<panicked>` stands there instead.
pub(crate) fn put_formatted(buffer: &mut Buffer, limits: Limits, arguments: fmt::Arguments<'_>) {
    let before = panic::Before::now();
    let start = buffer.len();
    let mut text = LimitedText { end: start + limits.value_bytes as usize, buffer, is_cut: false };
    let panicked = catch_unwind(AssertUnwindSafe(|| text.write_fmt(arguments))).is_err();
    // Code that takes an error for impossible may panic about ours.
    if panicked && !text.is_cut {
        buffer.truncate(start);
        buffer.extend(PANICKED.as_bytes());
    }
    if panicked {
        before.restore();
    }
}

/// Takes text up to a position in the buffer. What comes then is refused, so that endless output costs neither memory nor time.
struct LimitedText<'a> {
    buffer: &'a mut Buffer,
    end: usize,
    is_cut: bool,
}

impl Write for LimitedText<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.is_cut {
            return Err(fmt::Error);
        }
        let kept = cut(text, self.end.saturating_sub(self.buffer.len()));
        self.buffer.extend(kept.as_bytes());
        self.is_cut = kept.len() < text.len();
        if self.is_cut { Err(fmt::Error) } else { Ok(()) }
    }
}
