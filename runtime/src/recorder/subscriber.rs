//! The `tracing` subscriber: every span that is not a `#[traced]` one, and events, on the same stack of contexts.

use super::beside::Beside;
use super::context::{LANE, SEEN, SpanContext};
use super::failure;
use super::foreign;
use super::layers::{self, LAYERED, Place};
use super::log_records;
use super::registry;
use super::sites;
use super::slots;
use super::spans::{self, LEFT_OUT, Spans, Under, innermost};
use super::stack::{Entry, State};
use super::thread;
#[cfg(feature = "log")]
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use tracing_core::callsite::DefaultCallsite;
use tracing_core::{
    Event, Interest, Kind, Level, LevelFilter, Metadata, Subscriber, metadata, span,
};

/// The subscriber. It is never handed out as a value, only inside a [`Dispatch`](tracing_core::Dispatch): one that is wrapped in a layer would still
/// answer that it is the recorder, and spans would go past the layer.
pub(super) struct Recorder {
    /// The core that spans go to now; 0: none, so nothing is recorded. Only the global recorder ever turns to another one.
    core: Arc<AtomicU32>,
}

static REMOTE_PARENT: DefaultCallsite = DefaultCallsite::new(&REMOTE_METADATA);
static REMOTE_METADATA: Metadata<'static> = metadata! {
    name: "remote parent",
    target: "synndicate",
    level: Level::ERROR,
    fields: &[],
    callsite: &REMOTE_PARENT,
    kind: Kind::SPAN,
};

impl Recorder {
    pub(super) fn new(core: Arc<AtomicU32>) -> Recorder {
        Recorder { core }
    }

    #[inline]
    pub(super) fn id(&self) -> u32 {
        self.core.load(Relaxed)
    }

    #[inline]
    fn spans(&self) -> Spans {
        Spans(self.id())
    }

    #[inline]
    fn has_layers(&self) -> bool {
        self.id() & LAYERED != 0
    }

    /// The span an event belongs to.
    fn span_of(&self, event: &Event<'_>) -> Option<(SpanContext, Option<u64>)> {
        match event.parent() {
            Some(parent) => {
                let id = parent.into_u64();
                self.spans().known(id).map(|context| (context, Some(id)))
            }
            None if event.is_root() => None,
            None => innermost(self.id(), &Beside::of_event(event.metadata())),
        }
    }

    /// Tells layers of an event; whether it is recorded, too.
    fn tell(&self, event: &Event<'_>, span: Option<(SpanContext, Option<u64>)>) -> bool {
        let record = log_records::metadata_of(event);
        let (is_seen, is_recorded) = match &record {
            // Nothing is decided of the call sites that all records share.
            Some(metadata) => (true, self.spans().may_want(metadata)),
            None => {
                let decision = layers::decision(sites::of(event.metadata()), self.id());
                (decision.is_seen(), !decision.is_off())
            }
        };
        if is_seen {
            let place = Place { span, is_recorded };
            layers::event(self.id(), event, record.as_ref().unwrap_or(event.metadata()), place);
        }
        is_recorded && !failure::has_told(event)
    }
}

/// Where a span says that it belongs.
fn under(attributes: &span::Attributes<'_>) -> Under {
    match attributes.parent() {
        // What was left out has the current span for its own parent, most of the time.
        Some(parent) if parent.into_u64() == LEFT_OUT => Under::Current,
        Some(parent) => Under::Span(parent.into_u64()),
        None if attributes.is_root() => Under::Nothing,
        None => Under::Current,
    }
}

fn is_quiet() -> bool {
    thread::with(|thread| thread.is_quiet())
}

impl Subscriber for Recorder {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        // Asked first: what is decided of the call site depends on them.
        let layers = layers::of(self.id()).map(|layers| layers.register(metadata));
        let wanted = if metadata.is_span() {
            !sites::of(metadata).decision(self.id()).is_off()
        } else {
            self.spans().may_want(metadata)
        };
        match layers {
            _ if wanted => Interest::always(),
            Some(interest) => interest,
            None => Interest::never(),
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let by_layers = || layers::of(self.id()).is_some_and(|layers| layers.enable(metadata));
        self.spans().may_want(metadata) || by_layers()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        let layers = layers::of(self.id()).map_or(LevelFilter::OFF, layers::Layers::max_level);
        Some(self.spans().max_level().max(layers))
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        let site = sites::of(attributes.metadata());
        let under = under(attributes);
        span::Id::from_u64(if self.has_layers() {
            layers::open(self.spans(), site, under, attributes)
        } else {
            self.spans().open(site, under, attributes)
        })
    }

