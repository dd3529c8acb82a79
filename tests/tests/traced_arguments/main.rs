//! What `#[traced]` records of arguments: by the rules, by wish, by fields; and which of two equal keys stays.

#![expect(
    clippy::items_after_statements,
    clippy::many_single_char_names,
    clippy::no_effect_underscore_binding,
    clippy::non_minimal_cfg,
    clippy::too_many_arguments,
    clippy::trivially_copy_pass_by_ref,
    clippy::used_underscore_binding,
    reason = "arguments of every kind, as somebody may write them"
)]

mod fields;

use futures::FutureExt as _;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use synndicate::testing::{AttributeValue, Span, capture};
use synndicate::traced;

/// The attributes of a span but for those that say where its code is.
fn attributes(span: &Span) -> Vec<(&str, AttributeValue)> {
    let of_code = |key: &str| key.starts_with("code.");
    span.attributes
        .iter()
        .filter(|(key, _)| !of_code(key))
        .map(|(key, value)| (key.as_str(), value.clone()))
        .collect()
}

/// The only span that `run` makes.
#[track_caller]
fn span_of<R>(run: impl FnOnce() -> R) -> Span {
    let spans = capture(run);
    assert_eq!(spans.len(), 1, "{spans}");
    spans.iter().next().cloned().expect("a span")
}

#[track_caller]
fn check<R>(run: impl FnOnce() -> R, expected: &[(&str, AttributeValue)]) {
    assert_eq!(attributes(&span_of(run)), expected);
}

fn text(text: &str) -> AttributeValue {
    text.into()
}

fn number(number: i64) -> AttributeValue {
    number.into()
}

#[test]
fn numbers_and_booleans_are_recorded_by_value() {
    #[traced]
    fn all(a: u8, b: i64, c: f32, d: bool, e: &usize, f: Box<i8>, g: NonZeroU16, h: Arc<u32>) {
        let _ = (a, b, c, d, e, f, g, h);
    }
    let expected = [
        ("a", number(1)),
        ("b", number(-2)),
        ("c", 0.5.into()),
        ("d", true.into()),
        ("e", number(3)),
        ("f", number(-4)),
        ("g", number(5)),
        ("h", number(6)),
    ];
    check(
        || all(1, -2, 0.5, true, &3, Box::new(-4), NonZeroU16::MIN.saturating_add(4), Arc::new(6)),
        &expected,
    );
}

#[test]
fn integers_beyond_64_bits_are_their_decimal_text() {
    #[traced]
    fn b14(len: usize, big: u64, id: u128, small: i8, status: Option<u16>, none: Option<u16>) {
        let _ = (len, big, id, small, status, none);
    }
    let expected = [
        ("len", number(3)),
        ("big", text("18446744073709551615")),
        ("id", text("1267650600228229401496703205376")),
        ("small", number(-1)),
        ("status", number(404)),
    ];
    check(|| b14(3, u64::MAX, 1 << 100, -1, Some(404), None), &expected);
}

#[test]
fn texts_and_collections_are_recorded_by_length() {
    #[traced]
    fn all(
        a: &str,
        b: String,
        c: &[u8],
        d: Vec<u8>,
        e: &HashMap<u8, u8>,
        f: Option<&str>,
        g: Cow<'_, str>,
        h: &Path,
        i: [u8; 3],
    ) {
        let _ = (a, b, c, d, e, f, g, h, i);
    }
    let expected = [
        ("a_length", number(2)),
        ("b_length", number(3)),
        ("c_length", number(1)),
        ("d_length", number(0)),
        ("e_length", number(1)),
        ("f_length", number(4)),
        ("g_length", number(1)),
        ("h_length", number(4)),
        ("i_length", number(3)),
    ];
    let map = HashMap::from([(1, 2)]);
    check(
        || {
            all(
                "é",
                "abc".into(),
                &[1],
                Vec::new(),
                &map,
                Some("four"),
                "x".into(),
                Path::new("/tmp"),
                [0; 3],
            );
        },
        &expected,
    );
}

#[test]
fn anything_else_stays_private() {
    #[derive(Debug)]
    struct Secret;
    #[traced]
    fn all<T: std::fmt::Debug>(
        a: Secret,
        b: T,
        c: impl AsRef<str>,
        d: &dyn std::fmt::Debug,
        e: (u8, u8),
        f: char,
        _g: u8,
    ) {
        let _ = (a, b, c.as_ref(), d, e, f);
    }
    check(|| all(Secret, "text", "text", &"text", (1, 2), 'c', 3), &[]);
}

