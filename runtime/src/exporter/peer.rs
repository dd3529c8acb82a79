//! Whom we speak to, for messages: every text about a backend is put together here.

use super::error::{ErrorKind, ExportError};
use super::secret::Secrets;
use super::transport::{Failure, TlsFault};
use crate::plan::Wire;
use std::sync::Arc;

/// A server and what we speak with it.
pub(super) struct Peer {
    pub(super) wire: Wire,
    /// Its URL in backticks, and the proxy on the way.
    pub(super) place: String,
    pub(super) secrets: Arc<Secrets>,
}

impl Peer {
    /// The server answered `verdict`, and `said` this about it.
    pub(super) fn refused(&self, kind: ErrorKind, verdict: &str, said: &[u8]) -> ExportError {
        let said = self.secrets.clean(said);
        let colon = if said.is_empty() { "" } else { ": " };
        ExportError::new(kind, format!("{} answered {verdict}{colon}{said}", self.place))
    }

    /// The server did not answer.
    pub(super) fn failed(&self, failure: &Failure) -> ExportError {
        ExportError::new(failure.kind(), self.describe(failure)).hint(self.hint(failure))
    }

    fn describe(&self, failure: &Failure) -> String {
        let Peer { place, secrets, .. } = self;
        let clean = |cause: &str| secrets.clean(cause.as_bytes());
        match failure {
            Failure::Unresolved(cause) => {
                format!("cannot reach {place}: no address for this name: {}", clean(cause))
            }
            Failure::NotConnected(cause) | Failure::Proxy(cause) => {
                format!("cannot reach {place}: {}", clean(cause))
            }
            Failure::NoConnection(timeout) => {
                format!("cannot reach {place}: no connection within {timeout:?}")
            }
            Failure::Tls { cause, .. } => {
                format!("cannot reach {place}: TLS failed: {}", clean(cause))
            }
            Failure::Foreign(first) => {
                format!(
                    "{place} does not speak {}: it answered {}",
                    self.protocol(),
                    self.recognise(first)
                )
            }
            Failure::Closed => format!("{place} closed the connection without an answer"),
            Failure::Broken(cause) => format!("the connection to {place} broke: {}", clean(cause)),
            Failure::NoAnswer(timeout) => format!("no answer from {place} within {timeout:?}"),
            Failure::LongAnswer => format!("the answer of {place} did not end"),
        }
    }

