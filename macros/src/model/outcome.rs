//! What is recorded when a function's work is done.

use super::secret::is_secret;
use super::{Placement, Record};
use crate::args::{Args, Format};
use crate::item::Function;
use crate::output::Content;
use crate::shape::{Shape, Work};
use syn::Expr;
use syn::ext::IdentExt as _;

/// What of a result is recorded.
#[derive(Clone, Copy)]
pub(crate) struct Outcome<'a> {
    pub(crate) success: Success,
    pub(crate) failure: Failure<'a>,
    /// `None` is a failure.
    pub(crate) none_fails: bool,
}

/// What is recorded of a value, or of the `Ok` of a `Result`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Success {
    Nothing,
    /// What the rules say for its type.
    ByRule,
    /// The value, because `ret` asks for it.
    Captured(Format),
}

/// What is recorded of an `Err`.
#[derive(Clone, Copy)]
pub(crate) enum Failure<'a> {
    /// The result is no `Result`.
    Impossible,
    Told {
        /// [`Format::Value`]: in the words that its type suggests.
        format: Format,
        /// Which errors are failures; without one, all.
        condition: Option<&'a Expr>,
        /// `err` stands on the function itself, so that its result must be a `Result`.
        is_asked: bool,
    },
}

impl<'a> Outcome<'a> {
    const UNSEEN: Outcome<'static> =
        Outcome { success: Success::Nothing, failure: Failure::Impossible, none_fails: false };

    pub(super) fn new(
        function: &Function,
        shape: &Shape<'_>,
        placement: Placement,
        args: &'a Args,
        records: &[Record<'_>],
    ) -> Outcome<'a> {
        if is_hidden(shape, placement) {
            return Outcome::UNSEEN;
        }
        let content = Content::of(shape.output(&function.signature));
        let success = match args.ret.get() {
            _ if is_stream(shape) || is_taken(records) || content == Content::Nothing => {
                Success::Nothing
            }
            Some(told) => Success::Captured(told.format.unwrap_or(Format::Value)),
            None if content == Content::Other || names_secret(function) => Success::Nothing,
            None => Success::ByRule,
        };
        let failure = match content {
            Content::Anything => Failure::Told {
                format: args.err.get().and_then(|told| told.format).unwrap_or(Format::Value),
                condition: args.err.get().and_then(|told| told.condition.as_ref()),
                is_asked: args.err.is_own(),
            },
            Content::Nothing | Content::Other | Content::Value => Failure::Impossible,
        };
        Outcome { success, failure, none_fails: args.on_none.is_set() }
    }

    /// Whether there is nothing to look at.
    pub(crate) fn is_unseen(&self) -> bool {
        self.success == Success::Nothing && !self.may_fail()
    }

    /// Whether a result can be a failure.
    pub(crate) fn may_fail(&self) -> bool {
        !matches!(self.failure, Failure::Impossible) || self.none_fails
    }
}

/// Whether the result cannot be looked at: what a future resolves to must be written in the signature.
fn is_hidden(shape: &Shape<'_>, placement: Placement) -> bool {
    match shape {
        Shape::Sync => placement == Placement::Hidden,
        Shape::Async => false,
        Shape::Returned(returned) => returned.output.is_none(),
    }
}

/// Whether the function makes what nobody should see: `fn session_token() -> u128`.
fn names_secret(function: &Function) -> bool {
    is_secret(&function.signature.ident.unraw().to_string())
}

/// The items of a stream are many; only their failures are recorded.
fn is_stream(shape: &Shape<'_>) -> bool {
    matches!(shape, Shape::Returned(returned) if returned.work == Work::Stream)
}

/// Whether an argument or a field has the keys of the result.
fn is_taken(records: &[Record<'_>]) -> bool {
    records.iter().filter_map(Record::key_text).any(|key| key == "result" || key == "result_length")
}
