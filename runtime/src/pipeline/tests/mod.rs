//! The pipeline between a recorder and a backend that answers by script: whatever happens, the ledger balances.
#![cfg(feature = "testing")]

mod delivery;
mod ending;
mod failover;
#[cfg(all(feature = "http", target_os = "linux"))]
mod moved;
mod queueing;
#[cfg(feature = "spool")]
mod spooling;
mod stage;
mod virtual_time;

use super::{Accounts, DropReason, FirstProbe, Ledger, Parts, Pipeline, Queue, RetryPolicy, Say};
use crate::batch::{Batch, Chunk, Resource, protobuf};
use crate::exporter::scripted::{Answer, ScriptedExporter};
use crate::exporter::{Accepted, ErrorKind, ExportError, Exporter};
use crate::plan::{BatchLimits, QueueLimits};
use crate::recorder::{Core, Outlet};
use crate::spool::Spool;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Only a test that is broken waits so long.
const PATIENCE: Duration = Duration::from_secs(30);

/// A pipeline, what it said, and the batches that its backend has seen.
struct Bench {
    pipeline: Pipeline,
    queue: Arc<Queue>,
    core: Arc<Core>,
    said: Arc<Mutex<Vec<String>>>,
    seen: Arc<Mutex<Vec<Vec<String>>>>,
}

/// What a test may want to be different.
struct Setup {
    queue: QueueLimits,
    batch: BatchLimits,
    retry: RetryPolicy,
    probe_interval: Option<Duration>,
    spool: Option<Spool>,
    resource: Resource,
}

impl Default for Setup {
    fn default() -> Setup {
        Setup {
            queue: QueueLimits { spans: 2048, bytes: 1024 * 1024 },
            // Batches leave when they are asked for, not by time.
            batch: BatchLimits { spans: 512, bytes: 512 * 1024, timeout: PATIENCE },
            retry: RetryPolicy { first: Duration::from_millis(1), most: Duration::from_millis(4) },
            probe_interval: None,
            spool: None,
            resource: Resource::new([("service.name", "test")]),
        }
    }
}

impl Setup {
    /// Starts a pipeline whose backend answers to batches by `script`, and takes every probe.
    fn start(self, mut script: impl FnMut(&Batch) -> Answer + Send + 'static) -> Bench {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let said = Arc::new(Mutex::new(Vec::new()));
        let (sees, says) = (seen.clone(), said.clone());
        let exporter = ScriptedExporter::new(move |batch| {
            if batch.spans() == 0 {
                return accept();
            }
            sees.lock().unwrap().push(names(batch));
            script(batch)
        });
        let say = move |text: &str| says.lock().unwrap().push(text.to_owned());
        let (pipeline, probe, queue, core) =
            self.pipeline(Exporter::Scripted(exporter), Vec::new(), Arc::new(say));
        probe.recv_timeout(PATIENCE).unwrap().result.unwrap();
        Bench { pipeline, queue, core, said, seen }
    }

    fn pipeline(
        self,
        primary: Exporter,
        fallbacks: Vec<Exporter>,
        say: Say,
    ) -> (Pipeline, mpsc::Receiver<FirstProbe>, Arc<Queue>, Arc<Core>) {
        let parts = self.parts(primary, fallbacks, say);
        let (queue, core) = (parts.queue.clone(), parts.core.clone());
        let (pipeline, probe) = Pipeline::start(parts).unwrap();
        (pipeline, probe, queue, core)
    }

    fn parts(self, primary: Exporter, fallbacks: Vec<Exporter>, say: Say) -> Parts {
        let tally = self.spool.as_ref().map(|spool| spool.tally().clone());
        let accounts = Arc::new(Accounts::new(tally));
        let queue = Arc::new(Queue::new(self.queue, accounts.clone()));
        let core = Core::new(crate::testing::everything(), queue.clone());
        Parts {
            core,
            queue,
            accounts,
            primary,
            fallbacks,
            probe_interval: self.probe_interval,
            resource: Arc::new(self.resource),
            batch: self.batch,
            retry: self.retry,
            spool: self.spool,
            say,
        }
    }
}

impl Bench {
    /// Lets spans with these names end.
    fn end_spans<S: AsRef<str>>(&self, names: impl IntoIterator<Item = S>) {
        for name in names {
            self.core.accept(chunk(name.as_ref(), 0));
        }
    }

    /// Sends all there is, and ends; what came of it must add up.
    #[track_caller]
    fn finish(self) -> (Ledger, Vec<Vec<String>>) {
        assert!(self.pipeline.flush(PATIENCE), "{}", self.pipeline.ledger());
        self.end()
    }

    #[track_caller]
    fn end(self) -> (Ledger, Vec<Vec<String>>) {
        let ledger = self.pipeline.shutdown(PATIENCE);
        assert_eq!(ledger.waiting, 0, "{ledger}");
        assert_eq!(ledger.created, ledger.exported + ledger.dropped(), "{ledger}");
        (ledger, std::mem::take(&mut self.seen.lock().unwrap()))
    }
}

/// One span with a name and so many bytes besides.
fn chunk(name: &str, bytes: usize) -> Chunk {
    let mut span = Vec::new();
    protobuf::put_bytes(&mut span, 5, name.as_bytes());
    protobuf::put_bytes(&mut span, 3, &vec![b'x'; bytes]);
    let mut framed = Vec::new();
    protobuf::put_bytes(&mut framed, 2, &span);
    Chunk::new(framed.into(), 1)
}

fn names(batch: &Batch) -> Vec<String> {
    let name = |span| {
        let mut fields = protobuf::Fields(span);
        let field = fields.find(|field| field.number == 5).unwrap();
        String::from_utf8(field.value.as_bytes().to_vec()).unwrap()
    };
    batch.each_span().map(name).collect()
}

fn numbered(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|number| number.to_string())
}

fn accept() -> Answer {
    Answer::Now(Ok(Accepted::default()))
}

fn refuse(kind: ErrorKind) -> Answer {
    Answer::Now(Err(ExportError::new(kind, "no")))
}
