//! Each thread's memory of `tracing` call sites, so that a span finds its site without a lock.

use super::callsite::TracingSite;
use super::registry::of_tracing;
use std::cell::Cell;
use tracing_core::Metadata;

const LINES: usize = 64;

thread_local! {
    static CACHE: [Cell<Option<&'static TracingSite>>; LINES] = const { [const { Cell::new(None) }; LINES] };
}

/// What is known of the call site with this metadata.
#[inline]
pub(crate) fn of(metadata: &'static Metadata<'static>) -> &'static TracingSite {
    let address = std::ptr::from_ref(metadata).addr();
    CACHE.with(|cache| {
        let Some(line) = cache.get((address >> 5) % LINES) else { return of_tracing(metadata) };
        if let Some(site) = line.get()
            && std::ptr::eq(site.metadata, metadata)
        {
            return site;
        }
        let site = of_tracing(metadata);
        line.set(Some(site));
        site
    })
}
