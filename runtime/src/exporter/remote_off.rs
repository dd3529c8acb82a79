//! What stands for a server where both wire protocols are off.

use super::Accepted;
use super::error::{ExportError, SetupError};
use crate::batch::Batch;
use crate::plan::Remote;
use std::convert::Infallible;

/// Cannot be made.
pub(crate) struct RemoteExporter(Infallible);

impl RemoteExporter {
    pub(crate) fn new(remote: &Remote) -> Result<RemoteExporter, SetupError> {
        Err(SetupError::feature_is_off("grpc` or `http", &format!("the backend `{}`", remote.name)))
    }

    pub(crate) fn place(&self) -> String {
        match self.0 {}
    }

    pub(crate) fn chosen(&self) -> Option<usize> {
        match self.0 {}
    }

    #[expect(clippy::unused_async, reason = "it stands for a function that has to wait")]
    pub(crate) async fn export(&mut self, _: &Batch) -> Result<Accepted, ExportError> {
        match self.0 {}
    }
}
