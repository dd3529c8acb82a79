//! More spans than a slow backend takes: memory stays within what the settings allow, and no span is lost uncounted.

use serde_json::Value;
use std::error::Error;
use std::sync::Arc;
use synndicate_tests::program::Program;
use synndicate_tests::receiver::{Answer, Receiver, Wire};
use tokio::sync::Semaphore;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

const MIB: u64 = 1024 * 1024;
const THREADS: usize = 8;
const EACH: u64 = 250_000;
const QUEUE: u64 = 64 * MIB;
/// What the program may need besides the queue: the threads' rings, the batch under way, and what the allocator keeps.
const BESIDES: u64 = 32 * MIB;
/// How many requests are answered for each tenth that a thread has made: together a twentieth of all spans.
const ANSWERS: usize = 3;

/// The memory of a program in bytes: what it uses, and the most it ever used.
fn memory(program: &mut Program) -> Result<(u64, u64)> {
    let memory: Value = serde_json::from_str(&program.ask("memory")?)?;
    let bytes = |key: &str| memory[key].as_u64().ok_or_else(|| format!("no `{key}` in {memory}"));
    Ok((bytes("now")?, bytes("most")?))
}

/// A program with a queue that is bounded by its bytes, and with time enough for a backend that takes its own.
fn start(receiver: &Receiver) -> Result<Program> {
    let queue = QUEUE.to_string();
    let settings = [
        ("tracing_max_queue_size", "100000000"),
        ("tracing_max_queue_bytes", &queue),
        ("tracing_timeout", "600000"),
        ("shutdown_timeout", "600"),
    ];
    let settings = settings.map(|(key, value)| (key, value.to_owned()));
    Ok(Program::start(
        env!("CARGO_BIN_EXE_driven_service"),
        receiver.settings().into_iter().chain(settings),
    )?)
}

#[cfg(target_os = "linux")]
#[test]
fn two_million_spans_of_eight_threads_stay_within_the_queues_bytes_and_are_all_accounted_for()
-> Result {
    let gate = Arc::new(Semaphore::new(0));
    let waits = gate.clone();
    let slow = Receiver::over(Wire::Grpc).answering(move |_| Answer::TakenAfter(waits.clone()));
    let receiver = slow.counting().listen()?;
    let mut program = start(&receiver)?;
    program.ask("spans 1000")?;
    let (before, _) = memory(&mut program)?;

    program.tell(&format!("threads {THREADS} {EACH}"))?;
    for _ in 0..THREADS * 10 {
        assert_eq!(program.reply()?, "a tenth");
        gate.add_permits(ANSWERS);
    }
    assert_eq!(program.reply()?, "made");
    let account = program.account()?;
    assert!(account.balances() && account.dropped_for("QueueFull") > 0, "{account:?}");
    let (_, most) = memory(&mut program)?;
    let grown = most.saturating_sub(before);
    assert!(grown <= QUEUE + BESIDES, "{grown} bytes over the {before} at the start");
    assert!(grown >= QUEUE / 2, "the queue was never full: {grown} bytes");

    gate.add_permits(Semaphore::MAX_PERMITS / 2);
    let account = program.shutdown()?;
    assert_eq!(account.created, 1000 + THREADS as u64 * EACH);
    assert_eq!((account.waiting, account.exported), (0, receiver.noted().taken));
    assert!(account.balances(), "{account:?}");
    Ok(())
}
