//! What generated code may name. Nothing here is part of the public interface.

pub use crate::__by_outcome as by_outcome;
pub use crate::__by_rule as by_rule;
pub use crate::__by_value as by_value;
pub use crate::__call_site as call_site;
pub use crate::__enter as enter;
pub use crate::__in_words as in_words;
pub use crate::__look as look;
pub use crate::capture::{
    Fault, Keys, Outcome, Probe, RESULT, Returned, Shown, Wanted, call, expect_result,
    fail_on_none, in_words, judge, rules,
};
pub use crate::commands::run_program;
pub use crate::recorder::{
    Attributes, CallSite, Constant, Ending, Guard, Key, Origin, Prepared, REDACTED, Traced,
    TracedStream, Value, amend_once, enter, enter_at, first, first_attributes, prepare, prepare_at,
    record_once, traced,
};
pub use crate::service::{Flavor, layers, run, run_async};
pub use crate::settings::ServiceAttribute;
pub use tracing_core;

/// A call site, for a `static`: its metadata for `tracing`, and the constants that every span of it has. The first form is for a
/// function about which its attribute says nothing: its path, the line it is on, and the fields.
#[doc(hidden)]
#[macro_export]
macro_rules! __call_site {
    ($path:literal, $line:literal, [$($field:expr),*]) => {
        $crate::__private::call_site! {
            name: $path,
            target: ::core::module_path!(),
            level: $crate::__private::tracing_core::Level::INFO,
            fields: [$($field),*],
            constants: [
                $crate::__private::Constant::Text(
                    "code.function.name",
                    ::core::concat!(::core::module_path!(), "::", $path),
                ),
                $crate::__private::Constant::Text("code.file.path", ::core::file!()),
                $crate::__private::Constant::Integer("code.line.number", $line),
            ],
        }
    };
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

/// Begins a span that records nothing but variables by the default rules.
#[doc(hidden)]
#[macro_export]
macro_rules! __enter {
    ($site:ident) => {
        $crate::__private::enter(&$site, |_| {})
    };
    ($site:ident, $($variables:tt)*) => {
        $crate::__private::enter(&$site, |attributes| {
            $crate::__private::by_rule!(attributes, $($variables)*);
        })
    };
}

/// Lets a span have what the rules say of a result.
#[doc(hidden)]
#[macro_export]
macro_rules! __look {
    ($guard:ident, $result:ident, $by_rule:ident) => {
        #[allow(unreachable_code)]
        $guard.finish(&|ending| $crate::__private::$by_rule!(&$result, ending));
    };
}

/// Records variables by the default rules: each with its key, and that of its length.
#[doc(hidden)]
#[macro_export]
macro_rules! __by_rule {
    ($attributes:ident, $($value:ident: $key:literal $($length:literal)?),*) => {{
        use $crate::__private::rules::*;
        let keys = const { &[$($crate::__private::Keys::of(&[$key $(, $length)?])),*] };
        $(
            let [key, keys @ ..] = keys;
            (&&&&&$crate::__private::Probe(&$value)).record(key, $attributes);
        )*
        let [] = keys;
    }};
}

/// Records a result that is no failure by the default rules.
#[doc(hidden)]
#[macro_export]
macro_rules! __by_value {
    ($output:expr, $ending:ident) => {{
        use $crate::__private::rules::*;
        (&&&&&$crate::__private::Probe($output))
            .record(&$crate::__private::RESULT, &mut $ending.attributes());
    }};
}

/// Records a result by the default rules: a success by its type, a failure by its words.
#[doc(hidden)]
#[macro_export]
macro_rules! __by_outcome {
    ($output:expr, $ending:ident) => {{
        use $crate::__private::rules::*;
        match (&&$crate::__private::Outcome($output)).split() {
            ::core::result::Result::Ok(value) => {
                (&&&&&$crate::__private::Probe(value))
                    .record(&$crate::__private::RESULT, &mut $ending.attributes());
            }
            ::core::result::Result::Err(error) => {
                (&&&&&$crate::__private::Fault(error)).record($ending);
            }
        }
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
