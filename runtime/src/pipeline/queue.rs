//! The queue: what has left the threads and waits for the backend, bounded in spans and in bytes.

use super::ledger::{Accounts, DropReason};
use crate::batch::{Batch, Chunk, Resource};
use crate::forked;
use crate::plan::{BatchLimits, QueueLimits};
use crate::recorder::Outlet;
use std::collections::VecDeque;
use std::sync::atomic::{
    AtomicBool,
    Ordering::{AcqRel, Relaxed},
};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

/// The queue between all threads and the worker.
pub(crate) struct Queue {
    limits: QueueLimits,
    accounts: Arc<Accounts>,
    state: Mutex<State>,
    /// The reader of the rings should look: a ring is half full, there is room again, somebody flushes.
    pub(super) for_reader: Notify,
    /// The sender should look: spans have come, or are urgent.
    pub(super) for_sender: Notify,
    /// The queue is filling up.
    pub(super) for_spooler: Notify,
    /// The worker has been told already that a ring is half full.
    woken: AtomicBool,
    /// When everything must be over, once the end has begun.
    pub(super) closed: watch::Sender<Option<Instant>>,
    /// Spans were settled, or the worker is gone.
    settled: Condvar,
}

#[derive(Debug, Default)]
struct State {
    chunks: VecDeque<(Chunk, Arrival)>,
    spans: u64,
    bytes: usize,
    /// How many spans ever entered, and how many of them were exported or dropped since. They leave in order.
    entered: u64,
    left: u64,
    stage: Stage,
    /// What entered up to this number goes without waiting for a full batch.
    urgent: u64,
    /// How many requests to empty the rings were made, and how many were fulfilled.
    passes_wanted: u64,
    passes_done: u64,
}

type Arrival = Instant;

/// How much of the pipeline is alive.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Eq, Ord)]
enum Stage {
    #[default]
    Open,
    /// The end has begun: what is in the threads' rings comes in beyond the limits, which the rings' size bounds.
    Last,
    /// Nothing enters any more.
    Closed,
    /// The worker has ended.
    Over,
}

/// What the sender does next.
#[derive(Debug)]
pub(super) enum Next {
    Send(Batch),
    /// Nothing is due before this moment, or before there is news.
    WaitUntil(Option<Instant>),
    /// The queue is closed and empty.
    End,
}

