//! The same bursts on two threads at once.

use super::{Run, WARM_UP};
use crate::machine::{Cores, pin};
use crate::reading::Reading;
use crate::workload::Burst;
use anyhow::{Result, anyhow};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

/// Enough for the tracer's worker to fall asleep after a drain, so that it takes no part in the next burst.
const IDLE: Duration = Duration::from_micros(200);

/// Where two threads wait for each other, without sleep: a burst is shorter than the time in which the kernel wakes a thread.
/// They yield, since with two cores the tracer's worker has to share one of them.
#[derive(Default)]
struct Gate {
    arrived: AtomicU64,
    ended: AtomicBool,
}

impl Gate {
    /// Returns when both have called it as often as this one; false when there is no more to come.
    fn pass(&self, round: u64) -> bool {
        self.arrived.fetch_add(1, SeqCst);
        while self.arrived.load(SeqCst) < 2 * round {
            if self.ended.load(SeqCst) {
                return false;
            }
            thread::yield_now();
        }
        true
    }

    fn end(&self) {
        self.ended.store(true, SeqCst);
    }
}

/// The time of the slower thread counts; the first drains both while the second waits.
pub(super) fn run(run: &Run<'_>, cores: &Cores) -> Result<Reading> {
    let (gate, other) = (&Gate::default(), &AtomicU64::new(0));
    let (burst, core) = (run.burst, cores.other);
    thread::scope(|scope| {
        let second = scope.spawn(move || beside(burst, core, gate, other));
        let mut round = 0;
        let mut both = || {
            gate.pass(round + 1);
            let took = burst();
            gate.pass(round + 2);
            round += 2;
            run.drain();
            thread::sleep(IDLE);
            took.max(Duration::from_nanos(other.load(SeqCst)))
        };
        for _ in 0..WARM_UP {
            both();
        }
        let reading = run.measured(|| run.repeat(both));
        gate.end();
        second.join().map_err(|_| anyhow!("the second thread panicked"))??;
        Ok(Reading { cpu: f64::NAN, spans: 2.0 * reading.spans, ..reading })
    })
}

fn beside(burst: Burst, core: usize, gate: &Gate, took: &AtomicU64) -> Result<()> {
    pin(core).inspect_err(|_| gate.end())?;
    let mut round = 0;
    while gate.pass(round + 1) {
        took.store(burst().as_nanos() as u64, SeqCst);
        gate.pass(round + 2);
        round += 2;
    }
    Ok(())
}
