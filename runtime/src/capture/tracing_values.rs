//! The types that `tracing` takes as a field's value and the recorder does not know by itself, so that `fields(…)` written for
//! `#[instrument]` compiles.

use crate::recorder::{AnyValue, Value};
use std::error::Error;
use std::fmt;
use tracing::field::{DebugValue, DisplayValue, Empty};

/// Recorded later, or never.
impl Value for Empty {
    fn write(&self, _: AnyValue<'_>) {}
}

macro_rules! by_display {
    ($([$($generics:tt)*] $type:ty)*) => {$(
        impl<$($generics)*> Value for $type {
            fn write(&self, to: AnyValue<'_>) {
                to.display(&self);
            }
        }
    )*};
}
by_display! {
    [T: fmt::Display] DisplayValue<T>
    [] fmt::Arguments<'_>
    [] dyn Error + 'static
    [] dyn Error + Send + 'static
    [] dyn Error + Sync + 'static
    [] dyn Error + Send + Sync + 'static
}

impl<T: fmt::Debug> Value for DebugValue<T> {
    fn write(&self, to: AnyValue<'_>) {
        to.debug(self);
    }
}
