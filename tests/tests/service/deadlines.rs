//! The end has one deadline, whatever the backend does and however much there is to send; and what was lost is told.

use crate::support::{
    ASYNC, Arrived, Hanging, Ledger, Outcome, Program, Receiver, SYNC, Signal, Silent, Wire,
    nobody, refusing, refusing_over, sending, sending_over, sending_to, status, taking,
    taking_over,
};
use std::time::{Duration, Instant};
use synndicate_tests::receiver::{Refusal, Retry};
use tonic::Code;

const TIMEOUT: Duration = Duration::from_secs(2);
/// What starting threads and ending a process may take on a machine that is busy. The test fails where another deadline, or
/// the 300 s that a server asks for, is added.
const LITTLE: Duration = Duration::from_secs(3);

/// Ends a program that has next to no grace, within the deadline.
#[track_caller]
fn end_in_time(program: Program, before: impl FnOnce()) -> Outcome {
    let program = program
        .set("shutdown_grace", "0")
        .set("shutdown_timeout", &format!("{}", TIMEOUT.as_secs()));
    let running = program.start();
    running.wait_for("ready");
    before();
    let begin = Instant::now();
    running.signal(Signal::TERM);
    let outcome = running.end();
    let took = begin.elapsed();
    outcome.assert_code(143);
    assert!(took < TIMEOUT + LITTLE, "it took {took:?}: {}", outcome.stderr);
    outcome
}

#[test]
fn ten_thousand_spans_that_wait_for_a_dead_backend_do_not_hold_the_end_up() {
    let (silent, hanging) = (Silent::listen(), Hanging::listen());
    for wire in Wire::ALL {
        let overloaded = overloaded(wire);
        for endpoint in [silent.endpoint(), hanging.endpoint(), overloaded.endpoint(), nobody()] {
            let waiting = sending_over(wire, Program::new(SYNC, "wait"), &endpoint)
                .set("tracing_max_queue_size", "20000");
            let outcome = end_in_time(waiting, || ());
            let ledger = outcome.ledger();
            assert_eq!(
                [ledger.created, ledger.exported, ledger.waiting],
                [10_001, 0, 0],
                "{}",
                outcome.stderr
            );
            outcome.assert_says("dropped: the program ended before the backend took them");
        }
    }
}

/// A backend that asks for more time than the program has.
fn overloaded(wire: Wire) -> Receiver {
    let refusal = Refusal::new(503, Code::Unavailable, "later").retry(Retry::Seconds(300));
    refusing_over(wire, move |_| refusal.clone())
}

#[test]
fn a_flush_in_a_panic_hook_has_the_same_deadline() {
    let silent = Silent::listen();
    let program =
        sending_to(Program::new(SYNC, "hook"), &silent.endpoint()).set("shutdown_timeout", "1s");
    let outcome = program.run();
    outcome.assert_code(3);
    assert!(outcome.took < TIMEOUT + LITTLE, "{outcome:#?}");
}

#[test]
fn one_last_attempt_is_made() {
    let backend = refusing(|_| status(429).retry(Retry::Seconds(300)));
    let mut before = 0;
    end_in_time(sending(Program::new(SYNC, "wait"), &backend), || {
        backend.wait_for_spans();
        before = backend.requests();
    });
    assert!(backend.requests() > before, "{} requests", backend.requests());
}

#[test]
fn ten_thousand_spans_that_wait_for_a_good_backend_arrive_at_the_end() {
    let backend = taking();
    let waiting =
        sending(Program::new(SYNC, "wait"), &backend).set("tracing_max_queue_size", "20000");
    let outcome = end_in_time(waiting, || ());
    let arrived = backend.names().len() as u64;
    // A loop on a busy machine may be faster than the worker, which is counted.
    let ledger = outcome.ledger_where_lost().unwrap_or(Ledger::of_taken(arrived));
    assert_eq!(
        [ledger.created, ledger.exported, ledger.waiting],
        [10_001, arrived, 0],
        "{}",
        outcome.stderr
    );
    outcome.assert_never_says("the program ended before");
}

#[test]
fn under_load_the_end_comes_in_time_and_the_ledger_balances() {
    for (program, wire) in [(SYNC, Wire::Http), (ASYNC, Wire::Grpc)] {
        let (good, overloaded) = (taking_over(wire), overloaded(wire));
        let (silent, hanging) = (Silent::listen(), Hanging::listen());
        for endpoint in
            [good.endpoint(), overloaded.endpoint(), silent.endpoint(), hanging.endpoint()]
        {
            let load = sending_over(wire, Program::new(program, "load"), &endpoint);
            let outcome = end_in_time(load, || ());
            let arrived = if endpoint == good.endpoint() { good.names().len() as u64 } else { 0 };
            let ledger = outcome.ledger_where_lost().unwrap_or(Ledger::of_taken(arrived));
            assert_eq!(
                ledger.created,
                ledger.exported + ledger.dropped + ledger.waiting,
                "{}",
                outcome.stderr
            );
            assert!(ledger.created > 1000, "there was load: {}", outcome.stderr);
            assert_eq!(ledger.exported, arrived, "{endpoint}");
        }
    }
}
