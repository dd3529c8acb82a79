//! What the benchmarks ask of the operating system: the process's CPU time and where threads run.

use anyhow::{Context, Result};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// CPU time that all threads of this process have used, finished ones included.
pub(crate) fn process_cpu() -> Duration {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(used.tv_sec).unwrap_or_default();
    Duration::from_secs(seconds)
        + Duration::from_nanos(u64::try_from(used.tv_nsec).unwrap_or_default())
}

/// The cores that a measurement uses; on a machine with one core both are the same.
pub(crate) struct Cores {
    /// Where the traced thread runs.
    pub(crate) traced: usize,
    /// Where the tracer's workers run while the traced thread is busy.
    pub(crate) other: usize,
}

impl Cores {
    /// The first two that this process may use.
    pub(crate) fn of_this_process() -> Result<Self> {
        let allowed = sched_getaffinity(None).context("cannot read the CPU affinity")?;
        let mut cores = (0..CpuSet::MAX_CPU).filter(|&core| allowed.is_set(core));
        let traced = cores.next().context("the CPU affinity is empty")?;
        Ok(Self { traced, other: cores.next().unwrap_or(traced) })
    }
}

/// Keeps this thread, and every thread that it starts from now on, on one core.
pub(crate) fn pin(core: usize) -> Result<()> {
    let mut cores = CpuSet::new();
    cores.set(core);
    sched_setaffinity(None, &cores).with_context(|| format!("cannot pin a thread to core {core}"))
}
