//! What keeps a spool from being used, and a batch from being kept.

use super::Tally;
use crate::batch::Batch;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

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
pub(crate) enum Refusal {
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

/// A batch that was not kept, on its way back. Where nobody takes it, its spans are lost, and counted.
#[derive(Debug)]
pub(crate) struct Unspooled {
    batch: Option<Batch>,
    refusal: Refusal,
    tally: Arc<Tally>,
}

impl Unspooled {
    pub(super) fn new(batch: Batch, refusal: Refusal, tally: Arc<Tally>) -> Unspooled {
        Unspooled { batch: Some(batch), refusal, tally }
    }

    /// Why.
    pub(crate) fn refusal(&self) -> &Refusal {
        &self.refusal
    }

    /// The batch, which is the caller's again.
    pub(crate) fn into_batch(mut self) -> Option<Batch> {
        self.batch.take().inspect(|batch| self.tally.give_back(batch.spans()))
    }
}

impl Drop for Unspooled {
    fn drop(&mut self) {
        if let Some(batch) = &self.batch {
            self.tally.lose(super::Loss::Unwritable, batch.spans());
        }
    }
}
