//! Services that run one after another in one process: each with its own settings, backend and ledger.

use super::{Result, Turn, run};
use synndicate::{Ledger, traced};
use synndicate_tests::receiver::{Noted, Receiver, Wire};
use synndicate_tests::spans::attributes;

#[traced]
fn work() {}

fn works(count: usize) {
    (0..count).for_each(|_| work());
}

/// A service that makes so many spans.
fn run_works(
    turn: &Turn,
    receiver: &Receiver,
    settings: &[(&str, &str)],
    count: usize,
) -> Result<Ledger> {
    run(turn, receiver, settings, || {
        works(count);
        Ok(())
    })
}

/// The service's name in each request.
fn services(noted: &Noted) -> Vec<String> {
    let resources = noted.exports.iter().flat_map(|export| &export.request.resource_spans);
    let resources = resources.filter_map(|spans| spans.resource.as_ref());
    let attributes = resources.flat_map(|resource| attributes(&resource.attributes));
    attributes.filter(|(key, _)| key == "service.name").map(|(_, name)| name).collect()
}

#[test]
fn each_service_has_its_own_settings_backend_and_ledger() -> Result<()> {
    let turn = Turn::take();
    let receivers = [Receiver::over(Wire::Grpc).listen()?, Receiver::over(Wire::Http).listen()?];
    for round in 1..=3 {
        for (receiver, name) in receivers.iter().zip(["planner", "mailer"]) {
            let ledger = run_works(&turn, receiver, &[("service_name", name)], round)?;
            assert_eq!(
                (ledger.created, ledger.exported),
                (round as u64, round as u64),
                "{name}: {ledger}"
            );
            // Nobody is there to trace it, and so it is nobody's.
            works(100);
            assert_eq!(synndicate::ledger(), ledger);
        }
    }
    for (receiver, name) in receivers.iter().zip(["\"planner\"", "\"mailer\""]) {
        let noted = receiver.noted();
        assert_eq!(
            (noted.taken, noted.probes),
            (1 + 2 + 3, 3),
            "each asks once whether spans would be taken"
        );
        assert_eq!(services(&noted), [name; 3]);
    }
    Ok(())
}

#[test]
fn both_names_of_a_backend_and_every_share_of_traces_work() -> Result<()> {
    let turn = Turn::take();
    for wire in Wire::ALL {
        let receiver = Receiver::over(wire).listen()?;
        let none = run_works(&turn, &receiver, &[("tracing_sample_rate", "0.0")], 1000)?;
        assert_eq!((none.created, receiver.noted().taken), (0, 0), "{none}");
        let half = run_works(
            &turn,
            &receiver,
            &[("tracing_backend", "jaeger"), ("tracing_sample_rate", "0.5")],
            1000,
        )?;
        assert!((300..=700).contains(&half.created), "{half}");
        assert_eq!((half.exported, receiver.noted().taken), (half.created, half.created), "{half}");
        let disabled = run_works(&turn, &receiver, &[("tracing_backend", "disabled")], 10)?;
        assert_eq!((disabled.created, receiver.noted().taken), (0, half.created), "{disabled}");
    }
    Ok(())
}

#[test]
fn a_service_cannot_begin_while_another_one_runs() -> Result<()> {
    let turn = Turn::take();
    let receiver = Receiver::over(Wire::Grpc).listen()?;
    run(&turn, &receiver, &[], || {
        let second = synndicate::Builder::new().set("tracing_backend", "disabled").start();
        let error = second.expect_err("there is one already").to_string();
        assert!(error.contains("tracing runs already in this process"), "{error}");
        works(1);
        Ok(())
    })?;
    assert_eq!(receiver.noted().taken, 1, "the first one is not disturbed");
    Ok(())
}
