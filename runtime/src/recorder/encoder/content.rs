//! What a span holds while it is open: its bytes so far, what was counted, and what stands in them once only.

mod status;

pub(crate) use status::Outcome;

use super::attributes::{Attributes, Limits, Room};
use super::field::{
    ATTRIBUTES, DROPPED_ATTRIBUTES, DROPPED_EVENTS, DROPPED_LINKS, EVENTS, LINKS, NAME, STATUS,
};
use super::head::INTERNAL;
use super::{Buffer, Value, event};
#[cfg(feature = "tower")]
use crate::batch::protobuf::LEN;
use crate::batch::protobuf::{Field, Fields, tag};
use crate::recorder::context::SpanContext;
use crate::recorder::rules::Patterns;
use std::ops::Range;

/// Who wins when a key is written that stands in the span already.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Precedence {
    /// The new value: what users write.
    New,
    /// The old value: what we add by ourselves.
    Old,
}

/// The kinds of spans, in the order of their numbers in OTLP, from 1.
pub(crate) const KINDS: [&str; 5] = ["internal", "server", "client", "producer", "consumer"];

/// The growing part of a span: all but its head. Or a fragment that was written elsewhere and will join it.
#[derive(Debug, Default)]
pub(crate) struct Content {
    bytes: Buffer,
    attributes: Room,
    events: Room,
    links: Room,
    marks: u8,
    /// 0: nobody has said.
    kind: u8,
    /// The arguments that rules show.
    revealed: Option<&'static Patterns>,
}

impl Content {
    const FAILED: u8 = 1;
    const STATUS: u8 = 1 << 1;
    const NAMED: u8 = 1 << 2;
    const AMENDED: u8 = 1 << 3;
    const OVERRIDES: u8 = 1 << 4;

    /// Nothing, with room for most spans.
    pub(crate) fn with_capacity() -> Content {
        Content { bytes: Buffer::with_capacity(), ..Content::default() }
    }

    /// Lets go of memory that only one unusual span needed.
    #[inline]
    pub(crate) fn recycle(&mut self) {
        self.bytes.recycle();
    }

    /// Starts a span of this kind.
    #[inline]
    pub(crate) fn begin(&mut self, kind: u8) {
        self.clear();
        self.kind = kind;
    }