    fn hint(&self, failure: &Failure) -> Option<&'static str> {
        Some(match failure {
            Failure::Unresolved(_) => "check the name in `tracing_endpoint`",
            Failure::NotConnected(_) => "is the backend running, and does it listen there?",
            Failure::NoConnection(_) => "a firewall may swallow what is sent there",
            Failure::Proxy(_) => "`NO_PROXY` lists the hosts that are reached without a proxy",
            Failure::Tls { fault, .. } => return tls_hint(*fault),
            Failure::Foreign(first) => self.port_hint(Speech::of(first)),
            Failure::Closed => self.port_hint(Speech::Unknown),
            Failure::Broken(_) | Failure::NoAnswer(_) | Failure::LongAnswer => return None,
        })
    }

    fn port_hint(&self, found: Speech) -> &'static str {
        match (self.wire, found) {
            (_, Speech::Tls) => "TLS is spoken there: write `https://` in `tracing_endpoint`",
            #[cfg(feature = "zipkin")]
            (Wire::ZipkinJson, _) => "Zipkin usually listens on port 9411",
            (Wire::OtlpGrpc, Speech::Http1) => {
                "set `tracing_protocol = \"http\"`, or name the port of OTLP over gRPC, usually 4317"
            }
            #[cfg(feature = "jaeger")]
            (Wire::JaegerGrpc, Speech::Http1) => {
                "set `tracing_protocol = \"http\"`, or name a port of gRPC, usually 14250 or 4317"
            }
            #[cfg(feature = "jaeger")]
            (Wire::JaegerGrpc, _) => self.usual_port(),
            (Wire::OtlpGrpc, _) => self.usual_port(),
            (_, Speech::Http2) => {
                "set `tracing_protocol = \"grpc\"`, or name the port of OTLP over HTTP, usually 4318"
            }
            (_, Speech::Http1 | Speech::Unknown) => self.usual_port(),
        }
    }

    /// Where a server that speaks the wire listens unless it is told otherwise.
    pub(super) fn usual_port(&self) -> &'static str {
        match self.wire {
            Wire::OtlpGrpc => "OTLP over gRPC usually listens on port 4317",
            #[cfg(feature = "zipkin")]
            Wire::ZipkinJson => "Zipkin usually listens on port 9411",
            #[cfg(feature = "jaeger")]
            Wire::JaegerGrpc => {
                "Jaeger usually takes its own protocol on port 14250, and OTLP over gRPC on port 4317"
            }
            _ => "OTLP over HTTP usually listens on port 4318",
        }
    }

    /// What the user of a gRPC server can do that does not know our method.
    pub(super) fn unknown_method(&self) -> &'static str {
        match self.wire {
            #[cfg(feature = "jaeger")]
            Wire::JaegerGrpc => self.usual_port(),
            _ => {
                "no OTLP is taken there: check the host and the port in `tracing_endpoint`; \
                 `tracing_backend = \"jaeger\"` also speaks Jaeger's own protocol"
            }
        }
    }

    fn protocol(&self) -> &'static str {
        match self.wire {
            Wire::OtlpGrpc => "gRPC over HTTP/2",
            #[cfg(feature = "jaeger")]
            Wire::JaegerGrpc => "gRPC over HTTP/2",
            _ => "HTTP/1",
        }
    }

    fn recognise(&self, first: &[u8]) -> String {
        match Speech::of(first) {
            Speech::Http1 => "in HTTP/1".into(),
            Speech::Http2 => "in HTTP/2, as gRPC does".into(),
            Speech::Tls => "in TLS".into(),
            Speech::Unknown => format!("`{}`", self.secrets.clean(first)),
        }
    }
}

fn tls_hint(fault: TlsFault) -> Option<&'static str> {
    Some(match fault {
        TlsFault::UnknownAuthority => {
            "name the authority that signed the server's certificate in `tracing_tls.ca_file`"
        }
        TlsFault::WrongName => "set `tracing_tls.server_name` to a name that the certificate holds",
        TlsFault::ClientCertificate => {
            "name a certificate that the server trusts in `tracing_tls.cert_file`, and its key in `tracing_tls.key_file`"
        }
        TlsFault::NoCommonProtocol => {
            "gRPC needs HTTP/2 and OTLP over HTTP needs HTTP/1: is it the other one's port?"
        }
        TlsFault::NotTls => "if the server takes plain text, write `http://` in `tracing_endpoint`",
        TlsFault::BadCertificate | TlsFault::Handshake => return None,
    })
}

/// What a server speaks, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Speech {
    Http1,
    Http2,
    Tls,
    Unknown,
}

impl Speech {
    fn of(first: &[u8]) -> Speech {
        match first {
            [b'H', b'T', b'T', b'P', b'/', ..] => Speech::Http1,
            // The SETTINGS frame that is the first of every HTTP/2 connection: length, type, flags, stream.
            [0, _, _, 4, _, 0, 0, 0, 0, ..] => Speech::Http2,
            // A TLS record: an alert or a handshake, version 3.
            [0x15 | 0x16, 3, ..] => Speech::Tls,
            _ => Speech::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speech_is_told_by_its_first_bytes() {
        let cases: [(&[u8], Speech); 6] = [
            (b"HTTP/1.1 400 Bad Request", Speech::Http1),
            (&[0, 0, 18, 4, 0, 0, 0, 0, 0, 0, 3], Speech::Http2),
            (&[0x15, 3, 1, 0, 2, 2, 70], Speech::Tls),
            (b"SSH-2.0-OpenSSH_9.2", Speech::Unknown),
            (b"-ERR unknown command", Speech::Unknown),
            (b"", Speech::Unknown),
        ];
        for (first, expected) in cases {
            assert_eq!(Speech::of(first), expected, "{first:?}");
        }
    }
}
