//! How a failure is told: its type, its words, and those of what caused it.

use super::outcome::Absent;
use crate::recorder::{Ending, tell_chain};
use std::any::type_name;
use std::error::Error;
use std::fmt::{self, Debug, Display};
use std::ops::Deref;

/// The error of a function that failed.
#[derive(Debug)]
pub struct Fault<'a, E: ?Sized>(pub &'a E);

impl<E: ?Sized> Fault<'_, E> {
    /// Tells it by its `Display`, as was asked for.
    #[cold]
    pub fn display(&self, ending: &mut Ending<'_>)
    where
        E: Display,
    {
        ending.fail(type_name::<E>(), &format_args!("{}", self.0));
    }

    /// Tells it by its `Debug`, as was asked for.
    #[cold]
    pub fn debug(&self, ending: &mut Ending<'_>)
    where
        E: Debug,
    {
        ending.fail(type_name::<E>(), &format_args!("{:?}", self.0));
    }
}

macro_rules! ways {
    ($($(#[$doc:meta])* $way:ident for $fault:ty, [$($bounds:tt)*]: $message:expr;)*) => {$(
        $(#[$doc])*
        pub trait $way {
            /// Marks the span as failed, with an exception event.
            fn record(&self, ending: &mut Ending<'_>);
        }

        impl<E: $($bounds)*> $way for $fault {
            #[cold]
            fn record(&self, ending: &mut Ending<'_>) {
                let tell: fn(&E, &mut fmt::Formatter<'_>) -> fmt::Result = $message;
                ending.fail(type_name::<E>(), &Words { error: self.0, tell });
            }
        }
    )*};
}
ways! {
    /// Errors with their causes.
    AsError for &&&&Fault<'_, E>, [Error]: tell_chain;
    /// What points to an error without being one: `Box<dyn Error>`, `anyhow::Error`.
    AsPointer for &&&Fault<'_, E>, [Deref<Target: Error>]: |error, formatter| tell_chain(&**error, formatter);
    /// Texts and the like.
    AsDisplay for &&Fault<'_, E>, [Display]: |error, formatter| Display::fmt(error, formatter);
    /// What was made for developers only.
    AsDebug for &Fault<'_, E>, [Debug]: |error, formatter| Debug::fmt(error, formatter);
    /// What has no words.
    AsUnknown for Fault<'_, E>, [Sized]: |_, formatter| formatter.write_str("an error that has no text");
}

/// An error and the way to put it into words.
struct Words<'a, E> {
    error: &'a E,
    tell: fn(&E, &mut fmt::Formatter<'_>) -> fmt::Result,
}

impl<E> Display for Words<'_, E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.tell)(self.error, formatter)
    }
}

/// Whether an error is a failure, as the user's condition says.
pub fn judge<E: ?Sized>(error: &E, is_failure: impl FnOnce(&E) -> bool) -> bool {
    is_failure(error)
}

/// Marks the span as failed where there is no value, because that was asked for.
pub fn fail_on_none<T: Absent>(value: &T, ending: &mut Ending<'_>) {
    if value.is_absent() {
        ending.fail("None", &"the function returned `None`");
    }
}
