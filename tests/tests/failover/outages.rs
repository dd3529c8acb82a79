//! A first backend that goes away, comes back, or falls silent.

use super::{Result, arrivals, entry, other, start};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::Duration;
use synndicate_tests::program::Program;
use synndicate_tests::receiver::{Answer, Receiver, Refusal, Retry, Wire};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tonic::Code;

/// Lets the program make spans, one piece after the other, while something happens.
fn under_load(program: &mut Program, happens: impl FnOnce() -> Result<()> + Send) -> Result<()> {
    thread::scope(|scope| {
        let happening = scope.spawn(happens);
        while !happening.is_finished() {
            program.ask("tasks several 100")?;
        }
        happening.join().expect("what happens does not panic")
    })
}

#[test]
fn spans_go_to_the_fallback_while_the_first_backend_is_gone_and_back_when_it_is_there() -> Result<()>
{
    for wire in Wire::ALL {
        let first = Receiver::over(wire).listen()?;
        let second = Receiver::over(other(wire)).listen()?;
        let mut program = start(&[&first, &second], &[("tracing_health_check_interval", "1")])?;
        under_load(&mut program, || {
            first.wait_until(|noted| noted.taken > 200)?;
            first.go_away();
            second.wait_until(|noted| noted.taken > 200)?;
            let before = first.noted().taken;
            first.come_back()?;
            first.wait_until(|noted| noted.taken > before + 200)?;
            Ok(())
        })?;
        assert!(program.flush()?);
        let account = program.shutdown()?;
        assert_eq!((account.created, account.waiting), (account.exported, 0), "{account:?}");
        let arrivals = arrivals(&[&first, &second]);
        assert_eq!(arrivals.len() as u64, account.created, "over {wire:?}");
        let log = program.end()?.1;
        let taken = [&first, &second].map(|receiver| receiver.noted().taken);
        let ending = "synndicate: exported spans: ";
        let ending = log.iter().find_map(|line| line.strip_prefix(ending)).unwrap_or_default();
        let shares = ending.split(", ").map(|share| share.split(' ').next().unwrap_or_default());
        let shares: Vec<u64> = shares.filter_map(|share| share.parse().ok()).collect();
        assert!(shares.iter().zip(taken).all(|(share, taken)| *share <= taken), "{log:#?}");
        assert_eq!(shares.iter().sum::<u64>(), account.created, "{log:#?}");
        let down = format!("(spans go to `{}", second.endpoint());
        let told = |text: &str| log.iter().filter(|line| line.contains(text)).count();
        assert_eq!((told(&down), told("takes spans again")), (1, 1), "{log:#?}");
    }
    Ok(())
}

/// At the default settings, which say how long it takes: it is printed, and has no limit here.
#[test]
fn a_program_that_sets_nothing_but_a_fallback_switches_over_and_back() -> Result<()> {
    for wire in Wire::EVERY {
        let first = Receiver::over(wire).listen()?;
        let second = Receiver::over(other(wire)).listen()?;
        let fallbacks = ("tracing_fallbacks", format!("[{}]", entry(&second)));
        let settings = first.settings().into_iter().chain([fallbacks]);
        let mut program = Program::start(env!("CARGO_BIN_EXE_driven_service"), settings)?;
        under_load(&mut program, || {
            first.wait_until(|noted| noted.taken > 0)?;
            first.go_away();
            let death = Instant::now();
            second.wait_until(|noted| noted.taken > 0)?;
            let switch = death.elapsed();
            let before = first.noted().taken;
            first.come_back()?;
            let life = Instant::now();
            first.wait_until(|noted| noted.taken > before)?;
            println!(
                "over {wire:?}: left after {switch:.2?}, taken back after {:.2?}",
                life.elapsed()
            );
            Ok(())
        })?;
        let account = program.shutdown()?;
        assert!(account.balances() && account.waiting == 0, "{account:?}");
        println!("over {wire:?}: {:?} of {} were dropped", account.dropped, account.created);
    }
    Ok(())
}

#[test]
fn a_first_backend_that_falls_silent_is_left_long_before_its_timeout() -> Result<()> {
    for wire in Wire::ALL {
        let (silent, never) = (Arc::new(AtomicBool::new(false)), Arc::new(Semaphore::new(0)));
        let is_silent = silent.clone();
        let script = move |_: &_| {
            if is_silent.load(Relaxed) { Answer::TakenAfter(never.clone()) } else { Answer::Taken }
        };
        let first = Receiver::over(wire).answering(script).listen()?;
        let second = Receiver::over(other(wire)).listen()?;
        let mut program = start(&[&first, &second], &[("tracing_timeout", "600000")])?;
        program.ask("spans 100")?;
        assert!(program.flush()?);
        silent.store(true, Relaxed);
        let begin = Instant::now();
        program.ask("spans 100")?;
        assert!(program.flush()?);
        assert!(begin.elapsed() < Duration::from_secs(60), "far below the timeout");
        let account = program.shutdown()?;
        assert_eq!((account.created, account.exported), (200, 200), "{account:?}");
        assert_eq!(second.noted().taken, 100);
    }
    Ok(())
}

