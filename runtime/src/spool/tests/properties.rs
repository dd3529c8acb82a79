//! Any sequence of writing, reading and crashing, against a model.

use super::*;
use proptest::prelude::*;
use std::collections::VecDeque;
use std::fs;

#[derive(Clone, Debug)]
enum Step {
    /// A batch of so many spans with names of so many bytes, of one of two services.
    Put(usize, usize, bool),
    /// Reads a batch, and is done with it or not.
    Next {
        done: bool,
    },
    Sync,
    /// The process ends without a word. Where the machine does, the newest file may lose its end.
    Crash {
        cut: Option<prop::sample::Index>,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1..4_usize, 1..600_usize, any::<bool>()).prop_map(|(spans, bytes, service)| Step::Put(spans, bytes, service)),
        4 => any::<bool>().prop_map(|done| Step::Next { done }),
        1 => Just(Step::Sync),
        1 => prop::option::of(any::<prop::sample::Index>()).prop_map(|cut| Step::Crash { cut }),
    ]
}

/// A batch that the spool must still have.
#[derive(Clone, Debug)]
struct Kept {
    names: Vec<String>,
    file: PathBuf,
    end: u64,
}

struct Play {
    disk: Disk,
    store: Option<Store>,
    tally: Arc<Tally>,
    kept: VecDeque<Kept>,
    /// Spans that this process found or put.
    came: u64,
    replayed: u64,
    made: u64,
}

impl Play {
    fn new() -> Play {
        let disk = Disk { max_bytes: 6000, ..Disk::new() };
        let (store, _, tally) = disk.store();
        Play {
            disk,
            store: Some(store),
            tally,
            kept: VecDeque::new(),
            came: 0,
            replayed: 0,
            made: 0,
        }
    }

    fn store(&mut self) -> &mut Store {
        self.store.as_mut().unwrap()
    }

    fn put(&mut self, spans: usize, bytes: usize, service: bool) {
        let name = |at| format!("{}-{at}-{}", self.made, "x".repeat(bytes));
        let names: Vec<String> = (0..spans).map(name).collect();
        self.made += 1;
        let service = if service { "one" } else { "two" };
        let batch = batch_of(service, &names.iter().map(String::as_str).collect::<Vec<_>>());
        let lost = self.tally.lost(Loss::Full);
        self.store().put(&batch).unwrap();
        self.tally.give(batch.spans());
        self.came += batch.spans();
        let lost = self.tally.lost(Loss::Full) - lost;
        self.drop_oldest(lost);
        let file = self.disk.files(".spool").pop().unwrap();
        let end = fs::metadata(&file).unwrap().len();
        self.kept.push_back(Kept { names, file, end });
    }

    /// What was lost are the oldest batches: in the first file, or in the second while one of the first is out.
    fn drop_oldest(&mut self, mut lost: u64) {
        while lost > 0 {
            let first = self.kept[0].file.clone();
            let at = if first.exists() {
                self.kept.iter().position(|kept| kept.file != first).unwrap()
            } else {
                0
            };
            lost -= self.kept.remove(at).unwrap().names.len() as u64;
        }
    }

    fn next(&mut self, done: bool) {
        let next = self.store().next();
        let expected = self.kept.front().map(|kept| kept.names.clone());
        assert_eq!(next.as_ref().map(|next| names(&next.batch)), expected);
        if let (Some(next), true) = (next, done) {
            self.store().done(&next.token);
            self.replayed += next.batch.spans();
            self.kept.pop_front();
        }
    }

    fn crash(&mut self, cut: Option<prop::sample::Index>) {
        self.store = None;
        if let (Some(cut), Some(file)) = (cut, self.disk.files(".spool").pop()) {
            let len = cut.index(fs::metadata(&file).unwrap().len() as usize + 1) as u64;
            fs::OpenOptions::new().write(true).open(&file).unwrap().set_len(len).unwrap();
            self.kept.retain(|kept| kept.file != file || kept.end <= len);
        }
        let (store, recovered, tally) = self.disk.store();
        assert_eq!(recovered.spans, self.waiting());
        self.store = Some(store);
        self.came = recovered.spans + recovered.lost;
        self.replayed = 0;
        self.tally = tally;
    }

    fn waiting(&self) -> u64 {
        self.kept.iter().map(|kept| kept.names.len() as u64).sum()
    }

    fn balance(&self) {
        let lost = self.tally.lost(Loss::Full) + self.tally.lost(Loss::Damaged);
        assert_eq!(self.tally.waiting(), self.waiting());
        assert_eq!(self.came, self.replayed + lost + self.waiting());
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 2 } else { 48 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn nothing_is_lost_but_what_was_cut_or_counted(steps in prop::collection::vec(step(), 1..60)) {
        let mut play = Play::new();
        for step in steps {
            match step {
                Step::Put(spans, bytes, service) => play.put(spans, bytes, service),
                Step::Next { done } => play.next(done),
                Step::Sync => play.store().sync(),
                Step::Crash { cut } => play.crash(cut),
            }
            play.balance();
        }
        play.crash(None);
        while !play.kept.is_empty() {
            play.next(true);
            play.balance();
        }
        prop_assert_eq!(play.disk.files(".damaged").len() + play.disk.files(".lock").len(), play.disk.files("").len());
    }
}
