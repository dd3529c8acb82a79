//! Starting this program again as a child, one peer each.

use crate::reading::Reading;
use crate::scenario::Scenario;
use anyhow::{Context, Result, bail};
use std::env;
use std::process::{Command, Output, Stdio};

/// This program, to be started with another command.
pub(crate) fn this_program() -> Result<Command> {
    Ok(Command::new(env::current_exe().context("cannot find this program's own file")?))
}

/// The words that measure `peer` in a child.
pub(crate) fn run_peer(peer: &str, scenario: Scenario) -> [String; 3] {
    ["run-peer".to_owned(), peer.to_owned(), scenario.to_string()]
}

/// What `command` prints; an error with its last words if it fails.
pub(crate) fn output_of(command: &mut Command) -> Result<String> {
    let Output { status, stdout, stderr } = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {command:?}"))?;
    if !status.success() {
        bail!("{command:?} ended with {status}: {}", String::from_utf8_lossy(&stderr).trim_end());
    }
    String::from_utf8(stdout).with_context(|| format!("{command:?} printed no text"))
}

/// What one run of a peer found.
pub(crate) fn reading_of(command: &mut Command) -> Result<Reading> {
    output_of(command)?.trim().parse()
}
