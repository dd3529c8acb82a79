//! Each thread's memory of `tracing` call sites, so that a span finds its site's number without a lock.

use super::callsite;
use std::cell::Cell;
use tracing_core::Metadata;

/// What is known of a `tracing` call site.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TracingSite {
    pub(crate) id: u32,
    /// Its fields are all different and none has a special meaning, so that a new span's attributes need no second look.
    pub(crate) plain: bool,
}

const LINES: usize = 64;

thread_local! {
    static CACHE: [Cell<(usize, TracingSite)>; LINES] =
        const { [const { Cell::new((0, TracingSite { id: 0, plain: false })) }; LINES] };
}

/// What is known of the call site with this metadata.
#[inline]
pub(crate) fn of(metadata: &'static Metadata<'static>) -> TracingSite {
    let address = std::ptr::from_ref(metadata).addr();
    CACHE.with(|cache| {
        let Some(line) = cache.get((address >> 5) % LINES) else { return look_up(metadata) };
        let (known, site) = line.get();
        if known == address {
            return site;
        }
        let site = look_up(metadata);
        line.set((address, site));
        site
    })
}

#[cold]
fn look_up(metadata: &'static Metadata<'static>) -> TracingSite {
    let fields = || metadata.fields().iter().map(|field| field.name());
    let repeated = fields().enumerate().any(|(at, name)| fields().skip(at + 1).any(|other| other == name));
    let special = fields().any(|name| {
        name.starts_with("otel.") || ["level", "target"].contains(&name) || callsite::is_constant(name.as_bytes())
    });
    TracingSite { id: callsite::of_tracing(metadata), plain: !repeated && !special }
}
