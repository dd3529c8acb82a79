//! The bytes of a segment file, all numbers little-endian.
//!
//! ```text
//!  header  magic 8 · version 4 · length of the resource 4 · length of the scope 4 · checksum of these and of both 4
//!          position 8 · its checksum 4                        (where reading goes on; the only bytes that are written twice)
//!          resource · scope                                   (as they stand in an OTLP request)
//!  record  length 4 · spans 4 · checksum of the body 4 · checksum of these three 4
//!          body                                               (fields `ScopeSpans.spans` of OTLP)
//!  record  …
//! ```
//!
//! The head of a record has a checksum of its own, so that a body that was damaged costs its own spans, known by number, and
//! none of the records behind it.

use crate::batch::{Batch, Resource, protobuf::Fields};
use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

/// What a segment begins with.
const MAGIC: [u8; 8] = *b"synspool";
/// Raised when the layout changes. Segments of another version are set aside.
const VERSION: u32 = 1;
/// Where the position stands.
pub(super) const POSITION: u64 = 24;
/// The bytes in front of resource and scope.
const FIXED: usize = 36;
/// The most bytes of a resource and of a scope: what is longer is damaged.
const MOST_RESOURCE: u32 = 16 << 20;
/// The most bytes of a record: what is longer is damaged, and is never written.
pub(super) const MOST_RECORD: u32 = 256 << 20;

/// What stands in front of the records.
pub(super) struct Header {
    pub(super) resource: Arc<Resource>,
    /// Where the first record begins.
    pub(super) begin: u64,
    /// Where reading goes on; `None` where the position is damaged.
    pub(super) position: Option<u64>,
}

/// Why a file is not a segment that can be read.
#[derive(Debug)]
pub(super) enum Fault {
    Io(io::Error),
    NotAFile,
    Cut,
    Foreign,
    Version(u32),
    Checksum,
}

impl Header {
    /// The bytes of a header, with the position at the first record.
    pub(super) fn encode(resource: &Resource) -> Vec<u8> {
        let (resource, scope) = resource.parts();
        let mut bytes = Vec::with_capacity(FIXED + resource.len() + scope.len());
        bytes.extend(MAGIC);
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend((resource.len() as u32).to_le_bytes());
        bytes.extend((scope.len() as u32).to_le_bytes());
        bytes.extend(checksum([&bytes, resource, scope]).to_le_bytes());
        bytes.extend(position((FIXED + resource.len() + scope.len()) as u64));
        bytes.extend(resource);
        bytes.extend(scope);
        bytes
    }

    /// Reads the header of a file of `len` bytes.
    pub(super) fn read(file: &mut impl Read, len: u64) -> Result<Header, Fault> {
        let mut fixed = [0; FIXED];
        file.read_exact(&mut fixed)?;
        let (covered, mut rest) = fixed.split_at(20);
        let mut numbers = covered;
        if take::<8>(&mut numbers)? != MAGIC {
            return Err(Fault::Foreign);
        }
        let mut number = || take(&mut numbers).map(u32::from_le_bytes);
        let (version, of_resource, of_scope) = (number()?, number()?, number()?);
        if version != VERSION {
            return Err(Fault::Version(version));
        }
        let begin = FIXED as u64 + u64::from(of_resource) + u64::from(of_scope);
        if begin > len || of_resource.max(of_scope) > MOST_RESOURCE {
            return Err(Fault::Cut);
        }
        let expected = u32::from_le_bytes(take(&mut rest)?);
        let resource = read_bytes(file, of_resource)?;
        let scope = read_bytes(file, of_scope)?;
        if checksum([covered, &resource, &scope]) != expected {
            return Err(Fault::Checksum);
        }
        let position = take(&mut rest).ok().and_then(read_position);
        Ok(Header { resource: Arc::new(Resource::from_parts(resource, scope)), begin, position })
    }
}

/// The bytes of the position.
pub(super) fn position(at: u64) -> [u8; 12] {
    let mut bytes = [0; 12];
    let (value, sum) = bytes.split_at_mut(8);
    value.copy_from_slice(&at.to_le_bytes());
    sum.copy_from_slice(&checksum([&at.to_le_bytes()]).to_le_bytes());
    bytes
}

fn read_position(bytes: [u8; 12]) -> Option<u64> {
    let (value, _) = bytes.split_first_chunk()?;
    let at = u64::from_le_bytes(*value);
    (position(at) == bytes).then_some(at)
}

/// What stands in front of the body of a record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct RecordHead {
    pub(super) len: u32,
    pub(super) spans: u32,
    sum: u32,
}

impl RecordHead {
    pub(super) const LEN: u64 = 16;

    /// The head of the record of `batch`; `None` where it would be too long.
    pub(super) fn of(batch: &Batch) -> Option<RecordHead> {
        let len = u32::try_from(batch.body_len()).ok().filter(|&len| len <= MOST_RECORD)?;
        let spans = u32::try_from(batch.spans()).ok()?;
        Some(RecordHead { len, spans, sum: checksum(batch.body()) })
    }

