//! The encoder against the generated types of OTLP, which it does not know.

mod attributes;
mod content;
mod head;

use super::{Attributes, Content, Facts, Head, Limits};
use crate::recorder::context::{SAMPLED, SpanContext};
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

const LIMITS: Limits = Limits {
    attributes: 128,
    events: 128,
    links: 128,
    value_bytes: 64 * 1024,
    span_bytes: 1024 * 1024,
};

const CONTEXT: SpanContext = SpanContext {
    trace_id: 0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10,
    span_id: 0x1112_1314_1516_1718,
    recorder: 1,
    flags: SAMPLED,
};

/// A fragment with these attributes.
fn fragment(write: impl FnOnce(&mut Attributes<'_>)) -> Content {
    let mut content = Content::default();
    write(&mut content.attributes(LIMITS));
    content
}

/// What a head says of a root that took no time.
const FACTS: Facts = Facts { parent: 0, info: 0, kind: 1, start: 0, end: 0 };

/// A span without a parent and with these attributes.
fn whole(write: impl FnOnce(&mut Attributes<'_>)) -> Content {
    let mut content = Content::with_capacity();
    content.begin(1);
    write(&mut content.attributes(LIMITS));
    content
}

/// The span that has this content.
fn decode(content: &Content) -> Span {
    let head = Head::new(&CONTEXT, &Facts { kind: content.kind(), ..FACTS });
    Span::decode(&[&head.to_bytes(), content.bytes()].concat()[..]).expect("valid OTLP")
}

/// Keys and texts of values, or how other values look.
fn shown(attributes: &[KeyValue]) -> Vec<(&str, String)> {
    let show = |attribute: &KeyValue| match attribute.value.clone().and_then(|value| value.value) {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(integer)) => integer.to_string(),
        Some(Value::BoolValue(boolean)) => boolean.to_string(),
        other => format!("{other:?}"),
    };
    attributes.iter().map(|attribute| (&attribute.key[..], show(attribute))).collect()
}

fn pairs<const N: usize>(expected: [(&'static str, &str); N]) -> Vec<(&'static str, String)> {
    expected.map(|(key, value)| (key, value.to_owned())).to_vec()
}
