//! A backend that is replaced by one of another wire under the same name.

use super::{Result, arrivals, start, start_and_probe};
use std::thread;
use synndicate_tests::program::Program;
use synndicate_tests::receiver::{Receiver, Wire};

/// Everything that the program has made arrived once.
#[track_caller]
fn assert_whole(program: &mut Program, receiver: &Receiver) -> Result<()> {
    assert!(program.flush()?);
    let account = program.shutdown()?;
    assert_eq!((account.exported, account.dropped()), (account.created, 0), "{account:?}");
    let arrivals = arrivals(&receiver.noted());
    assert_eq!(arrivals.len() as u64, account.created);
    assert!(arrivals.values().all(|&times| times == 1), "{arrivals:?}");
    Ok(())
}

#[test]
fn a_jaeger_that_takes_its_own_wire_alone_and_an_otlp_receiver_are_found_out() -> Result<()> {
    for wire in [Wire::Jaeger, Wire::Grpc] {
        let receiver = Receiver::over(Wire::Jaeger).listen()?;
        receiver.replace(wire);
        let mut program = start(&receiver, &[("tracing_backend", "jaeger")])?;
        program.ask("spans 100")?;
        assert_whole(&mut program, &receiver)?;
        let log = program.end()?.1;
        assert!(!log.iter().any(|line| line.contains("does not take")), "{log:#?}");
    }
    Ok(())
}

#[test]
fn nothing_is_lost_when_the_wire_changes_between_requests() -> Result<()> {
    let receiver = Receiver::over(Wire::Jaeger).listen()?;
    let mut program = start_and_probe(&receiver, &[])?;
    for wire in [Wire::Jaeger, Wire::Grpc, Wire::Jaeger] {
        receiver.replace(wire);
        program.ask("spans 100")?;
        assert!(program.flush()?);
    }
    assert_whole(&mut program, &receiver)
}

#[test]
fn nothing_is_lost_when_the_wire_changes_while_spans_flow() -> Result<()> {
    let receiver = Receiver::over(Wire::Jaeger).listen()?;
    let mut program = start_and_probe(&receiver, &[("tracing_batch_timeout", "5")])?;
    thread::scope(|scope| {
        let changes = scope.spawn(|| {
            let mut taken = receiver.wait_until(|noted| noted.taken > 0)?.taken;
            for wire in [Wire::Grpc, Wire::Jaeger, Wire::Grpc, Wire::Jaeger] {
                receiver.replace(wire);
                // A request that is under way may still be taken in the wire before.
                for _ in 0..2 {
                    taken = receiver.wait_until(|noted| noted.taken > taken)?.taken;
                }
            }
            std::io::Result::Ok(())
        });
        while !changes.is_finished() {
            program.ask("spans 3")?;
        }
        changes.join().expect("a receiver that changes")?;
        Result::<()>::Ok(())
    })?;
    assert_whole(&mut program, &receiver)
}
