//! What stands for a question to a server where all wire protocols are off.

use super::error::SetupError;
use crate::plan::Remote;
use http::Uri;
use std::convert::Infallible;

/// Cannot be asked.
pub(crate) struct Question(Infallible);

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Question {
    pub(crate) fn new(_: &Uri, _: &Remote) -> Result<Question, SetupError> {
        Err(SetupError::feature_is_off("http", "HTTP"))
    }

    #[expect(clippy::unused_async, reason = "it stands for a function that has to wait")]
    pub(crate) async fn ask(&mut self) -> Result<Reply, String> {
        match self.0 {}
    }
}