#[test]
fn a_first_backend_that_was_never_there_costs_nothing() -> Result<()> {
    for wire in Wire::ALL {
        let first = Receiver::over(wire).away()?;
        let second = Receiver::over(other(wire)).listen()?;
        let mut program = start(&[&first, &second], &[])?;
        program.ask("spans 500")?;
        assert!(program.flush()?);
        let account = program.shutdown()?;
        assert_eq!((account.created, account.exported), (500, 500), "{account:?}");
        assert!(arrivals(&[&second]).values().all(|&times| times == 1));
        let (_, log) = program.end()?;
        assert!(log.iter().any(|line| line.contains("which does not take them")), "{log:#?}");
        let told = format!("(the program runs on, spans go to `{}", second.endpoint());
        assert!(log.iter().any(|line| line.contains(&told)), "{log:#?}");
    }
    Ok(())
}

#[test]
fn a_host_that_does_not_exist_costs_nothing() -> Result<()> {
    let first = Receiver::over(Wire::Grpc).away()?;
    let second = Receiver::over(Wire::Grpc).listen()?;
    let nowhere = [("tracing_endpoint", "https://no-such-host.invalid:4317")];
    let mut program = start(&[&first, &second], &nowhere)?;
    program.ask("spans 500")?;
    assert!(program.flush()?);
    assert_eq!(program.shutdown()?.exported, 500);
    Ok(())
}

#[test]
fn a_server_that_asks_for_five_minutes_does_not_hold_up_the_fallback() -> Result<()> {
    for wire in Wire::ALL {
        let busy = || Refusal::new(503, Code::Unavailable, "busy").retry(Retry::Seconds(300));
        let first = Receiver::over(wire).answering(move |export| {
            if export.spans().count() > 0 { Answer::Refused(busy()) } else { Answer::Taken }
        });
        let first = first.listen()?;
        let second = Receiver::over(other(wire)).listen()?;
        let mut program = start(&[&first, &second], &[])?;
        for _ in 0..3 {
            program.ask("spans 100")?;
            assert!(program.flush()?);
        }
        assert_eq!(program.shutdown()?.exported, 300);
        assert_eq!(first.noted().refused.len(), 1, "it is left alone");
    }
    Ok(())
}

#[test]
fn the_headers_of_the_first_backend_reach_no_other_one() -> Result<()> {
    let secret = "authorization=Bearer%20s3cr3t-0f-th3-h0us3";
    let no_access = |_: &_| Answer::Refused(Refusal::new(401, Code::Unauthenticated, "no access"));
    for wire in Wire::ALL {
        let first = Receiver::over(wire).answering(no_access).listen()?;
        let second = Receiver::over(other(wire)).listen()?;
        let mut program = start(&[&first, &second], &[("tracing_headers", secret)])?;
        program.ask("spans 100")?;
        assert!(program.flush()?);
        assert_eq!(program.shutdown()?.exported, 100, "what one refuses the other takes");
        let noted = second.noted();
        assert!(noted.exports.iter().all(|export| export.header("authorization").is_none()));
    }
    Ok(())
}

#[test]
fn the_last_of_three_takes_what_the_others_do_not() -> Result<()> {
    let gone = [Receiver::over(Wire::Grpc).away()?, Receiver::over(Wire::Http).away()?];
    let last = Receiver::over(Wire::Http).listen()?;
    let mut program = start(&[&gone[0], &gone[1], &last], &[])?;
    program.ask("spans 300")?;
    assert!(program.flush()?);
    assert_eq!((program.shutdown()?.exported, last.noted().taken), (300, 300));
    Ok(())
}

#[test]
fn the_console_shows_what_no_backend_takes() -> Result<()> {
    let first = Receiver::over(Wire::Grpc).away()?;
    let settings = [("tracing_fallbacks", "console"), ("tracing_console_format", "json")];
    let mut program = start(&[&first], &settings)?;
    program.ask("spans 3")?;
    assert!(program.flush()?);
    assert_eq!(program.shutdown()?.exported, 3);
    let log = program.end()?.1;
    let spans = log.iter().filter(|line| line.starts_with('{') && line.contains("\"work\""));
    assert_eq!(spans.count(), 3, "{log:#?}");
    Ok(())
}

#[test]
fn with_every_backend_gone_the_end_keeps_to_its_time_and_counts_what_is_lost() -> Result<()> {
    let first = Receiver::over(Wire::Grpc).away()?;
    let second = Receiver::over(Wire::Http).away()?;
    let mut program = start(&[&first, &second], &[("shutdown_timeout", "1")])?;
    program.ask("spans 5000")?;
    program.wait_for_log("does not take spans")?;
    let begin = Instant::now();
    let account = program.shutdown()?;
    assert!(begin.elapsed() < Duration::from_secs(30), "{:?}", begin.elapsed());
    let lost = account.dropped_for("ShutDown") + account.waiting;
    assert_eq!((account.created, account.exported, lost), (5000, 0, 5000), "{account:?}");
    Ok(())
}
