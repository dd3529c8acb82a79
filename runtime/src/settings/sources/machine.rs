//! What may be asked of the machine: a few files and the process itself.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// More than any of the files is long that are read; a machine with that many mounts is not looked through to the end.
const MAX_BYTES: u64 = 1 << 20;

/// Where a process runs.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    /// What its files begin with: `/`, but in tests.
    pub(crate) root: PathBuf,
    pub(crate) pid: u32,
    pub(crate) executable: Option<PathBuf>,
}

impl Machine {
    pub(super) fn of_this_process() -> Machine {
        Machine {
            root: "/".into(),
            pid: std::process::id(),
            executable: std::env::current_exe().ok(),
        }
    }

    /// The text of a file, its path without the first slash; nothing where it cannot be read.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        let mut bytes = Vec::new();
        let file = File::open(self.root.join(path)).ok()?;
        file.take(MAX_BYTES).read_to_end(&mut bytes).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The executable's name without its folders, which may name a user.
    pub(super) fn executable_name(&self) -> Option<String> {
        let name = self.executable.as_deref().and_then(Path::file_name)?;
        Some(name.to_string_lossy().into_owned())
    }
}
