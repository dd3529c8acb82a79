//! What is recorded by its length without being asked: texts and collections, and what holds or points to one.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::ffi::{CStr, CString, OsStr, OsString};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// A value that has a length: of a text in bytes, of a collection in elements.
pub trait Measured {
    /// The length; `None` where there is no value.
    fn measure(&self) -> Option<usize>;
}

macro_rules! measured {
    ($([$($generics:tt)*] $type:ty => $length:expr;)*) => {$(
        impl<$($generics)*> Measured for $type {
            #[inline]
            fn measure(&self) -> Option<usize> {
                let length: fn(&$type) -> usize = $length;
                Some(length(self))
            }
        }
    )*};
}
measured! {
    [] str => str::len;
    [] String => String::len;
    [] OsStr => OsStr::len;
    [] OsString => |text| text.len();
    [] Path => |path| path.as_os_str().len();
    [] PathBuf => |path| path.as_os_str().len();
    [] CStr => CStr::count_bytes;
    [] CString => |text| text.count_bytes();
    [T] [T] => <[T]>::len;
    [T, const N: usize] [T; N] => |_| N;
    [T] Vec<T> => Vec::len;
    [T] VecDeque<T> => VecDeque::len;
    [T] LinkedList<T> => LinkedList::len;
    [T] BinaryHeap<T> => BinaryHeap::len;
    [T] BTreeSet<T> => BTreeSet::len;
    [K, V] BTreeMap<K, V> => BTreeMap::len;
    [T, S] HashSet<T, S> => HashSet::len;
    [K, V, S] HashMap<K, V, S> => HashMap::len;
    [] bytes::Bytes => bytes::Bytes::len;
    [] bytes::BytesMut => bytes::BytesMut::len;
}

impl<T: Measured> Measured for Option<T> {
    #[inline]
    fn measure(&self) -> Option<usize> {
        self.as_ref()?.measure()
    }
}

macro_rules! through {
    ($([$($generics:tt)*] $pointer:ty)*) => {$(
        impl<$($generics)*> Measured for $pointer {
            #[inline]
            fn measure(&self) -> Option<usize> {
                (**self).measure()
            }
        }
    )*};
}
through! {
    [T: Measured + ?Sized] &T
    [T: Measured + ?Sized] &mut T
    [T: Measured + ?Sized] Box<T>
    [T: Measured + ?Sized] Rc<T>
    [T: Measured + ?Sized] Arc<T>
    [T: Measured + ToOwned + ?Sized] Cow<'_, T>
}
