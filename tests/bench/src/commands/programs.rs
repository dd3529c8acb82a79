//! Small packages written into a temporary folder, built and run from there: programs as users write them.

use super::children::output_of;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// This package: its lock file gives the programs the versions that the figures were taken with.
const BENCH: &str = env!("CARGO_MANIFEST_DIR");

/// How cargo builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    Dev,
    Release,
}

/// A package with its own target folder; both vanish with it.
pub(crate) struct Program {
    folder: TempDir,
}

impl Program {
    /// A package with these lines under `[dependencies]` and no code yet.
    pub(crate) fn new(dependencies: &str) -> Result<Self> {
        let program = Self { folder: tempfile::tempdir()? };
        let package =
            "[package]\nname = \"program\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n";
        program.write("Cargo.toml", &format!("{package}{dependencies}"))?;
        fs::create_dir_all(program.path().join("src/bin"))?;
        let lock = Path::new(BENCH).join("Cargo.lock");
        fs::copy(lock, program.path().join("Cargo.lock")).context("cannot copy the lock file")?;
        Ok(program)
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file of the package; cargo sees a file that was written again as changed.
    pub(crate) fn write(&self, file: &str, text: &str) -> Result<()> {
        fs::write(self.path().join(file), text).with_context(|| format!("cannot write `{file}`"))
    }

    fn cargo(&self, command: &str) -> Command {
        let mut cargo = Command::new("cargo");
        cargo
            .arg(command)
            .current_dir(self.path())
            .env("CARGO_TARGET_DIR", self.path().join("target"));
        // Else the second build of a figure would do less than the first.
        cargo.env("CARGO_INCREMENTAL", "0");
        cargo
    }

    /// Downloads what is missing, so that no build waits for it.
    pub(crate) fn fetch(&self) -> Result<()> {
        output_of(&mut self.cargo("fetch")).map(drop)
    }

    /// Builds what is not up to date and says how long that took.
    pub(crate) fn build(&self, profile: Profile) -> Result<Duration> {
        let mut cargo = self.cargo("build");
        if profile == Profile::Release {
            cargo.arg("--release");
        }
        let begin = Instant::now();
        output_of(&mut cargo)?;
        Ok(begin.elapsed())
    }

    /// Crates that are compiled for it on this platform, itself left out.
    pub(crate) fn crates(&self) -> Result<usize> {
        let mut tree = self.cargo("tree");
        tree.args(["--edges", "normal,build", "--prefix", "none", "--format", "{p}"]);
        let tree = output_of(&mut tree)?;
        let crates: BTreeSet<&str> =
            tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
        Ok(crates.len() - 1)
    }

    /// Where `src/bin/<name>.rs` was built to.
    pub(crate) fn binary(&self, name: &str) -> PathBuf {
        self.path().join("target/release").join(name)
    }
}

/// The line that depends on this repository's runtime, with `more` keys.
pub(crate) fn synndicate(more: &str) -> String {
    let runtime = Path::new(BENCH).join("../../runtime");
    format!("synndicate = {{ path = \"{}\"{more} }}\n", runtime.display())
}
