//! Outages of minutes at the default settings, on a clock that jumps from one event to the next.

use super::*;
use crate::pipeline::backends::Backends;
use crate::pipeline::worker::Worker;
use std::ops::Range;
use tokio::time::{Instant, sleep, sleep_until};

/// A backend that is as it is told for some seconds, and takes everything before and after.
struct Act {
    trouble: Trouble,
    seconds: Range<u64>,
}

#[derive(Clone, Copy, Debug)]
enum Trouble {
    Refuses,
    IsSilent,
}

/// What a request to a backend that is silent comes to.
const TIMEOUT: Duration = Duration::from_secs(10);
const INTERVAL: Duration = Duration::from_secs(30);
const SHUTDOWN: Duration = Duration::from_secs(5);

/// What happens on a stage whose clock jumps.
struct Scene {
    core: Arc<Core>,
    queue: Arc<Queue>,
    accounts: Arc<Accounts>,
    backends: Arc<Backends>,
    begin: Instant,
    exports: Arc<Mutex<Vec<Export>>>,
    _probe: mpsc::Receiver<FirstProbe>,
}

/// A batch that was taken.
#[derive(Clone, Debug)]
struct Export {
    backend: usize,
    at: Duration,
    names: Vec<String>,
}

/// What programs have that set nothing.
fn defaults() -> Setup {
    Setup {
        queue: QueueLimits { spans: 2048, bytes: 64 << 20 },
        batch: BatchLimits { spans: 512, bytes: 7 << 19, timeout: Duration::from_secs(5) },
        retry: RetryPolicy::default(),
        probe_interval: Some(INTERVAL),
        ..Setup::default()
    }
}

impl Trouble {
    fn answer(self) -> Answer {
        match self {
            Trouble::Refuses => refuse(ErrorKind::Unreachable),
            Trouble::IsSilent => {
                Answer::After(TIMEOUT, Err(ExportError::new(ErrorKind::TimedOut, "no answer")))
            }
        }
    }
}

impl Act {
    /// Takes everything for ever.
    fn none() -> Act {
        Act { trouble: Trouble::Refuses, seconds: 0..0 }
    }

    fn exporter(self, backend: usize, exports: Arc<Mutex<Vec<Export>>>) -> Exporter {
        let begin = Instant::now();
        let script = move |batch: &Batch| {
            let at = begin.elapsed();
            if self.seconds.contains(&at.as_secs()) {
                return self.trouble.answer();
            }
            if batch.spans() > 0 {
                exports.lock().unwrap().push(Export { backend, at, names: names(batch) });
            }
            accept()
        };
        Exporter::Scripted(ScriptedExporter::at(["a", "b"][backend], script))
    }
}

impl Scene {
    /// Runs a pipeline beside `play`, until that ends.
    async fn play(setup: Setup, acts: Vec<Act>, play: impl AsyncFnOnce(&Scene)) {
        let (scene, worker, probed) = Scene::set(setup, acts);
        tokio::select! {
            () = worker.run(probed) => panic!("the worker ends with the play"),
            () = play(&scene) => {}
        }
    }

    fn set(setup: Setup, acts: Vec<Act>) -> (Scene, Worker, mpsc::SyncSender<FirstProbe>) {
        let exports = Arc::new(Mutex::new(Vec::new()));
        let exporter = |(backend, act): (usize, Act)| act.exporter(backend, exports.clone());
        let mut exporters: Vec<_> = (0..).zip(acts).map(exporter).collect();
        let primary = exporters.remove(0);
        let parts = setup.parts(primary, exporters, Arc::new(|_| ()));
        let (core, queue) = (parts.core.clone(), parts.queue.clone());
        let accounts = parts.accounts.clone();
        let worker = Worker::new(parts);
        let backends = worker.backends().clone();
        let (probed, probe) = mpsc::sync_channel(1);
        let begin = Instant::now();
        let scene = Scene { core, queue, accounts, backends, begin, exports, _probe: probe };
        (scene, worker, probed)
    }

    async fn until(&self, second: u64) {
        sleep_until(self.begin + Duration::from_secs(second)).await;
    }

    /// Lets so many spans end, as far as there is room for them.
    fn end_spans(&self, count: u64) {
        for number in 0..count.min(self.queue.room()) {
            self.core.accept(chunk(&number.to_string(), 0));
        }
    }

    fn ledger(&self) -> Ledger {
        self.accounts.ledger(&self.core)
    }

