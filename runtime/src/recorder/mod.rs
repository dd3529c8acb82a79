//! The recorder: turns calls into spans, on the traced thread, at the lowest price.
//!
//! It *is* the `tracing` subscriber, because what lies below a layer alone costs what the whole recorder may cost.
//!
//! ```text
//!  #[traced] call ── lane ── Frame ─┐                        ┌─ callsite: name, code.* (added by the reader)
//!                                   ├─ Content (OTLP bytes) ─┤
//!  info_span!(…)  ── subscriber ── Slot ┘                    └─ Ring (one a thread, no lock) ── drain ── Chunk ── Outlet
//! ```
//!
//! - A `#[traced]` span is a [`Frame`](frame::Frame): on its thread's [stack](stack::ContextStack) while its code runs, in its
//!   [future](future::Traced) between polls, in a [pool](frame::FramePool) between spans. Every frame owns a [`Slot`](slot::Slot)
//!   and publishes its ids there, so handles and other threads can see it and nothing ever moves.
//! - Every other `tracing` span has all its state in a slot.
//! - Spans of the OpenTelemetry API are owned by values of other code (`api_span`). They have their state in a slot too, and are
//!   current [beside](beside::Beside) the stack.
//! - Layers of users stand beside the recorder on a registry of their own ([`layers`]); a call site that one of them wants leaves the
//!   lane. Or the recorder is itself a layer of somebody's stack ([`face`]). Either way a `#[traced]` function makes an ordinary span
//!   ([`foreign`]), and what it says goes into that span's slot as it is ([`own`]).
//! - All write [`Content`](encoder::Content), encoded as it comes, and end in their thread's [`Ring`](ring::Ring).
//! - Whether and how a call site is recorded is one [word](policy::Policy), decided by the [rules](rules) of the settings under the
//!   lock of the [registry]; its number goes with the span to the worker, which renames, redacts and adds.
//! - [`Core`](core::Core) is what the threads share: configuration, rings, counters, and the [`Outlet`](core::Outlet).
//!
//! Must never: block, panic, allocate without bound, know an exporter, or run user code while it holds a borrow or a lock.

#![expect(
    clippy::inline_always,
    reason = "measured: the hot path falls apart into calls without it"
)]
#![expect(
    clippy::boxed_local,
    clippy::unnecessary_box_returns,
    clippy::vec_box,
    reason = "frames move between stack, future and pool as pointers, and keep their memory"
)]

#[cfg(feature = "opentelemetry")]
mod api_span;
mod beginning;
#[cfg_attr(not(feature = "opentelemetry"), path = "beside_off.rs")]
mod beside;
mod callsite;
mod clock;
mod context;
mod core;
mod current;
mod drain;
mod encoder;
mod ending;
mod event;
mod face;
mod failure;
mod foreign;
mod frame;
mod future;
mod ids;
mod install;
mod lane;
mod layers;
#[cfg_attr(not(feature = "log-records"), path = "log_records_off.rs")]
mod log_records;
#[cfg(feature = "tower")]
mod ongoing;
mod origin;
mod outlet;
mod own;
mod panic;
mod policy;
mod polling;
mod prepared;
mod redaction;
mod registry;
mod remote;
mod ring;
mod rings;
mod rules;
mod sampler;
mod sites;
mod slot;
mod slots;
mod spans;
mod stack;
mod stream;
mod subscriber;
mod sync;
#[cfg(test)]
mod tests;
mod thread;
mod unfinished;
mod visit;

pub use callsite::{CallSite, Constant};
pub use current::set_attribute;
pub use encoder::{AnyValue, ArrayWriter, Attributes, Key, MapWriter, Value};
pub use ending::Ending;
pub use future::{Traced, traced};
pub use lane::{Guard, amend_once, enter, enter_at, first, first_attributes, record_once};
pub use origin::Origin;
pub use prepared::{Prepared, prepare, prepare_at};
#[cfg(feature = "opentelemetry")]
pub(crate) use remote::Outgoing;
#[cfg(feature = "tower")]
pub(crate) use remote::new_ids;
pub(crate) use remote::{Adoption, Carried, RemoteParent, Sampled, adopt, outgoing};
pub use rules::{CallSiteInfo, REDACTED, callsites};
pub use stream::TracedStream;

#[cfg(feature = "opentelemetry")]
pub(crate) use api_span::{ApiSpan, Given, Linked};
#[cfg(test)]
pub(crate) use clock::FOLLOWED;
#[cfg(all(test, feature = "testing", not(miri)))]
pub(crate) use clock::clock_has_started;
pub(crate) use clock::{follow_wall_clock, start_clock, wall_clock};
pub(crate) use core::{Config, Core, Filter, Outlet};
pub(crate) use encoder::{Limits, tell_chain};
pub(crate) use face::layer;
pub(crate) use ids::IdGenerator;
#[cfg(any(test, feature = "testing"))]
pub(crate) use install::scoped;
pub(crate) use install::{
    AnotherSubscriber, ask_call_sites_again, current_core, layers_of_process, turn_to,
    turn_to_layers,
};
pub(crate) use layers::Layers;
#[cfg(feature = "log")]
pub(crate) use layers::span_of_event;
#[cfg(feature = "log")]
pub(crate) use log_records::metadata_of as metadata_of_record;
#[cfg(feature = "tower")]
pub(crate) use ongoing::{Ongoing, Piece};
pub(crate) use panic::{install_hook, text as panic_text};
pub(crate) use redaction::use_key as use_redaction_key;
pub(crate) use ring::Drained;
#[cfg(feature = "tower")]
pub(crate) use rules::Patterns;
pub(crate) use rules::Rules;
pub(crate) use sampler::Sampler;
#[cfg(feature = "tower")]
pub(crate) use slot::{lock, lock_unless_forked};
pub(crate) use unfinished::{hand_over as hand_over_unfinished, hand_over_of_this_thread};

/// Records nothing on the calling thread from now on.
pub(crate) fn silence_thread() {
    thread::with(thread::Thread::silence);
}
