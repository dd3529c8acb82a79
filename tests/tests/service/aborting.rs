//! Where panics abort, there is no unwinding that would end a body: its spans are sent by the hook.
//!
//! How panics end is decided when a program is built, with all that it uses. So this one is built here, without more of
//! synndicate than it needs, and kept in a folder of its own under `target`.

use crate::support::{Arrived, Outcome, Program, Receiver, Signal, is_true, sending, taking};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

static PROGRAM: LazyLock<PathBuf> = LazyLock::new(build);

fn build() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("aborting");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--package", "synndicate-tests-aborting", "--quiet"])
        .args(["--config", "profile.dev.panic=\"abort\"", "--config", "profile.dev.debug=false"])
        .arg("--target-dir")
        .arg(&target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    target.join("debug/synndicate-tests-aborting")
}

fn run(does: &str) -> (Outcome, Receiver) {
    let backend = taking();
    let outcome = sending(Program::new(PROGRAM.to_str().unwrap(), does), &backend).run();
    (outcome, backend)
}

#[track_caller]
fn abort(does: &str) -> (Outcome, Receiver) {
    let (outcome, backend) = run(does);
    assert_eq!(outcome.signal, Some(Signal::ABORT.as_raw()), "{outcome:#?}");
    (outcome, backend)
}

#[test]
fn spans_are_sent_before_a_panic_aborts_the_program() {
    for does in ["body", "thread"] {
        let (outcome, backend) = abort(does);
        outcome.assert_says("out of ink");
        assert_eq!(backend.names(), ["fail", "step"]);
        assert!(is_true(&backend.one("fail").attributes, "synndicate.unfinished"));
    }
}

#[test]
fn a_hook_of_the_programs_own_takes_the_place_of_ours_and_can_flush() {
    let (_, backend) = abort("hook");
    assert_eq!(backend.names(), ["fail", "step"]);
}

#[test]
fn destructors_of_mains_thread_locals_abort_nothing() {
    for does in ["tls-first", "tls-last"] {
        let (outcome, backend) = run(does);
        outcome.assert_code(0);
        assert_eq!(outcome.stdout, ["closed"]);
        assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
        assert_eq!(backend.names(), ["step"]);
    }
}
