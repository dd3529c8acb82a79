//! Batches on disk, while no backend takes them.
//!
//! ```text
//!  put ──> newest segment … oldest segment ──> next, done
//! ```
//!
//! What is kept: batches in the order in which they were put, each under the resource it came with, also over the end of the
//! process. `recovered + given = replayed + lost + waiting` at any moment ([`Tally`]).
//!
//! What lasts: a batch that was put outlasts the process at once, `kill -9` included, and a crash of the machine after
//! [`SYNC`], when its segment is full, or when the spool is closed. The batch that was read and is not [done](Spool::done) is read again
//! after a crash of the process; after one of the machine also those that were done since the last sync.
//!
//! All files are touched by a thread of its own and in order, because a disk may stall: the pipeline's thread then goes on
//! sending, and a task of a blocking pool could neither keep the order nor be left behind at the end. It uses `batch`, and must
//! never know who puts or takes.

mod error;
mod folder;
mod format;
mod inspect;
mod report;
mod segment;
mod store;
mod tally;
#[cfg(test)]
mod tests;

pub(crate) use error::SpoolError;
pub(crate) use inspect::{Contents, Emptied, Listed, empty, inspect, try_out};
pub(crate) use tally::{Loss, Tally};

use crate::batch::Batch;
use crate::plan::SpoolPlan;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};

/// What is written lasts a crash of the machine after this time.
pub(crate) const SYNC: Duration = Duration::from_secs(1);

/// So many batches may wait for the disk.
const WAITING: usize = 4;

/// Takes a text for people.
pub(crate) type Say = Arc<dyn Fn(&str) + Send + Sync>;

/// An open spool. Dropping it closes it, but waits for nothing.
#[derive(Debug)]
pub(crate) struct Spool {
    orders: mpsc::Sender<Order>,
    tally: Arc<Tally>,
}

/// What was found when the spool was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Recovered {
    /// Whole batches hold so many spans that were not sent.
    pub(crate) spans: u64,
    /// In so many files.
    pub(crate) segments: u64,
    /// So many files are not ours to read, or damaged beyond a cut end.
    pub(crate) damaged: u64,
    /// So many spans are known to be lost in batches that a crash has cut.
    pub(crate) lost: u64,
    /// So many entries of the folder have nothing to do with a spool.
    pub(crate) foreign: usize,
}

/// A batch that was read.
#[derive(Debug)]
pub(crate) struct Spooled {
    pub(crate) batch: Batch,
    /// For [`Spool::done`].
    pub(crate) token: Token,
}

/// Stands for a batch that was read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Token {
    segment: u64,
    end: u64,
    spans: u64,
}

/// Room for a batch on its way to the disk.
#[derive(Debug)]
pub(crate) struct Room {
    permit: mpsc::OwnedPermit<Order>,
    tally: Arc<Tally>,
}

/// What the thread is asked to do, and where the answer goes.
enum Order {
    Put(Batch, Box<dyn FnOnce() + Send>),
    Next(oneshot::Sender<Option<Spooled>>),
    Done(Token),
    Close(oneshot::Sender<()>),
}

impl Spool {
    /// Opens the spool of this plan. It is looked through by its own thread, so that a program's start waits for no disk: what
    /// was found comes by the receiver, and everything else after that.
    ///
    /// # Errors
    ///
    /// When the folder cannot be made or locked, or the operating system gives no thread.
    pub(crate) fn open(
        plan: &SpoolPlan,
        say: Say,
    ) -> Result<(Spool, oneshot::Receiver<Recovered>), SpoolError> {
        let tally = Arc::new(Tally::default());
        let store = Store::open(plan, tally.clone(), say)?;
        let (orders, received) = mpsc::channel(WAITING);
        let (found, recovered) = oneshot::channel();
        let error = |cause| SpoolError { folder: plan.dir.clone(), done: "used", cause };
        Worker { store, tally: tally.clone() }.start(received, found).map_err(error)?;
        Ok((Spool { orders, tally }, recovered))
    }

