//! Slots: generations, references, and readers that are overtaken.

use super::*;
use crate::recorder::context::LANE;

const CONTEXT: SpanContext =
    SpanContext { trace_id: 7 << 64 | 8, span_id: 9, recorder: 3, flags: SAMPLED };

/// A slot of its own with an open span, and the span's id.
fn open() -> (Slot, u64) {
    let slot = Slot::default();
    let id = next_tenant(&slot, CONTEXT);
    (slot, id)
}

fn next_tenant(slot: &Slot, context: SpanContext) -> u64 {
    slot.publish(&Opening { context, parent: 5, info: LANE | 77 << 8 });
    let id = slot.renew() | 1;
    slot.open(1000);
    id
}

fn references(slot: &Slot) -> u64 {
    slot.word.load(Relaxed) & REFERENCES
}

#[test]
fn what_is_published_is_read_again() {
    let (slot, id) = open();
    assert_eq!(slot.context_of(id), Some(CONTEXT));
    assert_eq!((slot.parent(), slot.recorder(), slot.start()), (5, 3, 1000));
    assert_eq!(slot.info(), LANE | SAMPLED | 77 << 8);
}

#[test]
fn an_id_of_another_generation_finds_and_changes_nothing() {
    let (slot, stale) = open();
    slot.close();
    let id = next_tenant(&slot, SpanContext { span_id: 10, ..CONTEXT });
    for wrong in [stale, id + (1 << 32), id & REFERENCES] {
        assert_eq!(slot.context_of(wrong), None);
        assert!(!slot.retain(wrong) && !slot.release(wrong));
        assert!(!slot.write(wrong, |_| panic!("written to a stranger")));
    }
    assert!(slot.is_private() && slot.belongs_to(id));
}

#[test]
fn the_last_release_is_told_once() {
    let (slot, id) = open();
    assert!(slot.retain(id) && slot.retain(id));
    assert!(!slot.is_private());
    assert_eq!(
        [slot.release(id), slot.release(id), slot.release(id), slot.release(id)],
        [false, false, true, false]
    );
    assert!(!slot.belongs_to(id) && !slot.retain(id), "nobody holds it any more");
    assert_ne!(slot.renew() | 1, id);
}

#[test]
fn a_slot_is_not_private_while_a_handle_lives_or_after_one_wrote() {
    let (slot, id) = open();
    slot.retain(id);
    slot.release(id);
    assert!(slot.is_private(), "a handle that came and went leaves nothing behind");
    slot.retain(id);
    assert!(slot.write(id, Content::fail));
    slot.release(id);
    assert!(!slot.is_private() && references(&slot) == 1);
    assert!(slot.shared().unwrap().belongs_to(id));
}

#[test]
fn nothing_is_written_to_a_span_that_is_over() {
    let (slot, id) = open();
    slot.retain(id);
    assert_eq!((slot.close(), slot.start()), (1000, 0));
    assert!(!slot.write(id, |_| panic!("written too late")));
    assert!(slot.belongs_to(id), "its handle is still good as a parent");
}

#[test]
fn what_was_written_for_an_earlier_span_does_not_join_a_later_one() {
    let (slot, first) = open();
    slot.write(first, |content| content.set_name("first"));
    slot.close();
    let second = next_tenant(&slot, CONTEXT);
    assert!(!slot.shared().unwrap().belongs_to(second));
    slot.write(second, |content| assert!(content.bytes().is_empty()));
}

#[test]
fn a_span_is_closed_for_its_owner_only_while_it_is_the_same() {
    let (slot, _) = open();
    assert!(!slot.close_for_owner(999));
    assert!(slot.close_for_owner(1000));
    assert!(!slot.close_for_owner(1000) && slot.close() == 0);
}

#[test]
fn generations_begin_again_and_no_id_is_zero() {
    let slot = Slot::default();
    slot.word.store(GENERATION, Relaxed);
    assert_eq!(slot.renew(), 1 << 32);
    assert_eq!(slot.renew(), 2 << 32);
}

#[test]
fn the_count_of_references_does_not_run_over() {
    let (slot, id) = open();
    slot.word.store(id & GENERATION | REFERENCES, Relaxed);
    assert!(!slot.retain(id) && slot.belongs_to(id));
}

/// A reader on another thread sees all of one span or nothing, while one tenant follows the other.
#[test]
fn a_reader_never_sees_two_spans_mixed() {
    const TENANTS: u64 = if cfg!(miri) { 50 } else { 200_000 };
    let slot = Slot::default();
    let latest = AtomicU64::new(0);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = 0_u64;
            loop {
                let id = latest.load(Relaxed);
                if id == u64::MAX {
                    return seen;
                }
                if let Some(context) = slot.context_of(id) {
                    let expected = id >> 32;
                    assert_eq!(
                        (context.span_id, context.trace_id),
                        (expected, u128::from(expected) << 64 | u128::from(expected))
                    );
                    seen += 1;
                }
            }
        });
        for number in 1..=TENANTS {
            slot.publish(&Opening {
                context: SpanContext {
                    trace_id: u128::from(number) << 64 | u128::from(number),
                    span_id: number,
                    ..CONTEXT
                },
                parent: 0,
                info: 0,
            });
            latest.store(slot.renew(), Relaxed);
            slot.abandon();
        }
        latest.store(u64::MAX, Relaxed);
        reader.join().unwrap();
    });
}

// An interpreter starts no process.
#[cfg(not(miri))]
#[test]
fn a_forked_child_waits_for_no_lock_that_is_held() {
    use crate::forked;
    use crate::testing::in_a_process_of_its_own;

    let name = "recorder::slot::tests::a_forked_child_waits_for_no_lock_that_is_held";
    in_a_process_of_its_own(name, || {
        forked::pretend();
        let slot = Slot::default();
        let held = slot.shared();
        assert!(held.is_some());
        assert!(slot.shared().is_none());
        assert!(!slot.write(0, |_| {}));
        drop(held);
        assert!(slot.shared().is_some());
    });
}
