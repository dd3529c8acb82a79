//! The types that `tracing` takes as a field's value and the recorder does not know by itself, so that `fields(…)` written for
//! `#[instrument]` compiles.

use crate::recorder::{Attributes, Key, Value};
use std::error::Error;
use std::fmt;
use std::num;
use tracing::field::{DebugValue, DisplayValue, Empty};

/// Recorded later, or never.
impl Value for Empty {
    fn record(&self, _: &Key<'_>, _: &mut Attributes<'_>) {}
}

macro_rules! by_display {
    ($([$($generics:tt)*] $type:ty)*) => {$(
        impl<$($generics)*> Value for $type {
            fn record(&self, key: &Key<'_>, attributes: &mut Attributes<'_>) {
                attributes.formatted(key, format_args!("{self}"));
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
    fn record(&self, key: &Key<'_>, attributes: &mut Attributes<'_>) {
        attributes.formatted(key, format_args!("{self:?}"));
    }
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl Value for $number {
            #[inline]
            fn record(&self, key: &Key<'_>, attributes: &mut Attributes<'_>) {
                self.get().record(key, attributes);
            }
        }
    )*};
}
numbers!(num::NonZeroI8 num::NonZeroI16 num::NonZeroI32 num::NonZeroI64 num::NonZeroI128 num::NonZeroIsize);
numbers!(num::NonZeroU8 num::NonZeroU16 num::NonZeroU32 num::NonZeroU64 num::NonZeroU128 num::NonZeroUsize);

impl<T: Value> Value for num::Wrapping<T> {
    #[inline]
    fn record(&self, key: &Key<'_>, attributes: &mut Attributes<'_>) {
        self.0.record(key, attributes);
    }
}
