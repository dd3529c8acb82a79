//! Tests of what a process has once only.

use std::process::Command;

/// Runs the test `name` again in a process of its own, in which this runs `test` instead.
#[track_caller]
pub(crate) fn in_a_process_of_its_own(name: &str, test: impl FnOnce()) {
    if std::env::args().any(|argument| argument == "--exact") {
        return test();
    }
    let mut alone = Command::new(std::env::current_exe().unwrap());
    let output = alone.args([name, "--exact"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}
