//! What was asked for by name: a value by its type where it has one on the wire, otherwise by its `Debug`.

use crate::recorder::{Attributes, Key, Value};
use std::fmt;

/// A value that `capture` names.
#[derive(Debug)]
pub struct Wanted<'a, T: ?Sized>(pub &'a T);

/// How a value is recorded. Chosen first and used then, so that a value for which there is no way is an error that names the
/// value's type and not these.
pub trait AsValue {
    /// By its type.
    fn way(&self) -> Typed {
        Typed
    }
}

impl<T: Value + ?Sized> AsValue for &Wanted<'_, T> {}

/// How any other value is recorded.
pub trait AsFormatted {
    /// By its `Debug`.
    fn way(&self) -> Formatted {
        Formatted
    }
}

impl<T: ?Sized> AsFormatted for Wanted<'_, T> {}

/// Recorded by its type.
#[derive(Clone, Copy, Debug)]
pub struct Typed;

impl Typed {
    /// Records `value`.
    #[inline]
    #[expect(clippy::unused_self, reason = "the way is chosen by the type of `self`")]
    pub fn record<T: Value + ?Sized>(self, key: &Key, value: &T, attributes: &mut Attributes<'_>) {
        attributes.record(key, value);
    }
}

/// Recorded by its `Debug`.
#[derive(Clone, Copy, Debug)]
pub struct Formatted;

impl Formatted {
    /// Records `value`.
    #[expect(clippy::unused_self, reason = "the way is chosen by the type of `self`")]
    pub fn record<T: Capture + ?Sized>(
        self,
        key: &Key,
        value: &T,
        attributes: &mut Attributes<'_>,
    ) {
        attributes.debug(key, &Thin(value));
    }
}

/// Can be captured although it has no type on the wire.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be captured: it is not `Debug`",
    label = "the captured value",
    note = "`skip` the argument, or record a part of it with `fields(key = %part)`"
)]
pub trait Capture {
    /// Formats it.
    ///
    /// # Errors
    ///
    /// As its `Debug`.
    fn format(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result;
}

#[diagnostic::do_not_recommend]
impl<T: fmt::Debug + ?Sized> Capture for T {
    fn format(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt(formatter)
    }
}

/// Makes a trait object of a value whose size may be unknown.
struct Thin<'a, T: ?Sized>(&'a T);

impl<T: Capture + ?Sized> fmt::Debug for Thin<'_, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.format(formatter)
    }
}
