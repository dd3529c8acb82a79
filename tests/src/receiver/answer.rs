//! What can come of a request.

use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// What is answered to a request that was read.
#[derive(Clone, Debug)]
pub enum Answer {
    /// All of it is taken.
    Taken,
    /// It is taken, but not so many of its spans ("partial success"), or there is something to say about it.
    TakenBut {
        /// How many are not taken.
        rejected: u64,
        /// Why.
        message: String,
    },
    /// It is taken as soon as the semaphore has a permit, which it uses up.
    TakenAfter(Arc<Semaphore>),
    /// Nothing of it is taken.
    Refused(Refusal),
}

/// The same refusal on both wires.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub(super) status: u16,
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) retry: Option<Retry>,
}

/// When another try is welcome.
#[derive(Clone, Debug)]
pub enum Retry {
    /// After so many seconds; over gRPC as `RetryInfo`.
    Seconds(u64),
    /// The text of the header `Retry-After`; nothing over gRPC.
    Header(&'static str),
    /// At a date so many seconds ahead of the server's own, wrong clock; over gRPC as `RetryInfo`.
    Date(u64),
}

impl Refusal {
    /// Over HTTP with `status`, over gRPC with `code`.
    #[must_use]
    pub fn new(status: u16, code: Code, message: impl Into<String>) -> Refusal {
        Refusal { status, code, message: message.into(), retry: None }
    }

    /// Adds when another try is welcome.
    #[must_use]
    pub fn retry(self, retry: Retry) -> Refusal {
        Refusal { retry: Some(retry), ..self }
    }

    pub(super) fn into_grpc(self) -> Status {
        let seconds = match self.retry {
            Some(Retry::Seconds(seconds) | Retry::Date(seconds)) => seconds,
            Some(Retry::Header(_)) | None => return Status::new(self.code, self.message),
        };
        let details = ErrorDetails::with_retry_info(Some(Duration::from_secs(seconds)));
        Status::with_error_details(self.code, self.message, details)
    }
}

/// What happens to a connection in the middle of a request. In all but the last case nothing of it is noted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// It is reset while the request is being read.
    Reset,
    /// The request is read and never answered.
    Silence,
    /// The answer is in a protocol that has nothing to do with it.
    Garbage,
    /// The request is noted and taken, and the connection is reset before the answer.
    LostAnswer,
}
