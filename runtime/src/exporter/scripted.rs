//! An exporter for the pipeline's tests, which answers by script.

use super::{Accepted, ExportError};
use crate::batch::Batch;
use std::future::pending;

/// What happens to one batch.
pub(crate) enum Answer {
    Now(Result<Accepted, ExportError>),
    Never,
    Panic,
}

/// Asks a function what happens to each batch.
pub(crate) struct ScriptedExporter(Box<dyn FnMut(&Batch) -> Answer + Send>);

impl ScriptedExporter {
    pub(crate) fn new(script: impl FnMut(&Batch) -> Answer + Send + 'static) -> ScriptedExporter {
        ScriptedExporter(Box::new(script))
    }

    pub(super) async fn export(&mut self, batch: &Batch) -> Result<Accepted, ExportError> {
        match (self.0)(batch) {
            Answer::Now(result) => result,
            Answer::Never => pending().await,
            Answer::Panic => panic!("the exporter panics by script"),
        }
    }
}
