//! Faults that pass: nothing is lost.

use super::{Result, arrivals, assert_told_once, on_every_wire, start, start_and_probe};
use std::thread;
use synndicate_tests::receiver::{Fault, Receiver};

/// The backend does this to one request; all spans arrive nevertheless.
fn check(fault: Fault, settings: &[(&'static str, &str)]) -> Result<()> {
    on_every_wire(|wire| {
        let receiver = Receiver::over(wire).listen()?;
        let mut program = start_and_probe(&receiver, settings)?;
        receiver.disturb(fault);
        program.ask("spans 300 500")?;
        assert!(program.flush()?);
        let account = program.shutdown()?;
        assert_eq!((account.created, account.exported), (300, 300), "{account:?}");
        assert_eq!(arrivals(&receiver.noted()).len(), 300);
        assert_told_once(&program.end()?.1);
        Ok(())
    })
}

#[test]
fn nothing_is_lost_when_a_connection_is_reset_in_the_middle_of_a_request() -> Result<()> {
    check(Fault::Reset, &[])
}

#[test]
fn nothing_is_lost_when_the_backend_falls_silent() -> Result<()> {
    check(Fault::Silence, &[("tracing_timeout", "1000")])
}

#[test]
fn nothing_is_lost_when_the_backend_answers_garbage() -> Result<()> {
    check(Fault::Garbage, &[])
}

#[test]
fn what_the_pipeline_does_is_never_traced() -> Result<()> {
    on_every_wire(|wire| {
        let receiver = Receiver::over(wire).listen()?;
        let mut program = start_and_probe(&receiver, &[("tracing_filter", "trace")])?;
        program.ask("spans 100")?;
        assert!(program.flush()?);
        receiver.disturb(Fault::Reset);
        program.ask("spans 100")?;
        assert!(program.flush()?);
        let account = program.shutdown()?;
        assert_eq!((account.created, account.exported), (200, 200), "{account:?}");
        for span in receiver.noted().spans() {
            assert_eq!((&*span.name, span.events.len()), ("work", 0), "{span:?}");
        }
        Ok(())
    })
}

#[test]
fn spans_whose_answer_was_lost_arrive_twice_and_count_once() -> Result<()> {
    on_every_wire(|wire| {
        let receiver = Receiver::over(wire).listen()?;
        let mut program = start_and_probe(&receiver, &[])?;
        receiver.disturb(Fault::LostAnswer);
        program.ask("spans 100")?;
        assert!(program.flush()?);
        let account = program.shutdown()?;
        assert_eq!((account.created, account.exported), (100, 100), "{account:?}");
        let arrivals = arrivals(&receiver.noted());
        assert!(
            arrivals.len() == 100 && arrivals.values().all(|&times| times == 2),
            "{arrivals:?}"
        );
        assert_told_once(&program.end()?.1);
        Ok(())
    })
}

#[test]
fn a_backend_that_comes_late_gets_everything_once() -> Result<()> {
    on_every_wire(|wire| {
        let receiver = Receiver::over(wire).away()?;
        let mut program = start(&receiver, &[])?;
        program.ask("spans 100")?;
        program.wait_for_log("cannot reach")?;
        assert_eq!(program.account()?.waiting, 100);
        receiver.come_back()?;
        assert!(program.flush()?);
        let account = program.shutdown()?;
        assert_eq!((account.created, account.exported), (100, 100), "{account:?}");
        assert!(arrivals(&receiver.noted()).values().all(|&times| times == 1));
        assert_told_once(&program.end()?.1);
        Ok(())
    })
}

#[test]
fn a_backend_that_restarts_between_requests_gets_everything_once() -> Result<()> {
    on_every_wire(|wire| {
        let receiver = Receiver::over(wire).listen()?;
        let mut program = start_and_probe(&receiver, &[("tracing_batch_timeout", "20")])?;
        program.ask("spans 100")?;
        assert!(program.flush()?);
        receiver.go_away();
        program.ask("spans 100")?;
        program.wait_for_log("does not take spans")?;
        program.ask("spans 100")?;
        assert_eq!(program.account()?.waiting, 200);
        receiver.come_back()?;
        program.wait_for_log("takes spans again")?;
        assert!(program.flush()?);
        assert_eq!(program.shutdown()?.exported, 300);
        let arrivals = arrivals(&receiver.noted());
        assert!(
            arrivals.len() == 300 && arrivals.values().all(|&times| times == 1),
            "{arrivals:?}"
        );
        assert_told_once(&program.end()?.1);
        Ok(())
    })
}

#[test]
fn a_backend_that_restarts_again_and_again_while_spans_flow_misses_none() -> Result<()> {
    on_every_wire(|wire| {
        let receiver = Receiver::over(wire).listen()?;
        let mut program = start_and_probe(&receiver, &[("tracing_batch_timeout", "5")])?;
        thread::scope(|scope| {
            let restarts = scope.spawn(|| {
                for _ in 0..3 {
                    let before = receiver.wait_until(|noted| noted.taken > 0)?.taken;
                    receiver.go_away();
                    receiver.come_back()?;
                    receiver.wait_until(|noted| noted.taken > before)?;
                }
                std::io::Result::Ok(())
            });
            while !restarts.is_finished() {
                program.ask("spans 3")?;
            }
            restarts.join().expect("a receiver that restarts")?;
            Result::<()>::Ok(())
        })?;
        assert!(program.flush()?);
        let account = program.shutdown()?;
        assert_eq!((account.exported, account.dropped()), (account.created, 0), "{account:?}");
        assert_eq!(arrivals(&receiver.noted()).len() as u64, account.created);
        Ok(())
    })
}
