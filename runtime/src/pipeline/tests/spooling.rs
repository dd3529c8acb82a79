//! A pipeline with a spool: what no backend takes waits there, in memory that is bounded, also for the next run.

use super::stage::{Mood, Stage};
use super::*;
use crate::health::BackendState;
use crate::plan::SpoolPlan;
use std::path::Path;
use tempfile::TempDir;

const AWAY: Mood = Mood::Fails(ErrorKind::Unreachable);

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn spool(folder: &Path) -> Spool {
    let plan = SpoolPlan { dir: folder.to_owned(), max_bytes: 64 << 20 };
    Spool::open(&plan, Arc::new(|_| ())).unwrap().0
}

fn with_spool(folder: &Path) -> Setup {
    let probe_interval = Some(Duration::from_millis(5));
    Setup { spool: Some(spool(folder)), probe_interval, ..Setup::default() }
}

fn ways(stage: &Stage, from: &str) -> Vec<String> {
    let ways = stage.ways();
    ways.into_iter().filter_map(|way| Some(way.strip_prefix(from)?.to_owned())).collect()
}

#[test]
fn what_was_made_in_an_outage_is_sent_in_its_order_when_it_is_over() {
    let folder = folder();
    let stage = with_spool(folder.path()).on_stage(&[AWAY]);
    for name in ["1", "2", "3", "4"] {
        stage.deliver(name);
    }
    let ledger = stage.pipeline.ledger();
    assert_eq!((ledger.waiting, ledger.dropped()), (4, 0), "{ledger}");
    stage.set(0, Mood::Takes);
    stage.wait(|| stage.pipeline.ledger().exported == 4);
    stage.deliver("5");
    let order: Vec<_> = stage.ways().iter().map(|way| way[..1].to_owned()).collect();
    assert_eq!(order, ["1", "2", "3", "4", "5"]);
    let ledger = stage.end();
    assert_eq!((ledger.exported, ledger.spooled), (5, 0));
}

#[test]
fn what_is_left_at_the_end_is_sent_by_the_next_run() {
    let folder = folder();
    let stage = with_spool(folder.path()).on_stage(&[AWAY, AWAY]);
    numbered(2000).for_each(|name| stage.end_span(&name));
    let ledger = stage.end();
    assert_eq!((ledger.spooled, ledger.dropped()), (2000, 0), "{ledger}");
    assert!(ledger.lost().unwrap().contains("2000 in the spool, for the next run"));
    let stage = with_spool(folder.path()).on_stage(&[Mood::Takes]);
    stage.wait(|| stage.pipeline.ledger().exported == 2000);
    let ledger = stage.end();
    assert_eq!((ledger.created, ledger.recovered, ledger.waiting), (0, 2000, 0), "{ledger}");
    assert_eq!(ledger.lost(), None);
}

#[test]
fn a_batch_of_the_spool_that_is_under_way_at_the_end_is_not_sent_again() {
    let folder = folder();
    let stage = with_spool(folder.path()).on_stage(&[AWAY]);
    stage.deliver("1");
    let before = stage.ways();
    stage.set(0, Mood::TakesSlowly);
    stage.wait(|| stage.ways() != before);
    let ledger = stage.end();
    assert_eq!((ledger.exported, ledger.spooled), (1, 0), "{ledger}");
}

#[test]
fn a_backend_that_hangs_leaves_time_to_put_the_rest_into_the_spool() {
    let folder = folder();
    let stage = with_spool(folder.path()).on_stage(&[Mood::Takes]);
    stage.deliver("first");
    stage.set(0, Mood::Hangs);
    numbered(1500).for_each(|name| stage.end_span(&name));
    let ledger = stage.end_within(Duration::from_secs(2));
    assert_eq!((ledger.exported, ledger.spooled, ledger.dropped()), (1, 1500, 0), "{ledger}");
}

#[test]
fn what_the_queue_cannot_hold_goes_to_the_spool_while_a_backend_hangs() {
    let folder = folder();
    let queue = QueueLimits { spans: 100, bytes: 1 << 20 };
    let batch = BatchLimits { spans: 10, ..Setup::default().batch };
    let setup = Setup { queue, batch, ..with_spool(folder.path()) };
    let stage = setup.on_stage(&[Mood::Takes]);
    stage.deliver("first");
    stage.set(0, Mood::Hangs);
    for (made, name) in (1..).zip(numbered(1000)) {
        stage.end_span(&name);
        // As the reader of the rings does, which takes no more than there is room for.
        stage.wait(|| made - stage.pipeline.ledger().spooled < 95);
    }
    let ledger = stage.end_within(Duration::from_secs(2));
    assert_eq!((ledger.exported, ledger.spooled, ledger.dropped()), (1, 1000, 0), "{ledger}");
}

#[test]
fn new_spans_do_not_wait_for_the_whole_spool() {
    let folder = folder();
    let stage = with_spool(folder.path()).on_stage(&[AWAY]);
    for name in numbered(300) {
        stage.deliver(&format!("old-{name}"));
    }
    assert_eq!(stage.end().spooled, 300);
    let queue = QueueLimits { spans: 100, bytes: 1 << 20 };
    let stage = Setup { queue, ..with_spool(folder.path()) }.on_stage(&[Mood::Takes]);
    stage.deliver("new");
    let before = stage.ways().iter().take_while(|way| !way.starts_with("new")).count();
    stage.wait(|| stage.pipeline.ledger().exported == 301);
    assert_eq!(ways(&stage, "old-").len(), 300);
    assert!(before < 300, "all {before} batches went before the new one");
    assert_eq!(stage.end().waiting, 0);
}

#[test]
fn a_batch_that_is_refused_for_good_leaves_the_spool_too() {
    let folder = folder();
    let stage = with_spool(folder.path()).on_stage(&[AWAY]);
    stage.deliver("1");
    stage.set(0, Mood::FailsBatches(ErrorKind::Refused));
    stage.wait(|| stage.pipeline.ledger().dropped_for(DropReason::Refused) == 1);
    let ledger = stage.end();
    assert_eq!((ledger.waiting, ledger.dropped()), (0, 1), "{ledger}");
}

#[test]
fn a_full_spool_drops_the_oldest_and_says_so() {
    let folder = folder();
    let plan = SpoolPlan { dir: folder.path().to_owned(), max_bytes: 2000 };
    let spool = Spool::open(&plan, Arc::new(|_| ())).unwrap().0;
    let stage = Setup { spool: Some(spool), ..Setup::default() }.on_stage(&[AWAY]);
    for name in numbered(200) {
        stage.deliver(&name);
    }
    stage.wait(|| stage.said().iter().any(|line| line.contains("`tracing_spool_max_bytes`")));
    stage.wait_for(0, BackendState::Down);
    let ledger = stage.end();
    assert!(ledger.spooled > 10, "{ledger}");
    assert_eq!(ledger.spooled + ledger.dropped_for(DropReason::SpoolFull), 200, "{ledger}");
}

#[test]
fn a_fallback_that_is_up_takes_what_the_spool_would() {
    let folder = folder();
    let stage = with_spool(folder.path()).on_stage(&[AWAY, Mood::Takes]);
    for name in ["1", "2", "3"] {
        stage.deliver(name);
    }
    let ledger = stage.end();
    assert_eq!((ledger.exported, ledger.spooled), (3, 0), "{ledger}");
}
