//! From the threads' rings to the queue.

use super::ledger::Accounts;
use super::losses::Losses;
use super::queue::Queue;
use crate::recorder::{Core, Drained, follow_wall_clock};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// How often the rings are emptied when nobody asks. The batch timeout is another clock.
const TICK: Duration = Duration::from_millis(50);
/// The same while threads are busy: what they would have to call for is a system call on a traced thread.
const BUSY_TICK: Duration = Duration::from_millis(10);
/// So long a thread is taken to be busy whose ring was half full.
const BUSY: Duration = Duration::from_secs(1);
/// How often the wall clock is looked at.
const CLOCK: Duration = Duration::from_secs(1);

/// Empties the rings, and is the first to see what is lost on the way.
pub(super) struct Reader {
    pub(super) core: Arc<Core>,
    pub(super) queue: Arc<Queue>,
    pub(super) accounts: Arc<Accounts>,
    pub(super) losses: Losses,
}

impl Reader {
    /// Empties the rings, every [`TICK`] and when one is half full, as far as the queue has room. Never ends.
    pub(super) async fn run(mut self) {
        let mut pace = Pace::default();
        let mut clock_read = Instant::now();
        let (mut pass, mut room) = (None, Room::Left);
        loop {
            // Where there was no room the mark is the reader's own.
            let was_called = self.queue.reader_is_here() && room == Room::Left;
            room = self.read(&mut pass);
            // It is the same to be called and to look by oneself.
            let _ = timeout(pace.after(was_called), self.queue.for_reader.notified()).await;
            if clock_read.elapsed() >= CLOCK {
                follow_wall_clock();
                clock_read = Instant::now();
            }
        }
    }

    /// Visits the rings once; whether the queue has room for more. `pass` is the request to empty them that is being fulfilled.
    fn read(&mut self, pass: &mut Option<u64>) -> Room {
        if pass.is_none() {
            *pass = self.queue.wanted_pass().inspect(|_| self.core.rings.begin_pass());
        }
        if self.core.drain(self.queue.room()) == Drained::All
            && let Some(pass) = pass.take()
        {
            self.queue.complete_pass(pass);
        }
        self.losses.look(|| self.accounts.ledger(&self.core));
        if self.queue.room() > 0 {
            return Room::Left;
        }
        self.queue.reader_knows();
        Room::None
    }
}

/// Whether the queue has room for what may be in the rings.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Room {
    Left,
    None,
}

/// How soon the rings are visited again.
#[derive(Default)]
struct Pace {
    busy_until: Option<Instant>,
}

impl Pace {
    /// After a visit for which a ring had called, or none.
    fn after(&mut self, was_called: bool) -> Duration {
        let now = Instant::now();
        if was_called {
            self.busy_until = Some(now + BUSY);
        }
        self.busy_until = self.busy_until.filter(|until| now < *until);
        if self.busy_until.is_some() { BUSY_TICK } else { TICK }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Chunk;
    use crate::plan::QueueLimits;
    use crate::recorder::{FOLLOWED, Outlet as _};

    #[tokio::test(start_paused = true)]
    async fn rings_are_visited_more_often_for_a_while_when_one_has_called() {
        let mut pace = Pace::default();
        assert_eq!(pace.after(false), TICK);
        assert_eq!(pace.after(true), BUSY_TICK);
        tokio::time::advance(BUSY / 2).await;
        assert_eq!(pace.after(false), BUSY_TICK);
        tokio::time::advance(BUSY / 2).await;
        assert_eq!(pace.after(false), TICK);
    }

    /// A reader whose queue has room for one span.
    fn reader() -> Reader {
        let limits = QueueLimits { spans: 1, bytes: 1024 };
        let accounts = Arc::new(Accounts::default());
        let queue = Arc::new(Queue::new(limits, accounts.clone()));
        let core = Core::new(crate::testing::everything(), queue.clone());
        let losses = Losses::new(Arc::new(|_| ()));
        Reader { core, queue, accounts, losses }
    }

    #[tokio::test(start_paused = true)]
    async fn rings_call_nobody_while_the_queue_has_no_room_for_them() {
        let mut reader = reader();
        for (spans, room, is_called) in [(0, Room::Left, true), (1, Room::None, false)] {
            if spans > 0 {
                reader.queue.accept(Chunk::new(vec![0].into(), spans));
            }
            reader.queue.reader_is_here();
            assert_eq!(reader.read(&mut None), room);
            reader.queue.wake();
            let called = timeout(Duration::ZERO, reader.queue.for_reader.notified()).await;
            assert_eq!(called.is_ok(), is_called);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_wall_clock_is_followed_about_once_a_second() {
        let before = FOLLOWED.get();
        let half_a_minute = Duration::from_millis(30_500);
        assert!(timeout(half_a_minute, reader().run()).await.is_err(), "it never ends");
        let times = FOLLOWED.get() - before;
        assert!((28..=30).contains(&times), "{times} times in 30 seconds");
    }
}