    /// The bytes of the head.
    pub(super) fn encode(self) -> [u8; Self::LEN as usize] {
        let mut bytes = [0; Self::LEN as usize];
        let (numbers, sum) = bytes.split_at_mut(12);
        let values = [self.len, self.spans, self.sum];
        for (to, value) in numbers.chunks_exact_mut(4).zip(values) {
            to.copy_from_slice(&value.to_le_bytes());
        }
        sum.copy_from_slice(&checksum([&*numbers]).to_le_bytes());
        bytes
    }

    /// The head in these bytes; `None` where they are damaged.
    pub(super) fn decode(bytes: [u8; Self::LEN as usize]) -> Option<RecordHead> {
        let mut rest = &bytes[..];
        let mut number = || take(&mut rest).ok().map(u32::from_le_bytes);
        let head = RecordHead { len: number()?, spans: number()?, sum: number()? };
        (head.encode() == bytes && head.len <= MOST_RECORD).then_some(head)
    }

    /// The bytes of the record, head included.
    pub(super) fn record_len(self) -> u64 {
        Self::LEN + u64::from(self.len)
    }

    /// Whether `body` is what was written, and as many whole spans as the head says.
    pub(super) fn fits(self, body: &[u8]) -> bool {
        let (mut spans, mut len) = (0, 0);
        for field in Fields(body) {
            spans += 1;
            len += field.bytes.len();
        }
        checksum([body]) == self.sum && (spans, len) == (u64::from(self.spans), body.len())
    }
}

/// Reads `len` bytes, in memory that grows with what there is.
pub(super) fn read_bytes(file: &mut impl Read, len: u32) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(u64::from(len)).read_to_end(&mut bytes)?;
    if bytes.len() < len as usize { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(bytes) }
}

fn checksum<B: AsRef<[u8]>>(parts: impl IntoIterator<Item = B>) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    parts.into_iter().for_each(|part| hasher.update(part.as_ref()));
    hasher.finalize()
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N], Fault> {
    let (taken, rest) = bytes.split_first_chunk().ok_or(Fault::Cut)?;
    *bytes = rest;
    Ok(*taken)
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Fault {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Fault::Cut,
            _ => Fault::Io(error),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Io(error) => write!(f, "it cannot be read: {error}"),
            Fault::NotAFile => f.write_str("it is no file"),
            Fault::Cut => f.write_str("it ends too early"),
            Fault::Foreign => f.write_str("it does not begin as a spool file does"),
            Fault::Version(version) => {
                write!(f, "it has version {version} where {VERSION} is known")
            }
            Fault::Checksum => f.write_str("a checksum is wrong"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::batch;
    use super::*;
    use proptest::prelude::*;

    fn read(bytes: &[u8]) -> Result<Header, Fault> {
        Header::read(&mut &bytes[..], bytes.len() as u64)
    }

    #[test]
    fn a_header_comes_back_and_no_byte_of_it_may_change() {
        let resource = Resource::new([("service.name", "shop")]);
        let whole = Header::encode(&resource);
        let header = read(&whole).unwrap();
        assert_eq!(header.resource.parts(), resource.parts());
        assert_eq!((header.begin, header.position), (whole.len() as u64, Some(header.begin)));
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0x10;
            assert!(
                read(&changed).is_err_and(|_| true) || read(&changed).unwrap().position.is_none()
            );
            assert!(matches!(read(&whole[..at]), Err(Fault::Cut)), "{at}");
        }
    }

    #[test]
    fn another_version_is_told_from_a_foreign_file() {
        let mut bytes = Header::encode(&Resource::new([("a", "b")]));
        bytes[8] = 9;
        let told = read(&bytes).err().unwrap().to_string();
        assert_eq!(told, "it has version 9 where 1 is known");
        assert!(matches!(read(&[b'x'; 100]), Err(Fault::Foreign)));
    }

    #[test]
    fn a_record_fits_its_own_body_only() {
        let batch = batch(&["a", "b"]);
        let head = RecordHead::of(&batch).unwrap();
        let body: Vec<u8> = batch.body().flatten().copied().collect();
        assert_eq!(RecordHead::decode(head.encode()), Some(head));
        assert!(head.fits(&body));
        assert!(!head.fits(&body[1..]) && !RecordHead { spans: 3, ..head }.fits(&body));
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), head in any::<[u8; 16]>()) {
            let mut like_ours = Header::encode(&Resource::new([("a", "b")]));
            like_ours.splice(12.., bytes.iter().copied());
            prop_assert!(read(&bytes).is_err() && read(&like_ours).is_err());
            prop_assert_eq!(RecordHead::decode(head), None);
        }
    }
}
