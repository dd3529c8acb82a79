//! A thread's way out to one recorder: its rings there, and what happens when they are full.

use super::core::{self, Core};
use super::drain::Drain;
use super::encoder::{Buffer, Content, Head, Limits, Outcome};
use super::ring::{LARGE, Pushed, Record, Ring, SMALL, Writer};
use super::sampler::Sampler;
use crate::batch::Chunk;
use crate::forked;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// Spans of more bytes need no ring: what a way of their own costs is little beside the copy. A few of them would fill every ring.
const BESIDE: usize = 16 * 1024;

/// One recorder as this thread knows it.
#[derive(Debug)]
pub(super) struct ThreadOutlet {
    pub(super) recorder: u32,
    pub(super) sampler: Sampler,
    pub(super) limits: Limits,
    pub(super) core: Arc<Core>,
    ring: Arc<Ring>,
    writer: Writer,
    /// The ring that is written to when the other is full, so that a reader in the middle of one never costs a span.
    spare: Option<Arc<Ring>>,
}

impl ThreadOutlet {
    /// A way out for the calling thread; `None` where the recorder is gone.
    pub(super) fn to(recorder: u32) -> Option<ThreadOutlet> {
        let core = core::find(recorder).filter(|core| !core.is_closed())?;
        let (sampler, limits, ring) =
            (core.config.sampler, core.config.limits, core.rings.add(SMALL));
        let writer = Writer::default();
        Some(ThreadOutlet { recorder, sampler, limits, core, ring, writer, spare: None })
    }

    /// Whether anybody will read what goes this way. Threads that know the same core would keep it for each other.
    pub(super) fn is_of_use(&self) -> bool {
        !self.core.is_closed() && Arc::strong_count(&self.core) > 1
    }

    /// Takes a span's head and its content, as they stand.
    #[inline(always)]
    pub(super) fn push(&mut self, head: &Head, content: &mut Buffer, marks: u8, site: u32) {
        let record = Record { len: head.len() + content.len(), marks, site };
        match self.ring.push(record, head.words(), content.padded(), &mut self.writer) {
            Pushed::Yes => {}
            Pushed::HalfFull => self.call_reader(),
            Pushed::Full => self.push_into_full(record, head, content),
        }
    }

    /// The ring is half full. A thread that says so much will do it again: in a larger one it has to call less often.
    #[cold]
    fn call_reader(&mut self) {
        self.core.wake();
        if self.ring.words() < LARGE {
            self.turn_to_spare(0);
        }
    }

    /// In the end there are two large rings. Where both are full the thread empties one itself; what then finds no room is dropped
    /// and counted.
    #[cold]
    fn push_into_full(&mut self, record: Record, head: &Head, content: &mut Buffer) {
        if forked::is_child() {
            return forked::count_dropped();
        }
        if record.len > BESIDE {
            return self.push_beside(record, head, content);
        }
        self.core.wake();
        self.turn_to_spare(record.len);
        if self.ring.push(record, head.words(), content.padded(), &mut self.writer) != Pushed::Full
        {
            return;
        }
        self.core.relieve(&self.ring);
        if self.ring.push(record, head.words(), content.padded(), &mut self.writer) == Pushed::Full
        {
            self.core.counters.ring_full.fetch_add(1, Relaxed);
        }
    }

    /// A new ring is eight times as large, and holds a record of so many bytes in a quarter of its words.
    fn turn_to_spare(&mut self, record_len: usize) {
        let words = (self.ring.words() * 8).max(record_len / 2).min(LARGE);
        let spare = self.spare.take().unwrap_or_else(|| self.core.rings.add(words));
        let full = std::mem::replace(&mut self.ring, spare);
        self.spare = Some(full).filter(|full| full.words() == LARGE);
        self.writer = self.ring.writer();
    }

    /// One span that is too large for a ring that is full.
    #[cold]
    fn push_beside(&mut self, record: Record, head: &Head, content: &Buffer) {
        if record.len >= Record::MOST {
            self.core.counters.too_large.fetch_add(1, Relaxed);
            return;
        }
        self.core.accept(one_span(record, head, content.as_slice()));
    }
}

/// Finishes content that is not ordinary: what the reader is to know of it.
#[cold]
pub(super) fn finish(content: &mut Content) -> u8 {
    let status = match content.finish() {
        Outcome::Fine | Outcome::Told { failed: false } => 0,
        Outcome::Failed => Record::FAILED | Record::NEEDS_STATUS,
        Outcome::Told { failed: true } => Record::FAILED,
    };
    let named = if content.is_named() { Record::NAMED } else { 0 };
    let overrides = if content.overrides_constants() { Record::OVERRIDES } else { 0 };
    status | named | overrides
}

/// A chunk of one span.
pub(super) fn one_span(record: Record, head: &Head, content: &[u8]) -> Chunk {
    let mut span = head.to_bytes();
    span.extend_from_slice(content);
    let mut drain = Drain::default();
    drain.add_bytes(record, &span);
    drain.take()
}