    fn record(&self, id: &span::Id, values: &span::Record<'_>) {
        if self.has_layers() {
            layers::record(id.into_u64(), values);
            if foreign::is_telling(id.into_u64()) {
                return;
            }
        }
        self.spans().record(id.into_u64(), values);
    }

    fn record_follows_from(&self, id: &span::Id, follows: &span::Id) {
        if self.has_layers() {
            layers::follow(id.into_u64(), follows.into_u64());
        }
        self.spans().follow(id.into_u64(), follows.into_u64());
    }

    fn event(&self, event: &Event<'_>) {
        if is_quiet() {
            return;
        }
        let span = self.span_of(event);
        if self.has_layers() && !self.tell(event, span) {
            return;
        }
        self.spans().event(event, span);
    }

    fn enter(&self, id: &span::Id) {
        let entered = spans::enter(id.into_u64());
        if entered.is_some_and(|flags| flags & SEEN != 0) {
            layers::enter(id.into_u64());
        }
    }

    fn exit(&self, id: &span::Id) {
        let left = thread::with(|thread| thread.stack.exit_slot(id.into_u64()));
        if left.is_some_and(|flags| flags & SEEN != 0) {
            layers::exit(id.into_u64());
        }
    }

    fn clone_span(&self, id: &span::Id) -> span::Id {
        if let Some(slot) = slots::find(id.into_u64()) {
            slot.retain(id.into_u64());
        }
        id.clone()
    }

    fn try_close(&self, id: span::Id) -> bool {
        if self.has_layers() && layers::is_their_own(&id) {
            return false;
        }
        layers::release(id.into_u64())
    }

    fn current_span(&self) -> span::Current {
        let beside = Beside::now();
        let found = thread::with(|thread| {
            if let Some(active) = beside.innermost(&thread.stack, self.id()) {
                return Some((active.id(), metadata_of(active.id())));
            }
            let entry = if self.has_layers() {
                thread.stack.innermost_of_all(self.id())
            } else {
                thread.stack.innermost(self.id())
            };
            entry.map(identity)
        });
        match found {
            Some((id, metadata)) => span::Current::new(span::Id::from_u64(id), metadata),
            None => span::Current::none(),
        }
    }
}

/// The id by which handles know an entered span, and what is known of it.
fn identity(entry: &Entry) -> (u64, &'static Metadata<'static>) {
    match &entry.state {
        State::Frame(frame) => {
            (frame.id(), frame.site.map_or(&REMOTE_METADATA, |site| site.metadata))
        }
        State::Slot(id) => (*id, metadata_of(*id)),
    }
}

/// The metadata of an entered handle's span, which may be a lane span that lives elsewhere or has ended.
fn metadata_of(id: u64) -> &'static Metadata<'static> {
    let metadata = slots::find(id).and_then(|slot| match slot.info() {
        info if info & LANE != 0 => registry::site(info >> 8).map(|site| site.metadata),
        _ => slot.shared()?.metadata,
    });
    metadata.unwrap_or(&REMOTE_METADATA)
}

/// The name by which the code knows a span; `None` where that is in another process.
#[cfg(feature = "log")]
pub(super) fn name_of(context: SpanContext, id: Option<u64>) -> Option<Cow<'static, str>> {
    let metadata = match id {
        Some(id) => metadata_of(id),
        None => thread::with(|thread| thread.stack.frame(context.span_id)?.site)?.metadata,
    };
    if std::ptr::eq(metadata, &raw const REMOTE_METADATA) {
        return None;
    }
    #[cfg(feature = "opentelemetry")]
    if super::api_span::is_site(metadata) {
        return slots::find(id?)?.shared()?.content().name().map(Cow::Owned);
    }
    Some(Cow::Borrowed(metadata.name()))
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("core", &self.id()).finish()
    }
}
