//! What `capture_all` records of the receiver: its `Debug` where it has one, otherwise nothing. Arguments without a `Debug` are
//! errors there, but a method cannot help the type it belongs to.

use crate::recorder::{Attributes, Key};
use std::fmt::Debug;

/// A receiver.
#[derive(Debug)]
pub struct Shown<'a, T>(pub &'a T);

/// Receivers with a `Debug`.
pub trait AsDebuggable {
    /// Records it.
    fn record(&self, key: &Key, attributes: &mut Attributes<'_>);
}

impl<T: Debug> AsDebuggable for &Shown<'_, T> {
    fn record(&self, key: &Key, attributes: &mut Attributes<'_>) {
        attributes.debug(key, self.0);
    }
}

/// Receivers without one.
pub trait AsOpaque {
    /// Records nothing.
    fn record(&self, key: &Key, attributes: &mut Attributes<'_>);
}

impl<T> AsOpaque for Shown<'_, T> {
    fn record(&self, _: &Key, _: &mut Attributes<'_>) {}
}
