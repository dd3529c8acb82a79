//! What keeps a spool from being used, and a batch from being kept.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// A spool cannot be opened.
#[derive(Debug)]
pub(crate) struct SpoolError {
    pub(super) folder: PathBuf,
    /// What could not be done, to be read after "cannot be".
    pub(super) done: &'static str,
    pub(super) cause: io::Error,
}

impl fmt::Display for SpoolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SpoolError { folder, done, cause } = self;
        write!(
            f,
            "the folder `{}` of `tracing_spool_dir` cannot be {done}: {cause}\nhint: let the program's user write there, or \
             name another folder on a local disk",
            folder.display()
        )
    }
}

impl std::error::Error for SpoolError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

/// Why a batch was not kept.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It alone is larger than the spool may become.
    TooLarge,
    /// It could not be written.
    Io(io::Error),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::TooLarge => f.write_str("the batch is larger than `tracing_spool_max_bytes`"),
            Refusal::Io(error) => error.fmt(f),
        }
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Refusal {
        Refusal::Io(error)
    }
}
