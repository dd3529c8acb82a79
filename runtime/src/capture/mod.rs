//! What the code that `#[traced]` generates records: of arguments, of results, of errors.
//!
//! The macro sees tokens, not types. So it wraps a value in one of the types below and calls a method that several traits offer,
//! each for a different number of references; the compiler takes the first whose bounds hold for the value's type. The rules
//! are decided when the program is compiled, and cost nothing when it runs.
//!
//! | wrapper | first | then | last |
//! |---|---|---|---|
//! | [`Probe`] | number or boolean: its value | text or collection: its length; what rules ask for by value | nothing |
//! | [`Wanted`] | [`Value`](crate::recorder::Value) | `Debug` | |
//! | [`Shown`] | `Debug` | | nothing |
//! | [`Outcome`] | `Result`: either side | anything else: itself | |
//! | [`Fault`] | `Error`, with its sources | what points to one, `Display`, `Debug` | its type |
//!
//! Uses the recorder's attributes. Must never: record an argument's text unless it was asked for.

mod attribute;
mod body;
mod fault;
mod measured;
mod outcome;
mod plain;
mod probe;
mod shown;
mod tracing_values;
mod wanted;
mod words;

pub use attribute::traced;
pub use body::{Returned, call};
pub use fault::{Fault, fail_on_none, judge};
pub use outcome::{Outcome, expect_result};
pub use probe::{Keys, Probe, RESULT};
pub use shown::Shown;
pub use wanted::Wanted;
pub use words::in_words;

/// The traits that carry the rules, for one glob import in generated code. They are implemented for the wrappers alone.
pub mod rules {
    pub use super::fault::{
        AsDebug as _, AsDisplay as _, AsError as _, AsPointer as _, AsUnknown as _,
    };
    pub use super::outcome::{Fallible as _, Infallible as _};
    pub use super::probe::{
        ByLength as _, ByLengthOrValue as _, ByValue as _, ByWish as _, Private as _,
    };
    pub use super::shown::{AsDebuggable as _, AsOpaque as _};
    pub use super::wanted::{AsFormatted as _, AsValue as _};
}
