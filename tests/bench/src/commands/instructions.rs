//! What a span costs in instructions of the whole process, counted by callgrind: the figure that repeats.
//!
//! Counting begins after the warm-up (clocks that calibrate themselves against time take millions of instructions more or
//! less), and the difference of two runs of different length is taken, so that no start or end is in it.

use super::children::{output_of, run_peer};
use crate::bars::Bars;
use crate::options::Options;
use crate::peers::{OURS, Peer};
use crate::scenario::Scenario;
use crate::table::{Table, figure, ratio};
use crate::workload::BURST;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::process::Command;

const SHORT_RUN: u64 = 20;
/// The function that runs what is measured, and nothing before it.
const MEASURED: &str = "*measure::Run::measured*";
const SCENARIOS: [Scenario; 3] = [Scenario::Burst, Scenario::Async, Scenario::Spans];

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let mut options = Options::new(arguments);
    let apart = options.value("--bursts")?.unwrap_or(200);
    options.finish()?;
    let peers = Peer::all();
    let mut counts = Counts::new();
    for scenario in SCENARIOS {
        for peer in peers.iter().filter(|peer| peer.supports(scenario)) {
            eprintln!("counting `{}`, {scenario}", peer.name);
            counts.insert((scenario, peer.name), per_span(peer.name, scenario, apart)?);
        }
    }
    for scenario in SCENARIOS {
        println!("\n### {scenario}\n\n{}", table(scenario, &peers, &counts));
    }
    bars(&counts).print();
    Ok(())
}

type Counts = BTreeMap<(Scenario, &'static str), f64>;

fn per_span(peer: &str, scenario: Scenario, apart: u64) -> Result<f64> {
    let short = instructions(peer, scenario, SHORT_RUN)?;
    let long = instructions(peer, scenario, SHORT_RUN + apart)?;
    Ok(long.saturating_sub(short) as f64 / (apart * BURST) as f64)
}

/// The instructions of a whole run, from the file that callgrind leaves.
fn instructions(peer: &str, scenario: Scenario, bursts: u64) -> Result<u64> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("callgrind.out");
    let mut callgrind = Command::new("valgrind");
    callgrind.arg("--tool=callgrind").arg(format!("--zero-before={MEASURED}"));
    callgrind.arg(format!("--callgrind-out-file={}", file.display()));
    callgrind.arg(env::current_exe()?).args(run_peer(peer, scenario));
    output_of(callgrind.arg("--bursts").arg(bursts.to_string()))?;
    let profile = fs::read_to_string(&file).context("callgrind left no profile")?;
    let totals = profile.lines().find_map(|line| line.strip_prefix("totals: "));
    totals
        .context("callgrind's profile has no totals")?
        .trim()
        .parse()
        .context("callgrind's totals are no number")
}

fn table(scenario: Scenario, peers: &[Peer], counts: &Counts) -> Table {
    let mut table = Table::new(&["peer", "instructions", "x ours"]);
    let count = |peer| counts.get(&(scenario, peer)).copied();
    for peer in peers.iter().filter(|peer| peer.supports(scenario)) {
        let times = ratio(count(peer.name), count(OURS));
        table.row(vec![peer.name.to_owned(), figure(count(peer.name)), figure(times)]);
    }
    table
}

fn bars(counts: &Counts) -> Bars {
    let count = |peer| counts.get(&(Scenario::Burst, peer)).copied();
    let mut bars = Bars::new();
    for (peer, asked) in [("tracing-opentelemetry", 16.0), ("fastrace", 15.0)] {
        let what = format!("sync, bursts: times fewer than {peer}");
        bars.at_least(&what, asked, ratio(count(peer), count(OURS)));
    }
    bars
}
