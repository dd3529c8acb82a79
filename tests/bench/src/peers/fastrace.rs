//! fastrace, with properties instead of attributes: it records texts alone.

use super::tracing_opentelemetry::{otlp, runtime_for_connections};
use super::{Peer, Records, Setup, Tracer, Wire};
use crate::encoding::Encoder;
use crate::workload::{STEPS, Workload, async_burst, burst, suspend_once};
use anyhow::Result;
use fastrace::collector::{Config, Reporter, SpanRecord};
use fastrace::future::FutureExt;
use fastrace::prelude::{Span, SpanContext};
use fastrace_opentelemetry::OpenTelemetryReporter;
use opentelemetry::InstrumentationScope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanExporter;
use std::borrow::Cow;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use tokio::runtime::Runtime;

pub(super) fn peer() -> Peer {
    Peer {
        name: "fastrace",
        workload: Workload {
            sync: || burst(root),
            asynchronous: Some(|| async_burst(root_async)),
            spans: None,
            options: None,
        },
        start,
        records: Records::Otlp,
        wires: &[Wire::Http, Wire::Grpc],
    }
}

/// With a reporter that drops the records.
pub(super) fn without_exporter() -> Peer {
    Peer {
        name: "fastrace-null",
        start: |setup| {
            SAMPLED.store(setup.sampled, Relaxed);
            fastrace::set_reporter(Null, Config::default());
            Ok(Box::new(Collector { reported: None, _runtime: None }))
        },
        records: Records::Spans,
        wires: &[],
        ..peer()
    }
}

/// fastrace decides at the root, by the context that the user gives it.
static SAMPLED: AtomicBool = AtomicBool::new(true);

fn new_root(request: u64, agent: &str, ok: bool) -> Span {
    let context = SpanContext::random().sampled(SAMPLED.load(Relaxed));
    Span::root("root", context).with_properties(|| {
        [("request", request.to_string()), ("agent", agent.to_owned()), ("ok", ok.to_string())]
    })
}

#[inline(never)]
fn root(request: u64, agent: &str, ok: bool) {
    let root = new_root(request, agent, ok);
    let _entered = root.set_local_parent();
    for i in 0..STEPS {
        step(i + request, agent, ok);
    }
}

#[fastrace::trace(short_name = true, properties = { "i": "{i}", "agent": "{agent}", "ok": "{ok}" })]
#[inline(never)]
fn step(i: u64, agent: &str, ok: bool) {
    black_box((i, agent, ok));
}

async fn root_async(request: u64, agent: &str, ok: bool) {
    let root = new_root(request, agent, ok);
    let steps = async {
        for i in 0..STEPS {
            step_async(i + request, agent, ok).await;
        }
    };
    steps.in_span(root).await;
}

#[fastrace::trace(name = "step", properties = { "i": "{i}", "agent": "{agent}", "ok": "{ok}" })]
async fn step_async(i: u64, agent: &str, ok: bool) {
    suspend_once().await;
    black_box((i, agent, ok));
}

struct Collector {
    reported: Option<Arc<AtomicU64>>,
    /// The connection's tasks run here.
    _runtime: Option<Runtime>,
}

impl Tracer for Collector {
    fn drain(&self) {
        fastrace::flush();
    }

    /// What the ring of a busy thread did not take waits in that thread until it says something again.
    fn catch_up(&self) {
        loop {
            let before = self.delivered();
            Span::root("catch-up", SpanContext::random()).cancel();
            fastrace::flush();
            if self.delivered() == before {
                break;
            }
        }
    }

    fn delivered(&self) -> Option<u64> {
        self.reported.as_ref().map(|reported| reported.load(Relaxed))
    }
}

struct Null;

impl Reporter for Null {
    fn report(&mut self, spans: Vec<SpanRecord>) {
        black_box(spans);
    }
}

fn start(setup: &Setup) -> Result<Box<dyn Tracer>> {
    SAMPLED.store(setup.sampled, Relaxed);
    let Some(sink) = &setup.sink else {
        let encoder = Encoder::default();
        let reported = Some(encoder.encoded());
        set_reporter(encoder);
        return Ok(Box::new(Collector { reported, _runtime: None }));
    };
    let runtime = runtime_for_connections()?;
    set_reporter({
        let _entered = runtime.enter();
        otlp(sink)?
    });
    Ok(Box::new(Collector { reported: None, _runtime: Some(runtime) }))
}

fn set_reporter(exporter: impl SpanExporter + 'static) {
    let resource = Resource::builder().with_service_name("bench").build();
    let scope = InstrumentationScope::builder("bench").build();
    let reporter = OpenTelemetryReporter::new(exporter, Cow::Owned(resource), scope);
    fastrace::set_reporter(reporter, Config::default());
}
