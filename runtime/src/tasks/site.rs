//! The call site that all futures and streams share which are traced by a method.

use crate::recorder::{self, CallSite, Key, Prepared};
use std::panic::Location;
use tracing_core::callsite::DefaultCallsite;
use tracing_core::field::FieldSet;
use tracing_core::{Kind, Level, Metadata, identify_callsite};

static FILE: Key<'static> = Key::new("code.file.path");
static LINE: Key<'static> = Key::new("code.line.number");

/// Without a place, because each of its spans says its own.
static METADATA: Metadata<'static> = Metadata::new(
    "traced",
    "synndicate",
    Level::INFO,
    None,
    None,
    None,
    FieldSet::new(
        &["otel.name", "code.file.path", "code.line.number"],
        identify_callsite!(&CALLSITE),
    ),
    Kind::SPAN,
);
static CALLSITE: DefaultCallsite = DefaultCallsite::new(&METADATA);
static SITE: CallSite = CallSite::new(&METADATA, &CALLSITE, &[]);

/// Prepares the span of what is traced under `name` at `place`, below the span that is current now.
pub(super) fn prepare(name: &str, place: &'static Location<'static>) -> Prepared {
    let mut span = recorder::prepare(&SITE, &|attributes| {
        attributes.record(&FILE, place.file());
        attributes.record(&LINE, &place.line());
    });
    span.amend(&|ending| ending.rename(name));
    span
}
