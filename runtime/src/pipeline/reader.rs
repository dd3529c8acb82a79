//! From the threads' rings to the queue.

use super::ledger::Accounts;
use super::losses::Losses;
use super::queue::Queue;
use crate::recorder::{Core, Drained, follow_wall_clock};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval};

/// How often the rings are emptied when nobody asks. The batch timeout is another clock.
const TICK: Duration = Duration::from_millis(50);
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
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut clock_read = Instant::now();
        let mut pass = None;
        loop {
            tokio::select! {
                _ = tick.tick() => {}
                () = self.queue.for_reader.notified() => {}
            }
            self.read(&mut pass);
            if clock_read.elapsed() >= CLOCK {
                follow_wall_clock();
                clock_read = Instant::now();
            }
        }
    }

    /// Visits the rings once. `pass` is the request to empty them that is being fulfilled.
    fn read(&mut self, pass: &mut Option<u64>) {
        self.queue.reader_is_here();
        if pass.is_none() {
            *pass = self.queue.wanted_pass().inspect(|_| self.core.rings.begin_pass());
        }
        if self.core.drain(self.queue.room()) == Drained::All
            && let Some(pass) = pass.take()
        {
            self.queue.complete_pass(pass);
        }
        self.losses.look(|| self.accounts.ledger(&self.core));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::QueueLimits;
    use crate::recorder::FOLLOWED;
    use tokio::time::timeout;

    #[tokio::test(start_paused = true)]
    async fn the_wall_clock_is_followed_about_once_a_second() {
        let limits = QueueLimits { spans: 1, bytes: 1 };
        let accounts = Arc::new(Accounts::default());
        let queue = Arc::new(Queue::new(limits, accounts.clone()));
        let core = Core::new(crate::testing::everything(), queue.clone());
        let losses = Losses::new(Arc::new(|_| ()));
        let reader = Reader { core, queue, accounts, losses };
        let before = FOLLOWED.get();
        let half_a_minute = Duration::from_millis(30_500);
        assert!(timeout(half_a_minute, reader.run()).await.is_err(), "it never ends");
        let times = FOLLOWED.get() - before;
        assert!((28..=30).contains(&times), "{times} times in 30 seconds");
    }
}
