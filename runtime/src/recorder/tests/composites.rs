//! Arrays, maps, and values of types that users write: as they come out, and where they end.

use super::{enter_with, valid};
use crate::recorder::{AnyValue, Limits, Value};
use crate::set_attribute;
use crate::testing::{AttributeValue, Recording, Span, everything};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::num::{NonZeroU8, NonZeroU64, Saturating, Wrapping};
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

/// The span in which `value` was recorded by the call site's list, as `first`, and by name, as `second`.
fn span_with(value: &dyn Value, limits: Limits) -> Span {
    site!(FUNCTION, "composites");
    let recording = Recording::with_config(crate::recorder::Config { limits, ..everything() });
    recording.run(|| {
        let _function = enter_with(&FUNCTION, |attributes| {
            attributes.record_as("first", value);
            attributes.record_as("after", &1);
        });
        set_attribute("second", value);
        set_attribute("behind", 2);
    });
    let span = valid(recording.spans()).one("composites").clone();
    assert_eq!(span.attribute("first"), span.attribute("second"));
    assert_eq!(span.attribute("after"), Some(&1.into()));
    assert_eq!(span.attribute("behind"), Some(&2.into()));
    span
}

fn within(limit: u32, value: &dyn Value) -> Option<AttributeValue> {
    let limits = Limits { value_bytes: limit, ..everything().limits };
    span_with(value, limits).attribute("first").cloned()
}

fn usual(value: &dyn Value) -> Option<AttributeValue> {
    within(64 * 1024, value)
}

#[track_caller]
fn check(value: &dyn Value, expected: impl Into<AttributeValue>) {
    assert_eq!(usual(value), Some(expected.into()));
}

fn array<V: Into<AttributeValue>>(values: impl IntoIterator<Item = V>) -> AttributeValue {
    AttributeValue::Array(values.into_iter().map(Into::into).collect())
}

fn map<const N: usize>(entries: [(&str, AttributeValue); N]) -> AttributeValue {
    AttributeValue::Map(entries.map(|(key, value)| (key.to_owned(), value)).to_vec())
}

#[test]
fn collections_are_arrays_of_typed_values() {
    check(&&[1, 2][..], array([1, 2]));
    check(&[300, u64::MAX], array::<AttributeValue>([300.into(), u64::MAX.to_string()[..].into()]));
    check(&vec!["a", ""], array(["a", ""]));
    check(&vec![true, false], array([true, false]));
    check(&[0.5_f32, -1.0], array([0.5, -1.0]));
    check(&VecDeque::from(['a', 'é']), array(["a", "é"]));
    check(&LinkedList::from([-1_i128]), array([-1]));
    check(&BinaryHeap::from([7]), array([7]));
    check(&BTreeSet::from([2, 1]), array([1, 2]));
    check(&HashSet::from(["one"]), array(["one"]));
    check(&Box::<[i8]>::from([-1, 1]), array([-1, 1]));
    check(&Vec::<String>::new(), array::<i64>([]));
    check(&vec![vec![1], vec![]], array([array([1]), array::<i64>([])]));
    check(&(1, "two", [3.0], true), array([1.into(), "two".into(), array([3.0]), true.into()]));
    check(&(1,), array([1]));
}

#[test]
fn bytes_stay_bytes_wherever_they_stand() {
    let bytes = || AttributeValue::Bytes(vec![0, 255]);
    check(&[0_u8, 255], bytes());
    check(&vec![0_u8, 255].into_boxed_slice(), bytes());
    check(&bytes::Bytes::from_static(&[0, 255]), bytes());
    check(&vec![vec![0_u8, 255]], array([bytes()]));
    check(&BTreeMap::from([("a", [0_u8, 255])]), map([("a", bytes())]));
    check(&VecDeque::from([0_u8, 255]), array([0, 255]));
}

#[test]
fn maps_with_keys_that_are_texts_are_maps() {
    check(&BTreeMap::from([("b", 2), ("a", 1)]), map([("a", 1.into()), ("b", 2.into())]));
    check(
        &HashMap::from([("key".to_owned(), vec![Some(1), None])]),
        map([("key", AttributeValue::Array(vec![1.into(), AttributeValue::Empty]))]),
    );
    check(&BTreeMap::from([("a", None), ("b", Some("c"))]), map([("b", "c".into())]));
    check(&BTreeMap::<String, i32>::new(), map([]));
}

#[test]
fn what_has_no_value_keeps_its_place_in_an_array_only() {
    check(&[None, Some(1)], AttributeValue::Array(vec![AttributeValue::Empty, 1.into()]));
    assert_eq!(usual(&None::<Vec<u8>>), None);
    assert_eq!(usual(&Err::<&str, _>(())), None);
    check(&Ok::<_, ()>("fine"), "fine");
}

