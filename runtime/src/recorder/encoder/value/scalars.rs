//! Numbers, booleans and texts.
//!
//! Whatever fits a signed 64-bit integer is an integer; what is larger is its decimal text, so that the meaning never changes
//! with the size.

use super::any_value::{BOOL, DOUBLE, INT, encode_integer};
use super::{AnyValue, Value};
use crate::recorder::encoder::{Attributes, Key};
use std::num::NonZero;

macro_rules! integers {
    ($($integer:ty)*) => {$(
        impl Value for $integer {
            fn write(&self, to: AnyValue<'_>) {
                match i64::try_from(*self) {
                    Ok(value) => to.integer(value),
                    Err(_) => to.display(self),
                }
            }

            #[inline]
            fn record(&self, key: &Key<'_>, attributes: &mut Attributes<'_>) {
                match i64::try_from(*self) {
                    Ok(value) => integer(key, value, attributes),
                    Err(_) => attributes.formatted(key, format_args!("{self}")),
                }
            }
        }
    )*};
}
integers!(i8 i16 i32 i64 i128 isize u16 u32 u64 u128 usize);

macro_rules! nonzero_integers {
    ($($integer:ty)*) => {$(
        impl Value for NonZero<$integer> {
            fn write(&self, to: AnyValue<'_>) {
                self.get().write(to);
            }

            #[inline]
            fn record(&self, key: &Key<'_>, attributes: &mut Attributes<'_>) {
                self.get().record(key, attributes);
            }
        }
    )*};
}
nonzero_integers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

impl Value for u8 {
    fn write(&self, to: AnyValue<'_>) {
        to.integer((*self).into());
    }

    fn write_all(values: &[u8], to: AnyValue<'_>) {
        to.bytes(values);
    }

    #[inline]
    fn record(&self, key: &Key<'_>, attributes: &mut Attributes<'_>) {
        integer(key, (*self).into(), attributes);
    }
}

#[inline]
fn integer(key: &Key<'_>, value: i64, attributes: &mut Attributes<'_>) {
    match value {
        0..128 => attributes.short(key, [INT, value as u8]),
        _ => long_integer(key, value, attributes),
    }
}

fn long_integer(key: &Key<'_>, value: i64, attributes: &mut Attributes<'_>) {
    let (bytes, len) = encode_integer(value);
    attributes.scalar(key, bytes, len);
}

impl Value for bool {
    fn write(&self, to: AnyValue<'_>) {
        to.boolean(*self);
    }

    #[inline]
    fn record(&self, key: &Key<'_>, attributes: &mut Attributes<'_>) {
        attributes.short(key, [BOOL, u8::from(*self)]);
    }
}

impl Value for f64 {
    fn write(&self, to: AnyValue<'_>) {
        to.double(*self);
    }

    #[inline]
    fn record(&self, key: &Key<'_>, attributes: &mut Attributes<'_>) {
        let [b0, b1, b2, b3, b4, b5, b6, b7] = self.to_le_bytes();
        attributes.scalar(key, [DOUBLE, b0, b1, b2, b3, b4, b5, b6, b7], 9);
    }
}

impl Value for f32 {
    fn write(&self, to: AnyValue<'_>) {
        to.double((*self).into());
    }

    #[inline]
    fn record(&self, key: &Key<'_>, attributes: &mut Attributes<'_>) {
        f64::from(*self).record(key, attributes);
    }
}

impl Value for str {
    fn write(&self, to: AnyValue<'_>) {
        to.text(self);
    }

    #[inline]
    fn record(&self, key: &Key<'_>, attributes: &mut Attributes<'_>) {
        attributes.text(key, self);
    }
}

impl Value for char {
    fn write(&self, to: AnyValue<'_>) {
        to.text(self.encode_utf8(&mut [0; 4]));
    }
}
