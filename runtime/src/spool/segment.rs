//! One segment file: records are appended at its end and read from its beginning, and the position in it says which are done.

use super::folder::{options, set_aside};
use super::format::{Fault, Header, POSITION, RecordHead, position, read_bytes};
use crate::batch::{Batch, Chunk, Resource};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A segment file. It is open only while it is written or read.
pub(super) struct Segment {
    path: PathBuf,
    resource: Arc<Resource>,
    file: Option<File>,
    /// Where the first record begins that is not done.
    at: u64,
    /// Where the last whole record ends.
    end: u64,
    /// What the file takes on the disk.
    len: u64,
    /// The spans between the two.
    spans: u64,
    /// Something in it could not be read, so it is kept for somebody who wants to know why.
    is_damaged: bool,
    is_dirty: bool,
}

/// A batch that was read.
pub(super) struct Record {
    pub(super) batch: Batch,
    /// Where the next record begins.
    pub(super) end: u64,
}

/// What stands after the last whole record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Tail {
    Nothing,
    /// The beginning of a record, as a crash leaves it, of so many spans.
    Cut(u64),
    /// What is no record.
    Garbage,
}

impl Segment {
    /// Makes a new file.
    pub(super) fn create(path: PathBuf, resource: &Arc<Resource>) -> io::Result<Segment> {
        let mut file = options().create_new(true).open(&path)?;
        let header = Header::encode(resource);
        if let Err(error) = file.write_all(&header) {
            let _ = fs::remove_file(&path);
            return Err(error);
        }
        let end = header.len() as u64;
        let resource = resource.clone();
        let segment = Segment {
            path,
            resource,
            file: Some(file),
            at: end,
            end,
            len: end,
            spans: 0,
            is_damaged: false,
            is_dirty: true,
        };
        Ok(segment)
    }

    /// Looks through the heads of the records of a file that is there already. The bodies are checked when they are read.
    pub(super) fn recover(path: PathBuf) -> Result<(Segment, Tail), Fault> {
        Segment::opened_with(&options(), path)
    }

    /// The same for who only wants to know, and may not write it.
    pub(super) fn look(path: &Path) -> Result<(Segment, Tail), Fault> {
        Segment::opened_with(OpenOptions::new().read(true), path.to_owned())
    }

    fn opened_with(options: &OpenOptions, path: PathBuf) -> Result<(Segment, Tail), Fault> {
        if !fs::metadata(&path)?.is_file() {
            return Err(Fault::NotAFile);
        }
        let mut file = options.open(&path)?;
        let len = file.metadata()?.len();
        let Header { resource, begin, position } = Header::read(&mut file, len)?;
        let walk = Walk::through(&mut file, begin, len, position.unwrap_or(begin))?;
        let segment = Segment {
            path,
            resource,
            file: None,
            at: walk.at,
            end: walk.end,
            len,
            spans: walk.spans,
            is_damaged: walk.tail == Tail::Garbage,
            is_dirty: false,
        };
        Ok((segment, walk.tail))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The spans that are not done.
    pub(super) fn spans(&self) -> u64 {
        self.spans
    }

    /// What the file takes on the disk.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Whether all of it is done.
    pub(super) fn is_done(&self) -> bool {
        self.at >= self.end
    }

    pub(super) fn is_dirty(&self) -> bool {
        self.is_dirty
    }

    /// Whether batches of `resource` may stand in it.
    pub(super) fn is_of(&self, resource: &Arc<Resource>) -> bool {
        Arc::ptr_eq(&self.resource, resource) || self.resource.parts() == resource.parts()
    }

    /// Writes a batch at the end: all of it, or nothing.
    pub(super) fn append(&mut self, head: RecordHead, batch: &Batch) -> io::Result<()> {
        self.is_dirty = true;
        let end = self.end;
        let file = self.file()?;
        match write(file, end, head, batch) {
            Ok(()) => {
                self.end += head.record_len();
                self.len = self.end;
                self.spans += batch.spans();
                Ok(())
            }
            Err(error) => {
                // What stands behind the end is overwritten by the next record, and cut off at the next start.
                let _ = file.set_len(end);
                Err(error)
            }
        }
    }

    /// The first record that is not done, and `None` at the end. One that is damaged is skipped: then the spans lost with it.
    pub(super) fn read(&mut self) -> Result<Option<Record>, u64> {
        if self.is_done() {
            return Ok(None);
        }
        let (end, spans) = match self.read_record() {
            Ok((head, Some(record))) => {
                return Ok(Some(Record { end: self.at + head.record_len(), ..record }));
            }
            Ok((head, None)) => (self.at + head.record_len(), u64::from(head.spans)),
            Err(_) => (self.end, self.spans),
        };
        self.is_damaged = true;
        self.done(end, spans);
        Err(spans)
    }

    /// The record at the position, without its body where that is damaged.
    fn read_record(&mut self) -> Result<(RecordHead, Option<Record>), Fault> {
        let at = self.at;
        let file = self.file()?;
        file.seek(SeekFrom::Start(at))?;
        let head = read_head(file)?.ok_or(Fault::Checksum)?;
        let body = read_bytes(file, head.len)?;
        if !head.fits(&body) {
            return Ok((head, None));
        }
        let mut batch = Batch::empty(self.resource.clone());
        batch.push(Chunk::new(body.into(), u64::from(head.spans)));
        Ok((head, Some(Record { batch, end: at })))
    }

    /// All before `end` is done, `spans` more than before, and is not read again after a crash. Where that cannot be written,
    /// it is.
    pub(super) fn done(&mut self, end: u64, spans: u64) {
        self.at = end;
        self.spans = self.spans.saturating_sub(spans);
        self.is_dirty = true;
        if let Ok(file) = self.file() {
            let seek = file.seek(SeekFrom::Start(POSITION));
            let _ = seek.and_then(|_| file.write_all(&position(end)));
        }
    }

    /// Makes what was written last a crash of the machine too.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        self.is_dirty = false;
        self.file.as_ref().map_or(Ok(()), File::sync_data)
    }

