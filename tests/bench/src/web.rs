//! The web service that `web` measures, in a process of its own, once for each tracer.
//!
//! `serve <service> <sink>` prints its address, then for every line that it reads the nanoseconds of CPU that it has used, when all
//! its spans are sent; it ends with its input.

use crate::machine::{Cores, pin, process_cpu};
use crate::options::Options;
use crate::peers::{Peer, Setup, Sink, Wire};
use anyhow::{Context, Result};
use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use axum::serve::ListenerExt as _;
use axum_tracing_opentelemetry::middleware::OtelAxumLayer;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use std::io::stdin;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tower_http::trace::{DefaultMakeSpan, TraceLayer};
use tracing::Level;

/// The handler and its agents, each with this attribute.
macro_rules! agents {
    ($(#[$traced:meta])?) => {
        pub(super) async fn query(Path(id): Path<u64>) -> String {
            process(id, "find the cheapest flight").await
        }

        $(#[$traced])?
        async fn process(id: u64, agent: &str) -> String {
            let (found, ranked) = (search(id, agent).await, rank(3, agent).await);
            format!("{{\"found\":{found},\"ranked\":{ranked}}}")
        }

        $(#[$traced])?
        async fn search(id: u64, agent: &str) -> usize {
            (id % 2) as usize + agent.len() % 2
        }

        $(#[$traced])?
        async fn rank(limit: u64, agent: &str) -> usize {
            limit as usize + agent.len() % 2
        }
    };
}

mod plain {
    use super::Path;
    agents!();
}

mod traced {
    use super::Path;
    agents!(#[synndicate::traced(capture(agent))]);
}

mod instrumented {
    use super::Path;
    agents!(#[tracing::instrument]);
}

/// The web service, traced by one of these.
pub(crate) struct Service {
    pub(crate) name: &'static str,
    /// What takes its spans.
    peer: &'static str,
    router: fn() -> Router,
}

const PATH: &str = "/api/query/{id}";

pub(crate) const PLAIN: &str = "plain";
pub(crate) const OURS: &str = "synndicate";

pub(crate) const SERVICES: [Service; 4] = [
    Service { name: PLAIN, peer: "plain", router: || Router::new().route(PATH, get(plain::query)) },
    Service {
        name: OURS,
        peer: "synndicate",
        router: || {
            let layer = synndicate::tower::TraceLayer::new();
            Router::new().route(PATH, get(traced::query)).layer(layer)
        },
    },
    Service {
        name: "axum-tracing-opentelemetry",
        peer: "tracing-opentelemetry",
        router: || {
            let layer = OtelAxumLayer::default();
            Router::new().route(PATH, get(instrumented::query)).layer(layer)
        },
    },
    Service {
        name: "tower-http, tracing-opentelemetry",
        peer: "tracing-opentelemetry",
        router: || {
            let span = DefaultMakeSpan::new().level(Level::INFO);
            let layer = TraceLayer::new_for_http().make_span_with(span);
            Router::new().route(PATH, get(instrumented::query)).layer(layer)
        },
    },
];

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let mut options = Options::new(arguments);
    let name = options.word("a service")?;
    let endpoint = options.word("a sink")?;
    options.finish()?;
    let service = SERVICES.iter().find(|service| service.name == name);
    let service = service.with_context(|| format!("unknown service `{name}`"))?;
    pin(Cores::of_this_process()?.traced)?;
    opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
    let sink = Some(Sink { wire: Wire::Http, endpoint });
    let setup = Setup { sampled: true, queue: Some(1 << 18), sink };
    let tracer = (Peer::named(service.peer)?.start)(&setup)?;
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).context("cannot listen")?;
    println!("{}", listener.local_addr()?);
    let router = (service.router)();
    // Answers to several requests in one packet would wait for the client's word that it has the first.
    let listener = listener.tap_io(|stream| _ = stream.set_nodelay(true));
    runtime.spawn(async move { axum::serve(listener, router).await });
    for line in stdin().lines() {
        line?;
        tracer.catch_up();
        println!("{}", process_cpu().as_nanos());
    }
    Ok(())
}