impl Queue {
    pub(crate) fn new(limits: QueueLimits, accounts: Arc<Accounts>) -> Queue {
        Queue {
            limits,
            accounts,
            state: Mutex::default(),
            for_reader: Notify::new(),
            for_sender: Notify::new(),
            for_spooler: Notify::new(),
            woken: AtomicBool::new(false),
            closed: watch::Sender::new(None),
            settled: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many spans may enter now.
    pub(super) fn room(&self) -> u64 {
        let state = self.lock();
        if state.bytes >= self.limits.bytes {
            0
        } else {
            self.limits.spans.saturating_sub(state.spans)
        }
    }

    /// The next batch, if one is due: full by spans or bytes, old enough, or urgent.
    pub(super) fn next(&self, limits: &BatchLimits, resource: &Arc<Resource>) -> Next {
        let mut state = self.lock();
        let Some((_, arrival)) = state.chunks.front() else {
            return if state.stage < Stage::Closed { Next::WaitUntil(None) } else { Next::End };
        };
        let due = *arrival + limits.timeout;
        let full = state.spans >= limits.spans.min(self.limits.spans)
            || state.bytes >= limits.bytes.min(self.limits.bytes);
        let urgent = state.stage > Stage::Open || state.left < state.urgent;
        if full || urgent || due <= Instant::now() {
            Next::Send(state.take_batch(limits, resource))
        } else {
            Next::WaitUntil(Some(due))
        }
    }

    /// The next batch, due or not, while the queue is over three quarters full.
    pub(super) fn overflow(&self, limits: &BatchLimits, resource: &Arc<Resource>) -> Option<Batch> {
        let mut state = self.lock();
        let is_over = state.stage < Stage::Closed && self.is_over_mark(&state);
        is_over.then(|| state.take_batch(limits, resource))
    }

    fn is_over_mark(&self, state: &State) -> bool {
        state.spans > self.limits.spans / 4 * 3 || state.bytes > self.limits.bytes / 4 * 3
    }

    /// Says that spans which were taken have been exported or dropped.
    pub(super) fn settle(&self, spans: u64) {
        self.lock().left += spans;
        self.settled.notify_all();
        self.for_reader.notify_one();
    }

    /// How many spans wait here, and how many of those that have left are not settled.
    pub(super) fn waiting(&self) -> (u64, u64) {
        let state = self.lock();
        (state.spans, state.entered - state.left - state.spans)
    }

    /// Whether somebody waits for the rings to be emptied; the number of the request.
    pub(super) fn wanted_pass(&self) -> Option<u64> {
        let state = self.lock();
        (state.passes_wanted > state.passes_done).then_some(state.passes_wanted)
    }

    /// The rings have been emptied once for all requests up to `pass`.
    pub(super) fn complete_pass(&self, pass: u64) {
        let mut state = self.lock();
        state.passes_done = state.passes_done.max(pass);
        state.urgent = state.entered;
        drop(state);
        self.settled.notify_all();
        self.for_sender.notify_one();
    }

    /// The reader of the rings has come; the next one that is half full may call it again. Whether one had called.
    pub(super) fn reader_is_here(&self) -> bool {
        self.woken.swap(false, AcqRel)
    }

    /// The queue has no room for what is in the rings. To be called for that again and again would help nobody.
    pub(super) fn reader_knows(&self) {
        self.woken.store(true, Relaxed);
    }

    /// Waits until all that ended before has been exported or dropped: at most `timeout`. True where it has.
    pub(super) fn flush(&self, timeout: Duration) -> bool {
        let mut state = self.lock();
        state.passes_wanted += 1;
        let pass = state.passes_wanted;
        self.for_reader.notify_one();
        let unsettled = |state: &mut State| {
            state.stage != Stage::Over && (state.passes_done < pass || state.left < state.urgent)
        };
        let waited = self.settled.wait_timeout_while(state, timeout, &unsettled);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        !unsettled(&mut state)
    }

    /// Takes in beyond the limits what is still in the threads' rings.
    pub(super) fn admit_everything(&self) {
        self.turn_to(Stage::Last);
    }

    /// Lets nothing in any more; the worker empties the queue until `deadline`.
    pub(super) fn close(&self, deadline: Instant) {
        self.turn_to(Stage::Closed);
        self.closed.send_replace(Some(deadline));
        self.for_sender.notify_one();
    }

    /// Stages only follow one another.
    fn turn_to(&self, stage: Stage) {
        let mut state = self.lock();
        state.stage = state.stage.max(stage);
    }

    /// Whether the end has begun.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.borrow().is_some()
    }

    /// The worker ends, or is not waited for any longer: what is left is dropped.
    pub(super) fn end(&self) {
        let mut state = self.lock();
        state.stage = Stage::Over;
        let spans = std::mem::take(&mut state.spans);
        state.chunks.clear();
        state.bytes = 0;
        state.left += spans;
        // Before the lock is let go: whoever sees the end reads the ledger next.
        self.accounts.drop_for(DropReason::ShutDown, spans);
        drop(state);
        self.settled.notify_all();
    }

    /// Waits until the worker has ended: at most `timeout`.
    pub(super) fn wait_for_end(&self, timeout: Duration) {
        let alive = |state: &mut State| state.stage != Stage::Over;
        drop(self.settled.wait_timeout_while(self.lock(), timeout, alive));
    }
}

impl State {
    fn take_batch(&mut self, limits: &BatchLimits, resource: &Arc<Resource>) -> Batch {
        let mut batch = Batch::empty(resource.clone());
        while batch.spans() < limits.spans
            && (batch.spans() == 0 || batch.body_len() < limits.bytes)
        {
            let Some((chunk, arrival)) = self.chunks.pop_front() else { break };
            let mut rest = chunk;
            let room = limits.bytes.saturating_sub(batch.body_len());
            let taken = rest.take(limits.spans - batch.spans(), room);
            if rest.spans() > 0 {
                self.chunks.push_front((rest, arrival));
            }
            if batch.spans() > 0 && taken.len() > room {
                self.chunks.push_front((taken, arrival));
                break;
            }
            self.spans -= taken.spans();
            self.bytes -= taken.len();
            batch.push(taken);
        }
        batch
    }
}

/// What of `chunk` fits. A small part gets memory of its own, since the queue counts no more than its bytes.
fn part(chunk: &mut Chunk, spans: u64, bytes: usize) -> Chunk {
    let whole = chunk.len();
    let part = chunk.take(spans, bytes);
    if part.len() < whole / 2 { part.copied() } else { part }
}

impl Outlet for Queue {
    fn accept(&self, mut chunk: Chunk) {
        let mut state = self.lock();
        if state.stage >= Stage::Closed {
            drop(state);
            return self.accounts.drop_for(DropReason::ShutDown, chunk.spans());
        }
        let room = self.limits.spans.saturating_sub(state.spans);
        let bytes = self.limits.bytes.saturating_sub(state.bytes);
        let fits = state.stage == Stage::Last || (chunk.spans() <= room && chunk.len() <= bytes);
        let entering = match (fits, room.min(bytes as u64)) {
            (true, _) => std::mem::take(&mut chunk),
            (false, 0) => Chunk::default(),
            (false, _) => part(&mut chunk, room, bytes),
        };
        if entering.spans() > 0 {
            state.spans += entering.spans();
            state.bytes += entering.len();
            state.entered += entering.spans();
            state.chunks.push_back((entering, Instant::now()));
            self.for_sender.notify_one();
            if self.is_over_mark(&state) {
                self.for_spooler.notify_one();
            }
        }
        drop(state);
        if chunk.spans() > 0 {
            self.accounts.drop_for(DropReason::QueueFull, chunk.spans());
        }
    }

    fn wake(&self) {
        // In a forked child nobody is there to be woken, and what wakes the worker is shared with the parent.
        let is_first = !self.woken.load(Relaxed) && !self.woken.swap(true, AcqRel);
        if is_first && !forked::is_child() {
            self.for_reader.notify_one();
        }
    }
}
