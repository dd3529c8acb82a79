//! The default rules: numbers and booleans by value, texts and collections by length, anything else not at all.

use super::measured::Measured;
use super::plain::Plain;
use crate::recorder::{Attributes, Key, Value};

/// The keys under which a value may be recorded: itself, or how long it is.
#[derive(Debug)]
pub struct Keys {
    value: Key<'static>,
    length: Option<Key<'static>>,
}

/// The keys of what a function returns.
pub static RESULT: Keys = Keys::of(&["result", "result_length"]);

impl Keys {
    /// The value's key, and that of the length where it does not belong to something else.
    #[must_use]
    pub const fn of(keys: &[&'static str]) -> Keys {
        match keys {
            [value, length, ..] => Keys { value: Key::new(value), length: Some(Key::new(length)) },
            [value] => Keys { value: Key::new(value), length: None },
            [] => Keys { value: Key::new(""), length: None },
        }
    }
}

/// A value that is recorded by the default rules.
#[derive(Debug)]
pub struct Probe<'a, T: ?Sized>(pub &'a T);

/// Numbers and booleans.
pub trait ByValue {
    /// Records the value.
    fn record(&self, keys: &Keys, attributes: &mut Attributes<'_>);
}

impl<T: Plain + ?Sized> ByValue for &&&&Probe<'_, T> {
    #[inline]
    fn record(&self, keys: &Keys, attributes: &mut Attributes<'_>) {
        attributes.record(&keys.value, self.0);
    }
}

/// Texts, and collections that have a value in a span.
pub trait ByLengthOrValue {
    /// Records the length, or the value where rules ask for it.
    fn record(&self, keys: &Keys, attributes: &mut Attributes<'_>);
}

impl<T: Measured + Value + ?Sized> ByLengthOrValue for &&&Probe<'_, T> {
    #[inline]
    fn record(&self, keys: &Keys, attributes: &mut Attributes<'_>) {
        if attributes.reveals(&keys.value) {
            reveal(self.0, keys, attributes);
        } else {
            record_length(self.0, keys, attributes);
        }
    }
}

/// Other collections.
pub trait ByLength {
    /// Records the length.
    fn record(&self, keys: &Keys, attributes: &mut Attributes<'_>);
}

impl<T: Measured + ?Sized> ByLength for &&Probe<'_, T> {
    #[inline]
    fn record(&self, keys: &Keys, attributes: &mut Attributes<'_>) {
        record_length(self.0, keys, attributes);
    }
}

/// Other values.
pub trait ByWish {
    /// Records nothing, or the value where rules ask for it.
    fn record(&self, keys: &Keys, attributes: &mut Attributes<'_>);
}

impl<T: Value + ?Sized> ByWish for &Probe<'_, T> {
    #[inline]
    fn record(&self, keys: &Keys, attributes: &mut Attributes<'_>) {
        if attributes.reveals(&keys.value) {
            reveal(self.0, keys, attributes);
        }
    }
}

/// Anything else.
pub trait Private {
    /// Records nothing.
    fn record(&self, keys: &Keys, attributes: &mut Attributes<'_>);
}

impl<T: ?Sized> Private for Probe<'_, T> {
    #[inline]
    fn record(&self, _: &Keys, _: &mut Attributes<'_>) {}
}

#[inline]
fn record_length<T: Measured + ?Sized>(value: &T, keys: &Keys, attributes: &mut Attributes<'_>) {
    if let (Some(key), Some(length)) = (&keys.length, value.measure()) {
        attributes.record(key, &length);
    }
}

#[cold]
#[inline(never)]
fn reveal<T: Value + ?Sized>(value: &T, keys: &Keys, attributes: &mut Attributes<'_>) {
    attributes.record(&keys.value, value);
}
