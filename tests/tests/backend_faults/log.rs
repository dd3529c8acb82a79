//! What people read of a backend that comes and goes: little.

use super::{Result, assert_told_once, on_every_wire, start, start_and_probe, told};
use synndicate_tests::receiver::{Fault, Receiver};

#[test]
fn a_backend_that_goes_up_and_down_again_and_again_is_spoken_of_once() -> Result<()> {
    on_every_wire(|wire| {
        let receiver = Receiver::over(wire).listen()?;
        let mut program = start_and_probe(&receiver, &[])?;
        for _ in 0..6 {
            receiver.disturb(Fault::Reset);
            program.ask("spans 10 1000")?;
            assert!(program.flush()?);
        }
        assert_eq!(program.shutdown()?.exported, 60);
        assert_told_once(&program.end()?.1);
        Ok(())
    })
}

#[test]
fn spans_that_are_lost_are_spoken_of_once_while_the_program_runs() -> Result<()> {
    on_every_wire(|wire| {
        let receiver = Receiver::over(wire).away()?;
        let mut program = start(&receiver, &[("tracing_max_queue_size", "100")])?;
        for _ in 0..3 {
            program.ask("spans 300")?;
            program.wait_for_log("spans dropped so far: the queue was full")?;
        }
        let log = program.log();
        let lost: Vec<_> = log.iter().filter(|line| line.contains("dropped so far:")).collect();
        assert_eq!(lost.len(), 1, "{log:#?}");
        assert!(lost[0].contains("see `tracing_max_queue_size`"), "{log:#?}");
        Ok(())
    })
}

#[test]
fn a_backend_that_takes_everything_is_spoken_of_at_the_start_only() -> Result<()> {
    on_every_wire(|wire| {
        let receiver = Receiver::over(wire).listen()?;
        let mut program = start_and_probe(&receiver, &[("service_name", "quiet")])?;
        program.ask("spans 1000")?;
        assert!(program.flush()?);
        let log = program.end()?.1;
        assert!(
            log[0].contains("traces of `quiet` go to") && log[0].contains(&receiver.endpoint()),
            "{log:#?}"
        );
        assert_eq!(told(&log), [[""; 0], [""; 0]]);
        assert!(
            log.len() <= 2,
            "one line, and one more where the machine is so busy that the answer came late: {log:#?}"
        );
        Ok(())
    })
}
