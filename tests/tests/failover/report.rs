//! What a program is told of its backends.

use super::{Result, other, start};
use serde_json::Value;
use synndicate_tests::program::Program;
use synndicate_tests::receiver::{Receiver, Wire};

fn health(program: &mut Program) -> Result<Value> {
    Ok(serde_json::from_str(&program.ask("health")?)?)
}

#[test]
fn health_shows_each_backend_with_its_state_its_reason_and_what_it_took() -> Result<()> {
    for wire in Wire::ALL {
        let first = Receiver::over(wire).listen()?;
        let second = Receiver::over(other(wire)).listen()?;
        let mut program = start(&[&first, &second], &[])?;
        program.ask("spans 100")?;
        assert!(program.flush()?);
        first.go_away();
        program.ask("spans 50")?;
        assert!(program.flush()?);
        let health = health(&mut program)?;
        let [down, up] = [0, 1].map(|at| health["backends"][at].clone());
        assert_eq!((&down["state"], &down["exported"]), (&"down".into(), &100.into()), "{health}");
        assert_eq!((&up["state"], &up["exported"]), (&"up".into(), &50.into()), "{health}");
        let place = |backend: &Value| backend["place"].as_str().unwrap_or_default().to_owned();
        assert!(place(&down).starts_with(&first.endpoint()), "{health}");
        assert!(place(&up).starts_with(&second.endpoint()), "{health}");
        assert!(!place(&down).contains('`'), "{health}");
        let error = down["last_error"].as_str().unwrap_or_default();
        assert!(error.contains("cannot reach") && error == down["reason"], "{health}");
        assert_eq!(health["exporting"], true, "{health}");
        assert_eq!(health["ledger"]["exported"], 150, "{health}");
    }
    Ok(())
}

#[test]
fn while_no_backend_is_up_health_says_so_and_where_spans_wait() -> Result<()> {
    let gone = Receiver::over(Wire::Grpc).away()?;
    let mut program = start(&[&gone], &[])?;
    program.ask("spans 100")?;
    program.wait_for_log("which does not take them")?;
    let health = health(&mut program)?;
    assert_eq!(health["exporting"], false, "{health}");
    assert_eq!(health["ledger"]["waiting"], 100, "{health}");
    let waiting = ["in_rings", "queued", "in_flight"];
    let waiting = waiting.map(|place| health["waiting"][place].as_u64().unwrap_or_default());
    assert_eq!(waiting.iter().sum::<u64>(), 100, "{health}");
    Ok(())
}
