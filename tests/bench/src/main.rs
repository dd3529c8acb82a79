//! The figures of the README: Synndicate's recorder beside its peers, on the same work, in one run.
//!
//! Linux only, because it pins threads. In `tests/bench`:
//!
//! | command | answers |
//! |---|---|
//! | `cargo run --release` (or `-- figures`) | what a span costs the traced thread and the process, without any wire |
//! | `cargo run --release -- instructions` | the same in instructions, whole process; needs `valgrind` |
//! | `cargo run --release -- end-to-end` | what a span costs the process until a sink in another process has it |
//! | `cargo run --release -- web` | requests a second of a web service, and what tracing costs a request |
//! | `cargo run --release -- outage` | how fast spans go to the disk and come back, beside a copy of the same files, and what a traced call takes meanwhile |
//! | `cargo run --release -- build` | crates, time to build from nothing, time to compile 1,000 traced functions |
//! | `cargo run --release -- start` | how much later `main` begins under `#[traced_service]`, tracing disabled |
//!
//! `--repetitions N` changes how often each figure is taken. Every peer runs in a process of its own (a subscriber is
//! global), the peers take turns within each repetition, and a table shows medians. Each command ends with its bars:
//! ratios that the project holds itself to, and whether this run met them. Times differ by half between machines and
//! runs, the ratios within one run do not; run it on a machine that does nothing else.
//!
//! # The work
//!
//! One trace is a root and ten `step` spans below it, each with three attributes: an integer, a short text by
//! reference, a boolean ([`workload`]). A burst is 20 traces, 220 spans: so short that no batch is full and no ring half
//! full, which would wake the tracer's worker in the middle of it. `end-to-end` sends two bursts with each request.
//!
//! | scenario | what is measured |
//! |---|---|
//! | `burst` | bursts, each followed by a pause in which everything is drained; the pause counts as CPU of the process only. The whole process runs on one core |
//! | `apart` | as `burst`, but the tracer's worker has a core of its own, so that what it drains travels there and back |
//! | `saturated` | no pause; the traced thread has one core, the tracer's own worker the other, and a queue that a run cannot fill |
//! | `async` | as `burst`, in async functions that suspend once each, on tokio's current-thread runtime |
//! | `spans` | as `burst`, with `tracing::info_span!` of three fields instead of an attribute |
//! | `options`, `async-options` | as `burst` and `async`, with results, under an attribute with a name, a level, a target, a kind, fields, and results and errors recorded |
//! | `unsampled` | as `burst`, in traces that the sampler refused |
//! | `disabled` | the attribute is there, no tracer is |
//! | `threads` | as `burst`, on two threads at once, each on its own core, one of which the tracer's worker shares in the pauses; the slower thread counts |
//!
//! `web` is a service of axum whose answer takes four spans: that of the request, which its caller's trace goes on in, and three
//! below it. The service and its tracer have one core, who asks and the sink have the other. *requests/s* are those of eight
//! connections that ask again as soon as they have an answer; *CPU* is that of the service's process for one request, until the
//! sink has its spans; *tracing* is what that is more than without tracing.
//!
//! # The peers
//!
//! | peer | what it is |
//! |---|---|
//! | `plain` | the same functions without an attribute |
//! | `floor` | what any recorder must do: two clock reads, an id, the span's bytes written once |
//! | `synndicate` | `#[traced]` and this project's recorder |
//! | `synndicate-rules` | the same with rules in its settings that are for other functions |
//! | `registry` | `#[tracing::instrument]` on `tracing_subscriber::registry()` with a layer that does nothing |
//! | `fastrace-null` | fastrace with the same properties and a reporter that drops them |
//! | `fastrace` | the same with its OpenTelemetry reporter and OTLP encoding |
//! | `oxtel` | `#[tracing::instrument]` and oxtel's layer and batch processor, OTLP encoding |
//! | `tracing-opentelemetry` | `#[tracing::instrument]`, tracing-opentelemetry, the SDK's batch processor, OTLP encoding, with the attributes that ours has: the three and the source location |
//! | `tracing-opentelemetry-default` | the same as it comes: thread, busy and idle time, target as well |
//!
//! All but the first two, `registry` and `fastrace-null` encode every span to OTLP bytes, which `figures` and
//! `instructions` then drop.
//!
//! # The columns
//!
//! All figures are per span. *thread* is the time on the traced thread, the median of a run's bursts; *mean* is the same
//! with all that goes wrong now and then. *CPU* is that of all threads of the process, until all is drained; fastrace starts
//! a thread for every flush, about 150 ns of its CPU in bursts. *allocations* are those of the traced thread. *delivered*
//! is the part of the spans that came out. *x ours* says how many times more than Synndicate's.

use anyhow::{Result, bail};

mod allocator;
mod bars;
mod commands;
mod encoding;
mod machine;
mod measure;
mod options;
mod outage;
mod peers;
mod reading;
mod scenario;
mod sink;
mod statistics;
mod table;
mod web;
mod workload;

#[global_allocator]
static ALLOCATOR: allocator::Counting = allocator::Counting;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_else(|| "figures".to_owned());
    let arguments: Vec<String> = arguments.collect();
    match command.as_str() {
        "figures" => commands::figures::run(&arguments),
        "instructions" => commands::instructions::run(&arguments),
        "end-to-end" => commands::end_to_end::run(&arguments),
        "web" => commands::web::run(&arguments),
        "outage" => commands::outage::run(&arguments),
        "build" => commands::build::run(&arguments),
        "start" => commands::start::run(&arguments),
        // What the commands above start as processes of their own.
        "run-peer" => measure::run(&arguments),
        "run-outage" => outage::run(&arguments),
        "serve" => web::run(&arguments),
        "sink" => sink::run(&arguments),
        unknown => bail!(
            "unknown command `{unknown}`: known are `figures`, `instructions`, `end-to-end`, `web`, `outage`, `build` and `start`"
        ),
    }
}
