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
