//! An exporter for the pipeline's tests, which answers by script.

use super::{Accepted, ExportError};
use crate::batch::Batch;
use std::future::pending;
use std::time::Duration;
use tokio::time::sleep;

/// What happens to one batch.
pub(crate) enum Answer {
    Now(Result<Accepted, ExportError>),
    After(Duration, Result<Accepted, ExportError>),
    Never,
    Panic,
}

/// Asks a function what happens to each batch.
pub(crate) struct ScriptedExporter {
    pub(super) place: &'static str,
    script: Box<dyn FnMut(&Batch) -> Answer + Send>,
}

impl ScriptedExporter {
    pub(crate) fn new(script: impl FnMut(&Batch) -> Answer + Send + 'static) -> ScriptedExporter {
        ScriptedExporter::at("the script", script)
    }

    /// One of several, with a name of its own.
    pub(crate) fn at(
        place: &'static str,
        script: impl FnMut(&Batch) -> Answer + Send + 'static,
    ) -> ScriptedExporter {
        ScriptedExporter { place, script: Box::new(script) }
    }

    pub(super) async fn export(&mut self, batch: &Batch) -> Result<Accepted, ExportError> {
        match (self.script)(batch) {
            Answer::Now(result) => result,
            Answer::After(time, result) => {
                sleep(time).await;
                result
            }
            Answer::Never => pending().await,
            Answer::Panic => panic!("the exporter panics by script"),
        }
    }
}
