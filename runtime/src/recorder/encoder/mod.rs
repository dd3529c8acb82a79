//! Spans to OTLP bytes: written once, where the span runs, in the order in which things happen to it.
//!
//! Source of the layout: <https://github.com/open-telemetry/opentelemetry-proto/blob/v1.7.0/opentelemetry/proto/trace/v1/trace.proto>.

mod attributes;
mod buffer;
mod chain;
mod content;
mod event;
mod head;
mod key;
mod shown;
#[cfg(test)]
mod tests;
mod value;

pub use attributes::Attributes;
pub(crate) use attributes::{Limits, cut, put_formatted};
pub(crate) use buffer::Buffer;
pub(crate) use chain::{Chain, tell_chain};
pub(crate) use content::{Content, KINDS, Outcome, Precedence, key_of};
pub(crate) use event::put_exception;
pub(crate) use head::{Facts, Head, INTERNAL, STATUS_ERROR};
pub use key::Key;
pub(crate) use shown::{Shown, pair};
pub use value::{AnyValue, ArrayWriter, MapWriter, Value};

/// Field numbers of the OTLP `Span` message.
pub(crate) mod field {
    #[cfg(feature = "opentelemetry")]
    pub(crate) const TRACE_STATE: u8 = 3;
    pub(crate) const NAME: u8 = 5;
    pub(crate) const ATTRIBUTES: u8 = 9;
    pub(crate) const DROPPED_ATTRIBUTES: u8 = 10;
    pub(crate) const EVENTS: u8 = 11;
    pub(crate) const DROPPED_EVENTS: u8 = 12;
    pub(crate) const LINKS: u8 = 13;
    pub(crate) const DROPPED_LINKS: u8 = 14;
    pub(crate) const STATUS: u8 = 15;
}
