//! One peer in one scenario, in a process of its own: `run-peer <peer> <scenario> [options]`, which prints a [`Reading`].

use crate::allocator::allocations_of;
use crate::machine::{Cores, pin, process_cpu};
use crate::options::Options;
use crate::peers::{Peer, Setup, Sink, Tracer, Wire};
use crate::reading::Reading;
use crate::scenario::Scenario;
use crate::statistics::median;
use crate::workload::{BURST, Burst};
use anyhow::{Context, Result};
use std::time::{Duration, Instant};

mod threads;

/// How long a run goes on, where no number of bursts is asked for.
const RUN: Duration = Duration::from_millis(300);
/// Bursts before anything counts: caches of `tracing`, pools and rings fill, the clock is calibrated.
const WARM_UP: u64 = 30;
/// Bursts whose allocations are counted.
const COUNTED: u64 = 20;
/// Bursts that are sent together to a sink: 440 spans, where a full batch has 512 by default.
const REQUEST: u64 = 2;
/// A queue that no saturated run fills, so that none looks cheap because it drops.
const LARGE_QUEUE: usize = 1 << 19;

/// How many spans a run of so many bursts makes in all, what is not measured included.
pub(crate) const fn spans_of_run(bursts: u64) -> u64 {
    (WARM_UP + bursts + COUNTED) * BURST
}

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let mut options = Options::new(arguments);
    let peer = Peer::named(&options.word("a peer")?)?;
    let scenario: Scenario = options.word("a scenario")?.parse()?;
    let bursts: Option<u64> = options.value("--bursts")?;
    let sink = sink(&mut options)?;
    options.finish()?;
    println!("{}", measure(&peer, scenario, bursts, sink)?);
    Ok(())
}

/// The sink of `--wire <wire> --endpoint <endpoint>`.
fn sink(options: &mut Options) -> Result<Option<Sink>> {
    let wire: Option<Wire> = options.value("--wire")?;
    let endpoint: Option<String> = options.value("--endpoint")?;
    Ok(wire.zip(endpoint).map(|(wire, endpoint)| Sink { wire, endpoint }))
}

fn measure(
    peer: &Peer,
    scenario: Scenario,
    bursts: Option<u64>,
    sink: Option<Sink>,
) -> Result<Reading> {
    let cores = Cores::of_this_process()?;
    // Workers stay on the core on which the thread that starts them is.
    let two_cores = matches!(scenario, Scenario::Apart | Scenario::Saturated | Scenario::Threads);
    if sink.is_none() {
        pin(if two_cores { cores.other } else { cores.traced })?;
    }
    let pause_after = if sink.is_some() { REQUEST } else { 1 };
    let setup = Setup {
        sampled: scenario != Scenario::Unsampled,
        queue: (scenario == Scenario::Saturated).then_some(LARGE_QUEUE),
        sink,
    };
    let tracer = match scenario {
        Scenario::Disabled => None,
        _ => Some((peer.start)(&setup)?),
    };
    if two_cores {
        pin(cores.traced)?;
    }
    let run =
        Run { tracer: tracer.as_deref(), burst: burst_of(peer, scenario)?, bursts, pause_after };
    Ok(match scenario {
        Scenario::Saturated => run.saturated(),
        Scenario::Threads => threads::run(&run, &cores)?,
        _ => run.in_bursts(),
    })
}

fn burst_of(peer: &Peer, scenario: Scenario) -> Result<Burst> {
    let workload = &peer.workload;
    let burst = match scenario {
        Scenario::Async => workload.asynchronous,
        Scenario::Spans => workload.spans,
        Scenario::Options => workload.options.as_ref().map(|options| options.sync),
        Scenario::AsyncOptions => workload.options.as_ref().map(|options| options.asynchronous),
        _ => Some(workload.sync),
    };
    burst.with_context(|| format!("`{}` has no `{scenario}`", peer.name))
}

/// A peer that runs, and how long it is to.
struct Run<'a> {
    tracer: Option<&'a dyn Tracer>,
    burst: Burst,
    bursts: Option<u64>,
    /// So many bursts come between two pauses.
    pause_after: u64,
}

impl Run<'_> {
    fn drain(&self) {
        if let Some(tracer) = self.tracer {
            tracer.drain();
        }
    }

    fn delivered(&self) -> f64 {
        self.tracer.and_then(Tracer::delivered).map_or(f64::NAN, |spans| spans as f64)
    }

    fn burst_and_drain(&self) -> Duration {
        let took = (self.burst)();
        self.drain();
        took
    }

    fn warm_up(&self) {
        for _ in 0..WARM_UP {
            self.burst_and_drain();
        }
    }

    /// Calls `burst` as often or as long as asked for; what it returns, in nanoseconds.
    fn repeat(&self, mut burst: impl FnMut() -> Duration) -> Vec<f64> {
        let begin = Instant::now();
        let goes_on =
            |done: u64| self.bursts.map_or_else(|| begin.elapsed() < RUN, |bursts| done < bursts);
        let mut times = Vec::with_capacity(1 << 16);
        while goes_on(times.len() as u64) {
            times.push(burst().as_nanos() as f64);
        }
        times
    }

    fn bursts_and_pauses(&self) -> Vec<f64> {
        let mut since_pause = 0;
        let times = self.repeat(|| {
            let took = (self.burst)();
            since_pause += 1;
            if since_pause == self.pause_after {
                self.drain();
                since_pause = 0;
            }
            took
        });
        self.drain();
        times
    }

    fn in_bursts(&self) -> Reading {
        self.warm_up();
        let reading = self.measured(|| self.bursts_and_pauses());
        let allocations = (0..COUNTED).map(|_| {
            let allocations = allocations_of(|| {
                (self.burst)();
            });
            self.drain();
            allocations
        });
        let allocations: u64 = allocations.sum();
        Reading { allocations: allocations as f64 / (COUNTED * BURST) as f64, ..reading }
    }

    fn saturated(&self) -> Reading {
        self.warm_up();
        self.measured(|| {
            let times = self.repeat(self.burst);
            if let Some(tracer) = self.tracer {
                tracer.catch_up();
            }
            times
        })
    }

    /// The figures of `bursts`, which gives the time of each. The `instructions` command knows this function by its name.
    #[inline(never)]
    fn measured(&self, bursts: impl FnOnce() -> Vec<f64>) -> Reading {
        let (cpu, delivered) = (process_cpu(), self.delivered());
        let times = bursts();
        let cpu = process_cpu().saturating_sub(cpu);
        let spans = (times.len() as u64 * BURST) as f64;
        Reading {
            mean: times.iter().sum::<f64>() / spans,
            thread: median(times).unwrap_or(f64::NAN) / BURST as f64,
            cpu: cpu.as_nanos() as f64 / spans,
            allocations: f64::NAN,
            spans,
            delivered: self.delivered() - delivered,
        }
    }
}
