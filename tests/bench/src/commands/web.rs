//! How many requests a second a web service serves, and what tracing costs a request, by each tracer.

use super::children::this_program;
use super::end_to_end::SinkProcess;
use crate::bars::Bars;
use crate::machine::{Cores, pin};
use crate::options::repetitions;
use crate::peers::Wire;
use crate::statistics::median;
use crate::table::{Table, figure, ratio};
use crate::web::{OURS, PLAIN, SERVICES, Service};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const CONNECTIONS: u64 = 8;
/// How many requests a connection sends before it waits for their answers.
const PIPELINED: usize = 25;
/// Of each connection, in one run, after some that warm up; both multiples of that.
const REQUESTS: u64 = 2_500;
const WARM_UP: u64 = 250;

/// What one run of a service has shown.
#[derive(Clone, Copy)]
struct Run {
    requests_per_second: f64,
    /// Nanoseconds for one request.
    cpu: f64,
    /// Spans that arrived for one request.
    spans: f64,
}

type Runs = BTreeMap<&'static str, Vec<Run>>;

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let repetitions = repetitions(arguments, 7)?;
    pin(Cores::of_this_process()?.other)?;
    let mut sink = SinkProcess::start(Wire::Http)?;
    let mut runs = Runs::new();
    for repetition in 1..=repetitions {
        eprintln!("repetition {repetition} of {repetitions}");
        for service in &SERVICES {
            runs.entry(service.name).or_default().push(measure(service, &mut sink)?);
        }
    }
    println!("\n### A web service, spans over OTLP/HTTP\n\n{}", table(&runs));
    bars(&runs).print();
    Ok(())
}

fn measure(service: &Service, sink: &mut SinkProcess) -> Result<Run> {
    let mut serving = Serving::start(service, &sink.endpoint)?;
    serving.ask(WARM_UP)?;
    let (cpu, spans) = (serving.cpu()?, sink.count()?);
    let took = serving.ask(REQUESTS)?;
    let requests = (CONNECTIONS * REQUESTS) as f64;
    Ok(Run {
        requests_per_second: requests / took.as_secs_f64(),
        cpu: (serving.cpu()? - cpu) / requests,
        spans: (sink.count()? - spans) as f64 / requests,
    })
}

/// The service, which ends with its input.
struct Serving {
    address: String,
    questions: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    process: Child,
}

impl Serving {
    fn start(service: &Service, sink: &str) -> Result<Self> {
        let mut process = this_program()?
            .args(["serve", service.name, sink])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start the service")?;
        let questions = process.stdin.take().context("the service has no input")?;
        let answers = process.stdout.take().context("the service has no output")?;
        let mut answers = BufReader::new(answers).lines();
        let address = answers.next().context("the service does not listen")??;
        Ok(Self { address, questions, answers, process })
    }

    /// Nanoseconds of CPU so far, when all spans are sent.
    fn cpu(&mut self) -> Result<f64> {
        writeln!(self.questions)?;
        let answer = self.answers.next().context("the service is gone")??;
        answer.parse().context("the service answers no number")
    }

    /// Sends so many requests on each connection; how long that took.
    fn ask(&self, requests: u64) -> Result<Duration> {
        let begin = Instant::now();
        thread::scope(|scope| {
            let asking = (0..CONNECTIONS).map(|_| scope.spawn(|| ask(&self.address, requests)));
            let asking: Vec<_> = asking.collect();
            asking.into_iter().try_for_each(|thread| thread.join().expect("it does not panic"))
        })?;
        Ok(begin.elapsed())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Nothing is lost if it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const REQUEST: &[u8] = b"GET /api/query/7 HTTP/1.1\r\nhost: shop.example:8080\r\n\
    user-agent: bench/1.0\r\naccept: */*\r\n\
    traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\r\n";

/// Asks on one connection, several requests at a time: one by one they would keep the client busier than the service, and it
/// would be the client that is measured. All answers are as long as the first.
fn ask(address: &str, requests: u64) -> Result<()> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.write_all(REQUEST)?;
    let mut answer = vec![0; 4096];
    let length = stream.read(&mut answer)?;
    anyhow::ensure!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"), "the service refuses");
    answer.truncate(length);
    for _ in 1..PIPELINED {
        stream.write_all(REQUEST)?;
        stream.read_exact(&mut answer)?;
    }
    let (several, mut answers) = (REQUEST.repeat(PIPELINED), answer.repeat(PIPELINED));
    for _ in 1..requests / PIPELINED as u64 {
        stream.write_all(&several)?;
        stream.read_exact(&mut answers)?;
    }
    Ok(())
}

fn of(runs: &Runs, name: &str, figure: fn(&Run) -> f64) -> Option<f64> {
    median(runs.get(name)?.iter().map(figure).collect())
}

fn table(runs: &Runs) -> Table {
    let mut table = Table::new(&[
        "service",
        "requests/s",
        "ours x",
        "CPU, us",
        "x ours",
        "tracing, us",
        "spans",
    ]);
    let rate: fn(&Run) -> f64 = |run| run.requests_per_second;
    for Service { name, .. } in &SERVICES {
        let cpu = of(runs, name, |run| run.cpu / 1e3);
        let plain = of(runs, PLAIN, |run| run.cpu / 1e3);
        table.row(vec![
            (*name).to_owned(),
            figure(of(runs, name, rate)),
            figure(ratio(of(runs, OURS, rate), of(runs, name, rate))),
            figure(cpu),
            figure(ratio(cpu, of(runs, OURS, |run| run.cpu / 1e3))),
            figure(cpu.zip(plain).map(|(cpu, plain)| cpu - plain)),
            figure(of(runs, name, |run| run.spans)),
        ]);
    }
    table
}

fn bars(runs: &Runs) -> Bars {
    let mut bars = Bars::new();
    let rate = |name| of(runs, name, |run| run.requests_per_second);
    for Service { name, .. } in SERVICES.iter().skip(2) {
        let what = format!("times more requests a second than {name}");
        bars.at_least(&what, 1.5, ratio(rate(OURS), rate(name)));
    }
    bars
}