    /// Starts anew.
    #[inline]
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        (self.attributes, self.events, self.links) = Default::default();
        (self.marks, self.kind, self.revealed) = (0, 0, None);
    }

    /// Lets the arguments of these names be recorded by value.
    pub(crate) fn reveal(&mut self, names: &'static Patterns) {
        self.revealed = Some(names).filter(|names| !names.is_empty());
    }

    /// A writer of attributes.
    #[inline]
    pub(crate) fn attributes(&mut self, limits: Limits) -> Attributes<'_> {
        Attributes::of_span(&mut self.bytes, &mut self.attributes, limits, self.revealed)
    }

    /// A writer of attributes of an event, for a fragment that becomes one.
    pub(crate) fn event_attributes(&mut self, limits: Limits) -> Attributes<'_> {
        Attributes::of_event(&mut self.bytes, &mut self.attributes, limits)
    }

    /// A writer of attributes of a link, for a fragment that becomes one.
    #[cfg(feature = "opentelemetry")]
    pub(crate) fn link_attributes(&mut self, limits: Limits) -> Attributes<'_> {
        Attributes::of_link(&mut self.bytes, &mut self.attributes, limits)
    }

    /// Drops all but the last of several attributes with one key, in a fragment that becomes an event.
    #[cold]
    pub(crate) fn keep_last_of_each_key(&mut self) {
        let all: Vec<_> = Fields(self.bytes()).collect();
        let is_last = |at: usize, field: &Field<'_>| {
            all.iter().skip(at + 1).all(|later| key_of(later) != key_of(field))
        };
        let kept = all.iter().enumerate().filter(|(at, field)| is_last(*at, field));
        let kept: Vec<u8> = kept.flat_map(|(_, field)| field.bytes).copied().collect();
        self.bytes.clear();
        self.bytes.extend(&kept);
    }

    /// The bytes, with which nothing may be done that moves a field's start.
    #[inline]
    pub(crate) fn buffer(&mut self) -> &mut Buffer {
        &mut self.bytes
    }

    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.as_slice()
    }

    /// The kind, by its number in OTLP.
    #[inline]
    pub(crate) fn kind(&self) -> u8 {
        if self.kind == 0 { INTERNAL } else { self.kind }
    }

    /// Whether nothing was said, dropped or written by other means than the call site's own list of attributes.
    #[inline]
    pub(crate) fn is_ordinary(&self) -> bool {
        self.marks == 0 && self.attributes.dropped | self.events.dropped | self.links.dropped == 0
    }

    /// Whether something was written by other means than the call site's own list of attributes, so that keys may collide.
    #[inline]
    pub(crate) fn is_amended(&self) -> bool {
        self.marks & Content::AMENDED != 0
    }

    /// Whether a key stands in it that the worker would add from the call site.
    #[inline]
    pub(crate) fn overrides_constants(&self) -> bool {
        self.marks & Content::OVERRIDES != 0
    }

    /// Whether the name stands in it, so that the worker adds none.
    #[inline]
    pub(crate) fn is_named(&self) -> bool {
        self.marks & Content::NAMED != 0
    }

    /// Marks the span as failed, unless its user has said or will say otherwise.
    #[inline]
    pub(crate) fn fail(&mut self) {
        self.marks |= Content::FAILED;
    }

    /// Marks the span as failed, by an error of this type: OpenTelemetry's `error.type`, without the references in front.
    ///
    /// Source: <https://opentelemetry.io/docs/specs/semconv/general/recording-errors/>.
    #[cold]
    pub(crate) fn fail_by(&mut self, mut kind: &str) {
        while let Some(behind) = kind.strip_prefix("&mut ").or_else(|| kind.strip_prefix('&')) {
            kind = behind;
        }
        self.fail();
        self.mark("error.type", kind);
    }

    /// Adds an event, whose attributes are encoded already, or counts that there was no room. The first ones are kept.
    pub(crate) fn event(&mut self, name: &[u8], unix: u64, fields: &Content, limits: Limits) {
        self.marks |= fields.marks & (Content::FAILED | Content::AMENDED);
        if admit(&mut self.events, limits.events, self.bytes.len(), limits) {
            event::write_event(
                &mut self.bytes,
                name,
                unix,
                fields.bytes(),
                fields.attributes.dropped,
            );
        }
    }

    /// Adds a link, or counts that there was no room.
    pub(crate) fn link(&mut self, to: &SpanContext, limits: Limits) {
        if admit(&mut self.links, limits.links, self.bytes.len(), limits) {
            event::write_link(&mut self.bytes, to);
        }
    }

    /// The same for a link that says more: the state of the other trace, and attributes, which are encoded already.
    #[cfg(feature = "opentelemetry")]
    pub(crate) fn link_that_says(
        &mut self,
        to: &SpanContext,
        state: &str,
        fields: &Content,
        limits: Limits,
    ) {
        if admit(&mut self.links, limits.links, self.bytes.len(), limits) {
            let (attributes, dropped) = (fields.bytes(), fields.attributes.dropped);
            event::write_link_that_says(&mut self.bytes, to, state, attributes, dropped);
        }
    }

    /// Says what the vendors of the trace pass on, W3C `tracestate`: once, before anything else is written.
    #[cfg(feature = "opentelemetry")]
    pub(crate) fn begin_with_state(&mut self, state: &str) {
        self.bytes.field(super::field::TRACE_STATE, state.as_bytes());
    }

    /// Adds a mark of ours above every limit, unless its key stands there already.
    #[cold]
    pub(crate) fn mark<V: Value + ?Sized>(&mut self, key: &str, value: &V) {
        let mut mark = Content::default();
        mark.attributes(Limits::NONE).record_as(key, value);
        self.absorb(&mark, Precedence::Old, Limits::NONE);
    }

    /// Takes over what stands in `other`, key by key.
    pub(crate) fn absorb(&mut self, other: &Content, precedence: Precedence, limits: Limits) {
        for field in Fields(other.bytes()) {
            match u8::try_from(field.number) {
                Ok(ATTRIBUTES) => self.absorb_attribute(&field, precedence, limits),
                Ok(EVENTS) if admit(&mut self.events, limits.events, self.bytes.len(), limits) => {
                    self.bytes.extend(field.bytes);
                }
                Ok(LINKS) if admit(&mut self.links, limits.links, self.bytes.len(), limits) => {
                    self.bytes.extend(field.bytes);
                }
                Ok(NAME) => self.set_name(&String::from_utf8_lossy(field.value.as_bytes())),
                Ok(STATUS) => self.absorb_status(field.value.as_bytes()),
                _ => {}
            }
        }
        if other.kind != 0 {
            self.kind = other.kind;
        }
        self.attributes.drop(other.attributes.dropped);
        self.events.drop(other.events.dropped);
        self.links.drop(other.links.dropped);
        self.marks |= other.marks & (Content::FAILED | Content::OVERRIDES) | Content::AMENDED;
    }

    fn absorb_attribute(&mut self, field: &Field<'_>, precedence: Precedence, limits: Limits) {
        let key = key_of(field);
        match (self.find(ATTRIBUTES, |known| key_of(known) == key), precedence) {
            (Some(_), Precedence::Old) => return,
            (Some(range), _)
                if range.len() < field.bytes.len() && !limits.admit(self.bytes.len()) =>
            {
                return self.attributes.drop(1);
            }
            (Some(range), _) => self.bytes.cut_out(range),
            (None, _)
                if !admit(&mut self.attributes, limits.attributes, self.bytes.len(), limits) =>
            {
                return;
            }
            (None, _) => {}
        }
        self.bytes.extend(field.bytes);
        if crate::recorder::callsite::is_constant(key) {
            self.marks |= Content::OVERRIDES;
        }
    }

    /// Sets the name that counts instead of the call site's.
    pub(crate) fn set_name(&mut self, name: &str) {
        self.remove(NAME);
        self.bytes.field(NAME, name.as_bytes());
        self.marks |= Content::NAMED;
    }

    /// The name that was set.
    #[cfg(all(feature = "log", feature = "opentelemetry"))]
    pub(crate) fn name(&self) -> Option<String> {
        let name = Fields(self.bytes()).find(|field| field.number == u64::from(NAME))?;
        Some(String::from_utf8_lossy(name.value.as_bytes()).into_owned())
    }

    /// Sets the name to two words, with a blank between them.
    #[cfg(feature = "tower")]
    pub(crate) fn set_name_of_words(&mut self, first: &str, second: &str) {
        self.remove(NAME);
        self.bytes.push(tag(NAME, LEN));
        self.bytes.varint((first.len() + 1 + second.len()) as u64);
        self.bytes.extend(first.as_bytes());
        self.bytes.push(b' ');
        self.bytes.extend(second.as_bytes());
        self.marks |= Content::NAMED;
    }

    /// Sets the kind by its name in OpenTelemetry, in any case; an unknown one is left out.
    pub(crate) fn set_kind(&mut self, kind: &str) {
        if let Some(at) = KINDS.iter().position(|known| known.eq_ignore_ascii_case(kind)) {
            self.kind = at as u8 + 1;
        }
    }

    /// Sets the kind by its number in OTLP.
    pub(crate) fn set_kind_number(&mut self, kind: u8) {
        self.kind = kind;
    }

    /// Writes what is known only now that the span ends, and says whether it failed.
    pub(crate) fn finish(&mut self) -> Outcome {
        if self.dropped() != [0; 3] {
            self.write_dropped();
        }
        if self.marks & Content::STATUS != 0 {
            return self.finish_status();
        }
        if self.marks & Content::FAILED == 0 { Outcome::Fine } else { Outcome::Failed }
    }

    #[cold]
    fn write_dropped(&mut self) {
        let counts = [
            (DROPPED_ATTRIBUTES, self.attributes.dropped),
            (DROPPED_EVENTS, self.events.dropped),
            (DROPPED_LINKS, self.links.dropped),
        ];
        for (number, dropped) in counts.into_iter().filter(|(_, dropped)| *dropped > 0) {
            self.bytes.push(tag(number, 0));
            self.bytes.varint(dropped.into());
        }
    }

    /// How many attributes, events and links were dropped.
    #[inline]
    pub(crate) fn dropped(&self) -> [u32; 3] {
        [self.attributes.dropped, self.events.dropped, self.links.dropped]
    }

    fn remove(&mut self, number: u8) {
        if let Some(range) = self.find(number, |_| true) {
            self.bytes.cut_out(range);
        }
    }

    fn find(&self, number: u8, matches: impl Fn(&Field<'_>) -> bool) -> Option<Range<usize>> {
        let mut start = 0;
        for field in Fields(self.bytes()) {
            let end = start + field.bytes.len();
            if field.number == u64::from(number) && matches(&field) {
                return Some(start..end);
            }
            start = end;
        }
        None
    }
}

fn admit(room: &mut Room, limit: u32, len: usize, limits: Limits) -> bool {
    if room.used < limit && limits.admit(len) {
        room.used += 1;
        return true;
    }
    room.drop(1);
    false
}

/// The key of an attribute, which stands first in its `KeyValue`.
pub(crate) fn key_of<'a>(attribute: &Field<'a>) -> &'a [u8] {
    Fields(attribute.value.as_bytes()).next().map_or(&[], |key| key.value.as_bytes())
}
