//! From records in rings to chunks: adds to each span what its call site says.

use super::callsite::{self, Site};
use super::encoder::{STATUS_ERROR, field::ATTRIBUTES};
use super::ring::{Record, copy_words};
use crate::batch::protobuf::{Fields, put_varint};
use crate::batch::Chunk;
use bytes::Bytes;
use std::sync::atomic::AtomicU64;

/// A chunk goes on when it has this many bytes.
const FULL: usize = 60 * 1024;
/// A chunk below this is copied out, so that the buffer stays.
const SMALL: usize = 8 * 1024;

/// Collects the chunk that is being made.
#[derive(Debug, Default)]
pub(crate) struct Drain {
    bytes: Vec<u8>,
    spans: u64,
    constants: ConstantsCache,
}

impl Drain {
    /// Adds one span.
    pub(crate) fn add(&mut self, record: Record, words: &[AtomicU64]) {
        if record.marks & Record::OVERRIDES != 0 {
            return self.add_overriding(record, words);
        }
        let constants = self.constants.of(record.site, record.marks & Record::NAMED != 0);
        let status = status_of(record);
        self.bytes.push(Chunk::SPAN);
        put_varint(&mut self.bytes, (record.len + constants.len() + status.len()) as u64);
        copy_words(words, record.len, &mut self.bytes);
        self.bytes.extend_from_slice(constants);
        if !status.is_empty() {
            self.bytes.extend_from_slice(status);
        }
        self.spans += 1;
    }

    /// The span has a key that its call site has too: the span's own wins.
    #[cold]
    fn add_overriding(&mut self, record: Record, words: &[AtomicU64]) {
        let mut span = Vec::with_capacity(record.len);
        copy_words(words, record.len, &mut span);
        let constants = callsite::site(record.site).map_or_else(Vec::new, |site| {
            callsite::encode_constants(&site, record.marks & Record::NAMED != 0, |key| has_key(&span, key))
        });
        self.add_whole(&[&span, &constants, status_of(record)]);
    }

    /// Adds one span that is not in a ring.
    pub(crate) fn add_bytes(&mut self, record: Record, span: &[u8]) {
        let constants = self.constants.of(record.site, record.marks & Record::NAMED != 0).to_vec();
        self.add_whole(&[span, &constants, status_of(record)]);
    }

    fn add_whole(&mut self, parts: &[&[u8]]) {
        self.bytes.push(Chunk::SPAN);
        put_varint(&mut self.bytes, parts.iter().map(|part| part.len() as u64).sum());
        parts.iter().for_each(|part| self.bytes.extend_from_slice(part));
        self.spans += 1;
    }

    pub(crate) fn is_full(&self) -> bool {
        self.bytes.len() >= FULL
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.spans == 0
    }

    /// The chunk so far. Its memory is as large as its bytes, since the queue is bounded by them.
    pub(crate) fn take(&mut self) -> Chunk {
        let spans = std::mem::take(&mut self.spans);
        let bytes = if self.bytes.len() < SMALL {
            let copy = Bytes::copy_from_slice(&self.bytes);
            self.bytes.clear();
            copy
        } else {
            let next = Vec::with_capacity(FULL + FULL / 8);
            Bytes::from(std::mem::replace(&mut self.bytes, next).into_boxed_slice())
        };
        Chunk::new(bytes, spans)
    }
}

fn status_of(record: Record) -> &'static [u8] {
    let failed = record.marks & Record::NEEDS_STATUS != 0 && record.marks & Record::FAILED != 0;
    if failed { &STATUS_ERROR } else { &[] }
}

fn has_key(span: &[u8], key: &str) -> bool {
    let mut fields = Fields(span).filter(|field| field.number == u64::from(ATTRIBUTES));
    fields.any(|field| super::encoder::key_of(&field) == key.as_bytes())
}

/// What is constant for each call site, encoded once.
#[derive(Debug, Default)]
struct ConstantsCache {
    /// By the site's number; without and with a name of the span's own.
    sites: Vec<[Option<Box<[u8]>>; 2]>,
}

impl ConstantsCache {
    fn of(&mut self, site: u32, named: bool) -> &[u8] {
        let at = site as usize;
        if self.sites.len() <= at {
            self.sites.resize_with(at + 1, Default::default);
        }
        let Some(cached) = self.sites.get_mut(at).and_then(|both| both.get_mut(usize::from(named))) else {
            return &[];
        };
        let encode = || {
            let site: Option<Site> = callsite::site(site);
            site.map_or_else(Vec::new, |site| callsite::encode_constants(&site, named, |_| false)).into()
        };
        cached.get_or_insert_with(encode)
    }
}

