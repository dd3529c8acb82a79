//! The end of a program whose backend does not take its spans: one deadline, one last attempt, and what is lost is counted.

use super::{Result, on_both_wires, start};
use std::sync::Arc;
use std::time::Duration;
use synndicate_tests::program::Program;
use synndicate_tests::receiver::{Answer, Receiver, Refusal, Retry};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tonic::Code;

/// Far above the second that the end may take, far below every wait that must not be waited for.
const BOUND: Duration = Duration::from_secs(30);

fn start_with_one_second(receiver: &Receiver) -> Result<Program> {
    start(
        receiver,
        &[
            ("shutdown_timeout", "1"),
            ("tracing_batch_timeout", "20"),
            ("tracing_timeout", "600000"),
        ],
    )
}

/// Ends with 10,000 spans that the backend did not take. Those of a request that is given up late may still be called waiting.
#[track_caller]
fn check_end(mut program: Program) -> Result<()> {
    let begin = Instant::now();
    let account = program.shutdown()?;
    let lost = account.dropped_for("ShutDown") + account.waiting;
    assert_eq!((account.created, account.exported, lost), (10_000, 0, 10_000), "{account:?}");
    assert!(account.waiting <= 512, "{account:?}");
    let (end, log) = program.end()?;
    assert!(begin.elapsed() < BOUND, "{:?}", begin.elapsed());
    assert!(end.success(), "{end}");
    let told = log.iter().filter(|line| line.contains("10000 spans created: 0 exported"));
    assert_eq!(told.count(), 1, "{log:#?}");
    Ok(())
}

#[test]
fn a_backend_that_refuses_connections_does_not_hold_up_the_end() -> Result<()> {
    on_both_wires(|wire| {
        let receiver = Receiver::over(wire).away()?;
        let mut program = start_with_one_second(&receiver)?;
        program.ask("spans 10000")?;
        program.wait_for_log("cannot reach")?;
        check_end(program)
    })
}

#[test]
fn a_backend_that_never_answers_does_not_hold_up_the_end() -> Result<()> {
    on_both_wires(|wire| {
        let never = Arc::new(Semaphore::new(0));
        let receiver =
            Receiver::over(wire).answering(move |_| Answer::TakenAfter(never.clone())).listen()?;
        let mut program = start_with_one_second(&receiver)?;
        receiver.wait_until(|noted| noted.probes == 1)?;
        program.ask("spans 10000")?;
        receiver.wait_until(|noted| noted.requests == 2)?;
        check_end(program)
    })
}

#[test]
fn a_backend_that_asks_for_five_minutes_is_asked_once_more_and_does_not_hold_up_the_end()
-> Result<()> {
    on_both_wires(|wire| {
        let busy = || Refusal::new(503, Code::Unavailable, "busy").retry(Retry::Seconds(300));
        let receiver = Receiver::over(wire).answering(move |_| Answer::Refused(busy())).listen()?;
        let mut program = start_with_one_second(&receiver)?;
        program.ask("spans 10000")?;
        receiver.wait_until(|noted| noted.refused.len() == 1)?;
        check_end(program)?;
        assert!(receiver.noted().refused.len() >= 2, "one last attempt is made");
        Ok(())
    })
}
