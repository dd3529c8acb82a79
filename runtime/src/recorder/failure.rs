//! Failures as layers and other subscribers are told of them: an event in the span, as `#[instrument(err)]` makes one. It has target,
//! file and line of the span's call site, so that a filter by target lets both through or neither.

use super::slot::lock_unless_forked;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};
use tracing::Span;
use tracing_core::callsite::{self, Callsite};
use tracing_core::field::{FieldSet, Value};
use tracing_core::{Event, Interest, Kind, Level, Metadata, dispatcher, identify_callsite};

const FIELDS: &[&str] = &["message", "exception.type", "exception.message"];

/// By the addresses of the spans' metadata.
static SITES: Mutex<BTreeMap<usize, &'static Site>> = Mutex::new(BTreeMap::new());

thread_local! {
    /// What is being told on this thread.
    static TELLING: Cell<Option<&'static Metadata<'static>>> = const { Cell::new(None) };
}

/// The call site of the failures at one span's call site. It stays for good, as that one does.
struct Site {
    failed: &'static Metadata<'static>,
    metadata: OnceLock<Metadata<'static>>,
}

/// Tells of a failure in `span`.
pub(super) fn tell(span: &Span, kind: &str, message: &str) {
    let Some(metadata) = span.metadata().map(metadata_of) else { return };
    let words = format_args!("exception");
    let values: [&dyn Value; 3] = [&words, &kind, &message];
    let fields: Vec<_> = metadata.fields().iter().zip(values).collect();
    let [(told, words), (of_kind, kind), (of_message, message)] = &fields[..] else { return };
    let values = [(told, Some(*words)), (of_kind, Some(*kind)), (of_message, Some(*message))];
    let values = metadata.fields().value_set(&values);
    let before = TELLING.replace(Some(metadata));
    span.in_scope(|| {
        dispatcher::get_default(|current| {
            if current.enabled(metadata) {
                current.event(&Event::new(metadata, &values));
            }
        });
    });
    TELLING.set(before);
}

/// Whether an event only tells others of a failure. It is written in its span already, or that span is left out.
pub(super) fn has_told(event: &Event<'_>) -> bool {
    TELLING.get().is_some_and(|telling| std::ptr::eq(telling, event.metadata()))
}

fn metadata_of(failed: &'static Metadata<'static>) -> &'static Metadata<'static> {
    let new = || &*Box::leak(Box::new(Site { failed, metadata: OnceLock::new() }));
    let address = std::ptr::from_ref(failed).addr();
    let known =
        lock_unless_forked(&SITES).map(|mut sites| *sites.entry(address).or_insert_with(new));
    let site = known.unwrap_or_else(new);
    if let Some(metadata) = site.metadata.get() {
        return metadata;
    }
    let metadata = site.metadata.get_or_init(|| site.made());
    // Filters that change are asked about it again. Whoever comes second registers it once more, which does no harm.
    callsite::register(site);
    metadata
}

impl Site {
    fn made(&'static self) -> Metadata<'static> {
        let Site { failed, .. } = self;
        Metadata::new(
            "exception",
            failed.target(),
            Level::ERROR,
            failed.file(),
            failed.line(),
            failed.module_path(),
            FieldSet::new(FIELDS, identify_callsite!(self)),
            Kind::EVENT,
        )
    }
}

impl Callsite for Site {
    /// Everybody is asked each time.
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        self.metadata.get().unwrap_or(self.failed)
    }
}
