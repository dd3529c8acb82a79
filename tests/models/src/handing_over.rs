//! Finished spans on their way from a thread's ring to whoever reads it.

use crate::explore;
use crate::ring::{Pushed, Record, Ring, Writer, copy_words};
use crate::rings::Rings;
use crate::sync::AtomicU64;
use loom::sync::Arc;

/// Pushes a record of `words` words, which all say its number. False: there was no room.
fn push(ring: &Ring, number: u64, words: usize, writer: &mut Writer) -> bool {
    let record = Record { len: words * 8, marks: 0, site: number as u32 };
    ring.push(record, &vec![number; words], &[], writer) != Pushed::Full
}

/// The number of a record, if it came out as it went in.
fn number_of(record: Record, words: &[AtomicU64]) -> u64 {
    let mut bytes = Vec::new();
    copy_words(words, record.len, &mut bytes);
    let number = u64::from(record.site);
    assert_eq!(bytes, number.to_le_bytes().repeat(record.len / 8), "a record was torn");
    number
}

fn read(ring: &Ring) -> Vec<u64> {
    let mut numbers = Vec::new();
    ring.drain(u64::MAX, |record, words| numbers.push(number_of(record, words)));
    numbers
}

/// A reader beside the writer gets each record once, whole and in order.
pub fn a_record_is_read_once_whole_and_in_order() {
    // The third waits for room; the second does not fit behind the first, and waits for its place at the start.
    for lengths in [[2, 0, 0], [2, 2, 1]] {
        explore(move |first| {
            let ring = Arc::new(Ring::new(4));
            let (writing, reading) = (ring.clone(), ring.clone());
            let (pushed, mut numbers) =
                first.of(move || push_all(&writing, lengths), move || read(&reading));
            numbers.extend(read(&ring));
            assert_eq!(numbers, pushed);
            assert_eq!(ring.pushed(), pushed.len() as u64);
        });
    }
}

/// Pushes a record of each length; the numbers of those for which there was room.
fn push_all(ring: &Ring, lengths: [usize; 3]) -> Vec<u64> {
    let mut writer = Writer::default();
    let mut push = |(number, words)| push(ring, number, words, &mut writer).then_some(number);
    (1..).zip(lengths).filter_map(&mut push).collect()
}

/// A thread that empties its own ring, because it is full, takes nothing that the reader takes too.
pub fn a_writer_that_reads_its_own_ring_takes_nothing_twice() {
    explore(|first| {
        let ring = Arc::new(Ring::new(2));
        let (writing, reading) = (ring.clone(), ring.clone());
        let writer = move || {
            let mut writer = Writer::default();
            assert!(push(&writing, 1, 1, &mut writer));
            let mut taken = Vec::new();
            writing.try_drain(|record, words| taken.push(number_of(record, words)));
            (taken, push(&writing, 2, 1, &mut writer))
        };
        let ((own, has_room), others) = first.of(writer, move || read(&reading));
        let mut numbers = [own, others, read(&ring)].concat();
        numbers.sort_unstable();
        assert_eq!(numbers, if has_room { vec![1, 2] } else { vec![1] });
    });
}

/// What a thread left in its ring when it ended is read and counted, whether it ends before, during or after a drain.
pub fn what_a_thread_left_in_its_ring_is_read_to_the_end() {
    explore(|first| {
        let rings = Arc::new(Rings::default());
        let (writing, reading) = (rings.clone(), rings.clone());
        let writer = move || {
            let (ring, mut writer) = (writing.add(4), Writer::default());
            assert!(push(&ring, 1, 1, &mut writer) && push(&ring, 2, 1, &mut writer));
        };
        let ((), mut numbers) = first.of(writer, move || drain(&reading));
        // One record would be the most, were its thread still there.
        numbers.extend(drain(&rings));
        assert_eq!((numbers, rings.pushed()), (vec![1, 2], 2));
    });
}

fn drain(rings: &Rings) -> Vec<u64> {
    let mut numbers = Vec::new();
    rings.drain(1, |record, words| numbers.push(number_of(record, words)));
    numbers
}
