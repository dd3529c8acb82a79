//! Spans that are still open when the program ends, read from their slots.
//!
//! Ids, name, start and what handles wrote come out. A lane span's own attributes stay with its thread.

use super::callsite;
use super::clock;
use super::context::LANE;
use super::core::Core;
use super::encoder::{Content, Head, Outcome, Precedence};
use super::slot::{Shared, Slot};
use super::thread::{mark_unfinished, one_span, record_of};
use crate::batch::Chunk;

/// Hands all open spans of this recorder over, and says how many they were. For the recorder they have ended: where one comes
/// to its end after all, it is not written again.
pub(crate) fn hand_over(core: &Core) -> u64 {
    let mut count = 0;
    for slot in core.open_slots() {
        if let Some(chunk) = encode(core, slot) {
            count += chunk.spans();
            core.accept(chunk);
        }
    }
    count
}

fn encode(core: &Core, slot: &Slot) -> Option<Chunk> {
    let generation = slot.generation();
    let shared = slot.shared();
    let start = slot.start();
    let context = slot.context();
    let mut content = Content::default();
    content.begin(&Head::new(&context, slot.parent(), slot.info()));
    if shared.belongs_to(generation) {
        content.absorb(&shared.content, Precedence::New, core.config.limits);
    }
    mark_unfinished(&mut content, core.config.limits);
    let site = site_of(slot, &shared)?;
    // The one who ends a span takes the lock only if there are handles, so look whether it ended meanwhile.
    let still_open = start != 0 && slot.start() == start && slot.generation() == generation;
    still_open.then(|| {
        slot.close();
        Head::set_times(content.buffer(), start, clock::unix(clock::monotonic()).max(start));
        let outcome: Outcome = content.finish();
        one_span(record_of(&content, outcome, site), content.bytes())
    })
}

fn site_of(slot: &Slot, shared: &Shared) -> Option<u32> {
    if slot.info() & LANE != 0 {
        return Some(slot.info() >> 8);
    }
    shared.metadata.map(callsite::of_tracing)
}
