//! What is recorded when a function's work is done.

use super::{Record, attribute};
use crate::args::{Args, Format};
use crate::item::Function;
use crate::output::Content;
use crate::shape::Shape;
use syn::Type;

/// What of a result is recorded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) success: Success,
    pub(crate) failure: Failure,
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
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Failure {
    /// The result is no `Result`.
    Impossible,
    /// [`Format::Value`]: in the words that its type suggests.
    Told(Format),
}

impl Outcome {
    const UNSEEN: Outcome = Outcome { success: Success::Nothing, failure: Failure::Impossible };

    pub(super) fn new(function: &Function, shape: &Shape<'_>, output: Option<&Type>, args: &Args, records: &[Record<'_>]) -> Outcome {
        // Whoever asks for its caller is not moved into a closure, which has another one.
        if matches!(shape, Shape::Sync) && attribute::tracks_caller(&function.attributes) {
            return Outcome::UNSEEN;
        }
        let unknown = matches!(shape, Shape::Future { output: None, .. });
        let content = if unknown { Content::Anything } else { Content::of(output) };
        let is_taken = records.iter().filter_map(Record::key_text).any(|key| key == "result" || key == "result_length");
        let success = match args.ret.get() {
            _ if is_taken => Success::Nothing,
            Some(told) => Success::Captured(told.format.unwrap_or(Format::Value)),
            None if content == Content::Nothing => Success::Nothing,
            None => Success::ByRule,
        };
        let told = args.err.get().and_then(|told| told.format).unwrap_or(Format::Value);
        let failure = if content == Content::Anything { Failure::Told(told) } else { Failure::Impossible };
        Outcome { success, failure }
    }

    /// Whether there is anything to look at.
    pub(crate) fn is_unseen(self) -> bool {
        self == Outcome::UNSEEN
    }
}
