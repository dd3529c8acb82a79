//! What a dependency costs those who build: crates, seconds from nothing, and the compile time of the attribute.

use super::programs::{Profile, Program, synndicate};
use crate::bars::Bars;
use crate::options::repetitions;
use crate::statistics::median;
use crate::table::{Table, figure, ratio};
use anyhow::Result;

/// Functions of the second table, half of them async.
const FUNCTIONS: usize = 1000;

const OURS: &str = "synndicate";
const OURS_HTTP: &str = "synndicate, `http` alone";
const OTEL: &str = "tracing-opentelemetry, opentelemetry-otlp, gRPC";
const OXTEL: &str = "oxtel";

const OTEL_LINES: &str = r#"opentelemetry = "0.33"
opentelemetry-otlp = { version = "0.33", features = ["grpc-tonic"] }
opentelemetry_sdk = "0.33"
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
tracing = "0.1"
tracing-opentelemetry = "0.34"
tracing-subscriber = "0.3"
"#;
const OXTEL_LINES: &str = r#"oxtel = "0.3"
tracing = "0.1"
"#;

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let repetitions = repetitions(arguments, 3)?;
    let dependencies = dependencies()?;
    println!("\n### From nothing\n\n{}", dependency_table(&dependencies));
    let attributes = attributes(repetitions)?;
    println!("\n### {FUNCTIONS} functions, dependencies built\n\n{}", attribute_table(&attributes));
    bars(&dependencies, &attributes).print();
    Ok(())
}

struct Dependency {
    name: &'static str,
    crates: usize,
    dev: f64,
    release: f64,
}

/// What a program with a traced `main` depends on. A build from nothing is long enough to be taken once.
fn dependencies() -> Result<Vec<Dependency>> {
    let without_grpc = synndicate(", default-features = false, features = [\"http\"]");
    Ok(vec![
        dependency(OURS, &synndicate(""))?,
        dependency(OURS_HTTP, &without_grpc)?,
        dependency(OTEL, OTEL_LINES)?,
        dependency(OXTEL, OXTEL_LINES)?,
    ])
}

fn dependency(name: &'static str, lines: &str) -> Result<Dependency> {
    eprintln!("building `{name}` from nothing");
    let program = Program::new(lines)?;
    program.write("src/main.rs", "fn main() {}\n")?;
    program.fetch()?;
    let crates = program.crates()?;
    let dev = program.build(Profile::Dev)?.as_secs_f64();
    let release = program.build(Profile::Release)?.as_secs_f64();
    Ok(Dependency { name, crates, dev, release })
}

fn dependency_table(dependencies: &[Dependency]) -> Table {
    let mut table = Table::new(&["a program that depends on", "crates", "dev, s", "release, s"]);
    for Dependency { name, crates, dev, release } in dependencies {
        table.row(vec![
            (*name).to_owned(),
            crates.to_string(),
            figure(Some(*dev)),
            figure(Some(*release)),
        ]);
    }
    table
}

struct Attribute {
    name: &'static str,
    dev: Option<f64>,
    release: Option<f64>,
}

/// Seconds to compile the functions, with each attribute. Both record the same three arguments.
fn attributes(repetitions: usize) -> Result<Vec<Attribute>> {
    let tracing = "tracing = \"0.1\"\n";
    let attributes = [
        ("none", "", String::new()),
        ("#[tracing::instrument]", "#[tracing::instrument]", tracing.to_owned()),
        ("#[traced]", "#[synndicate::traced(capture(agent))]", synndicate("")),
    ];
    let compile = |(name, attribute, lines): (_, &str, String)| {
        eprintln!("compiling {FUNCTIONS} functions, attribute: {name}");
        let program = Program::new(&lines)?;
        let seconds = |profile| seconds_to_compile(&program, attribute, profile, repetitions);
        Ok(Attribute { name, dev: seconds(Profile::Dev)?, release: seconds(Profile::Release)? })
    };
    attributes.into_iter().map(compile).collect()
}

fn seconds_to_compile(
    program: &Program,
    attribute: &str,
    profile: Profile,
    repetitions: usize,
) -> Result<Option<f64>> {
    program.write("src/lib.rs", "")?;
    program.build(profile)?;
    let functions = functions(attribute);
    let mut seconds = Vec::new();
    for _ in 0..repetitions {
        program.write("src/lib.rs", &functions)?;
        seconds.push(program.build(profile)?.as_secs_f64());
    }
    Ok(median(seconds))
}

/// The functions, and one that boxes the futures of the async ones: the compiler makes their code where it is used.
fn functions(attribute: &str) -> String {
    let function = |index: usize| {
        let asynchronous = if index.is_multiple_of(2) { "" } else { "async " };
        format!(
            "{attribute}\npub {asynchronous}fn step_{index}(i: u64, agent: &str, ok: bool) -> u64 {{\n    \
             if ok {{ i + agent.len() as u64 }} else {{ {index} }}\n}}\n\n"
        )
    };
    let boxed = |index| format!("        Box::pin(step_{index}(0, \"planner\", true)),\n");
    let code: Vec<String> = (0..FUNCTIONS).map(function).collect();
    let futures: Vec<String> = (1..FUNCTIONS).step_by(2).map(boxed).collect();
    format!(
        "{}pub fn futures() -> Vec<std::pin::Pin<Box<dyn Future<Output = u64>>>> {{\n    vec![\n{}    ]\n}}\n",
        code.concat(),
        futures.concat()
    )
}

fn attribute_table(attributes: &[Attribute]) -> Table {
    let mut table = Table::new(&["attribute", "dev, s", "release, s"]);
    for Attribute { name, dev, release } in attributes {
        table.row(vec![(*name).to_owned(), figure(*dev), figure(*release)]);
    }
    table
}

fn bars(dependencies: &[Dependency], attributes: &[Attribute]) -> Bars {
    let mut bars = Bars::new();
    let mut part = |what: &str, ours: &str, theirs: &str, of: fn(&Dependency) -> f64| {
        let find = |name| dependencies.iter().find(|dependency| dependency.name == name).map(of);
        bars.at_most(what, 1.0, ratio(find(ours), find(theirs)));
    };
    part("crates: part of tracing-opentelemetry's", OURS, OTEL, |dependency| {
        dependency.crates as f64
    });
    part("dev build: part of tracing-opentelemetry's", OURS, OTEL, |dependency| dependency.dev);
    part("release build: part of tracing-opentelemetry's", OURS, OTEL, |dependency| {
        dependency.release
    });
    part("crates without gRPC: part of oxtel's", OURS_HTTP, OXTEL, |dependency| {
        dependency.crates as f64
    });
    let attribute = |name, of: fn(&Attribute) -> Option<f64>| {
        attributes.iter().find(|attribute| attribute.name == name).and_then(of)
    };
    for (profile, of) in
        [("dev", (|a| a.dev) as fn(&Attribute) -> Option<f64>), ("release", |a| a.release)]
    {
        let part = ratio(attribute("#[traced]", of), attribute("#[tracing::instrument]", of));
        bars.at_most(
            &format!("{FUNCTIONS} functions, {profile}: part of `#[instrument]`'s"),
            1.0,
            part,
        );
    }
    bars
}
