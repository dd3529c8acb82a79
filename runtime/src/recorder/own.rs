//! Spans of `#[traced]` functions that are ordinary ones, because layers see them, and yet the recorder's own.
//!
//! What the function says of itself goes into the span's slot as it is: of any type, under any key, with what is no attribute.

use super::clock;
use super::context::{ASIDE, SAMPLED};
use super::encoder::{Content, Limits, Precedence};
use super::face;
use super::lane::put_panic;
use super::policy;
#[cfg(feature = "tower")]
use super::remote::Carried;
use super::slot::Slot;
use super::slots;
use super::subscriber::Recorder;
use super::thread;
#[cfg(feature = "tower")]
use std::sync::Arc;
use tracing::Span;

/// A span that is recorded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Own {
    id: u64,
    slot: &'static Slot,
}

impl Own {
    pub(super) fn of(span: &Span) -> Option<Own> {
        let id = span.with_subscriber(|(id, dispatch)| {
            let recorder = dispatch.downcast_ref::<Recorder>();
            recorder.map(|_| id.into_u64()).or_else(|| face::known_in(dispatch, id))
        });
        let id = id.flatten()?;
        let slot = slots::find(id)?;
        (slot.info() & (SAMPLED | ASIDE) == SAMPLED).then_some(Own { id, slot })
    }

    pub(super) fn id(self) -> u64 {
        self.id
    }

    fn limits(self) -> Option<Limits> {
        thread::with(|thread| thread.limits(self.slot.recorder()))
    }

    /// Lets a fragment show what rules show of the span; what the span may hold.
    pub(super) fn prepare(self, content: &mut Content) -> Option<Limits> {
        if let Some(ruling) = policy::ruling(self.slot.info() >> 8) {
            content.reveal(&ruling.capture);
        }
        self.limits()
    }

    /// Takes over what was written for the span. What its user has written counts more.
    pub(super) fn absorb(self, content: &Content) {
        if let Some(limits) = self.limits() {
            self.add(|own| own.absorb(content, Precedence::Old, limits));
        }
    }

    /// Lets `write` add to it, also before its time has begun.
    pub(super) fn add(self, write: impl FnOnce(&mut Content)) {
        let shared = self.slot.shared().filter(|shared| shared.belongs_to(self.id));
        if let Some(mut shared) = shared {
            write(shared.content());
        }
    }

    #[cfg(feature = "tower")]
    pub(super) fn trace_id(self) -> u128 {
        self.slot.context().trace_id
    }

    /// Passes this on with the requests that the span causes.
    #[cfg(feature = "tower")]
    pub(super) fn carry(self, carried: Option<Arc<Carried>>) {
        if let Some(mut shared) = self.slot.shared() {
            shared.carried = carried;
        }
    }

    pub(super) fn span_id(self) -> u64 {
        self.slot.context().span_id
    }

    pub(super) fn fail_by_panic(self, message: &str) {
        let Some(limits) = self.limits() else { return };
        thread::with(|thread| self.add(|content| put_panic(thread, limits, content, message)));
    }

    /// Keeps it from being recorded until it is started.
    pub(super) fn hold_back(self) {
        self.slot.close();
    }

    pub(super) fn start(self) {
        let shared = self.slot.shared().filter(|shared| shared.belongs_to(self.id));
        if let Some(mut shared) = shared {
            shared.began = clock::monotonic();
            self.slot.open(clock::unix(shared.began));
        }
    }

    /// Ends it, whatever handles of it live on.
    pub(super) fn end(self) {
        let now = clock::monotonic();
        thread::with(|thread| thread.end_before_handles(self.slot, now));
    }
}
