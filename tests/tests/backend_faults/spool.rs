//! Outages that outlast the program: what is in `tracing_spool_dir` is sent by the next run.

use super::{Result, arrivals, on_both_wires, on_every_wire, start};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use synndicate_tests::program::Program;
use synndicate_tests::receiver::{Noted, Receiver};

fn start_with_spool(receiver: &Receiver, folder: &Path) -> Result<Program> {
    let folder = folder.display().to_string();
    start(receiver, &[("tracing_spool_dir", &folder), ("shutdown_timeout", "10")])
}

/// How often numbers have arrived that more than one run has used.
fn times(noted: &Noted) -> BTreeMap<usize, usize> {
    let mut times = BTreeMap::new();
    arrivals(noted).values().for_each(|&of_number| *times.entry(of_number).or_default() += 1);
    times
}

#[test]
fn what_was_flushed_outlasts_a_program_that_is_killed() -> Result<()> {
    on_both_wires(|wire| {
        let folder = tempfile::tempdir()?;
        let receiver = Receiver::over(wire).away()?;
        for _ in 0..5 {
            let mut program = start_with_spool(&receiver, folder.path())?;
            program.ask("spans 300")?;
            assert!(program.flush()?);
            assert!(program.account()?.balances());
            // Dropped, it is killed.
        }
        receiver.come_back()?;
        let mut program = start_with_spool(&receiver, folder.path())?;
        let noted = receiver.wait_until(|noted| noted.spans().count() == 1500)?;
        assert_eq!(times(&noted), [(5, 300)].into());
        drop(noted);
        program.ask("settle")?;
        let account = program.shutdown()?;
        assert_eq!((account.recovered, account.exported), (1500, 1500), "{account:?}");
        assert_eq!((account.waiting, account.dropped()), (0, 0), "{account:?}");
        Ok(())
    })
}

#[test]
fn what_is_left_at_the_end_is_told_and_sent_by_the_next_run() -> Result<()> {
    on_both_wires(|wire| {
        let folder = tempfile::tempdir()?;
        let receiver = Receiver::over(wire).away()?;
        let mut program = start_with_spool(&receiver, folder.path())?;
        program.ask("spans 3000")?;
        let account = program.shutdown()?;
        assert_eq!((account.spooled, account.dropped()), (3000, 0), "{account:?}");
        let (status, log) = program.end()?;
        assert!(status.success());
        let told = log.iter().filter(|line| line.contains("3000 in the spool, for the next run"));
        assert_eq!(told.count(), 1, "{log:#?}");
        receiver.come_back()?;
        let _program = start_with_spool(&receiver, folder.path())?;
        let noted = receiver.wait_until(|noted| noted.spans().count() == 3000)?;
        assert_eq!(times(&noted), [(1, 3000)].into());
        Ok(())
    })
}

#[test]
fn what_a_full_disk_does_not_take_is_counted_and_nothing_else_is_lost() -> Result<()> {
    on_every_wire(|wire| {
        let folder = tempfile::tempdir()?;
        let receiver = Receiver::over(wire).away()?;
        let spool = ("tracing_spool_dir", folder.path().display().to_string());
        let settings = receiver.settings().into_iter().chain([spool]);
        let executable = env!("CARGO_BIN_EXE_driven_service");
        let mut program = Program::start_on_a_full_disk(executable, settings, 64)?;
        for _ in 0..100 {
            program.ask("spans 10 500")?;
            assert!(program.flush()?);
        }
        program.wait_for_log("does not take a batch")?;
        let account = program.account()?;
        let lost = account.dropped_for("SpoolFailed");
        assert!(account.balances() && lost > 0 && account.spooled > 0, "{account:?}");
        receiver.come_back()?;
        program.ask("settle")?;
        let account = program.shutdown()?;
        assert_eq!((account.exported, account.dropped()), (1000 - lost, lost), "{account:?}");
        assert_eq!(arrivals(&receiver.noted()).len() as u64, 1000 - lost);
        Ok(())
    })
}

#[test]
fn programs_share_a_folder() -> Result<()> {
    on_both_wires(|wire| {
        let folder = tempfile::tempdir()?;
        let receiver = Receiver::over(wire).away()?;
        let mut programs = Vec::new();
        for _ in 0..3 {
            let mut program = start_with_spool(&receiver, folder.path())?;
            program.ask("spans 100")?;
            assert!(program.flush()?);
            assert_eq!(program.account()?.recovered, 0);
            programs.push(program);
        }
        receiver.come_back()?;
        let noted = receiver.wait_until(|noted| noted.spans().count() == 300)?;
        assert_eq!(times(&noted), [(3, 100)].into());
        Ok(())
    })
}

#[test]
fn a_program_starts_whatever_is_in_the_folder() -> Result<()> {
    on_both_wires(|wire| {
        let folder = tempfile::tempdir()?;
        let receiver = Receiver::over(wire).away()?;
        let mut program = start_with_spool(&receiver, folder.path())?;
        program.ask("spans 100")?;
        assert!(program.flush()?);
        drop(program);
        fs::write(folder.path().join("0-0000000000000100.spool"), "")?;
        fs::write(folder.path().join("0-0000000000000101.spool"), [7; 5000])?;
        fs::create_dir(folder.path().join("0-0000000000000102.spool"))?;
        receiver.come_back()?;
        let mut program = start_with_spool(&receiver, folder.path())?;
        let noted = receiver.wait_until(|noted| noted.spans().count() == 100)?;
        drop(noted);
        program.wait_for_log("set aside as `*.damaged` (3)")?;
        assert!(folder.path().join("0-0000000000000101.spool.damaged").is_file());
        assert_eq!(program.shutdown()?.recovered, 100);
        Ok(())
    })
}

#[test]
fn a_folder_that_cannot_be_used_keeps_no_program_from_running() -> Result<()> {
    on_both_wires(|wire| {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("file");
        fs::write(&file, "")?;
        let receiver = Receiver::over(wire).listen()?;
        let mut program = start_with_spool(&receiver, &file)?;
        program.wait_for_log("of `tracing_spool_dir` cannot be")?;
        program.ask("spans 100")?;
        assert!(program.flush()?);
        assert_eq!(program.shutdown()?.exported, 100);
        Ok(())
    })
}
