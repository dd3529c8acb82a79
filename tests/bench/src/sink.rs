//! The backend of the end-to-end figures, in a process of its own: takes OTLP, counts the spans, keeps nothing.
//!
//! `sink <wire>` prints its endpoint, then the count so far for every line that it reads, and ends with its input.

use crate::options::Options;
use crate::peers::Wire;
use anyhow::{Context, Result};
use std::io::stdin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use tokio::net::TcpListener;
use tokio::runtime::Builder;

mod counted;
mod grpc;
mod http;

/// What has arrived.
#[derive(Clone, Default)]
struct Counter(Arc<AtomicU64>);

impl Counter {
    fn add(&self, spans: usize) {
        self.0.fetch_add(spans as u64, SeqCst);
    }
}

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let mut options = Options::new(arguments);
    let wire: Wire = options.word("a wire")?.parse()?;
    options.finish()?;
    let counter = Counter::default();
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).context("cannot listen")?;
    println!("http://{}", listener.local_addr()?);
    match wire {
        Wire::Http => drop(runtime.spawn(http::serve(listener, counter.clone()))),
        Wire::Grpc => drop(runtime.spawn(grpc::serve(listener, counter.clone()))),
    }
    for line in stdin().lines() {
        line?;
        println!("{}", counter.0.load(SeqCst));
    }
    Ok(())
}
