//! Programs that are killed at random moments while spans wait on disk, or come back from there: what was flushed arrives in the
//! next run.

use super::{Result, arrivals, start};
use anyhow::{Context, ensure};
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::Duration;
use synndicate_tests::program::{Account, Program};
use synndicate_tests::receiver::{Receiver, Wire};

const MOMENTS: u64 = 200;
/// So many programs run at once.
const AT_ONCE: usize = 16;
/// Where a seed is given that was printed before, so that a failure is looked for again.
const SEED: &str = "SYNNDICATE_TEST_SEED";

/// After what time a program is killed and its backend is there, at the most, in microseconds: that of some dozen flushes.
const LONGEST: u64 = 80_000;
/// So many spans are made between two flushes, and sent at once.
const SPANS: u64 = 30;
const BATCH: usize = 10;

/// When a program is killed, and when its backend is there.
#[derive(Debug)]
struct Moment {
    wire: Wire,
    is_back: Duration,
    is_killed: Duration,
}

impl Moment {
    fn new(seed: u64, number: u64) -> Moment {
        let random = |of: u64| mixed(seed ^ mixed(2 * number + of)) % LONGEST;
        Moment {
            wire: Wire::EVERY[number as usize % Wire::EVERY.len()],
            is_back: Duration::from_micros(random(0)),
            is_killed: Duration::from_micros(random(1)),
        }
    }

    fn check(&self) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let receiver = Receiver::over(self.wire).away()?;
        let flushed = self.flushed_until_killed(&receiver, folder.path())?;
        while next_run(&receiver, folder.path())?.waiting > 0 {}
        let arrivals = arrivals(&receiver.noted());
        let is_there = |number| arrivals.contains_key(&number);
        ensure!((0..flushed).all(is_there), "{flushed} were flushed: {arrivals:?}");
        let twice: Vec<_> = arrivals.values().filter(|&&times| times > 1).collect();
        ensure!(twice.len() <= BATCH && twice.iter().all(|&&times| times == 2), "{arrivals:?}");
        Ok(())
    }

    /// Lets a program make and flush spans until it is killed; how many were flushed for sure.
    fn flushed_until_killed(&self, receiver: &Receiver, folder: &Path) -> Result<i64> {
        let mut program = start_with_spool(receiver, folder)?;
        // It is there and has found no backend.
        program.wait_for_log("which does not take them")?;
        for _ in 0..LONGEST / 100 {
            program.tell(&format!("spans {SPANS}"))?;
            program.tell("flush")?;
        }
        thread::sleep(self.is_back.min(self.is_killed));
        if self.is_back < self.is_killed {
            receiver.come_back()?;
            thread::sleep(self.is_killed.saturating_sub(self.is_back));
        }
        let replies = program.kill()?;
        if self.is_back >= self.is_killed {
            receiver.come_back()?;
        }
        ensure!(!replies.iter().any(|reply| reply == "false"), "a flush has failed");
        let flushes = replies.iter().filter(|reply| *reply == "true").count();
        Ok((flushes as u64 * SPANS) as i64)
    }
}

/// Sends what it finds on disk. A run that ends before it has looked there leaves it to the next one.
fn next_run(receiver: &Receiver, folder: &Path) -> Result<Account> {
    let mut program = start_with_spool(receiver, folder)?;
    program.ask("settle")?;
    let account = program.shutdown()?;
    // What the crash has cut was not flushed.
    let cut = account.dropped_for("SpoolDamaged");
    ensure!(account.balances() && (account.created, account.dropped()) == (0, cut), "{account:?}");
    Ok(account)
}

fn start_with_spool(receiver: &Receiver, folder: &Path) -> Result<Program> {
    let (folder, batch) = (folder.display().to_string(), BATCH.to_string());
    let settings = [
        ("tracing_spool_dir", folder.as_str()),
        ("tracing_max_batch_size", &batch),
        ("tracing_health_check_interval", "1"),
    ];
    start(receiver, &settings)
}

/// Splitmix64: <https://prng.di.unimi.it/splitmix64.c>.
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[test]
fn a_program_that_is_killed_at_any_moment_loses_nothing_that_was_flushed() {
    let given = std::env::var(SEED).ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = given.unwrap_or_else(|| RandomState::new().hash_one(0));
    println!("{SEED}={seed}");
    let next = AtomicU64::new(0);
    let failed = Mutex::new(Vec::new());
    thread::scope(|scope| {
        let work = || {
            while let Some(number) = Some(next.fetch_add(1, Relaxed)).filter(|&n| n < MOMENTS) {
                let moment = Moment::new(seed, number);
                if let Err(error) = moment.check().with_context(|| format!("{moment:?}")) {
                    failed.lock().expect("nobody panics with it").push(format!("{error:#}"));
                }
            }
        };
        (0..AT_ONCE).for_each(|_| drop(scope.spawn(work)));
    });
    let failed = failed.into_inner().expect("nobody panics with it");
    assert!(failed.is_empty(), "{failed:#?}");
}