    /// Nothing is appended any more.
    pub(super) fn seal(&mut self) -> io::Result<()> {
        let synced = self.sync();
        self.file = None;
        synced
    }

    /// Deletes the file, or sets it aside where it is damaged.
    pub(super) fn remove(self) {
        if self.is_damaged {
            set_aside(&self.path);
        } else {
            // Where it cannot be deleted, the position says that all is done.
            let _ = fs::remove_file(&self.path);
        }
    }

    fn file(&mut self) -> io::Result<&mut File> {
        let file = match self.file.take() {
            Some(file) => file,
            None => options().open(&self.path)?,
        };
        Ok(self.file.insert(file))
    }
}

fn write(file: &mut File, end: u64, head: RecordHead, batch: &Batch) -> io::Result<()> {
    file.seek(SeekFrom::Start(end))?;
    file.write_all(&head.encode())?;
    batch.body().try_for_each(|piece| file.write_all(piece))
}

/// The head that stands here, `None` where it is damaged.
fn read_head(file: &mut File) -> io::Result<Option<RecordHead>> {
    let mut bytes = [0; RecordHead::LEN as usize];
    file.read_exact(&mut bytes)?;
    Ok(RecordHead::decode(bytes))
}

/// A walk over the heads of the records.
struct Walk {
    /// The position, which is that of a record; that of the first one where it was none.
    at: u64,
    end: u64,
    /// The spans behind the position.
    spans: u64,
    tail: Tail,
}

impl Walk {
    fn through(file: &mut File, begin: u64, len: u64, position: u64) -> io::Result<Walk> {
        let (mut all, mut before) = (0, None);
        let mut end = begin;
        let tail = loop {
            if end == position {
                before = Some(all);
            }
            match tail(file, end, len)? {
                Ok(head) => {
                    all += u64::from(head.spans);
                    end += head.record_len();
                }
                Err(tail) => break tail,
            }
        };
        Ok(match before {
            Some(before) => Walk { at: position, end, spans: all - before, tail },
            // All that a cut has left was done, and so was what it took.
            None if position > end && matches!(tail, Tail::Nothing | Tail::Cut(_)) => {
                Walk { at: end, end, spans: 0, tail: Tail::Nothing }
            }
            None => Walk { at: begin, end, spans: all, tail },
        })
    }
}

/// The head of the whole record at `at`, or what stands there instead.
fn tail(file: &mut File, at: u64, len: u64) -> io::Result<Result<RecordHead, Tail>> {
    let rest = len - at;
    if rest < RecordHead::LEN {
        return Ok(Err(if rest == 0 { Tail::Nothing } else { Tail::Cut(0) }));
    }
    file.seek(SeekFrom::Start(at))?;
    Ok(match read_head(file)? {
        Some(head) if head.record_len() <= rest => Ok(head),
        Some(head) => Err(Tail::Cut(u64::from(head.spans))),
        None => Err(Tail::Garbage),
    })
}
