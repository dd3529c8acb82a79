//! A thread's ring: how finished spans get from the thread to the worker without a lock.
//!
//! One writer, the thread; one reader at a time, usually the worker. The words are stored relaxed and published by `head`;
//! there is no read-modify-write on the writer's side, which would wait for every store of the span before it. A span takes
//! whole words and never wraps: what is left at the end is skipped.

use super::slot::lock;
use super::sync::{
    AtomicU64, AtomicUsize, Mutex,
    Ordering::{Acquire, Relaxed, Release},
};

/// How many words a ring has at first, and at the most: 8 and 256 KiB. Waking the reader costs the thread a system call for every
/// half of a ring, so that a small one is dear to a thread with much to say.
pub(crate) const SMALL: usize = 1024;
pub(crate) const LARGE: usize = 32 * SMALL;

/// A first word that says: go on at the start.
const SKIP: u64 = u64::MAX;

/// What stands in the first word of a record, so that nobody needs to decode a span to count it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Record {
    pub(crate) len: usize,
    pub(crate) marks: u8,
    pub(crate) site: u32,
}

impl Record {
    /// The span failed.
    pub(crate) const FAILED: u8 = 1;
    /// It has no status in its bytes; where it failed the reader adds one.
    pub(crate) const NEEDS_STATUS: u8 = 1 << 1;
    /// It has a name of its own.
    pub(crate) const NAMED: u8 = 1 << 2;
    /// It has a key of its own that the call site has too.
    pub(crate) const OVERRIDES: u8 = 1 << 3;
    /// A record is shorter than this.
    pub(crate) const MOST: usize = 1 << 24;

    #[inline]
    fn to_word(self) -> u64 {
        self.len as u64 | u64::from(self.marks) << 24 | u64::from(self.site) << 32
    }

    #[inline]
    fn from_word(word: u64) -> Record {
        Record {
            len: word as usize & (Record::MOST - 1),
            marks: (word >> 24) as u8,
            site: (word >> 32) as u32,
        }
    }
}

/// Keeps the writer's and the reader's positions from sharing a cache line.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Line {
    position: AtomicUsize,
    /// On the writer's line: how many records it has pushed.
    pushed: AtomicU64,
}

/// The ring.
#[derive(Debug)]
pub(crate) struct Ring {
    words: Box<[AtomicU64]>,
    head: Line,
    tail: Line,
    reader: Mutex<()>,
    /// Where `head` was when the pass of all rings began that is under way.
    goal: AtomicUsize,
}

/// What the writer knows: its own copy of where the reader was last.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Writer {
    tail: usize,
}

/// What became of a push.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Pushed {
    /// It is in.
    Yes,
    /// It is in, and the ring is half full or more: somebody should come and read.
    HalfFull,
    /// There is no room now.
    Full,
}

/// Whether everything has been taken that was there when the pass began.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Drained {
    All,
    Some,
}

impl Ring {
    /// A ring of `words` words, or the next power of two.
    pub(crate) fn new(words: usize) -> Ring {
        Ring {
            words: (0..words.next_power_of_two()).map(|_| AtomicU64::new(0)).collect(),
            head: Line::default(),
            tail: Line::default(),
            reader: Mutex::new(()),
            goal: AtomicUsize::new(0),
        }
    }

    pub(crate) fn words(&self) -> usize {
        self.words.len()
    }

    /// What its writer needs to know when it comes back.
    pub(crate) fn writer(&self) -> Writer {
        Writer { tail: self.tail.position.load(Acquire) }
    }

    /// How many records were ever pushed.
    pub(crate) fn pushed(&self) -> u64 {
        self.head.pushed.load(Acquire)
    }

    /// A pass begins: it is over when all has been read that is here now.
    pub(crate) fn set_goal(&self) {
        self.goal.store(self.head.position.load(Acquire), Relaxed);
    }

    /// Writes a record: words, then bytes that are padded to whole words.
    #[inline(always)]
    pub(crate) fn push(
        &self,
        record: Record,
        head: &[u64],
        bytes: &[u8],
        writer: &mut Writer,
    ) -> Pushed {
        let (chunks, _) = bytes.as_chunks::<8>();
        let needed = 1 + head.len() + chunks.len();
        let Some((at, end)) = self.reserve(needed, writer) else { return Pushed::Full };
        let Some([first, rest @ ..]) = self.words.get(at..at + needed) else {
            return Pushed::Full;
        };
        first.store(record.to_word(), Relaxed);
        let (head_words, content_words) = rest.split_at(head.len());
        for (word, value) in head_words.iter().zip(head) {
            word.store(*value, Relaxed);
        }
        for (word, chunk) in content_words.iter().zip(chunks) {
            word.store(u64::from_le_bytes(*chunk), Relaxed);
        }
        self.publish(end, writer)
    }

    /// Room for so many words in one piece: its place, and the position behind it.
    #[inline(always)]
    fn reserve(&self, needed: usize, writer: &mut Writer) -> Option<(usize, usize)> {
        let capacity = self.words.len();
        let position = self.head.position.load(Relaxed);
        let at = self.place(position);
        let skip = if at + needed > capacity { capacity - at } else { 0 };
        let end = position + skip + needed;
        if end - writer.tail > capacity {
            writer.tail = self.tail.position.load(Acquire);
            if end - writer.tail > capacity {
                return None;
            }
        }
        if skip == 0 {
            return Some((at, end));
        }
        if let Some(word) = self.words.get(at) {
            word.store(SKIP, Relaxed);
        }
        Some((0, end))
    }

