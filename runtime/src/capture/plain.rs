//! What is recorded by value without being asked: numbers and booleans, and what holds or points to one.

use crate::recorder::Value;
use std::borrow::Cow;
use std::num;
use std::rc::Rc;
use std::sync::Arc;

/// A number or a boolean.
pub trait Plain: Value {}

macro_rules! plain {
    ($($type:ty)*) => {$(
        impl Plain for $type {}
    )*};
}
plain!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64 bool);
plain!(num::NonZeroI8 num::NonZeroI16 num::NonZeroI32 num::NonZeroI64 num::NonZeroI128 num::NonZeroIsize);
plain!(num::NonZeroU8 num::NonZeroU16 num::NonZeroU32 num::NonZeroU64 num::NonZeroU128 num::NonZeroUsize);

impl<T: Plain> Plain for num::Wrapping<T> {}
impl<T: Plain> Plain for num::Saturating<T> {}
impl<T: Plain> Plain for Option<T> {}
impl<T: Plain + ?Sized> Plain for &T {}
impl<T: Plain + ?Sized> Plain for &mut T {}
impl<T: Plain + ?Sized> Plain for Box<T> {}
impl<T: Plain + ?Sized> Plain for Rc<T> {}
impl<T: Plain + ?Sized> Plain for Arc<T> {}
impl<T: Plain + ToOwned + ?Sized> Plain for Cow<'_, T> {}