#[test]
fn types_of_the_standard_library_have_their_natural_form() {
    check(&Duration::from_millis(1500), 1.5);
    check(&Path::new("a/b").as_os_str(), "a/b");
    check(&Path::new("a/b").to_owned(), "a/b");
    check(&std::net::Ipv4Addr::LOCALHOST, "127.0.0.1");
    check(&"[::1]:80".parse::<std::net::SocketAddr>().unwrap(), "[::1]:80");
    check(&NonZeroU8::MAX, 255);
    check(&[NonZeroU64::MAX], array(["18446744073709551615"]));
    check(&Wrapping(3_u8), 3);
    check(&Saturating(-3_i64), -3);
    check(&Pin::new(&"pinned"), "pinned");
    check(&[Some(Box::new("boxed"))], array(["boxed"]));
}

#[cfg(unix)]
#[test]
fn path_that_is_no_unicode_is_text_all_the_same() {
    use std::os::unix::ffi::OsStrExt as _;
    check(&Path::new(std::ffi::OsStr::from_bytes(b"a\xff")), "a\u{fffd}");
}

/// A type of a user's.
struct Order {
    id: u64,
    items: Vec<&'static str>,
    note: Option<String>,
}

impl Value for Order {
    fn write(&self, to: AnyValue<'_>) {
        to.map(|map| {
            map.entry("id", &self.id);
            map.entry("items", &self.items);
            map.entry("note", &self.note);
        });
    }
}

#[test]
fn types_of_users_are_what_they_write() {
    let order = |note| Order { id: 7, items: vec!["tea"], note };
    let expected = |note| {
        let AttributeValue::Map(mut entries) = map([("id", 7.into()), ("items", array(["tea"]))])
        else {
            unreachable!()
        };
        entries.extend(note);
        AttributeValue::Map(entries)
    };
    check(&order(None), expected(None));
    let note = Some(("note".to_owned(), "hot".into()));
    check(&Some(order(Some("hot".into()))), expected(note));
    check(&vec![order(None), order(None)], array([expected(None), expected(None)]));
}

/// Writes what it is told.
struct Told<F>(F);

impl<F: Fn(AnyValue<'_>)> Value for Told<F> {
    fn write(&self, to: AnyValue<'_>) {
        (self.0)(to);
    }
}

fn told<F: Fn(AnyValue<'_>)>(write: F) -> Told<F> {
    Told(write)
}

#[test]
fn every_method_of_the_writer_writes_its_kind() {
    check(&told(|to| to.text("text")), "text");
    check(&told(|to| to.display(&1.5)), "1.5");
    check(&told(|to| to.debug(&"x")), "\"x\"");
    check(&told(|to| to.integer(i64::MIN)), i64::MIN);
    check(&told(|to| to.double(0.25)), 0.25);
    check(&told(|to| to.boolean(true)), true);
    check(&told(|to| to.bytes(b"ab")), AttributeValue::Bytes(b"ab".to_vec()));
    assert_eq!(usual(&told(|to| drop(to))), None);
    let all = told(|to| {
        to.array(|array| {
            array.push(&told(|to| to.debug(&'x')));
            array.push(&told(|to| to.integer(300)));
            array.push(&told(|to| drop(to)));
            array.extend([told(|to| to.display(&1))]);
        });
    });
    check(&all, array(["'x'".into(), 300.into(), AttributeValue::Empty, "1".into()]));
}

#[test]
fn a_key_stands_once_in_a_map() {
    let twice = told(|to| {
        to.map(|map| {
            map.entry("a", "first");
            map.entry("b", &[1]);
            map.entry("a", "last");
        });
    });
    check(&twice, map([("b", array([1])), ("a", "last".into())]));
}

#[test]
fn a_value_that_panics_is_recorded_as_such_and_nothing_of_it_stays() {
    check(&told(|_| panic!("on purpose")), "<panicked>");
    let within = told(|to| {
        to.array(|array| {
            array.push("half");
            panic!("on purpose");
        });
    });
    check(&within, "<panicked>");
    check(&(1, &within), "<panicked>");
    let of_entry = told(|to| {
        to.map(|map| {
            map.entry("a", &1);
            map.entry("b", &told(|_| panic!("on purpose")));
        });
    });
    check(&of_entry, map([("a", 1.into()), ("b", "<panicked>".into())]));
}

