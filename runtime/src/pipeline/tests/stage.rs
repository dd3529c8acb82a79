//! Several backends, each in a mood that a test changes while the pipeline runs.

use super::{Answer, PATIENCE, Setup, accept, chunk, names, refuse};
use crate::batch::Batch;
use crate::exporter::scripted::ScriptedExporter;
use crate::exporter::{Accepted, ErrorKind, Exporter};
use crate::health::{BackendHealth, BackendState};
use crate::pipeline::{FirstProbe, Ledger, Pipeline};
use crate::recorder::Core;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

const A_MOMENT: Duration = Duration::from_millis(100);

/// How a backend answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mood {
    Takes,
    Fails(ErrorKind),
    /// Probes are taken, batches are not.
    FailsBatches(ErrorKind),
    /// The next batch is not taken, all others are.
    FailsOnce(ErrorKind),
    /// Batches are taken after a moment.
    TakesSlowly,
    /// Nothing is ever answered.
    Hangs,
    /// Batches are taken, probes are never answered.
    HangsInProbes,
}

impl Mood {
    fn answer(self, batch: &Batch) -> Answer {
        match (self, batch.spans()) {
            (Mood::Fails(kind), _) | (Mood::FailsBatches(kind) | Mood::FailsOnce(kind), 1..) => {
                refuse(kind)
            }
            (Mood::TakesSlowly, 1..) => Answer::After(A_MOMENT, Ok(Accepted::default())),
            (Mood::Hangs, _) | (Mood::HangsInProbes, 0) => Answer::Never,
            _ => accept(),
        }
    }
}

/// What each backend is in the mood for, and what has happened.
#[derive(Default)]
struct Acts {
    moods: Vec<Mood>,
    /// The backend and the names of the spans of each batch, in order.
    batches: Vec<(usize, Vec<String>)>,
    /// How often each backend was asked without spans.
    probes: Vec<usize>,
    said: Vec<String>,
}

#[derive(Default)]
struct Shared {
    acts: Mutex<Acts>,
    news: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Acts> {
        self.acts.lock().unwrap()
    }

    fn play(&self, number: usize, batch: &Batch) -> Answer {
        let mut acts = self.lock();
        if batch.spans() == 0 {
            acts.probes[number] += 1;
        } else {
            acts.batches.push((number, names(batch)));
        }
        self.news.notify_all();
        let mood = acts.moods[number];
        if let (Mood::FailsOnce(_), 1..) = (mood, batch.spans()) {
            acts.moods[number] = Mood::Takes;
        }
        mood.answer(batch)
    }
}

/// A pipeline with several backends, called `a`, `b` and `c`.
pub(super) struct Stage {
    pub(super) pipeline: Pipeline,
    core: Arc<Core>,
    shared: Arc<Shared>,
    /// Somebody waits for the first probe, and says what it brings.
    _first: Receiver<FirstProbe>,
}

impl Setup {
    /// Starts with a backend for each mood.
    pub(super) fn on_stage(self, moods: &[Mood]) -> Stage {
        let shared = Arc::new(Shared::default());
        *shared.lock() =
            Acts { moods: moods.to_vec(), probes: vec![0; moods.len()], ..Acts::default() };
        let exporter = |number: usize| {
            let plays = shared.clone();
            let place = ["a", "b", "c"][number];
            Exporter::Scripted(ScriptedExporter::at(place, move |batch| plays.play(number, batch)))
        };
        let says = shared.clone();
        let say = move |text: &str| {
            says.lock().said.push(text.to_owned());
            says.news.notify_all();
        };
        let fallbacks = (1..moods.len()).map(exporter).collect();
        let (pipeline, first, _, core) = self.pipeline(exporter(0), fallbacks, Arc::new(say));
        Stage { pipeline, core, shared, _first: first }
    }
}

impl Stage {
    pub(super) fn set(&self, number: usize, mood: Mood) {
        self.shared.lock().moods[number] = mood;
    }

    /// Lets one span end that is sent at once, and waits until it is settled.
    #[track_caller]
    pub(super) fn deliver(&self, name: &str) {
        self.end_span(name);
        assert!(self.pipeline.flush(PATIENCE), "{}", self.pipeline.ledger());
    }

    /// Lets one span end that is sent at once.
    pub(super) fn end_span(&self, name: &str) {
        self.core.accept(chunk(name, 0));
    }

    /// Waits until a backend is in this state.
    #[track_caller]
    pub(super) fn wait_for(&self, number: usize, state: BackendState) {
        self.wait(|| self.health(number).state == state);
    }

    /// Waits until that is so; looks whenever a backend is asked or something is said.
    #[track_caller]
    pub(super) fn wait(&self, is_so: impl Fn() -> bool) {
        let begin = tokio::time::Instant::now();
        while !is_so() {
            assert!(begin.elapsed() < PATIENCE, "{:#?}", self.pipeline.health());
            let acts = self.shared.lock();
            // What is waited for follows an answer, and so comes a moment after it.
            drop(self.shared.news.wait_timeout(acts, Duration::from_millis(5)).unwrap());
        }
    }

    pub(super) fn health(&self, number: usize) -> BackendHealth {
        self.pipeline.health().backends.swap_remove(number)
    }

    pub(super) fn probes(&self, number: usize) -> usize {
        self.shared.lock().probes[number]
    }

    pub(super) fn said(&self) -> Vec<String> {
        self.shared.lock().said.clone()
    }

    /// The way of each span from backend to backend, such as `1: a a b`, in the order of their first attempts.
    pub(super) fn ways(&self) -> Vec<String> {
        let mut ways: Vec<(String, String)> = Vec::new();
        for (number, names) in &self.shared.lock().batches {
            let place = ["a", "b", "c"][*number];
            for name in names {
                match ways.iter_mut().find(|(known, _)| known == name) {
                    Some((_, way)) => *way = format!("{way} {place}"),
                    None => ways.push((name.clone(), place.to_owned())),
                }
            }
        }
        ways.into_iter().map(|(name, way)| format!("{name}: {way}")).collect()
    }

    /// Ends; what came of it must add up, in all and by backend.
    #[track_caller]
    pub(super) fn end(self) -> Ledger {
        self.end_within(PATIENCE)
    }

    #[track_caller]
    pub(super) fn end_within(self, timeout: Duration) -> Ledger {
        let ledger = self.pipeline.shutdown(timeout);
        assert_eq!(ledger.waiting, ledger.spooled, "{ledger}");
        let left = ledger.exported + ledger.dropped() + ledger.waiting;
        assert_eq!(ledger.created + ledger.recovered, left, "{ledger}");
        let by_backend: u64 =
            self.pipeline.health().backends.iter().map(|health| health.exported).sum();
        assert_eq!(ledger.exported, by_backend, "{:#?}", self.pipeline.health());
        ledger
    }
}
