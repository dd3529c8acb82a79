//! Batches that are too large or hold a bad span: they are halved until what is left is one span, and only that is lost.

use super::{Result, arrivals, on_every_wire, start_and_probe};
use synndicate_tests::receiver::{Answer, Export, Receiver, Refusal};
use tonic::Code;

#[test]
fn batches_that_are_too_large_are_halved_and_the_size_is_remembered() -> Result<()> {
    on_every_wire(|wire| {
        let receiver = Receiver::over(wire).limited_to(64 * 1024).listen()?;
        let mut program =
            start_and_probe(&receiver, &[("tracing_attribute_value_limit", "200000")])?;
        program.ask("spans 512 1024")?;
        assert!(program.flush()?);
        let first = receiver.noted();
        assert_eq!(first.taken, 512);
        assert!(first.requests > first.exports.len() + first.probes, "some were refused");

        program.ask("spans 512 1024")?;
        assert!(program.flush()?);
        let second = receiver.noted();
        assert_eq!(second.taken, 1024);
        let requests = second.requests - first.requests;
        assert_eq!(requests, second.exports.len() - first.exports.len(), "none was refused");

        program.ask("spans 1 100000")?;
        assert!(program.flush()?, "what will never fit does not wait");
        let account = program.shutdown()?;
        assert_eq!((account.exported, account.dropped_for("TooLarge")), (1024, 1), "{account:?}");
        assert!(arrivals(&receiver.noted()).values().all(|&times| times == 1));
        Ok(())
    })
}

/// A server that takes no request with a span of this name.
fn dislikes(name: &'static str) -> impl Fn(&Export) -> Answer {
    move |export| {
        if export.spans().any(|span| span.name == name) {
            Answer::Refused(Refusal::new(400, Code::InvalidArgument, "a span is malformed"))
        } else {
            Answer::Taken
        }
    }
}

#[test]
fn one_bad_span_costs_itself_and_no_other() -> Result<()> {
    on_every_wire(|wire| {
        let receiver = Receiver::over(wire).answering(dislikes("bad")).listen()?;
        let mut program = start_and_probe(&receiver, &[("tracing_max_batch_size", "10")])?;
        program.ask("spans 500")?;
        program.ask("bad")?;
        program.ask("spans 499")?;
        assert!(program.flush()?);
        let account = program.shutdown()?;
        assert_eq!((account.exported, account.dropped_for("Invalid")), (999, 1), "{account:?}");
        let noted = receiver.noted();
        let arrivals = arrivals(&noted);
        assert!(arrivals.len() == 999 && arrivals.values().all(|&times| times == 1));
        assert!(
            (1..=5).contains(&noted.refused.len()),
            "ten spans are one after four halvings: {}",
            noted.refused.len()
        );
        let log = program.end()?.1;
        assert_eq!(
            log.iter().filter(|line| line.contains("a span is malformed")).count(),
            1,
            "{log:#?}"
        );
        Ok(())
    })
}

#[test]
fn a_server_that_dislikes_every_span_is_not_asked_for_ever() -> Result<()> {
    on_every_wire(|wire| {
        let receiver = Receiver::over(wire).answering(dislikes("work")).listen()?;
        let mut program = start_and_probe(&receiver, &[])?;
        program.ask("spans 100")?;
        assert!(program.flush()?);
        let account = program.shutdown()?;
        assert_eq!((account.created, account.dropped_for("Invalid")), (100, 100), "{account:?}");
        assert!(receiver.noted().refused.len() <= 2 * 100, "each span is asked for at most twice");
        Ok(())
    })
}
