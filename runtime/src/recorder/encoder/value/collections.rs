//! Collections and tuples, whose values are written one by one.

use super::{AnyValue, Value};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};

impl<V: Value> Value for [V] {
    fn write(&self, to: AnyValue<'_>) {
        V::write_all(self, to);
    }
}

impl<V: Value, const N: usize> Value for [V; N] {
    fn write(&self, to: AnyValue<'_>) {
        V::write_all(self, to);
    }
}

impl<V: Value> Value for Vec<V> {
    fn write(&self, to: AnyValue<'_>) {
        V::write_all(self, to);
    }
}

macro_rules! arrays {
    ($([$($generics:tt)*] $collection:ty;)*) => {$(
        impl<$($generics)*> Value for $collection {
            fn write(&self, to: AnyValue<'_>) {
                to.array(|array| array.extend(self));
            }
        }
    )*};
}
arrays! {
    [V: Value] VecDeque<V>;
    [V: Value] LinkedList<V>;
    [V: Value] BinaryHeap<V>;
    [V: Value] BTreeSet<V>;
}

impl<V: Value, S> Value for HashSet<V, S> {
    fn write(&self, to: AnyValue<'_>) {
        to.array(|array| array.extend_by_set(self));
    }
}

macro_rules! maps {
    ($([$($generics:tt)*] $map:ty;)*) => {$(
        impl<$($generics)*> Value for $map {
            fn write(&self, to: AnyValue<'_>) {
                to.map(|map| map.extend(self));
            }
        }
    )*};
}
maps! {
    [K: AsRef<str>, V: Value] BTreeMap<K, V>;
    [K: AsRef<str>, V: Value, S] HashMap<K, V, S>;
}

macro_rules! tuples {
    ($([$($value:ident)*])*) => {$(
        impl<$($value: Value),*> Value for ($($value,)*) {
            #[expect(non_snake_case, reason = "a value is called as its type")]
            fn write(&self, to: AnyValue<'_>) {
                let ($($value,)*) = self;
                to.array(|array| { $(array.push($value);)* });
            }
        }
    )*};
}
tuples!([A] [A B] [A B C] [A B C D]);
