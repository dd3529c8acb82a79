//! From the threads' rings to the queue.

use super::queue::Queue;
use crate::recorder::{Core, Drained, follow_wall_clock};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval};

/// How often the rings are emptied when nobody asks. The batch timeout is another clock.
const TICK: Duration = Duration::from_millis(50);
/// How often the wall clock is looked at.
const CLOCK: Duration = Duration::from_secs(1);

/// Empties the rings, every [`TICK`] and when one is half full, as far as the queue has room. Never ends.
pub(super) async fn run(core: Arc<Core>, queue: Arc<Queue>) {
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut clock_read = Instant::now();
    let mut pass = None;
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            () = queue.for_reader.notified() => {}
        }
        queue.reader_is_here();
        if pass.is_none() {
            pass = queue.wanted_pass().inspect(|_| core.begin_pass());
        }
        if core.drain(queue.room()) == Drained::All
            && let Some(pass) = pass.take()
        {
            queue.complete_pass(pass);
        }
        if clock_read.elapsed() >= CLOCK {
            follow_wall_clock();
            clock_read = Instant::now();
        }
    }
}
