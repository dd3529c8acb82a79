//! A spool that holds far more than the queue of the program that finds it.

use super::{Result, on_both_wires, start};
use anyhow::{Context, ensure};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Instant;
use synndicate_tests::program::{Account, Program};
use synndicate_tests::receiver::{Answer, Export, PATIENCE, Receiver, Wire};
use tokio::sync::Semaphore;

/// So many spans wait in the spool, each with so many bytes of text.
const LEFT: u64 = 50_000;
const TEXT: u64 = 1000;
/// The most that may wait in the queue, and how many spans come anew at once: fewer than would go to the spool.
const QUEUE: u64 = 100;
const NEW: u64 = 60;

/// What has come to a gated backend.
#[derive(Debug, PartialEq)]
enum Came {
    OfSpool,
    New(u64),
}

/// A backend that is away, and takes what is left over only as `gate` lets it.
fn gated(wire: Wire, gate: &Arc<Semaphore>, came: Sender<Came>) -> Result<Receiver> {
    let gate = gate.clone();
    let script = move |export: &Export| {
        let spans = export.spans().count() as u64;
        let is_of_spool = spans > 0 && export.bytes as u64 > spans * TEXT;
        if spans > 0 {
            // At the end nobody looks any more.
            let _ = came.send(if is_of_spool { Came::OfSpool } else { Came::New(spans) });
        }
        if is_of_spool { Answer::TakenAfter(gate.clone()) } else { Answer::Taken }
    };
    Ok(Receiver::over(wire).answering(script).counting().away()?)
}

fn start_with(
    receiver: &Receiver,
    spool: &Path,
    settings: &[(&'static str, &str)],
) -> Result<Program> {
    let spool = spool.display().to_string();
    start(receiver, &[&[("tracing_spool_dir", &*spool)], settings].concat())
}

/// Fills the spool by a program whose backend is away.
fn leave(receiver: &Receiver, spool: &Path) -> Result<()> {
    let mut program = start_with(receiver, spool, &[])?;
    program.ask(&format!("spans {LEFT} {TEXT}"))?;
    let account = program.shutdown()?;
    ensure!((account.spooled, account.dropped()) == (LEFT, 0), "{account:?}");
    Ok(())
}

/// Asks again and again.
fn until(mut reached: impl FnMut() -> Result<bool>) -> Result<()> {
    let begin = Instant::now();
    while !reached()? {
        ensure!(begin.elapsed() < PATIENCE, "it never comes to that");
    }
    Ok(())
}

/// How many spans are in the queue, which never are more than it may hold.
fn queued(program: &mut Program) -> Result<u64> {
    let health: Value = serde_json::from_str(&program.ask("health")?)?;
    let queued = health["waiting"]["queued"].as_u64().context("no number")?;
    ensure!(queued <= QUEUE, "{health}");
    Ok(queued)
}

#[test]
fn a_spool_far_larger_than_the_queue_delays_no_start_and_starves_no_new_span() -> Result<()> {
    on_both_wires(|wire| {
        let (folder, gate, (send, came)) =
            (tempfile::tempdir()?, Arc::new(Semaphore::new(0)), channel());
        let receiver = gated(wire, &gate, send)?;
        leave(&receiver, folder.path())?;

        // It starts and takes new spans while nothing can have been sent.
        let queue = QUEUE.to_string();
        let settings = [
            ("tracing_max_queue_size", &*queue),
            ("tracing_batch_timeout", "1"),
            ("tracing_health_check_interval", "1"),
        ];
        let mut program = start_with(&receiver, folder.path(), &settings)?;
        program.ask(&format!("spans {NEW}"))?;
        let account = program.account()?;
        assert_eq!((account.created, account.exported, account.dropped()), (NEW, 0, 0));
        until(|| Ok(program.account()?.spooled == LEFT + NEW))?;

        // The backend is back, and has the first batch of the spool, unanswered.
        receiver.come_back()?;
        assert_eq!(came.recv_timeout(PATIENCE)?, Came::OfSpool);
        program.ask(&format!("spans {NEW}"))?;
        until(|| Ok(queued(&mut program)? == NEW))?;
        let mut answered = 0;
        loop {
            answered += 1;
            gate.add_permits(1);
            if came.recv_timeout(PATIENCE)? == Came::New(NEW) {
                break;
            }
        }
        // It takes a hundred of them and more.
        assert!(answered < 20, "{answered} batches of the spool came first");

        gate.add_permits(Semaphore::MAX_PERMITS / 2);
        program.ask("settle")?;
        queued(&mut program)?;
        assert_memory_is_bounded(&mut program)?;
        assert_all_sent(&program.shutdown()?, &receiver);
        Ok(())
    })
}

/// The program never had in memory what was in the spool.
fn assert_memory_is_bounded(program: &mut Program) -> Result<()> {
    let memory: Value = serde_json::from_str(&program.ask("memory")?)?;
    // Not every system says it.
    if let Some(most) = memory["most"].as_u64() {
        assert!(most < LEFT * TEXT, "it used {most} bytes");
    }
    Ok(())
}

#[track_caller]
fn assert_all_sent(account: &Account, receiver: &Receiver) {
    assert_eq!((account.recovered, account.created), (LEFT, 2 * NEW), "{account:?}");
    assert_eq!((account.waiting, account.dropped()), (0, 0), "{account:?}");
    assert_eq!(account.exported, LEFT + 2 * NEW, "{account:?}");
    assert_eq!(receiver.noted().taken, LEFT + 2 * NEW, "each once");
}