    /// What became of every span.
    pub(crate) fn tally(&self) -> &Arc<Tally> {
        &self.tally
    }

    /// How many spans are on the disk or on their way there.
    pub(crate) fn waiting(&self) -> u64 {
        self.tally.waiting()
    }

    /// Waits until a batch can be put; `None` where the spool is closed.
    pub(crate) async fn room(&self) -> Option<Room> {
        let permit = self.orders.clone().reserve_owned().await.ok()?;
        Some(Room { permit, tally: self.tally.clone() })
    }

    /// The oldest batch, and the same again until it is [done](Spool::done); `None` where there is none.
    pub(crate) async fn next(&self) -> Option<Spooled> {
        self.ask(Order::Next).await.flatten()
    }

    /// The spans of the batch were sent, or dropped and counted: it is not read again. Comes before the disk knows.
    pub(crate) async fn done(&self, token: Token) {
        // Where the spool is closed already, the batch is sent once more by the next run.
        let _ = self.orders.send(Order::Done(token)).await;
    }

    /// Closes the spool: what was put so far lasts also a crash of the machine when this returns.
    pub(crate) async fn close(&self) {
        self.ask(Order::Close).await;
    }

    async fn ask<T>(&self, order: impl FnOnce(oneshot::Sender<T>) -> Order) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        self.orders.send(order(answer)).await.ok()?;
        answered.await.ok()
    }
}

impl Room {
    /// Hands a batch over, which is the spool's from now on: where the disk does not take it, it is lost, counted and said.
    /// `then` is called when it is on the disk or lost.
    pub(crate) fn put(self, batch: Batch, then: impl FnOnce() + Send + 'static) {
        self.tally.give(batch.spans());
        self.permit.send(Order::Put(batch, Box::new(then)));
    }
}

/// What runs on the thread.
struct Worker {
    store: Store,
    tally: Arc<Tally>,
}

impl Worker {
    fn start(
        mut self,
        orders: mpsc::Receiver<Order>,
        found: oneshot::Sender<Recovered>,
    ) -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        let thread = std::thread::Builder::new().name("synndicate-spool".into());
        thread.spawn(move || {
            let recovered = self.store.recover();
            // Nobody may want to know.
            let _ = found.send(recovered);
            runtime.block_on(self.work(orders));
        })?;
        Ok(())
    }

    async fn work(mut self, mut orders: mpsc::Receiver<Order>) {
        let mut sync_at = None;
        let mut closing = Vec::new();
        loop {
            tokio::select! {
                biased;
                () = sleep_until(sync_at.unwrap_or_else(Instant::now)), if sync_at.is_some() => {
                    self.store.sync();
                    sync_at = None;
                }
                order = orders.recv() => match order {
                    Some(order) => closing.extend(self.obey(order)),
                    None => break,
                }
            }
            if !closing.is_empty() {
                // What is on its way already is kept too.
                orders.close();
            }
            if sync_at.is_none() && self.store.is_dirty() {
                sync_at = Some(Instant::now() + SYNC);
            }
        }
        self.store.sync();
        // The folder is free before the answer: whoever waits for it may open the next spool.
        drop(self);
        for answer in closing {
            let _ = answer.send(());
        }
    }

    /// Does what is asked; to close is left to the caller, with whom to tell.
    fn obey(&mut self, order: Order) -> Option<oneshot::Sender<()>> {
        match order {
            Order::Put(batch, then) => {
                if self.store.put(&batch).is_err() {
                    self.tally.lose(Loss::Unwritable, batch.spans());
                }
                then();
            }
            Order::Next(answer) => {
                let _ = answer.send(self.store.next());
            }
            Order::Done(token) => self.store.done(&token),
            Order::Close(answer) => return Some(answer),
        }
        None
    }
}
