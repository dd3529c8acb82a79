//! The plain call: what the work costs without a tracer.

use super::{PLAIN, Peer, Records, Tracer};
use crate::workload::{Workload, async_burst, burst, workload};

workload!();

pub(super) fn peer() -> Peer {
    Peer {
        name: PLAIN,
        workload: Workload {
            sync: || burst(sync::root),
            asynchronous: Some(|| async_burst(asynchronous::root)),
            spans: None,
            options: None,
        },
        start: |_| Ok(Box::new(Untraced)),
        records: Records::Nothing,
        wires: &[],
    }
}

/// Nothing to start, nothing to drain.
struct Untraced;

impl Tracer for Untraced {
    fn drain(&self) {}
}
