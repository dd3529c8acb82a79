//! From records in rings to chunks: adds to each span what its call site says.

use super::callsite::{self, SpanName};
use super::encoder::{STATUS_ERROR, field::ATTRIBUTES};
use super::registry::{self, Site};
use super::ring::{Record, copy_words};
use super::rules::{Ruling, rewritten};
use crate::batch::Chunk;
use crate::batch::protobuf::{Fields, put_varint};
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
        let Constants { bytes: constants, rewrites, .. } = self.constants.of(record);
        if *rewrites || record.marks & Record::OVERRIDES != 0 {
            return self.add_looked_at(record, words);
        }
        let status = status_of(record);
        put_frame(&mut self.bytes, record.len + constants.len() + status.len());
        copy_words(words, record.len, &mut self.bytes);
        self.bytes.extend_from_slice(constants);
        if !status.is_empty() {
            self.bytes.extend_from_slice(status);
        }
        self.spans += 1;
    }

    #[cold]
    fn add_looked_at(&mut self, record: Record, words: &[AtomicU64]) {
        let mut span = Vec::with_capacity(record.len + 8);
        copy_words(words, record.len, &mut span);
        self.add_bytes(record, &span);
    }

    /// Adds one span that is in no ring, or that has to be looked at: where it has a key that its call site has too the span's
    /// own wins, and over both what the rules say.
    pub(crate) fn add_bytes(&mut self, record: Record, span: &[u8]) {
        let Some(site) = self.constants.of(record).site else {
            return self.add_whole(&[span, status_of(record)]);
        };
        let ruling = site.ruling.filter(|ruling| ruling.rewrites());
        let rewritten = ruling.map(|ruling| rewritten(span, ruling));
        let span = rewritten.as_deref().unwrap_or(span);
        let name = match ruling.and_then(|ruling| ruling.name.as_ref()) {
            Some(_) => SpanName::OfSite,
            None => name_of(record),
        };
        let constants = callsite::encode_constants(&site, name, |key| has_key(span, key));
        self.add_whole(&[span, &constants, status_of(record)]);
    }

    fn add_whole(&mut self, parts: &[&[u8]]) {
        put_frame(&mut self.bytes, parts.iter().map(|part| part.len()).sum());
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
            std::mem::replace(&mut self.bytes, next).into_boxed_slice().into()
        };
        Chunk::new(bytes, spans)
    }
}

/// What stands before a span of `len` bytes, which usually takes three bytes.
#[inline]
fn put_frame(out: &mut Vec<u8>, len: usize) {
    match len {
        0x80..0x4000 => out.extend_from_slice(&[Chunk::SPAN, len as u8 | 0x80, (len >> 7) as u8]),
        _ => {
            out.push(Chunk::SPAN);
            put_varint(out, len as u64);
        }
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

fn name_of(record: Record) -> SpanName {
    if record.marks & Record::NAMED != 0 { SpanName::Own } else { SpanName::OfSite }
}

/// What is constant for each call site, encoded once.
#[derive(Debug, Default)]
struct ConstantsCache {
    /// Two a site, one for each [`SpanName`].
    known: Vec<Option<Constants>>,
}

#[derive(Debug, Default)]
struct Constants {
    bytes: Vec<u8>,
    /// The rules may change what the span itself says.
    rewrites: bool,
    site: Option<Site>,
}

impl Constants {
    const NONE: &Constants = &Constants { bytes: Vec::new(), rewrites: false, site: None };

    fn of(site: u32, name: SpanName) -> Constants {
        let Some(site) = registry::site(site) else { return Constants::default() };
        Constants {
            bytes: callsite::encode_constants(&site, name, |_| false),
            rewrites: site.ruling.is_some_and(Ruling::rewrites),
            site: Some(site),
        }
    }
}

impl ConstantsCache {
    #[inline]
    fn of(&mut self, record: Record) -> &Constants {
        let name = name_of(record);
        let at = record.site as usize * 2 + name as usize;
        if !matches!(self.known.get(at), Some(Some(_))) {
            self.learn(at, record.site, name);
        }
        self.known.get(at).and_then(Option::as_ref).unwrap_or(Constants::NONE)
    }

    #[cold]
    fn learn(&mut self, at: usize, site: u32, name: SpanName) {
        if self.known.len() <= at {
            self.known.resize_with(at + 1, || None);
        }
        if let Some(known) = self.known.get_mut(at) {
            *known = Some(Constants::of(site, name));
        }
    }
}