    /// Lets the reader see what was written up to `end`.
    #[inline(always)]
    fn publish(&self, end: usize, writer: &mut Writer) -> Pushed {
        self.head.pushed.store(self.head.pushed.load(Relaxed) + 1, Relaxed);
        self.head.position.store(end, Release);
        if end - writer.tail >= self.words.len() / 2 {
            self.look_for_reader(end, writer)
        } else {
            Pushed::Yes
        }
    }

    /// Where a position is among the words, whose number is a power of two: a division would cost more than all the rest.
    #[inline]
    fn place(&self, position: usize) -> usize {
        position & (self.words.len() - 1)
    }

    /// The ring may be half full: looks where the reader really is.
    #[cold]
    fn look_for_reader(&self, end: usize, writer: &mut Writer) -> Pushed {
        writer.tail = self.tail.position.load(Acquire);
        if end - writer.tail >= self.words.len() / 2 { Pushed::HalfFull } else { Pushed::Yes }
    }

    /// Reads all records, or nothing where another reader is at work.
    pub(crate) fn try_drain(&self, each: impl FnMut(Record, &[AtomicU64])) {
        if let Ok(_reader) = self.reader.try_lock() {
            self.read(u64::MAX, each);
        }
    }

    /// Reads at most so many records, after another reader where there is one; says how many they were, and whether the goal is
    /// reached.
    pub(crate) fn drain(
        &self,
        most: u64,
        each: impl FnMut(Record, &[AtomicU64]),
    ) -> (u64, Drained) {
        let _reader = lock(&self.reader);
        self.read(most, each)
    }

    /// Room is given back record by record, so that a writer that is faster than its reader goes on meanwhile.
    fn read(&self, most: u64, mut each: impl FnMut(Record, &[AtomicU64])) -> (u64, Drained) {
        let mut tail = self.tail.position.load(Relaxed);
        let head = self.head.position.load(Acquire);
        let mut count = 0;
        while tail != head && count < most {
            let at = self.place(tail);
            let word = self.words.get(at).map_or(SKIP, |word| word.load(Relaxed));
            if word == SKIP {
                tail += self.words.len() - at;
                continue;
            }
            let record = Record::from_word(word);
            let end = at + 1 + record.len.div_ceil(8);
            each(record, self.words.get(at + 1..end).unwrap_or_default());
            tail += end - at;
            count += 1;
            self.tail.position.store(tail, Release);
        }
        self.tail.position.store(tail, Release);
        let is_at_goal = tail >= self.goal.load(Relaxed);
        (count, if is_at_goal { Drained::All } else { Drained::Some })
    }
}

/// Copies a record's words out as bytes.
#[inline]
pub(crate) fn copy_words(words: &[AtomicU64], len: usize, out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + words.len() * 8, 0);
    let (places, _) = out.get_mut(start..).unwrap_or_default().as_chunks_mut::<8>();
    for (place, word) in places.iter_mut().zip(words) {
        *place = word.load(Relaxed).to_le_bytes();
    }
    out.truncate(start + len);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(len: usize) -> Record {
        Record { len, marks: Record::FAILED, site: 7 }
    }

    fn read(ring: &Ring) -> Vec<(Record, Vec<u8>)> {
        let mut all = Vec::new();
        ring.drain(u64::MAX, |record, words| {
            let mut bytes = Vec::new();
            copy_words(words, record.len, &mut bytes);
            all.push((record, bytes));
        });
        all
    }

    #[test]
    fn records_come_back_whole_across_many_turns() {
        const TURNS: u8 = if cfg!(miri) { 20 } else { 100 };
        let (ring, mut writer) = (Ring::new(16), Writer::default());
        for turn in 0..TURNS {
            assert_eq!(ring.push(record(13), &[], &[turn; 16], &mut writer), Pushed::Yes);
            assert_eq!(read(&ring), [(record(13), vec![turn; 13])]);
        }
        assert_eq!(ring.pushed(), u64::from(TURNS));
    }

    #[test]
    fn a_full_ring_refuses_and_takes_again_after_a_read() {
        let (ring, mut writer) = (Ring::new(16), Writer::default());
        let push =
            |writer: &mut Writer| ring.push(record(24), &[0x0101_0101_0101_0101], &[1; 16], writer);
        let pushed: [Pushed; 5] = std::array::from_fn(|_| push(&mut writer));
        assert_eq!(
            pushed,
            [Pushed::Yes, Pushed::HalfFull, Pushed::HalfFull, Pushed::HalfFull, Pushed::Full]
        );
        assert_eq!(read(&ring).len(), 4);
        assert_eq!(push(&mut writer), Pushed::Yes);
    }

    #[test]
    fn a_record_larger_than_the_ring_is_refused() {
        assert_eq!(
            Ring::new(4).push(record(32), &[], &[0; 32], &mut Writer::default()),
            Pushed::Full
        );
    }

    #[test]
    fn a_reader_on_another_thread_sees_every_record_once_and_in_order() {
        let ring = Ring::new(64);
        let count = if cfg!(miri) { 60 } else { 20_000_u64 };
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut writer = Writer::default();
                for number in 0..count {
                    let bytes = number.to_le_bytes().repeat(1 + number as usize % 5);
                    while ring.push(record(bytes.len()), &[number], &bytes[8..], &mut writer)
                        == Pushed::Full
                    {
                        std::thread::yield_now();
                    }
                }
            });
            let mut expected = 0;
            while expected < count {
                for (_, bytes) in read(&ring) {
                    assert!(bytes.chunks(8).all(|chunk| chunk == expected.to_le_bytes()));
                    expected += 1;
                }
            }
        });
    }
}