#[test]
fn captured_arguments_are_recorded_by_type_or_debug() {
    #[derive(Debug)]
    #[expect(dead_code, reason = "shown by `Debug`")]
    struct Order {
        id: u8,
    }
    #[traced(capture(query, order, list, _hidden))]
    fn search(query: &str, order: &Order, list: Vec<u16>, _hidden: bool, other: &str) {
        let _ = (query, order, list, other);
    }
    let expected = [
        ("query", text("rust")),
        ("order", text("Order { id: 7 }")),
        ("list", AttributeValue::Array(vec![number(1), number(2)])),
        ("_hidden", true.into()),
        ("other_length", number(1)),
    ];
    check(|| search("rust", &Order { id: 7 }, vec![1, 2], true, "x"), &expected);
}

#[test]
fn captured_collections_are_typed_where_all_in_them_is() {
    #[derive(Debug)]
    #[expect(dead_code, reason = "shown by `Debug`")]
    struct Order {
        id: u64,
    }
    #[traced(capture(names, orders, by_name, by_id, bytes, nothing))]
    fn store(
        names: &[&str],
        orders: &[Order],
        by_name: BTreeMap<String, (u8, bool)>,
        by_id: BTreeMap<u8, u8>,
        bytes: &[u8],
        nothing: Option<Vec<u8>>,
    ) {
        let _ = (names, orders, by_name, by_id, bytes, nothing);
    }
    let by_name = BTreeMap::from([("a".to_owned(), (1, true))]);
    let expected = [
        ("names", AttributeValue::Array(vec![text("x"), text("y")])),
        ("orders", text("[Order { id: 7 }]")),
        (
            "by_name",
            AttributeValue::Map(vec![(
                "a".to_owned(),
                AttributeValue::Array(vec![number(1), true.into()]),
            )]),
        ),
        ("by_id", text("{1: 2}")),
        ("bytes", AttributeValue::Bytes(vec![1, 2])),
    ];
    let orders = [Order { id: 7 }];
    let run = || store(&["x", "y"], &orders, by_name, BTreeMap::from([(1, 2)]), &[1, 2], None);
    check(run, &expected);
}

#[test]
fn capture_all_records_every_argument_and_a_receiver_with_debug() {
    #[derive(Debug)]
    struct Shown;
    struct Opaque;
    impl Shown {
        #[traced(capture_all, skip(token))]
        fn of_shown(&self, token: &str, _id: u8, _: u16) {
            let _ = token;
        }
    }
    impl Opaque {
        #[traced(capture_all)]
        fn of_opaque(&self, r#match: &str) {
            let _ = r#match;
        }
    }
    check(|| Shown.of_shown("secret", 1, 2), &[("self", text("Shown")), ("_id", number(1))]);
    check(|| Opaque.of_opaque("text"), &[("match", text("text"))]);
}

#[test]
fn arguments_may_have_any_name() {
    #[traced(capture_all)]
    fn a01(
        debug: bool,
        display: &str,
        value: u8,
        field: i32,
        span: Option<u8>,
        attributes: u8,
        guard: u8,
        result: u8,
    ) -> usize {
        usize::from(debug)
            + display.len()
            + usize::from(value + attributes + guard + result)
            + field.unsigned_abs() as usize
            + span.iter().len()
    }
    let expected = [
        ("debug", true.into()),
        ("display", text("x")),
        ("value", number(1)),
        ("field", number(2)),
        ("span", number(3)),
        ("attributes", number(4)),
        ("guard", number(5)),
        ("result", number(6)),
    ];
    check(|| assert_eq!(a01(true, "x", 1, 2, Some(3), 4, 5, 6), 21), &expected);
}

#[test]
fn attributes_of_arguments_hold_for_what_is_recorded() {
    #[traced(capture_all)]
    fn a02(
        #[cfg(any())] gone: u32,
        #[cfg(all())] mode: u32,
        #[cfg_attr(all(), cfg(any()))] gone_too: u32,
        #[allow(unused_variables)] path: &str,
    ) -> u32 {
        mode + 1
    }
    check(|| a02(1, "x"), &[("mode", number(1)), ("path", text("x")), ("result", number(2))]);
}

#[test]
fn skipped_arguments_are_not_recorded() {
    #[traced(skip(b))]
    fn one(a: u8, b: u8) {
        let _ = (a, b);
    }
    #[traced(skip_all, capture(b))]
    fn most(a: u8, b: u8) {
        let _ = (a, b);
    }
    check(|| one(1, 2), &[("a", number(1))]);
    check(|| most(1, 2), &[("b", number(2))]);
}

