//! The floor: what no recorder can leave out. Two clock reads, an id, and the bytes of the span written once.

use super::{Peer, Records, Tracer};
use crate::workload::{BURST, STEPS, Workload, burst};
use quanta::Clock;
use std::cell::RefCell;
use std::hint::black_box;

/// What a span with three attributes takes in OTLP.
const SPAN_BYTES: usize = 110;
/// Where ids and times lie in it.
const SPAN_ID: usize = 20;
const START: usize = 46;
const END: usize = 55;

pub(super) fn peer() -> Peer {
    Peer {
        name: "floor",
        workload: Workload { sync: || burst(root), asynchronous: None, spans: None, options: None },
        start: |_| Ok(Box::new(Written)),
        records: Records::Nothing,
        wires: &[],
    }
}

struct Floor {
    clock: Clock,
    ids: u64,
    bytes: Vec<u8>,
}

thread_local! {
    static FLOOR: RefCell<Floor> = RefCell::new(Floor {
        clock: Clock::new(),
        ids: 1,
        bytes: Vec::with_capacity(SPAN_BYTES * BURST as usize),
    });
}

impl Floor {
    fn next_id(&mut self) -> u64 {
        self.ids ^= self.ids << 13;
        self.ids ^= self.ids >> 7;
        self.ids ^= self.ids << 17;
        self.ids
    }

    #[inline(never)]
    fn span(&mut self, work: impl FnOnce(&mut Self)) {
        let start = self.clock.raw();
        let id = self.next_id();
        work(self);
        let end = self.clock.raw();
        let mut span = black_box([0u8; SPAN_BYTES]);
        span[SPAN_ID..SPAN_ID + 8].copy_from_slice(&id.to_le_bytes());
        span[START..START + 8].copy_from_slice(&self.clock.delta_as_nanos(0, start).to_le_bytes());
        span[END..END + 8].copy_from_slice(&self.clock.delta_as_nanos(0, end).to_le_bytes());
        self.bytes.extend_from_slice(&span);
    }
}

fn root(request: u64, agent: &str, ok: bool) {
    FLOOR.with_borrow_mut(|floor| {
        floor.span(|floor| {
            for i in 0..STEPS {
                floor.span(|_| {
                    black_box((i + request, agent, ok));
                });
            }
        });
    });
}

struct Written;

impl Tracer for Written {
    fn drain(&self) {
        FLOOR.with_borrow_mut(|floor| floor.bytes.clear());
    }
}
