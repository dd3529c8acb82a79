//! Why a batch was not taken, in the terms in which the pipeline decides what becomes of it.

use std::fmt;
use std::time::Duration;

/// A batch was not taken.
#[derive(Debug)]
pub(crate) struct ExportError {
    pub(crate) kind: ErrorKind,
    /// What happened and where, without a secret in it.
    pub(crate) message: String,
    /// What the user can do about it.
    pub(crate) hint: Option<String>,
}

/// What is to be done about it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(
    not(any(feature = "_remote", test)),
    expect(dead_code, reason = "most of it happens to servers only")
)]
pub(crate) enum ErrorKind {
    /// The server, or the way to it, is in trouble for now: the same batch may be taken later, after `wait` if the server
    /// asked for it and after the usual backoff otherwise.
    Retryable { wait: Option<Duration> },
    /// Nobody answered in time. The batch may have arrived.
    TimedOut,
    /// There is no connection: nobody listens, the name is unknown, or the two sides do not trust each other.
    Unreachable,
    /// What answers there does not take spans in this wire protocol.
    WireNotSpoken,
    /// Fewer bytes may be taken.
    TooLarge,
    /// The server calls the batch malformed; some of its spans may still be fine.
    Invalid,
    /// The server does not take this batch, now or later.
    Refused,
    /// The exporter panicked over it.
    Panicked,
}

impl ErrorKind {
    /// Whether the answer is about what was sent, and says nothing against the backend.
    pub(crate) fn is_about_batch(self) -> bool {
        matches!(self, ErrorKind::TooLarge | ErrorKind::Invalid)
    }
}

impl ExportError {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> ExportError {
        ExportError { kind, message: message.into(), hint: None }
    }

    /// Adds what the user can do about it.
    #[cfg_attr(
        not(any(feature = "_remote", test)),
        expect(dead_code, reason = "there is no server to check")
    )]
    pub(crate) fn hint(self, hint: Option<impl Into<String>>) -> ExportError {
        ExportError { hint: hint.map(Into::into), ..self }
    }
}

impl fmt::Display for ExportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.hint.iter().try_for_each(|hint| write!(f, "\nhint: {hint}"))
    }
}

impl std::error::Error for ExportError {}

/// An exporter cannot be made from what the settings say.
#[derive(Debug)]
pub(crate) struct SetupError(pub(crate) String);

impl SetupError {
    /// `what` was left out when the crate was built.
    pub(crate) fn feature_is_off(feature: &str, what: &str) -> SetupError {
        SetupError(format!(
            "{what} needs the feature `{feature}` of the crate `synndicate`, which is off"
        ))
    }
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SetupError {}
