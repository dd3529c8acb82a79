//! How much later `main` begins under `#[traced_service]` when tracing is disabled.

use super::children::output_of;
use super::programs::{Profile, Program, synndicate};
use crate::bars::Bars;
use crate::options::repetitions;
use crate::statistics::median;
use crate::table::{Table, figure};
use anyhow::Result;
use std::collections::BTreeMap;
use std::process::Command;
use std::time::Instant;

/// Programs that do nothing, without and with the attribute.
const PROGRAMS: [[(&str, &str); 2]; 2] = [
    [("plain", "fn main() {}\n"), ("traced", "#[synndicate::traced_service]\nfn main() {}\n")],
    [
        ("plain_async", "#[tokio::main]\nasync fn main() {}\n"),
        ("traced_async", "#[synndicate::traced_service]\nasync fn main() {}\n"),
    ],
];

/// Milliseconds of each program's runs.
type Runs = BTreeMap<&'static str, Vec<f64>>;

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let repetitions = repetitions(arguments, 300)?;
    let tokio = "tokio = { version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }\n";
    let program = Program::new(&format!("{}{tokio}", synndicate("")))?;
    for (name, main) in PROGRAMS.as_flattened() {
        program.write(&format!("src/bin/{name}.rs"), main)?;
    }
    eprintln!("building the programs");
    program.build(Profile::Release)?;
    let mut runs = Runs::new();
    for _ in 0..repetitions {
        for (name, _) in PROGRAMS.as_flattened() {
            let mut command = Command::new(program.binary(name));
            let took = milliseconds_of(command.current_dir(program.path()))?;
            runs.entry(name).or_default().push(took);
        }
    }
    show(&runs);
    Ok(())
}

/// From before the process is made until it has ended.
fn milliseconds_of(command: &mut Command) -> Result<f64> {
    let begin = Instant::now();
    output_of(command.env("SYN_OBSERVABILITY__TRACING_BACKEND", "disabled"))?;
    Ok(begin.elapsed().as_secs_f64() * 1e3)
}

fn show(runs: &Runs) {
    let median = |name| median(runs.get(name).cloned().unwrap_or_default());
    let mut table = Table::new(&["program", "ms"]);
    let mut bars = Bars::new();
    for [(plain, _), (traced, _)] in PROGRAMS {
        table.row(vec![plain.to_owned(), figure(median(plain))]);
        table.row(vec![traced.to_owned(), figure(median(traced))]);
        let more = median(traced).zip(median(plain)).map(|(traced, plain)| traced - plain);
        bars.at_most(&format!("{traced}: ms more than {plain}"), 1.0, more);
    }
    println!("\n### A program that does nothing, start to end\n\n{table}");
    bars.print();
}
