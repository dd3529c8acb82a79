//! What can be the value of an attribute, and how it is typed on the wire.
//!
//! Whatever fits a signed 64-bit integer is an integer; what is larger is its decimal text, so that the meaning never changes
//! with the size. Source: <https://opentelemetry.io/docs/specs/otel/common/#anyvalue>.

use super::{Attributes, Key};
use crate::batch::protobuf::{FIXED64, tag, varint_len};
use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

/// Fields of OTLP's `AnyValue` and the kinds they have.
const BOOL: u8 = tag(2, 0);
const INT: u8 = tag(3, 0);
const DOUBLE: u8 = tag(4, FIXED64);

/// A value that an attribute can have: numbers, booleans, texts, bytes, options and references to them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of a span's attribute",
    label = "not a number, boolean, text, byte slice or an option of one",
    note = "record its text instead: `%value` for `Display`, `?value` for `Debug`"
)]
pub trait Value {
    /// Records the value under `key`; nothing for `None`.
    #[doc(hidden)]
    fn record(&self, key: &Key<'_>, attributes: &mut Attributes<'_>);
}

macro_rules! integers {
    ($($integer:ty)*) => {$(
        impl Value for $integer {
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
integers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

#[inline]
fn integer(key: &Key<'_>, value: i64, attributes: &mut Attributes<'_>) {
    match value {
        0..128 => attributes.short(key, [INT, value as u8]),
        _ => long_integer(key, value, attributes),
    }
}

fn long_integer(key: &Key<'_>, value: i64, attributes: &mut Attributes<'_>) {
    let mut rest = value as u64;
    let len = varint_len(rest);
    let mut bytes = [0; 11];
    bytes[0] = INT;
    for byte in &mut bytes[1..=len] {
        *byte = rest as u8 | 0x80;
        rest >>= 7;
    }
    bytes[len] &= 0x7f;
    attributes.scalar(key, bytes, 1 + len);
}

impl Value for bool {
    #[inline]
    fn record(&self, key: &Key<'_>, attributes: &mut Attributes<'_>) {
        attributes.short(key, [BOOL, u8::from(*self)]);
    }
}

impl Value for f64 {
    #[inline]
    fn record(&self, key: &Key<'_>, attributes: &mut Attributes<'_>) {
        let [b0, b1, b2, b3, b4, b5, b6, b7] = self.to_le_bytes();
        attributes.scalar(key, [DOUBLE, b0, b1, b2, b3, b4, b5, b6, b7], 9);
    }
}

impl Value for f32 {
    #[inline]
    fn record(&self, key: &Key<'_>, attributes: &mut Attributes<'_>) {
        f64::from(*self).record(key, attributes);
    }
}

impl Value for str {
    #[inline]
    fn record(&self, key: &Key<'_>, attributes: &mut Attributes<'_>) {
        attributes.text(key, self);
    }
}

impl Value for char {
    fn record(&self, key: &Key<'_>, attributes: &mut Attributes<'_>) {
        attributes.text(key, self.encode_utf8(&mut [0; 4]));
    }
}

impl Value for [u8] {
    fn record(&self, key: &Key<'_>, attributes: &mut Attributes<'_>) {
        attributes.bytes(key, self);
    }
}

impl<V: Value> Value for Option<V> {
    #[inline]
    fn record(&self, key: &Key<'_>, attributes: &mut Attributes<'_>) {
        if let Some(value) = self {
            value.record(key, attributes);
        }
    }
}

macro_rules! through {
    ($([$($generics:tt)*] $pointer:ty)*) => {$(
        impl<$($generics)*> Value for $pointer {
            #[inline]
            fn record(&self, key: &Key<'_>, attributes: &mut Attributes<'_>) {
                (**self).record(key, attributes);
            }
        }
    )*};
}
through! {
    [V: Value + ?Sized] &V
    [V: Value + ?Sized] &mut V
    [V: Value + ?Sized] Box<V>
    [V: Value + ?Sized] Rc<V>
    [V: Value + ?Sized] Arc<V>
    [V: Value + ToOwned + ?Sized] Cow<'_, V>
    [] String
    [] Vec<u8>
}
