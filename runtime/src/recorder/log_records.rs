//! Records of the crate [`log`](https://docs.rs/log), which come as events of call sites that all of them share.

use std::sync::OnceLock;
use tracing_core::{Event, LevelFilter, Metadata};
use tracing_log::{AsLog as _, LogTracer, NormalizeEvent as _, log};

/// Whether the logger of the process is ours, once that was tried.
static IS_OURS: OnceLock<bool> = OnceLock::new();

/// Takes records from now on, unless the program has a logger of its own.
pub(super) fn take() {
    IS_OURS.get_or_init(|| LogTracer::init().is_ok());
}

/// Lets programs ask about no more records than somebody wants.
pub(super) fn follow_level() {
    if IS_OURS.get() == Some(&true) {
        log::set_max_level(LevelFilter::current().as_log());
    }
}

/// What an event says of itself, if it is a record; the call site knows no more than the level.
pub(crate) fn metadata_of<'a>(event: &'a Event<'a>) -> Option<Metadata<'a>> {
    event.normalized_metadata()
}
