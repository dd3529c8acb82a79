//! What generated code may name. Nothing here is part of the public interface.

pub use crate::__call_site as call_site;
pub use crate::__in_words as in_words;
pub use crate::capture::{
    Fault, Keys, Outcome, Probe, RESULT, Returned, Shown, Wanted, call, expect_result,
    fail_on_none, in_words, judge, rules,
};
pub use crate::recorder::{
    Attributes, CallSite, Constant, Ending, Guard, Key, Origin, Prepared, REDACTED, Traced,
    TracedStream, Value, enter, enter_at, first, first_attributes, prepare, prepare_at, traced,
};
pub use crate::service::{Flavor, run, run_async};
pub use crate::settings::ServiceAttribute;
pub use tracing_core;

/// A call site, for a `static`: its metadata for `tracing`, and the constants that every span of it has.
#[doc(hidden)]
#[macro_export]
macro_rules! __call_site {
    (
        name: $name:expr,
        target: $target:expr,
        level: $level:expr,
        $(kind: $kind:expr,)?
        fields: [$($field:expr),* $(,)?],
        constants: [$($constant:expr),* $(,)?] $(,)?
    ) => {{
        use $crate::__private::tracing_core;
        static METADATA: tracing_core::Metadata<'static> = tracing_core::metadata! {
            name: $name,
            target: $target,
            level: $level,
            fields: &[$($field),*],
            callsite: &CALLSITE,
            kind: tracing_core::Kind::SPAN,
        };
        static CALLSITE: tracing_core::callsite::DefaultCallsite =
            tracing_core::callsite::DefaultCallsite::new(&METADATA);
        $crate::__private::CallSite::new(&METADATA, &CALLSITE, &[$($constant),*])$(.of_kind($kind))?
    }};
}

/// Two constant texts as one, with a space between.
#[doc(hidden)]
#[macro_export]
macro_rules! __in_words {
    ($first:expr, $second:expr) => {{
        const LENGTH: usize = $first.len() + 1 + $second.len();
        const BYTES: [u8; LENGTH] = $crate::__private::in_words($first, $second);
        match ::core::str::from_utf8(&BYTES) {
            ::core::result::Result::Ok(words) => words,
            ::core::result::Result::Err(_) => $first,
        }
    }};
}
