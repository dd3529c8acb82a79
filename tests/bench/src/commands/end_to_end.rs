//! What a span costs the whole process until a sink in another process has it, over each wire.

use super::children::{reading_of, run_peer, this_program};
use crate::bars::Bars;
use crate::measure::spans_of_run;
use crate::options::repetitions;
use crate::peers::{OURS, Peer, Wire};
use crate::reading::Reading;
use crate::scenario::Scenario;
use crate::table::{Table, figure, ratio};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

/// Bursts of a run.
const BURSTS: u64 = 600;

/// The runs of each peer over each wire; `delivered` is what the sink counted.
type Runs = BTreeMap<(&'static str, &'static str), Vec<Reading>>;

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let repetitions = repetitions(arguments, 7)?;
    let peers = Peer::all();
    let mut runs = Runs::new();
    for wire in Wire::ALL {
        let mut sink = SinkProcess::start(wire)?;
        for repetition in 1..=repetitions {
            eprintln!("{}, repetition {repetition} of {repetitions}", wire.name());
            for peer in peers.iter().filter(|peer| peer.wires.contains(&wire)) {
                let reading = sink.measure(peer, wire)?;
                runs.entry((wire.name(), peer.name)).or_default().push(reading);
            }
        }
    }
    let figures = runs.iter().filter_map(|(&of, runs)| Some((of, Reading::median(runs)?)));
    let figures: Figures = figures.collect();
    for wire in Wire::ALL {
        println!("\n### OTLP/{}\n\n{}", wire.name(), table(wire, &peers, &figures));
    }
    bars(&figures).print();
    Ok(())
}

/// The other end, which ends with its input.
pub(super) struct SinkProcess {
    pub(super) endpoint: String,
    questions: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    process: Child,
}

impl SinkProcess {
    pub(super) fn start(wire: Wire) -> Result<Self> {
        let mut process = this_program()?
            .args(["sink", wire.name()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the sink")?;
        let questions = process.stdin.take().context("the sink has no input")?;
        let answers = process.stdout.take().context("the sink has no output")?;
        let mut answers = BufReader::new(answers).lines();
        let endpoint = answers.next().context("the sink does not listen")??;
        Ok(Self { endpoint, questions, answers, process })
    }

    pub(super) fn count(&mut self) -> Result<u64> {
        writeln!(self.questions)?;
        let answer = self.answers.next().context("the sink is gone")??;
        answer.parse().context("the sink answers no number")
    }

    fn measure(&mut self, peer: &Peer, wire: Wire) -> Result<Reading> {
        let before = self.count()?;
        let mut child = this_program()?;
        child.args(run_peer(peer.name, Scenario::Burst)).args(["--bursts", &BURSTS.to_string()]);
        child.args(["--wire", wire.name(), "--endpoint", &self.endpoint]);
        let reading = reading_of(&mut child)?;
        let delivered = (self.count()? - before) as f64;
        Ok(Reading { spans: spans_of_run(BURSTS) as f64, delivered, ..reading })
    }
}

impl Drop for SinkProcess {
    fn drop(&mut self) {
        // Nothing is lost if it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

type Figures = BTreeMap<(&'static str, &'static str), Reading>;

fn table(wire: Wire, peers: &[Peer], figures: &Figures) -> Table {
    let mut table = Table::new(&["peer", "CPU, ns", "x ours", "thread, ns", "delivered, %"]);
    let ours = figures.get(&(wire.name(), OURS)).map(|reading| reading.cpu);
    for peer in peers.iter().filter(|peer| peer.wires.contains(&wire)) {
        let reading = figures.get(&(wire.name(), peer.name));
        let cpu = reading.map(|reading| reading.cpu);
        table.row(vec![
            peer.name.to_owned(),
            figure(cpu),
            figure(ratio(cpu, ours)),
            figure(reading.map(|reading| reading.thread)),
            figure(reading.and_then(Reading::kept).map(|kept| 100.0 * kept)),
        ]);
    }
    table
}

fn bars(figures: &Figures) -> Bars {
    let mut bars = Bars::new();
    for wire in Wire::ALL.map(Wire::name) {
        let cpu = |peer| figures.get(&(wire, peer)).map(|reading: &Reading| reading.cpu);
        for (peer, asked) in [("tracing-opentelemetry", 9.0), ("oxtel", 8.0), ("fastrace", 5.5)] {
            let what = format!("OTLP/{wire}: times less CPU than {peer}");
            bars.at_least(&what, asked, ratio(cpu(peer), cpu(OURS)));
        }
        bars.at_most(&format!("aim, OTLP/{wire}: ns of CPU"), 200.0, cpu(OURS));
    }
    bars
}
