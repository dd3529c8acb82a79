//! The segments of a spool in their order: the newest is written, the oldest is read.

use super::error::{Refusal, SpoolError};
use super::folder::{Folder, Found, set_aside};
use super::format::RecordHead;
use super::report::Report;
use super::segment::{Segment, Tail};
use super::{Loss, Recovered, Say, Spooled, Tally, Token};
use crate::batch::{Batch, Resource};
use crate::plan::SpoolPlan;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

/// A segment that has become so large is followed by another one.
const SEGMENT_BYTES: u64 = 4 << 20;

/// The spool, without its thread.
pub(super) struct Store {
    folder: Folder,
    max_bytes: u64,
    segment_bytes: u64,
    segments: VecDeque<Segment>,
    /// How many segments have been the first one before this: what tells a late token from one of the batch that is out.
    first: u64,
    /// Whether the last segment is being written.
    is_writing: bool,
    /// Where the batch ends that was read and is not done: in the first segment.
    out: Option<u64>,
    /// The sequence of the next file.
    next_file: u64,
    /// A file was created or deleted, and the folder is not synced.
    is_folder_dirty: bool,
    tally: Arc<Tally>,
    report: Report,
}

impl Store {
    pub(super) fn open(plan: &SpoolPlan, tally: Arc<Tally>, say: Say) -> Result<Store, SpoolError> {
        Ok(Store {
            folder: Folder::open(&plan.dir)?,
            max_bytes: plan.max_bytes,
            segment_bytes: SEGMENT_BYTES.min(plan.max_bytes / 4),
            segments: VecDeque::new(),
            first: 0,
            is_writing: false,
            out: None,
            next_file: 0,
            is_folder_dirty: false,
            tally,
            report: Report::new(say),
        })
    }

    /// Takes over what earlier processes have left.
    pub(super) fn recover(&mut self) -> Recovered {
        let found = self.folder.list().unwrap_or_else(|error| {
            self.report.unreadable_folder(self.folder.path(), &error);
            Found::default()
        });
        let mut recovered = Recovered { foreign: found.foreign, ..Recovered::default() };
        for path in found.misnamed {
            self.report.damaged(&path, &"its name is not one that a spool gives");
            set_aside(&path);
            recovered.damaged += 1;
        }
        for (sequence, path) in found.segments {
            self.next_file = self.next_file.max(sequence.saturating_add(1));
            match Segment::recover(path.clone()) {
                Ok((segment, tail)) => self.take_over(segment, tail, &mut recovered),
                Err(fault) => {
                    self.report.damaged(&path, &fault);
                    set_aside(&path);
                    recovered.damaged += 1;
                }
            }
        }
        self.report.found(self.folder.path(), &recovered);
        recovered
    }

    fn take_over(&mut self, segment: Segment, tail: Tail, recovered: &mut Recovered) {
        let cut = if let Tail::Cut(spans) = tail { spans } else { 0 };
        recovered.spans += segment.spans();
        recovered.segments += 1;
        recovered.lost += cut;
        recovered.damaged += u64::from(tail == Tail::Garbage);
        self.tally.recover(segment.spans() + cut);
        self.tally.lose(Loss::Damaged, cut);
        self.report.tail(segment.path(), tail);
        if segment.is_done() {
            segment.remove();
        } else {
            self.segments.push_back(segment);
        }
    }

    /// Writes a batch behind all others, and where there is no room for it, drops the oldest.
    pub(super) fn put(&mut self, batch: &Batch) -> Result<(), Refusal> {
        let written = self.write(batch);
        self.report.written(self.folder.path(), written.as_ref().err());
        written
    }