#[test]
fn patterns_are_recorded_by_what_they_bind() {
    struct Point {
        x: u8,
        y: u8,
    }
    #[traced]
    fn all(
        (mut lo, hi): (u32, u32),
        Point { x, y: ref top }: Point,
        [a, _, b]: [u8; 3],
        &c: &u8,
        whole @ (_, _): (u8, u8),
        _: u8,
    ) -> u32 {
        lo += hi + u32::from(x + *top + a + b + c + whole.0);
        lo
    }
    let expected = [
        ("lo", number(1)),
        ("hi", number(2)),
        ("x", number(3)),
        ("top", number(4)),
        ("a", number(5)),
        ("b", number(6)),
        ("c", number(7)),
        ("result", number(29)),
    ];
    check(|| all((1, 2), Point { x: 3, y: 4 }, [5, 0, 6], &7, (1, 1), 9), &expected);
}

#[test]
fn key_stands_once_and_the_users_wins() {
    #[traced(capture(id), fields(id = 7, code.function.name = "mine", agent_type = "x", twice = 1, twice = 2))]
    fn b09(id: u32) -> u32 {
        synndicate::set_attribute("id", 8);
        synndicate::set_attribute("result", 1u32);
        tracing::Span::current().record("id", 9);
        id
    }
    let span = span_of(|| b09(1));
    let mut counts = BTreeMap::new();
    for (key, _) in &span.attributes {
        *counts.entry(key.as_str()).or_insert(0) += 1;
    }
    assert!(counts.values().all(|count| *count == 1), "{counts:?}");
    assert_eq!(span.attribute("id"), Some(&number(9)));
    assert_eq!(span.attribute("result"), Some(&number(1)));
    assert_eq!(span.attribute("twice"), Some(&number(2)));
    assert_eq!(span.attribute("agent_type"), Some(&text("x")));
    assert_eq!(span.attribute("code.function.name"), Some(&text("mine")));
}

#[test]
fn argument_with_the_name_of_a_length_keeps_it() {
    #[traced]
    fn both(query: &str, query_length: u8, result_length: u8) -> String {
        let _ = (query, query_length, result_length);
        String::new()
    }
    check(|| both("text", 9, 8), &[("query_length", number(9)), ("result_length", number(8))]);
}

#[test]
fn arguments_are_recorded_as_they_are_at_entry() {
    #[traced]
    fn a08(mut n: u32, mut list: Vec<u8>) -> usize {
        n += 1;
        list.push(1);
        list.len() + n as usize
    }
    check(
        || a08(3, vec![]),
        &[("n", number(3)), ("list_length", number(0)), ("result", number(5))],
    );
}

#[test]
fn code_is_where_the_functions_name_stands() {
    #[traced]
    #[inline]
    fn here() {}
    let span = span_of(here);
    assert_eq!(span.attribute("code.line.number"), Some(&number(i64::from(line!()) - 2)));
    assert_eq!(span.attribute("code.file.path"), Some(&text(file!())));
    assert_eq!(
        span.attribute("code.function.name"),
        Some(&text(concat!(module_path!(), "::here")))
    );
}

#[test]
fn names_targets_and_levels_may_be_constants_and_come_through_macros() {
    const TARGET: &str = "billing";
    macro_rules! a25 {
        ($(#[$attribute:meta])* $name:ident, $span:literal, $level:literal, ($($arg:ident : $ty:ty),*) -> $ret:ty $body:block) => {
            $(#[$attribute])*
            #[traced(name = $span, target = TARGET, level = $level, capture_all, fields(sum = $($arg +)* 0))]
            fn $name($($arg: $ty),*) -> $ret $body
        };
    }
    a25!(#[must_use] charge, "billing.charge", "debug", (cents: u64, fee: u64) -> u64 { cents + fee });
    let span = span_of(|| charge(3, 4));
    assert_eq!(span.name, "billing.charge");
    let expected =
        [("cents", number(3)), ("fee", number(4)), ("sum", number(7)), ("result", number(7))];
    assert_eq!(attributes(&span), expected);
}

#[test]
fn names_of_an_outer_macro_keep_their_hygiene() {
    macro_rules! with_own_argument {
        ($given:ident, $value:expr) => {
            #[traced(capture(own), fields(both = own + $given))]
            fn hygienic(own: u8, $given: u8) -> u8 {
                let own = own + 1;
                own + $given + $value
            }
        };
    }
    with_own_argument!(own_too, 10);
    check(
        || assert_eq!(hygienic(1, 2), 14),
        &[("own", number(1)), ("own_too", number(2)), ("both", number(3)), ("result", number(14))],
    );
}
