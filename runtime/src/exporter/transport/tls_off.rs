//! What stands for TLS where the feature `tls` is off.

use super::Protocol;
use super::failure::Failure;
use super::watched::Io;
use crate::exporter::error::SetupError;
use crate::plan;
use std::convert::Infallible;
use std::io;

/// Cannot be made.
pub(super) struct Tls(Infallible);

impl Tls {
    pub(super) fn new(_: &plan::Tls, host: &str, _: Protocol) -> Result<Tls, SetupError> {
        Err(SetupError::feature_is_off("tls", &format!("`https://{host}`")))
    }

    #[expect(clippy::unused_async, reason = "it stands for a function that has to wait")]
    pub(super) async fn wrap(&self, _: Io) -> Result<Io, Failure> {
        match self.0 {}
    }
}

pub(super) fn fault(_: &io::Error) -> Option<Failure> {
    None
}
