//! A program that has a logger already keeps it, with its level: a program of its own, because a process has one logger.

use log::{LevelFilter, Log, Metadata, Record};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use synndicate::Builder;

static RECORDS: AtomicUsize = AtomicUsize::new(0);

/// Counts what comes.
struct Counting;

impl Log for Counting {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        RECORDS.fetch_add(usize::from(record.target() == "mine"), Relaxed);
    }

    fn flush(&self) {}
}

#[test]
fn a_logger_of_the_program_stays() {
    log::set_logger(&Counting).unwrap();
    log::set_max_level(LevelFilter::Debug);
    let tracing = Builder::new().set("tracing_filter", "error").start_discarding().unwrap();
    log::debug!(target: "mine", "while tracing runs");
    tracing.shutdown();
    log::debug!(target: "mine", "afterwards");
    assert_eq!((RECORDS.load(Relaxed), log::max_level()), (2, LevelFilter::Debug));
}
