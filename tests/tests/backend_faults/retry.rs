//! A backend that wants to be left alone for a while: it is, as long as it asks for, and nothing is lost.

use super::{Result, arrivals, assert_told_once, on_every_wire, start_and_probe};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;
use synndicate_tests::receiver::{Answer, Receiver, Refusal, Retry};
use tonic::Code;

/// The first request with spans is refused; says how long it took until the next one came.
fn check(status: u16, code: Code, retry: Option<&Retry>, least: Duration) -> Result<()> {
    on_every_wire(|wire| {
        let refusal = Refusal::new(status, code, "busy");
        let refusal = retry.cloned().into_iter().fold(refusal, Refusal::retry);
        let busy = AtomicBool::new(true);
        let receiver = Receiver::over(wire).answering(move |export| {
            let refuses = export.spans().next().is_some() && busy.swap(false, SeqCst);
            if refuses { Answer::Refused(refusal.clone()) } else { Answer::Taken }
        });
        let receiver = receiver.listen()?;
        let mut program = start_and_probe(&receiver, &[])?;
        program.ask("spans 100")?;
        assert!(program.flush()?);
        let account = program.shutdown()?;
        assert_eq!((account.created, account.exported), (100, 100), "{account:?}");
        let noted = receiver.noted();
        assert!(arrivals(&noted).values().all(|&times| times == 1));
        let waited = noted.exports[0].at - noted.refused[0].at;
        assert!(waited >= least, "{waited:?} and not {least:?} after {retry:?}");
        assert_told_once(&program.end()?.1);
        Ok(())
    })
}

/// What a server asks for, and no less.
const ASKED: Duration = Duration::from_secs(2);

#[test]
fn seconds_are_waited() -> Result<()> {
    check(429, Code::ResourceExhausted, Some(&Retry::Seconds(2)), ASKED)?;
    check(503, Code::Unavailable, Some(&Retry::Seconds(2)), ASKED)
}

#[test]
fn a_short_program_whose_backend_asks_for_a_second_at_its_end_loses_nothing() -> Result<()> {
    on_every_wire(|wire| {
        let busy = AtomicBool::new(true);
        let receiver = Receiver::over(wire).answering(move |export| {
            let refuses = export.spans().next().is_some() && busy.swap(false, SeqCst);
            let refusal = Refusal::new(503, Code::Unavailable, "busy").retry(Retry::Seconds(1));
            if refuses { Answer::Refused(refusal) } else { Answer::Taken }
        });
        let receiver = receiver.listen()?;
        let mut program = start_and_probe(&receiver, &[])?;
        program.ask("spans 100")?;
        let account = program.shutdown()?;
        assert_eq!((account.created, account.exported), (100, 100), "{account:?}");
        let noted = receiver.noted();
        assert!(noted.exports[0].at - noted.refused[0].at >= Duration::from_secs(1));
        Ok(())
    })
}

#[test]
fn a_date_is_waited_for_by_the_servers_clock() -> Result<()> {
    check(503, Code::Unavailable, Some(&Retry::Date(2)), ASKED)
}

#[test]
fn a_wait_that_cannot_be_followed_means_the_usual_backoff() -> Result<()> {
    for header in ["soon", "-1", "0", "Wed, 21 Oct 2015 07:27:00 GMT"] {
        check(503, Code::Unavailable, Some(&Retry::Header(header)), Duration::ZERO)?;
    }
    Ok(())
}

#[test]
fn without_a_wait_the_usual_backoff_counts() -> Result<()> {
    for (status, code) in [
        (429, Code::Aborted),
        (502, Code::Cancelled),
        (503, Code::DataLoss),
        (504, Code::DeadlineExceeded),
    ] {
        check(status, code, None, Duration::ZERO)?;
    }
    Ok(())
}
