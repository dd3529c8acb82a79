//! Layers of users beside the recorder: `fmt`, a console, whatever stands on a [`Registry`].
//!
//! They stand on a registry of their own, inside the recorder, which sees only what they want. A call site that one of them wants
//! leaves the lane and makes ordinary spans; what nobody wants stays there, and costs what it did. Such a span has a slot, as
//! every other one, and in it the id by which the registry knows it.
//!
//! A layer is user code: it may trace, log and panic. So no lock and no borrow is held while one runs, and its panics end here.

mod event;
mod spans;
mod stack;

pub(super) use spans::{enter, exit, follow, is_their_own, open, record, release};

use super::callsite::{CallSite, TracingSite};
use super::context::SpanContext;
use super::panic;
use super::policy::Decision;
use super::registry;
use super::slot::{lock, lock_unless_forked};
use stack::Stack;
#[cfg(feature = "log")]
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, OnceLock};
use tracing_core::dispatcher::WeakDispatch;
use tracing_core::{Dispatch, Event, Interest, LevelFilter, Metadata, span};
use tracing_subscriber::{Layer, Registry};

/// The id of a recorder that has layers.
pub(super) const LAYERED: u32 = 1 << 31;
/// What is there for the layers of a recorder alone, with no recorded span around it, is marked as nobody's.
pub(super) const NOBODY: u32 = 1 << 30;

/// The layers of a recorder, for as long as the process lives: threads may be inside of them at any moment.
pub struct Layers {
    stack: Box<dyn Stack>,
    /// What they think of the call sites that were reached, by the addresses of their metadata.
    interests: Mutex<BTreeMap<usize, Interest>>,
    /// The recorder that they are in.
    dispatch: OnceLock<WeakDispatch>,
}

