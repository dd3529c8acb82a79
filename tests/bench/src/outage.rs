//! What a program does while its backend is down, in a process of its own: `run-outage <part> [options]`, which prints numbers.

use crate::machine::{Cores, pin};
use crate::options::Options;
use crate::peers::{OURS, Peer};
use crate::workload::BURST;
use anyhow::{Result, bail, ensure};
use std::hint::black_box;
use std::net::TcpListener;
use std::thread::{sleep, yield_now};
use std::time::{Duration, Instant};
use synndicate::{Builder, Tracing};

/// Bursts of a run that fills the spool.
const BURSTS: u64 = 2000;
/// So many are made before it is waited until the disk has them: 4,400 spans, what rings and queue hold.
const AT_ONCE: u64 = 20;

/// Traced calls whose time is taken, 20 in each millisecond.
const CALLS: usize = 100_000;
const A_MILLISECOND: usize = 20;

/// How long it is looked for whether something has happened.
const LOOK: Duration = Duration::from_millis(2);

#[synndicate::traced(capture(agent))]
#[inline(never)]
fn call(i: u64, agent: &str, ok: bool) {
    black_box((i, agent, ok));
}

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let mut options = Options::new(arguments);
    let part = options.word("a part")?;
    let endpoint: Option<String> = options.value("--endpoint")?;
    let folder: Option<String> = options.value("--spool")?;
    options.finish()?;
    let builder = Builder::new()
        .set("service_name", "bench")
        .set("tracing_backend", "otlp")
        .set("tracing_protocol", "http")
        .set("tracing_max_queue_size", 1 << 16)
        .set("tracing_max_queue_bytes", "256MiB")
        .set("tracing_endpoint", endpoint.map_or_else(nowhere, Ok)?);
    let builder =
        folder.into_iter().fold(builder, |to, folder| to.set("tracing_spool_dir", folder));
    match part.as_str() {
        "write" => write(builder),
        "replay" => replay(builder),
        "calls" => calls(builder),
        unknown => bail!("unknown part `{unknown}`"),
    }
}

/// Where nobody listens.
fn nowhere() -> Result<String> {
    Ok(format!("http://{}", TcpListener::bind("127.0.0.1:0")?.local_addr()?))
}

/// Prints how many spans were put on disk, and in how many seconds.
fn write(builder: Builder) -> Result<()> {
    let peer = Peer::named(OURS)?;
    let tracing = builder.start()?;
    while synndicate::health().is_exporting() {
        sleep(LOOK);
    }
    let begin = Instant::now();
    for number in 1..=BURSTS {
        (peer.workload.sync)();
        if number % AT_ONCE == 0 {
            ensure!(synndicate::flush(), "the disk takes what is made");
        }
    }
    let took = begin.elapsed();
    let ledger = synndicate::ledger();
    // A busy machine may read the ring too late for a few.
    ensure!(ledger.spooled + ledger.dropped() == BURSTS * BURST, "{ledger}");
    println!("{} {}", ledger.spooled, took.as_secs_f64());
    drop(tracing);
    Ok(())
}

/// Prints how many spans came from the disk to a backend, and in how many seconds.
fn replay(builder: Builder) -> Result<()> {
    let begin = Instant::now();
    let _tracing: Tracing = builder.start()?;
    let (mut first, mut ledger) = (None, synndicate::ledger());
    while ledger.recovered == 0 || ledger.waiting > 0 {
        sleep(LOOK);
        ledger = synndicate::ledger();
        first = first.or_else(|| (ledger.exported > 0).then(Instant::now));
    }
    ensure!(ledger.exported == ledger.recovered, "{ledger}");
    println!("{} {}", ledger.exported, first.unwrap_or(begin).elapsed().as_secs_f64());
    Ok(())
}

/// Prints the time that 999 of 1,000 calls do not exceed, in nanoseconds, and the median.
fn calls(builder: Builder) -> Result<()> {
    let cores = Cores::of_this_process()?;
    pin(cores.other)?;
    let _tracing: Tracing = builder.start()?;
    pin(cores.traced)?;
    let mut times = Vec::with_capacity(CALLS);
    let begin = Instant::now();
    for number in 0..CALLS {
        let due = Duration::from_millis((number / A_MILLISECOND) as u64);
        while begin.elapsed() < due {
            yield_now();
        }
        let before = Instant::now();
        call(black_box(number as u64), black_box("planner"), black_box(true));
        times.push(before.elapsed().as_nanos());
    }
    times.sort_unstable();
    println!("{} {}", times[CALLS / 1000 * 999], times[CALLS / 2]);
    Ok(())
}
