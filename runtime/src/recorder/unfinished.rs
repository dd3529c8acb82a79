//! Spans that are still open when the program ends, read from their slots.
//!
//! Ids, name, start and what handles wrote come out. A lane span's own attributes stay with its thread.

use super::clock;
use super::core::Core;
use super::encoder::{Content, Facts, Head, Precedence};
use super::outlet::{finish, one_span};
use super::ring::Record;
use super::slot::Slot;
use super::thread;
use crate::batch::{Chunk, UNFINISHED};
use std::sync::atomic::{Ordering::Acquire, fence};

/// Hands all open spans of this recorder over, and says how many they were. For the recorder they have ended: where one comes
/// to its end after all, it is not written again.
pub(crate) fn hand_over(core: &Core) -> u64 {
    hand_over_those(core, |_| true)
}

/// The same with those that are entered on this thread: a panic is about to end them, while other threads go on.
pub(crate) fn hand_over_of_this_thread(core: &Core) -> u64 {
    let entered: Vec<u64> = thread::with(|thread| thread.stack.span_ids().collect());
    hand_over_those(core, |slot| entered.contains(&slot.context().span_id))
}

fn hand_over_those(core: &Core, wanted: impl Fn(&Slot) -> bool) -> u64 {
    let mut count = 0;
    for slot in core.open_slots().filter(|slot| wanted(slot)) {
        if let Some(chunk) = encode(core, slot) {
            count += chunk.spans();
            core.accept(chunk);
        }
    }
    count
}

fn encode(core: &Core, slot: &Slot) -> Option<Chunk> {
    let (generation, start) = (slot.generation(), slot.start());
    let mut shared = slot.shared()?;
    let context = slot.context();
    let mut content = Content::default();
    if shared.belongs_to(generation) {
        content.absorb(shared.content(), Precedence::New, core.config.limits);
    }
    content.mark(UNFINISHED, &true);
    // The one who ends a span takes the lock only if there are handles, so look whether it ended meanwhile. Where it is ending
    // at this very moment it may come out twice.
    fence(Acquire);
    let still_open = start != 0 && slot.generation() == generation && slot.close_for_owner(start);
    still_open.then(|| {
        let end = clock::unix(clock::monotonic()).max(start);
        let marks = finish(&mut content);
        let info = slot.info();
        let facts = Facts { parent: slot.parent(), info, kind: content.kind(), start, end };
        let head = Head::new(&context, &facts);
        let record = Record { len: head.len() + content.bytes().len(), marks, site: info >> 8 };
        one_span(record, &head, content.bytes())
    })
}
