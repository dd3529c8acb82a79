//! What holds or points to a value, and is recorded as if it were that.

use super::{AnyValue, Value};
use crate::recorder::encoder::{Attributes, Key};
use std::borrow::Cow;
use std::num::{Saturating, Wrapping};
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

macro_rules! through {
    ($([$($generics:tt)*] $pointer:ty => |$value:ident| $inner:expr;)*) => {$(
        impl<$($generics)*> Value for $pointer {
            #[inline]
            fn write(&self, to: AnyValue<'_>) {
                let $value = self;
                if let Some(value) = $inner {
                    value.write(to);
                }
            }

            #[inline]
            fn record(&self, key: &Key<'_>, attributes: &mut Attributes<'_>) {
                let $value = self;
                if let Some(value) = $inner {
                    value.record(key, attributes);
                }
            }
        }
    )*};
}
through! {
    [V: Value] Option<V> => |option| option.as_ref();
    [V: Value, E] Result<V, E> => |result| result.as_ref().ok();
    [V: Value + ?Sized] &V => |value| Some(&**value);
    [V: Value + ?Sized] &mut V => |value| Some(&**value);
    [V: Value + ?Sized] Box<V> => |value| Some(&**value);
    [V: Value + ?Sized] Rc<V> => |value| Some(&**value);
    [V: Value + ?Sized] Arc<V> => |value| Some(&**value);
    [V: Value + ToOwned + ?Sized] Cow<'_, V> => |value| Some(&**value);
    [P: Deref<Target: Value>] Pin<P> => |value| Some(&**value);
    [V: Value] Wrapping<V> => |value| Some(&value.0);
    [V: Value] Saturating<V> => |value| Some(&value.0);
    [] String => |value| Some(value.as_str());
}
