//! What an outage costs: what goes to the disk and comes back from it, beside a plain copy of the same bytes, and how long traced
//! calls take meanwhile.

use super::children::{output_of, this_program};
use super::end_to_end::SinkProcess;
use crate::bars::Bars;
use crate::options::repetitions;
use crate::peers::Wire;
use crate::statistics::median;
use crate::table::{Table, figure, ratio};
use anyhow::{Context, Result};
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::Instant;

/// The runs of one row.
#[derive(Default)]
struct Row {
    spans: Vec<f64>,
    megabytes: Vec<f64>,
}

#[derive(Default)]
struct Figures {
    write: Row,
    replay: Row,
    copy: Row,
    calls: Vec<f64>,
    calls_in_outage: Vec<f64>,
}

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let repetitions = repetitions(arguments, 5)?;
    let sink = SinkProcess::start(Wire::Http)?;
    let mut figures = Figures::default();
    for repetition in 1..=repetitions {
        eprintln!("repetition {repetition} of {repetitions}");
        figures.measure_spool(&sink)?;
        figures.calls.push(part(&["calls", "--endpoint", &sink.endpoint])?[0]);
        figures.calls_in_outage.push(part(&["calls"])?[0]);
    }
    let Figures { write, replay, copy, calls, calls_in_outage } = figures;
    let mut table = Table::new(&["what", "spans/s", "MB/s"]);
    for (what, row) in [("spool, write", write), ("spool, replay", replay), ("file copy", copy)] {
        table.row(vec![what.into(), figure(median(row.spans)), figure(median(row.megabytes))]);
    }
    println!("\n### spool\n\n{table}");
    let (calls, in_outage) = (median(calls), median(calls_in_outage));
    let mut table = Table::new(&["backend", "p99.9 of a traced call, ns"]);
    table.row(vec!["up".into(), figure(calls)]);
    table.row(vec!["down".into(), figure(in_outage)]);
    println!("\n### traced calls, 20,000 a second\n\n{table}");
    let mut bars = Bars::new();
    bars.at_most("p99.9 of a traced call: down to up", 1.5, ratio(in_outage, calls));
    bars.print();
    Ok(())
}

impl Figures {
    /// Fills a spool, copies its files, and lets it be sent.
    fn measure_spool(&mut self, sink: &SinkProcess) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().to_str().context("a folder with a name in UTF-8")?;
        let written = part(&["write", "--spool", path])?;
        let (bytes, seconds) = copy(folder.path())?;
        let replayed = part(&["replay", "--spool", path, "--endpoint", &sink.endpoint])?;
        self.write.add(written, bytes);
        self.copy.add([written[0], seconds], bytes);
        self.replay.add(replayed, bytes);
        Ok(())
    }
}

impl Row {
    fn add(&mut self, [spans, seconds]: [f64; 2], bytes: u64) {
        self.spans.push(spans / seconds);
        self.megabytes.push(bytes as f64 / 1e6 / seconds);
    }
}

/// Copies all files into another folder; how many bytes, and in how many seconds. As with the spool, the system has them then,
/// and its disk later.
fn copy(folder: &Path) -> Result<(u64, f64)> {
    let to = tempfile::tempdir()?;
    let (begin, mut bytes) = (Instant::now(), 0);
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let mut target = File::create_new(to.path().join(entry.file_name()))?;
        // Through memory, as `cp` does where a file system cannot share blocks.
        bytes += io::copy(
            &mut io::BufReader::with_capacity(1 << 17, File::open(entry.path())?),
            &mut target,
        )?;
    }
    Ok((bytes, begin.elapsed().as_secs_f64()))
}

/// The two numbers that a part prints.
fn part(words: &[&str]) -> Result<[f64; 2]> {
    let printed = output_of(this_program()?.arg("run-outage").args(words))?;
    let (first, second) = printed.trim().split_once(' ').context("two numbers")?;
    Ok([first.parse()?, second.parse()?])
}