    /// How long after this moment a backend first took something.
    fn takes_after(&self, backend: usize, moment: Duration) -> Option<Duration> {
        let exports = self.exports.lock().unwrap();
        let mut of_backend = exports.iter().filter(|export| export.backend == backend);
        of_backend.find_map(|export| export.at.checked_sub(moment))
    }
}

#[tokio::test(start_paused = true)]
async fn spans_leave_a_backend_that_dies_within_two_seconds_and_return_within_two_intervals() {
    let (death, life) = (100, 400);
    for trouble in [Trouble::Refuses, Trouble::IsSilent] {
        let acts = vec![Act { trouble, seconds: death..life }, Act::none()];
        Scene::play(defaults(), acts, async |scene| {
            scene.until(death).await;
            let death = Duration::from_secs(death);
            let switch = loop {
                // 20,000 a second.
                scene.end_spans(20);
                sleep(Duration::from_millis(1)).await;
                if let Some(switch) = scene.takes_after(1, death) {
                    break switch;
                }
            };
            assert!(switch < Duration::from_secs(2), "{switch:?} after it {trouble:?}");
            if let Trouble::Refuses = trouble {
                assert!(switch < Duration::from_millis(100), "{switch:?}: the queue has no room");
            }

            scene.until(life).await;
            let life = Duration::from_secs(life);
            let back = loop {
                scene.end_spans(1);
                sleep(Duration::from_secs(1)).await;
                if let Some(back) = scene.takes_after(0, life) {
                    break back;
                }
            };
            assert!(back < 2 * INTERVAL, "{back:?} after it {trouble:?}");
            assert_eq!(scene.ledger().dropped(), 0, "{}", scene.ledger());
        })
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_with_every_backend_down_keeps_to_its_time_and_counts_what_is_lost() {
    for trouble in [Trouble::Refuses, Trouble::IsSilent] {
        for known_for in [0, 60] {
            let down = || Act { trouble, seconds: 0..u64::MAX };
            let (scene, worker, probed) = Scene::set(defaults(), vec![down(), down()]);
            let end = async {
                scene.until(known_for).await;
                scene.end_spans(2048);
                let begin = Instant::now();
                scene.queue.close(begin + SHUTDOWN);
                begin
            };
            let ((), begin) = tokio::join!(worker.run(probed), end);
            assert!(begin.elapsed() <= SHUTDOWN, "{:?} while it {trouble:?}", begin.elapsed());
            let ledger = scene.ledger();
            assert_eq!(ledger.dropped_for(DropReason::ShutDown), 2048, "{ledger}");
        }
    }
}

#[cfg(feature = "spool")]
mod with_spool {
    use super::*;
    use std::collections::BTreeSet;
    use tokio::task::yield_now;

    /// The disk is real, and so is its time: the clock stands still while spans wait for it.
    async fn end_spans(scene: &Scene, numbers: Range<u64>) {
        for number in numbers {
            while scene.queue.room() < 1000 {
                yield_now().await;
            }
            scene.core.accept(chunk(&number.to_string(), 0));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_lost_through_an_outage_of_five_minutes() {
        let folder = tempfile::tempdir().unwrap();
        let plan = crate::plan::SpoolPlan { dir: folder.path().to_owned(), max_bytes: 256 << 20 };
        let spool = Spool::open(&plan, Arc::new(|_| ())).unwrap().0;
        let setup = Setup { spool: Some(spool), ..defaults() };
        let (death, life, end) = (10, 310, 330);
        let acts = vec![Act { trouble: Trouble::Refuses, seconds: death..life }];
        Scene::play(setup, acts, async |scene| {
            let mut made = 0;
            for tenth in 0..10 * end {
                end_spans(scene, made..made + 50).await;
                made += 50;
                sleep_until(scene.begin + Duration::from_millis(100) * tenth).await;
            }
            assert!(scene.ledger().exported > 0 && scene.ledger().dropped() == 0);
            while scene.ledger().waiting > 0 {
                sleep(Duration::from_secs(1)).await;
            }
            let ledger = scene.ledger();
            assert_eq!((ledger.created, ledger.exported), (made, made), "{ledger}");
            let exports = scene.exports.lock().unwrap();
            let arrived: Vec<_> = exports.iter().flat_map(|export| &export.names).collect();
            let numbers: BTreeSet<u64> = arrived.iter().map(|name| name.parse().unwrap()).collect();
            assert!(numbers.into_iter().eq(0..made) && arrived.len() as u64 == made);
            let health = scene.backends.report().swap_remove(0);
            assert_eq!(health.exported, made, "{health:#?}");
        })
        .await;
    }
}
