//! Programs of other packages of the workspace, built when a test needs them.

use serde_json::Value;
use std::ffi::OsStr;
use std::process::Command;
use std::{env, io};

/// The executable that cargo makes of this binary.
///
/// # Errors
///
/// When it cannot be built.
pub fn built(package: &str, name: &str) -> io::Result<String> {
    let mut cargo = Command::new(env!("CARGO"));
    // What cargo tells the test of its own package would have it build `ring` again, and all that uses it.
    for (name, _) in env::vars_os().filter(|(name, _)| is_about_a_package(name)) {
        cargo.env_remove(name);
    }
    let built = cargo
        .args(["build", "--quiet", "--package", package, "--bin", name])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()?;
    let messages = String::from_utf8_lossy(&built.stdout);
    let executable = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find_map(|message| message["executable"].as_str().map(ToOwned::to_owned));
    executable.ok_or_else(|| {
        let errors = String::from_utf8_lossy(&built.stderr);
        io::Error::other(format!("`{name}` is not built:\n{errors}"))
    })
}

fn is_about_a_package(variable: &OsStr) -> bool {
    let name = variable.to_string_lossy();
    ["CARGO_MANIFEST_", "CARGO_PKG_"].iter().any(|prefix| name.starts_with(prefix))
}