static ALL: Mutex<Vec<(u32, &'static Layers)>> = Mutex::new(Vec::new());

thread_local! {
    /// The layers that were asked for last, with their recorder.
    static LAST: Cell<Option<(u32, &'static Layers)>> = const { Cell::new(None) };
    /// Whether layers are being asked about a call site by whoever is about to need it.
    static IS_ASKING: Cell<bool> = const { Cell::new(false) };
    /// Where the event is that layers are being told of.
    static OF_EVENT: Cell<Place> = const { Cell::new(Place { span: None, is_recorded: false }) };
}

/// Where an event is.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "log"), expect(dead_code, reason = "only the log of a program asks"))]
pub(super) struct Place {
    /// Its span, and the id of that where its state is in a slot.
    pub(super) span: Option<(SpanContext, Option<u64>)>,
    /// Whether the recorder wants it, too.
    pub(super) is_recorded: bool,
}

/// The layers of a recorder.
pub(super) fn of(recorder: u32) -> Option<&'static Layers> {
    let recorder = recorder & !NOBODY;
    if recorder & LAYERED == 0 {
        return None;
    }
    if let Some((_, layers)) = LAST.get().filter(|(last, _)| *last == recorder) {
        return Some(layers);
    }
    let all = lock_unless_forked(&ALL)?;
    let known = all.iter().rev().find(|(known, _)| *known == recorder).copied()?;
    LAST.set(Some(known));
    Some(known.1)
}

/// Whether the layers of `recorder` want a function's spans, so that they are ordinary ones.
#[inline]
pub(super) fn want(site: &'static CallSite, recorder: u32) -> bool {
    site.policy.of(recorder).unwrap_or_else(|| ask(site, recorder)).is_seen()
}

#[cold]
fn ask(site: &'static CallSite, recorder: u32) -> Decision {
    // Through `tracing`, so that they are asked again when a filter of theirs changes.
    site.callsite.interest();
    ask_first(site.metadata, recorder);
    site.decision(recorder)
}

/// What a recorder that has layers decides about a `tracing` call site.
#[inline]
pub(super) fn decision(site: &TracingSite, recorder: u32) -> Decision {
    site.policy.of(recorder).unwrap_or_else(|| {
        ask_first(site.metadata, recorder);
        site.decision(recorder)
    })
}

/// Asks layers about a call site that `tracing` has not asked them about yet: it asks on one thread, and others that come meanwhile
/// go on.
#[cold]
fn ask_first(metadata: &'static Metadata<'static>, recorder: u32) {
    if let Some(layers) = of(recorder).filter(|layers| !layers.were_asked(metadata)) {
        // Not again by what a layer traces while it is asked.
        if !IS_ASKING.replace(true) {
            layers.learn(metadata);
            IS_ASKING.set(false);
        }
    }
}

/// Tells the layers of a recorder of an event, of which `metadata` is true.
pub(super) fn event(recorder: u32, event: &Event<'_>, metadata: &Metadata<'_>, place: Place) {
    if let Some(layers) = of(recorder) {
        let before = OF_EVENT.replace(place);
        layers.event(event, metadata);
        OF_EVENT.set(before);
    }
}

/// A span, as it is told of an event in it.
#[cfg(feature = "log")]
#[derive(Clone, Debug)]
pub(crate) struct SpanOfEvent {
    pub(crate) trace_id: u128,
    pub(crate) span_id: u64,
    /// Whether the event is recorded in it.
    pub(crate) is_recorded: bool,
    /// `None`: it is in another process.
    pub(crate) name: Option<Cow<'static, str>>,
}

/// The recorder's span in which the event is that layers are being told of on this thread.
#[cfg(feature = "log")]
pub(crate) fn span_of_event() -> Option<SpanOfEvent> {
    let Place { span, is_recorded } = OF_EVENT.get();
    let (context, id) = span?;
    Some(SpanOfEvent {
        trace_id: context.trace_id,
        span_id: context.span_id,
        is_recorded: is_recorded && context.is_sampled(),
        name: super::subscriber::name_of(context, id),
    })
}

impl Layers {
    /// Puts them on a registry.
    pub(crate) fn new(layer: impl Layer<Registry> + Send + Sync) -> &'static Layers {
        Box::leak(Box::new(Layers {
            stack: stack::on_registry(layer),
            interests: Mutex::default(),
            dispatch: OnceLock::new(),
        }))
    }

    /// Makes them the layers of a recorder.
    pub(super) fn belong_to(&'static self, recorder: u32) {
        lock(&ALL).push((recorder, self));
    }

    /// Tells them in which subscriber they are.
    pub(super) fn install(&self, dispatch: &Dispatch) {
        if self.dispatch.set(dispatch.downgrade()).is_ok() {
            guarded(|| self.stack.all().on_register_dispatch(dispatch));
        }
    }

    /// Asks whether they want a call site; where they think differently than before, so it is decided again.
    pub(super) fn register(&self, metadata: &'static Metadata<'static>) -> Interest {
        let interest = self.ask(metadata);
        let before = lock_unless_forked(&self.interests)
            .and_then(|mut interests| interests.insert(address(metadata), interest.clone()));
        if before.is_none_or(|before| before.is_never() != interest.is_never()) {
            registry::forget(metadata);
        }
        interest
    }

    /// The same where nobody has asked; an answer that another thread has got meanwhile is the newer one.
    fn learn(&self, metadata: &'static Metadata<'static>) {
        let interest = self.ask(metadata);
        if let Some(mut interests) = lock_unless_forked(&self.interests) {
            interests.entry(address(metadata)).or_insert(interest);
        }
        registry::forget(metadata);
    }

    fn ask(&self, metadata: &'static Metadata<'static>) -> Interest {
        let asked = guarded(|| self.stack.all().register_callsite(metadata));
        asked.unwrap_or_else(Interest::never)
    }

    fn were_asked(&self, metadata: &'static Metadata<'static>) -> bool {
        lock_unless_forked(&self.interests)
            .is_none_or(|interests| interests.contains_key(&address(metadata)))
    }

    /// Whether they want a call site that they were asked about.
    pub(super) fn want(&self, metadata: &'static Metadata<'static>) -> bool {
        let interests = lock_unless_forked(&self.interests);
        let interest = interests.as_ref().and_then(|known| known.get(&address(metadata)));
        interest.is_some_and(|interest| !interest.is_never())
    }

    /// Whether they want it now.
    pub(super) fn enable(&self, metadata: &Metadata<'_>) -> bool {
        guarded(|| self.stack.all().enabled(metadata)).unwrap_or(false)
    }

    /// The most verbose level that they want anywhere.
    pub(super) fn max_level(&self) -> LevelFilter {
        let hint = guarded(|| self.stack.all().max_level_hint()).flatten();
        hint.unwrap_or(LevelFilter::TRACE)
    }

    /// A span of theirs, if they want it now.
    fn new_span(&self, attributes: &span::Attributes<'_>) -> Option<span::Id> {
        let stack = self.stack.all();
        guarded(|| stack.enabled(attributes.metadata()).then(|| stack.new_span(attributes)))?
    }

    fn event(&self, event: &Event<'_>, metadata: &Metadata<'_>) {
        let stack = self.stack.all();
        guarded(|| {
            event::with_spans_of_theirs(event, |event| {
                if stack.enabled(metadata) && stack.event_enabled(event) {
                    stack.event(event);
                }
            });
        });
    }
}

/// Runs code of a layer. Where it panics, the panic hook has told people, and the traced code runs on.
fn guarded<R>(run: impl FnOnce() -> R) -> Option<R> {
    let before = panic::Before::now();
    let done = catch_unwind(AssertUnwindSafe(run)).ok();
    if done.is_none() {
        before.restore();
    }
    done
}

fn address(metadata: &'static Metadata<'static>) -> usize {
    std::ptr::from_ref(metadata).addr()
}

impl fmt::Debug for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layers").finish_non_exhaustive()
    }
}

// An interpreter starts no process.
#[cfg(all(test, not(miri)))]
mod tests {
    use super::*;
    use crate::forked;
    use crate::recorder::Config;
    use crate::testing::{Recording, everything, in_a_process_of_its_own};
    use tracing::{info, info_span};

    #[test]
    fn a_forked_child_waits_for_no_lock_that_is_held() {
        let name = "recorder::layers::tests::a_forked_child_waits_for_no_lock_that_is_held";
        in_a_process_of_its_own(name, || {
            let layers = Layers::new(LevelFilter::TRACE);
            let recording = Recording::with_config(Config { layers: Some(layers), ..everything() });
            forked::pretend();
            let held = (lock(&ALL), lock(&layers.interests));
            registry::decide_again(u32::MAX, || {
                recording.run(|| info_span!("in_a_child").in_scope(|| info!("in it")));
                assert!(registry::known().is_empty());
            });
            drop(held);
        });
    }
}
