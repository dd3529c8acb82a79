//! Spans that have a slot one after the other, and those who know an id of one of them.
//!
//! Where a reference is counted while a new generation is stored, no model may look at the word afterwards: loom lets the two be
//! seen in either order, although the count was read before.

use crate::context::{SAMPLED, SpanContext};
use crate::explore;
use crate::slot::{Opening, Slot};
use loom::sync::Arc;

/// The only slot there is.
const INDEX: u64 = 1;

/// The span that says `number` everywhere.
fn context(number: u32) -> SpanContext {
    let number = u64::from(number);
    SpanContext {
        trace_id: u128::from(number) << 64 | u128::from(number),
        span_id: number,
        recorder: number as u32,
        flags: SAMPLED,
    }
}

/// Opens the next span in a slot; its id.
fn next(slot: &Slot, number: u32) -> u64 {
    let id = slot.renew() | INDEX;
    slot.publish(&Opening { context: context(number), parent: 0, info: 0 });
    slot.open(1);
    id
}

/// The same for a `tracing` span, whose slot was left to nobody before.
fn next_of_tracing(slot: &Slot, number: u32) -> u64 {
    slot.abandon();
    slot.publish(&Opening { context: context(number), parent: 0, info: 0 });
    let id = slot.renew() | INDEX;
    slot.open(1);
    id
}

/// A slot with an open span, and the span's id.
fn tenant() -> (Arc<Slot>, u64) {
    let slot = Arc::new(Slot::default());
    let id = next(&slot, 1);
    (slot, id)
}

/// Who reads by an old id while the slot gets its next tenant, of either kind, sees the old span whole or nothing.
pub fn a_stale_id_reads_its_own_span_or_nothing() {
    for next in [next, next_of_tracing] {
        explore(move |first| {
            let (slot, id) = tenant();
            let (reader, owner) = (slot.clone(), slot.clone());
            let owner = move || {
                owner.close();
                next(&owner, 2);
            };
            let (seen, ()) = first.of(move || reader.context_of(id), owner);
            assert!(seen.is_none_or(|seen| seen == context(1)), "{seen:?}");
            assert_eq!(slot.context_of(id), None);
        });
    }
}

/// Who finds that an id is stale can neither hold nor write nor let go anything of the next span by it.
pub fn a_stale_id_does_nothing_to_the_next_span() {
    explore(|first| {
        let (slot, id) = tenant();
        let (stale, owner) = (slot.clone(), slot.clone());
        let stale = move || {
            if stale.generation() | INDEX != id {
                assert!(!stale.retain(id) && !stale.release(id));
                assert!(!stale.write(id, |_| panic!("written to a stranger")));
            }
        };
        let owner = move || {
            owner.close();
            next(&owner, 2)
        };
        let ((), next) = first.of(stale, owner);
        assert!(slot.is_private() && slot.context_of(next) == Some(context(2)));
    });
}

/// What is written by an id while its span ends does not join the next span.
pub fn what_is_written_as_a_span_ends_does_not_join_the_next() {
    explore(|first| {
        let (slot, id) = tenant();
        let (late, owner) = (slot.clone(), slot.clone());
        let owner = move || {
            owner.close();
            next(&owner, 2)
        };
        let (_, next) = first.of(move || late.write(id, |content| content.0 += 1), owner);
        assert!(!slot.shared().is_some_and(|shared| shared.belongs_to(next)));
    });
}

/// What a handle has written is seen by the one who ends the span; what comes too late is told so.
pub fn what_a_handle_writes_joins_its_span_or_is_late() {
    explore(|first| {
        let (slot, id) = tenant();
        assert!(slot.retain(id));
        let (handle, owner) = (slot.clone(), slot);
        let handle = move || (handle.write(id, |content| content.0 += 1), handle.release(id));
        let owner = move || (end(&owner, id), owner.release(id));
        let ((written, handle_was_last), (joined, owner_was_last)) = first.of(handle, owner);
        assert_eq!(written, joined);
        assert!(owner_was_last != handle_was_last, "exactly one frees the slot");
    });
}

/// Ends a span as its thread does; whether anything was written through handles.
fn end(slot: &Slot, id: u64) -> bool {
    if slot.is_private() {
        slot.close();
        return false;
    }
    let shared = slot.shared();
    slot.close();
    shared.is_some_and(|mut shared| shared.belongs_to(id) && shared.content().0 > 0)
}
