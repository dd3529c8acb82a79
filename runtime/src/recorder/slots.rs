//! All slots. They lie in pages that are never freed, so that no id can point to nothing.

use super::context::SpanContext;
use super::slot::{Slot, lock_unless_forked};
use std::sync::atomic::{
    AtomicU32,
    Ordering::{Acquire, Relaxed},
};
use std::sync::{Mutex, OnceLock};

const PAGE: usize = 256;
/// A million spans may be open at once.
const PAGES: usize = 4096;

static TABLE: [OnceLock<Box<[Slot]>>; PAGES] = [const { OnceLock::new() }; PAGES];
static NEXT: AtomicU32 = AtomicU32::new(0);
static FREE: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// The slot of an id, if the id is of its present generation and somebody still holds it.
#[inline]
pub(crate) fn find(id: u64) -> Option<&'static Slot> {
    at((id as u32).checked_sub(1)?).filter(|slot| slot.belongs_to(id))
}

/// Who the span with an id is, if [`find`] finds it.
#[inline]
pub(crate) fn context_of(id: u64) -> Option<SpanContext> {
    at((id as u32).checked_sub(1)?)?.context_of(id)
}

#[inline]
fn at(index: u32) -> Option<&'static Slot> {
    let page = TABLE.get(index as usize / PAGE)?.get()?;
    page.get(index as usize % PAGE)
}

/// A free slot: from the thread's own list, from the others', or a new one. `None`: a million spans are open.
pub(crate) fn allocate(free: &mut Vec<u32>) -> Option<(u32, &'static Slot)> {
    if free.is_empty()
        && let Some(mut others) = lock_unless_forked(&FREE)
    {
        let keep = others.len().saturating_sub(64);
        free.extend(others.drain(keep..));
    }
    let index = free.pop().or_else(grow)?;
    Some((index, at(index)?))
}

fn grow() -> Option<u32> {
    let next = |index: u32| ((index as usize) < PAGE * PAGES).then_some(index + 1);
    let index = NEXT.fetch_update(Relaxed, Relaxed, next).ok()?;
    TABLE.get(index as usize / PAGE)?.get_or_init(|| (0..PAGE).map(|_| Slot::default()).collect());
    Some(index)
}

/// Gives a slot back to all threads.
pub(crate) fn free(index: u32) {
    if let Some(mut free) = lock_unless_forked(&FREE) {
        free.push(index);
    }
}

/// Gives a thread's own list back.
pub(crate) fn free_all(indices: &mut Vec<u32>) {
    if let Some(mut free) = lock_unless_forked(&FREE) {
        free.append(indices);
    }
}

/// All slots that were ever used, for those who look for open spans.
pub(crate) fn all() -> impl Iterator<Item = &'static Slot> {
    (0..NEXT.load(Acquire)).filter_map(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_never_were_find_nothing() {
        for id in [
            0,
            1 << 32,
            u64::from(u32::MAX),
            u64::MAX,
            1 << 32 | (PAGE * PAGES) as u64,
            1 << 32 | (PAGE * PAGES + 1) as u64,
        ] {
            assert!(find(id).is_none(), "{id:x}");
        }
    }

    #[test]
    fn an_abandoned_slot_is_found_by_nobody_and_goes_round() {
        let mut free = Vec::new();
        let (index, slot) = allocate(&mut free).unwrap();
        let id = slot.renew() | (u64::from(index) + 1);
        assert!(std::ptr::eq(find(id).unwrap(), slot));
        assert!(all().any(|known| std::ptr::eq(known, slot)));
        slot.abandon();
        assert!(find(id).is_none());
        free.push(index);
        assert_eq!(allocate(&mut free).unwrap().0, index);
        free.push(index);
        free_all(&mut free);
        assert!(free.is_empty());
    }
}
