//! Attributes one by one: types, lengths of keys and values, and where they are cut.

use super::{LIMITS, Value, decode, fragment, shown};
use crate::recorder::encoder::{Attributes, Content, Key, Limits, Value as Recorded, cut};
use opentelemetry_proto::tonic::trace::v1::span::Event;
use prost::Message;
use std::fmt;

/// The only value in a fragment.
#[track_caller]
fn only(content: &Content) -> Value {
    let span = decode(content);
    assert_eq!(span.attributes.len(), 1);
    span.attributes[0].value.clone().unwrap().value.unwrap()
}

fn value_of<V: Recorded + ?Sized>(value: &V) -> Value {
    only(&fragment(|attributes| attributes.record_as("key", value)))
}

/// A text of so many bytes.
fn text(len: usize) -> String {
    "abcdefghij".chars().cycle().take(len).collect()
}

#[test]
fn known_keys_and_texts_of_every_length_make_the_same_valid_bytes() {
    let (step, longest) = if cfg!(miri) { (43, 300) } else { (1, 16_384) };
    let long = [255, 256, 16_383, 16_384];
    let lengths = || (0..=140).step_by(step).chain(long).filter(|len| *len <= longest);
    for key_len in (1..=130).step_by(step) {
        let name: &'static str = text(key_len).leak();
        let key: &'static Key<'_> = Box::leak(Box::new(Key::new(name)));
        for len in lengths() {
            let value = text(len);
            let known = fragment(|attributes| attributes.record(key, &value));
            let named = fragment(|attributes| attributes.record_as(name, &value));
            let formatted = fragment(|attributes| attributes.display(key, &value));
            assert_eq!(known.bytes(), named.bytes(), "key of {key_len} bytes, value of {len}");
            assert_eq!(known.bytes(), formatted.bytes());
            assert_eq!(shown(&decode(&known).attributes), [(name, value)]);
        }
    }
}

#[test]
fn integers_at_every_length_of_a_varint_come_back() {
    const KEY: &Key<'_> = &Key::new("a_key_of_fifty_eight_bytes_is_the_longest_one_with_a_frame");
    assert!(KEY.fits());
    for shift in (0..64).step_by(if cfg!(miri) { 7 } else { 1 }) {
        for value in
            [1_i64 << shift, (1_i64 << shift).wrapping_sub(1), (1_i64 << shift).wrapping_neg()]
        {
            assert_eq!(value_of(&value), Value::IntValue(value));
            assert_eq!(
                only(&fragment(|attributes| attributes.record(KEY, &value))),
                Value::IntValue(value)
            );
        }
    }
}

#[test]
fn what_is_larger_than_an_integer_is_its_decimal_text() {
    for (value, expected) in [
        (value_of(&u64::MAX), "18446744073709551615"),
        (value_of(&(i64::MAX as u64 + 1)), "9223372036854775808"),
        (value_of(&u128::MAX), "340282366920938463463374607431768211455"),
        (value_of(&i128::MIN), "-170141183460469231731687303715884105728"),
        (value_of(&(i128::from(i64::MIN) - 1)), "-9223372036854775809"),
    ] {
        assert_eq!(value, Value::StringValue(expected.to_owned()));
    }
    assert_eq!(value_of(&i128::from(i64::MIN)), Value::IntValue(i64::MIN));
    assert_eq!(value_of(&u128::from(7_u8)), Value::IntValue(7));
}

#[test]
fn floating_point_numbers_keep_every_bit() {
    for number in [
        0.0,
        -0.0,
        f64::MIN_POSITIVE,
        f64::MAX,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        -f64::NAN,
    ] {
        let Value::DoubleValue(decoded) = value_of(&number) else { panic!("a double") };
        assert_eq!(decoded.to_bits(), number.to_bits());
    }
    assert_eq!(value_of(&0.5_f32), Value::DoubleValue(0.5));
}

#[test]
fn nothing_is_recorded_for_none() {
    assert_eq!(
        decode(&fragment(|attributes| attributes.record_as("key", &None::<&str>))).attributes,
        []
    );
}

