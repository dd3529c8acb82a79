//! What can go wrong on the way to a server, before it has said anything about the request.

use super::resolve::Unresolved;
use crate::exporter::error::ErrorKind;
use std::error::Error;
use std::io;
use std::time::Duration;

/// A request got no answer.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::exporter) enum Failure {
    /// The host's name has no address.
    Unresolved(String),
    /// Nobody took the connection.
    NotConnected(String),
    /// Nobody took or refused the connection in time.
    NoConnection(Duration),
    /// The proxy did not help.
    Proxy(String),
    /// The two sides do not trust or understand each other.
    #[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "there is no TLS that could fail"))]
    Tls { fault: TlsFault, cause: String },
    /// What answers speaks something else, which began like this.
    Foreign(Box<[u8]>),
    /// The server hung up without a word.
    Closed,
    /// The connection broke.
    Broken(String),
    /// The answer did not come in time.
    NoAnswer(Duration),
    /// The answer did not end.
    LongAnswer,
}

/// What is wrong between the two sides of TLS.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "there is no TLS that could fail"))]
pub(in crate::exporter) enum TlsFault {
    /// We do not know who signed the server's certificate.
    UnknownAuthority,
    /// The server's certificate is for somebody else.
    WrongName,
    /// The server's certificate is bad in another way.
    BadCertificate,
    /// The server wants to know who we are, or does not believe it.
    ClientCertificate,
    /// The server speaks TLS, but not our protocol.
    NoCommonProtocol,
    /// The server does not speak TLS.
    NotTls,
    /// Anything else.
    Handshake,
}

impl Failure {
    /// What becomes of the batch.
    pub(in crate::exporter) fn kind(&self) -> ErrorKind {
        match self {
            Failure::Unresolved(_)
            | Failure::NotConnected(_)
            | Failure::NoConnection(_)
            | Failure::Proxy(_)
            | Failure::Tls { .. } => ErrorKind::Unreachable,
            Failure::Foreign(_) => ErrorKind::WireNotSpoken,
            Failure::Closed | Failure::Broken(_) => ErrorKind::Retryable { wait: None },
            Failure::NoAnswer(_) => ErrorKind::TimedOut,
            Failure::LongAnswer => ErrorKind::Refused,
        }
    }
}

/// What the error of a connector that may take `timeout` means.
pub(super) fn connect_failure(error: &(dyn Error + 'static), timeout: Duration) -> Failure {
    if let Some(unresolved) = chain(error).find_map(|error| error.downcast_ref::<Unresolved>()) {
        return Failure::Unresolved(io_text(&unresolved.0));
    }
    let mut io_errors = chain(error).filter_map(|error| error.downcast_ref::<io::Error>());
    if io_errors.any(|error| error.kind() == io::ErrorKind::TimedOut) {
        return Failure::NoConnection(timeout);
    }
    Failure::NotConnected(cause_of(error))
}

/// `error` and its causes.
pub(super) fn chain<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// The deepest cause of `error`, which says the most.
pub(super) fn cause_of(error: &(dyn Error + 'static)) -> String {
    let deepest = chain(error).last().unwrap_or(error);
    match deepest.downcast_ref::<io::Error>() {
        Some(error) => io_text(error),
        None => deepest.to_string(),
    }
}

/// The text of an error as it stands in the middle of a sentence, without the operating system's number.
pub(super) fn io_text(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An error that only names its cause, as connectors have them.
    #[derive(Debug)]
    struct Wrapper(Box<dyn Error>);

    impl std::fmt::Display for Wrapper {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("tcp connect error")
        }
    }

    impl Error for Wrapper {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&*self.0)
        }
    }

    #[track_caller]
    fn check(cause: impl Error + 'static, expected: &Failure) {
        let failure = connect_failure(&Wrapper(Box::new(cause)), Duration::from_secs(1));
        assert_eq!(&failure, expected);
    }

    #[test]
    fn the_cause_says_why_there_is_no_connection() {
        let refused = io::Error::from_raw_os_error(111);
        let refused_text = io_text(&refused);
        assert!(!refused_text.contains("os error"), "{refused_text}");
        check(refused, &Failure::NotConnected(refused_text));
        let no_name = Unresolved(io::Error::other("Name or service not known"));
        check(no_name, &Failure::Unresolved("name or service not known".into()));
        let timed_out = io::Error::new(io::ErrorKind::TimedOut, "deadline has elapsed");
        check(timed_out, &Failure::NoConnection(Duration::from_secs(1)));
    }
}
