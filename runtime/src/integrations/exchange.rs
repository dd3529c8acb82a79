//! The span of one request and its response, on either side.

use super::conventions::{ERROR_TYPE, RPC_STATUS, STATUS, record_version};
use super::grpc;
use crate::propagation::RemoteContext;
use crate::recorder::{Ending, Ongoing, Piece, RemoteParent};
use http::{HeaderMap, StatusCode, Version};

/// Whose span it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Side {
    Server,
    Client,
}

/// What is spoken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Protocol {
    Http,
    /// gRPC, on HTTP.
    Grpc,
}

/// A request that is being served, or waits for its response. Dropped before its end, it was cancelled.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) span: Ongoing,
    /// Where there is no span: the one that what serves the request belongs to all the same.
    pub(super) remote: Option<RemoteContext>,
    pub(super) side: Side,
    pub(super) protocol: Protocol,
}

impl Exchange {
    /// What is left when another part goes on with it.
    pub(super) fn hand_on(&mut self) -> Exchange {
        Exchange { span: self.span.hand_on(), remote: self.remote.take(), ..*self }
    }

    /// Whether nothing is to be done for it any more.
    pub(super) fn is_over(&self) -> bool {
        !self.span.is_any() && self.remote.is_none()
    }

    /// Makes it the current work of this thread.
    pub(super) fn enter(&mut self) -> Work<'_> {
        let parent = self.remote.as_ref().and_then(RemoteContext::enter);
        let (side, protocol) = (self.side, self.protocol);
        Work { piece: self.span.enter(), _parent: parent, side, protocol }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if self.span.is_any() {
            let mut work = self.enter();
            work.piece.amend(|ending| ending.attributes().record(&ERROR_TYPE, "cancelled"));
            work.piece.give_up();
        }
    }
}

/// A piece of the work, while it is current. Without a word about its end it goes on.
pub(super) struct Work<'a> {
    piece: Piece<'a>,
    /// Left when the piece is over.
    _parent: Option<RemoteParent>,
    side: Side,
    protocol: Protocol,
}

impl Work<'_> {
    /// Adds what was learnt.
    pub(super) fn amend(&self, amend: impl Fn(&mut Ending<'_>)) {
        self.piece.amend(amend);
    }

    /// It is done.
    pub(super) fn end(&mut self) {
        self.piece.end();
    }

    /// The response has begun.
    pub(super) fn respond(&self, status: StatusCode, version: Version, headers: &HeaderMap) {
        if self.protocol == Protocol::Grpc {
            return self.conclude(headers);
        }
        self.amend(|ending| {
            ending.attributes().record(&STATUS, &status.as_u16());
            if self.side == Side::Client {
                record_version(&mut ending.attributes(), version);
            }
            if self.is_failure(status) {
                fail(ending, status.as_str());
            }
        });
    }

    /// A client fails by what a server holds against it.
    fn is_failure(&self, status: StatusCode) -> bool {
        status.is_server_error() || (status.is_client_error() && self.side == Side::Client)
    }

    /// Headers or trailers say how a call of gRPC has ended, or nothing of it.
    pub(super) fn conclude(&self, headers: &HeaderMap) {
        let status = if self.protocol == Protocol::Grpc { grpc::status(headers) } else { None };
        let Some(status) = status else { return };
        self.amend(|ending| {
            ending.attributes().record(&RPC_STATUS, status);
            if grpc::is_failure(status, self.side) {
                fail(ending, status);
            }
        });
    }

    /// It has ended with an error of this type. What an error says may be a secret, as a URL in it.
    pub(super) fn break_off<E>(&mut self) {
        self.amend(|ending| fail(ending, std::any::type_name::<E>()));
        self.end();
    }
}

fn fail(ending: &mut Ending<'_>, kind: &str) {
    ending.attributes().record(&ERROR_TYPE, kind);
    ending.mark_failed();
}