    fn write(&mut self, batch: &Batch) -> Result<(), Refusal> {
        let head = RecordHead::of(batch).ok_or(Refusal::TooLarge)?;
        let resource = batch.resource();
        self.make_room(head.record_len() + resource.header_len() as u64)?;
        if !self.is_writable(resource) {
            self.seal();
            let segment = self.create(resource)?;
            self.segments.push_back(segment);
            self.is_writing = true;
            self.is_folder_dirty = true;
        }
        match self.segments.back_mut() {
            Some(segment) => Ok(segment.append(head, batch)?),
            None => Err(Refusal::TooLarge),
        }
    }

    fn make_room(&mut self, len: u64) -> Result<(), Refusal> {
        if len > self.max_bytes {
            return Err(Refusal::TooLarge);
        }
        while self.segments.iter().map(Segment::len).sum::<u64>() + len > self.max_bytes {
            if !self.drop_oldest() {
                return Err(Refusal::TooLarge);
            }
        }
        Ok(())
    }

    /// Drops the oldest segment, but not one of which a batch is out: that batch may have been sent already.
    fn drop_oldest(&mut self) -> bool {
        let at = usize::from(self.out.is_some());
        let Some(oldest) = self.segments.remove(at) else { return false };
        self.is_writing &= at < self.segments.len();
        self.first += u64::from(at == 0);
        self.tally.lose(Loss::Full, oldest.spans());
        oldest.remove();
        self.is_folder_dirty = true;
        true
    }

    fn is_writable(&self, resource: &Arc<Resource>) -> bool {
        let last = self.segments.back().filter(|_| self.is_writing);
        last.is_some_and(|last| last.len() < self.segment_bytes && last.is_of(resource))
    }

    fn create(&mut self, resource: &Arc<Resource>) -> io::Result<Segment> {
        let path = self.folder.segment(self.next_file);
        self.next_file = self.next_file.wrapping_add(1);
        match Segment::create(path.clone(), resource) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.folder.create_again()?;
                Segment::create(path, resource)
            }
            created => created,
        }
    }

    /// Ends the segment that is being written.
    fn seal(&mut self) {
        if std::mem::take(&mut self.is_writing)
            && let Some(segment) = self.segments.back_mut()
        {
            self.report.synced(self.folder.path(), segment.seal());
        }
    }

    /// The oldest batch that is not done: the same again until it is.
    pub(super) fn next(&mut self) -> Option<Spooled> {
        self.out = None;
        loop {
            let segment = self.segments.front_mut()?;
            match segment.read() {
                Ok(Some(record)) => {
                    self.out = Some(record.end);
                    let token =
                        Token { segment: self.first, end: record.end, spans: record.batch.spans() };
                    return Some(Spooled { batch: record.batch, token });
                }
                Ok(None) => self.remove_first(),
                Err(spans) => {
                    self.tally.lose(Loss::Damaged, spans);
                    self.report.lost(segment.path(), spans);
                }
            }
        }
    }

    /// The batch of this token was sent or dropped.
    pub(super) fn done(&mut self, token: &Token) {
        if token.segment != self.first || self.out != Some(token.end) {
            return;
        }
        self.out = None;
        self.tally.replay(token.spans);
        if let Some(segment) = self.segments.front_mut() {
            segment.done(token.end, token.spans);
            if segment.is_done() {
                self.remove_first();
            }
        }
    }

    fn remove_first(&mut self) {
        self.is_writing &= self.segments.len() > 1;
        if let Some(first) = self.segments.pop_front() {
            self.first += 1;
            first.remove();
            self.is_folder_dirty = true;
        }
    }

    /// Whether something was written that a crash of the machine would take.
    pub(super) fn is_dirty(&self) -> bool {
        self.is_folder_dirty || self.segments.iter().any(Segment::is_dirty)
    }

    /// Makes what was written last a crash of the machine too.
    pub(super) fn sync(&mut self) {
        for segment in self.segments.iter_mut().filter(|segment| segment.is_dirty()) {
            self.report.synced(self.folder.path(), segment.sync());
        }
        if std::mem::take(&mut self.is_folder_dirty) {
            self.folder.sync();
        }
    }
}