#[test]
fn a_text_is_cut_at_the_last_character_that_fits() {
    let whole = "é€😀".repeat(10);
    for limit in (1..=64_u32).step_by(if cfg!(miri) { 13 } else { 1 }) {
        let limits = Limits { value_bytes: limit, ..LIMITS };
        let expected = (0..=limit as usize).rev().find_map(|end| whole.get(..end)).unwrap();
        assert_eq!(cut(&whole, limit as usize), expected);
        let mut content = Content::default();
        let mut attributes = content.attributes(limits);
        attributes.record_as("text", &whole);
        attributes.debug_as("debug", &format_args!("{whole}"));
        // In pieces, each of which may be cut.
        attributes.formatted(&Key::new("pieces"), format_args!("{}{}{}", "é", "€", &whole));
        attributes.record_as("bytes", whole.as_bytes());
        attributes.record_as("char", &'😀');
        let span = decode(&content);
        let [text, debug, pieces, bytes, char] = &span.attributes[..] else { panic!("{span:?}") };
        let value = |attribute: &super::KeyValue| attribute.value.clone().unwrap().value.unwrap();
        for attribute in [text, debug] {
            assert_eq!(
                value(attribute),
                Value::StringValue(expected.to_owned()),
                "within {limit} bytes"
            );
        }
        let in_pieces = format!("é€{whole}");
        let Value::StringValue(pieces) = value(pieces) else { panic!("a text") };
        assert!(in_pieces.starts_with(&pieces) && pieces.len() <= limit as usize);
        assert_eq!(value(bytes), Value::BytesValue(whole.as_bytes()[..limit as usize].to_vec()));
        assert_eq!(
            value(char),
            Value::StringValue(if limit < 4 { String::new() } else { "😀".to_owned() })
        );
    }
}

#[test]
fn nothing_follows_where_a_text_was_cut() {
    struct Pieces;
    impl fmt::Display for Pieces {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            ["ab", "😀", "c", ""].into_iter().try_for_each(|piece| f.write_str(piece))
        }
    }
    let mut content = Content::default();
    content
        .attributes(Limits { value_bytes: 4, ..LIMITS })
        .display(const { &Key::new("key") }, &Pieces);
    assert_eq!(
        only(&content),
        Value::StringValue("ab".to_owned()),
        "`c` would fit, but stands behind what does not"
    );
}

#[test]
fn a_value_that_panics_leaves_the_others_as_they_are() {
    struct Panics;
    impl fmt::Debug for Panics {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(&text(1000))?;
            panic!("while it is formatted")
        }
    }
    let content = fragment(|attributes| {
        attributes.record_as("before", &1);
        attributes.debug_as("panics", &Panics);
        attributes.record_as("after", &2);
    });
    let span = decode(&content);
    let expected = super::pairs([("before", "1"), ("panics", "<panicked>"), ("after", "2")]);
    assert_eq!(shown(&span.attributes), expected);
}

#[test]
fn attributes_are_dropped_and_counted_at_the_limit_and_above_the_size() {
    let record = |limits| {
        let mut content = Content::default();
        let mut attributes: Attributes<'_> = content.attributes(limits);
        for key in ["a", "b", "c", "d"] {
            attributes.record_as(key, &text(40));
            attributes.debug_as(key, &1);
        }
        (decode(&content).attributes.len(), content.dropped())
    };
    assert_eq!(record(Limits { attributes: 5, ..LIMITS }), (5, [3, 0, 0]));
    assert_eq!(record(Limits { attributes: 0, ..LIMITS }), (0, [8, 0, 0]));
    assert_eq!(
        record(Limits { span_bytes: 60, ..LIMITS }),
        (3, [5, 0, 0]),
        "the last one may reach beyond"
    );
}

#[test]
fn attributes_of_an_event_have_its_field_number() {
    let mut content = Content::default();
    let mut attributes = content.event_attributes(LIMITS);
    attributes.record(const { &Key::new("known") }, &1);
    attributes.record_as("text", "value");
    attributes.debug_as("debug", &Some(2));
    attributes.record(const { &Key::new("long") }, &text(300));
    let event = Event::decode(content.bytes()).unwrap();
    let expected = super::pairs([
        ("known", "1"),
        ("text", "value"),
        ("debug", "Some(2)"),
        ("long", &text(300)),
    ]);
    assert_eq!(shown(&event.attributes), expected);
}
