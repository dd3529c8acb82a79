//! What a function returned, as a success or a failure.

use std::convert;

/// What a function returned.
#[derive(Debug)]
pub struct Outcome<'a, T: ?Sized>(pub &'a T);

/// A `Result`, under whatever name.
pub trait Fallible {
    /// Its success.
    type Value;
    /// Its failure.
    type Error;
    /// Either side.
    ///
    /// # Errors
    ///
    /// The failure.
    fn split(&self) -> Result<&Self::Value, &Self::Error>;
}

impl<T, E> Fallible for &Outcome<'_, Result<T, E>> {
    type Value = T;
    type Error = E;

    #[inline]
    fn split(&self) -> Result<&T, &E> {
        self.0.as_ref()
    }
}

/// Anything else, which is no failure.
pub trait Infallible {
    /// The value.
    type Value: ?Sized;
    /// The value.
    ///
    /// # Errors
    ///
    /// Never.
    fn split(&self) -> Result<&Self::Value, &convert::Infallible>;
}

impl<T: ?Sized> Infallible for Outcome<'_, T> {
    type Value = T;

    #[inline]
    fn split(&self) -> Result<&T, &convert::Infallible> {
        Ok(self.0)
    }
}

/// Can be a failure. Asked for where `err` is, so that it does not stand there for nothing.
#[diagnostic::on_unimplemented(
    message = "`err` needs a function that returns a `Result`, and this one returns `{Self}`",
    label = "it is no `Result`"
)]
pub trait Failing {}

impl<T, E> Failing for Result<T, E> {}

/// Compiles where a function returns a `Result`.
#[inline]
pub const fn expect_result<R: Failing>(_: &R) {}

/// May have no value.
#[diagnostic::on_unimplemented(
    message = "`on_none` needs a function that returns an `Option`, and this one returns `{Self}`",
    label = "it is no `Option`"
)]
pub trait Absent {
    /// Whether there is no value.
    fn is_absent(&self) -> bool;
}

impl<T> Absent for Option<T> {
    #[inline]
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}
