//! The types of values on the wire: through `#[traced]`'s list of attributes, `set_attribute` and `tracing` fields.

use super::{enter, enter_with, everywhere, valid};
use crate::recorder::Value;
use crate::set_attribute;
use crate::testing::{AttributeValue, Recording};
use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;
use tracing::{Span, field, info_span};

/// What `value` is on the wire, in both ways in which users give it; `None` where it is not recorded.
#[track_caller]
fn on_the_wire(value: impl Value) -> Option<AttributeValue> {
    site!(FUNCTION, "values_wire");
    let recording = Recording::new();
    recording.run(|| {
        let _function = enter_with(&FUNCTION, |attributes| attributes.record_as("first", &value));
        set_attribute("second", &value);
    });
    let spans = valid(recording.spans());
    let span = spans.one("values_wire");
    // By their text, since NaN is not equal to itself.
    assert_eq!(format!("{:?}", span.attribute("first")), format!("{:?}", span.attribute("second")));
    span.attribute("first").cloned()
}

#[test]
fn what_fits_a_signed_integer_is_one_and_what_does_not_is_its_decimal_text() {
    for (value, expected) in [
        (on_the_wire(3_usize), 3),
        (on_the_wire(-1_i8), -1),
        (on_the_wire(127_u8), 127),
        (on_the_wire(128_u16), 128),
        (on_the_wire(u32::MAX), u32::MAX.into()),
        (on_the_wire(i64::MIN), i64::MIN),
        (on_the_wire(i64::MAX as u64), i64::MAX),
        (on_the_wire(-5_i128), -5),
        (on_the_wire(7_u128), 7),
        (on_the_wire(Some(404_u16)), 404),
    ] {
        assert_eq!(value, Some(expected.into()));
    }
    for (value, expected) in [
        (on_the_wire(u64::MAX), "18446744073709551615"),
        (on_the_wire(i64::MAX as u64 + 1), "9223372036854775808"),
        (on_the_wire(1_u128 << 100), "1267650600228229401496703205376"),
        (on_the_wire(i128::MIN), "-170141183460469231731687303715884105728"),
    ] {
        assert_eq!(value, Some(expected.into()));
    }
    assert_eq!(on_the_wire(None::<u64>), None);
}

#[test]
fn other_types_keep_their_kind() {
    assert_eq!(on_the_wire(true), Some(true.into()));
    assert_eq!(on_the_wire(-0.25_f64), Some((-0.25).into()));
    assert_eq!(on_the_wire(f32::INFINITY), Some(f64::INFINITY.into()));
    assert!(matches!(on_the_wire(f64::NAN), Some(AttributeValue::Double(nan)) if nan.is_nan()));
    assert_eq!(on_the_wire('é'), Some("é".into()));
    assert_eq!(on_the_wire(""), Some("".into()));
    assert_eq!(on_the_wire(vec![0_u8, 255]), Some(AttributeValue::Bytes(vec![0, 255])));
    assert_eq!(on_the_wire(&[][..] as &[u8]), Some(AttributeValue::Bytes(Vec::new())));
}

#[test]
fn a_value_may_be_behind_any_pointer() {
    let text = || Some("text".into());
    assert_eq!(on_the_wire("text".to_owned()), text());
    assert_eq!(on_the_wire(Box::new(&"text")), text());
    assert_eq!(on_the_wire(Box::<str>::from("text")), text());
    assert_eq!(on_the_wire(Rc::<str>::from("text")), text());
    assert_eq!(on_the_wire(Arc::new("text".to_owned())), text());
    assert_eq!(on_the_wire(Cow::Borrowed("text")), text());
    assert_eq!(on_the_wire(Some(Cow::<str>::Owned("text".to_owned()))), text());
    assert_eq!(on_the_wire(Some(None::<&str>)), None);
}

#[test]
fn fields_of_tracing_spans_have_the_same_types() {
    everywhere(
        || {
            let span = info_span!(
                "tracing_values",
                len = 3_usize,
                small = -1_i8,
                big = u64::MAX,
                huge = 1_u128 << 100,
                low = i128::MIN,
                near = -5_i128,
                ok = false,
                ratio = 0.5,
                text = "é",
                bytes = &[1_u8, 2][..],
                some = Some(404_u16),
                none = None::<u64>,
                empty = field::Empty,
                later = field::Empty,
            );
            span.record("later", u64::MAX).record("empty", 1_u64 << 40);
        },
        |spans, ()| {
            let span = spans.one("tracing_values");
            let expected: [(&str, AttributeValue); 13] = [
                ("len", 3.into()),
                ("small", (-1).into()),
                ("big", "18446744073709551615".into()),
                ("huge", "1267650600228229401496703205376".into()),
                ("low", "-170141183460469231731687303715884105728".into()),
                ("near", (-5).into()),
                ("ok", false.into()),
                ("ratio", 0.5.into()),
                ("text", "é".into()),
                ("bytes", AttributeValue::Bytes(vec![1, 2])),
                ("some", 404.into()),
                ("later", "18446744073709551615".into()),
                ("empty", (1_i64 << 40).into()),
            ];
            for (key, value) in &expected {
                assert_eq!(span.attribute(key), Some(value), "`{key}`");
            }
            assert_eq!(span.attribute("none"), None);
        },
    );
}

#[test]
fn a_handle_of_a_traced_span_records_the_same_types() {
    site!(FUNCTION, "handle_values", ["big", "nothing", "small"]);
    everywhere(
        || {
            let _function = enter(&FUNCTION);
            Span::current()
                .record("big", u64::MAX)
                .record("small", 7_u8)
                .record("nothing", None::<i32>);
        },
        |spans, ()| {
            let span = spans.one("handle_values");
            assert_eq!(span.attribute("big"), Some(&"18446744073709551615".into()));
            assert_eq!(span.attribute("small"), Some(&7.into()));
            assert_eq!(span.attribute("nothing"), None);
        },
    );
}