#[test]
fn a_value_may_trace_and_set_attributes_while_it_is_written() {
    site!(INNER, "composites_inner");
    let traces = told(|to| {
        drop(super::enter(&INNER));
        set_attribute("from the value", 1);
        to.array(|array| array.push("written"));
    });
    let recording = Recording::new();
    recording.run(|| {
        site!(OUTER, "composites_outer");
        let _outer = enter_with(&OUTER, |_| {});
        set_attribute("value", &traces);
    });
    let spans = valid(recording.spans());
    let outer = spans.one("composites_outer");
    assert_eq!(outer.attribute("value"), Some(&array(["written"])));
    assert_eq!(outer.attribute("from the value"), Some(&1.into()));
    assert!(spans.one("composites_inner").is_child_of(outer));
}

/// Contains itself.
struct Endless;

impl Value for Endless {
    fn write(&self, to: AnyValue<'_>) {
        to.array(|array| array.push(&BTreeMap::from([("again", Endless)])));
    }
}

#[test]
fn depth_is_bounded() {
    fn depth(value: &AttributeValue) -> usize {
        match value {
            AttributeValue::Array(values) => 1 + values.iter().map(depth).max().unwrap_or(0),
            AttributeValue::Map(entries) => {
                1 + entries.iter().map(|(_, value)| depth(value)).max().unwrap_or(0)
            }
            _ => 0,
        }
    }
    assert_eq!(depth(&usual(&Endless).unwrap()), 8);
    assert_eq!(depth(&usual(&[[[[[[[[[1]]]]]]]]]).unwrap()), 8);
}

#[test]
fn arrays_and_maps_end_between_elements_whatever_the_limit_is() {
    let numbers: Vec<u64> = (0..100).map(|n| n * 1000).collect();
    let texts = ["é€😀"; 20];
    let entries: BTreeMap<String, [&str; 2]> =
        (0..20).map(|n| (format!("key {n:02}"), ["a", "é€😀"])).collect();
    for limit in (1..200).step_by(if cfg!(miri) { 130 } else { 1 }) {
        let Some(AttributeValue::Array(kept)) = within(limit, &numbers) else { panic!() };
        assert_eq!(
            AttributeValue::Array(kept.clone()),
            array((0..kept.len() as i64).map(|n| n * 1000))
        );
        assert!(kept.len() <= limit as usize && kept.len() >= limit as usize / 8, "{limit}");
        let Some(AttributeValue::Array(kept)) = within(limit, &texts) else { panic!() };
        let is_start = |kept: &AttributeValue| matches!(kept, AttributeValue::Text(text) if texts[0].starts_with(&**text));
        assert!(kept.iter().all(is_start), "{kept:?}");
        assert!(kept.iter().rev().skip(1).all(|kept| *kept == texts[0].into()), "{kept:?}");
        let Some(AttributeValue::Map(kept)) = within(limit, &entries) else { panic!() };
        assert!(kept.len() <= 1 + limit as usize / 10);
        for ((key, value), expected) in kept.iter().zip(entries.keys()) {
            assert_eq!(key, expected);
            assert!(matches!(value, AttributeValue::Array(_)));
        }
    }
    assert_eq!(within(1000, &numbers), Some(array(numbers.iter().map(|&n| n as i64))));
}

#[test]
fn elements_behind_the_limit_are_not_looked_at() {
    let looked = Cell::new(0);
    let counted = || {
        told(|to| {
            looked.set(looked.get() + 1);
            to.text("0123456789");
        })
    };
    let many: Vec<_> = (0..1000).map(|_| counted()).collect();
    within(50, &many);
    assert!(looked.get() < 20, "{}", looked.get());
}

#[test]
fn one_value_does_not_go_beyond_what_a_span_may_hold() {
    let limits = Limits { span_bytes: 1000, ..everything().limits };
    let span = span_with_only(&vec!["0123456789"; 1000], limits);
    let Some(AttributeValue::Array(kept)) = span.attribute("only") else { panic!("{span:?}") };
    assert!((50..90).contains(&kept.len()), "{}", kept.len());
}

fn span_with_only(value: &dyn Value, limits: Limits) -> Span {
    site!(FUNCTION, "composites_only");
    let recording = Recording::with_config(crate::recorder::Config { limits, ..everything() });
    recording.run(|| {
        let _function = enter_with(&FUNCTION, |attributes| attributes.record_as("only", value));
    });
    valid(recording.spans()).one("composites_only").clone()
}

#[test]
fn the_last_write_of_a_key_wins_for_arrays_too() {
    let recording = Recording::new();
    recording.run(|| {
        let span = tracing::info_span!("composites_slot", list = tracing::field::Empty);
        span.in_scope(|| {
            set_attribute("list", [[1, 2], [3, 4]]);
            set_attribute("list", [[5]]);
        });
    });
    let spans = valid(recording.spans());
    assert_eq!(spans.one("composites_slot").attribute("list"), Some(&array([array([5])])));
}
