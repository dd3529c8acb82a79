//! What should come out, kept in the plainest way.

use super::super::thread;
use super::script::{KEYS, SPECIAL, Val};
use crate::recorder::Limits;
use crate::testing::{AttributeValue, Status};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue, KeyValueList};
use prost::{Message as _, length_delimiter_len};

/// All spans of a script.
#[derive(Debug)]
pub(super) struct Model {
    limits: Limits,
    spans: Vec<Expected>,
    /// By their numbers in `spans`.
    open: Vec<usize>,
    ended: Vec<usize>,
}

/// One span. Others are known by their numbers, which become places in the order of end.
#[derive(Clone, Debug, Default)]
pub(super) struct Expected {
    pub(super) name: String,
    pub(super) kind: i32,
    pub(super) parent: Option<usize>,
    pub(super) attributes: Vec<(String, AttributeValue)>,
    pub(super) events: Vec<(String, Vec<(String, AttributeValue)>)>,
    pub(super) links: Vec<usize>,
    pub(super) dropped: [u32; 3],
    code: Option<bool>,
    words: String,
    has_failed: bool,
}

impl Expected {
    pub(super) fn status(&self) -> Status {
        match self.code {
            Some(true) => Status::Ok,
            Some(false) => Status::Error(self.words.clone()),
            None if self.has_failed || !self.words.is_empty() => Status::Error(self.words.clone()),
            None => Status::Unset,
        }
    }
}

impl Model {
    pub(super) fn new(limits: Limits) -> Model {
        // Whoever runs this has left nothing open.
        assert_eq!(thread::with(|thread| thread.stack.depth()), 0);
        Model { limits, spans: Vec::new(), open: Vec::new(), ended: Vec::new() }
    }

    pub(super) fn begin(&mut self, name: &str) -> usize {
        let parent = self.open.last().copied();
        self.spans.push(Expected { name: name.to_owned(), kind: 1, parent, ..Expected::default() });
        self.open.push(self.spans.len() - 1);
        self.spans.len() - 1
    }

    /// The code of the innermost span is done; says which one it was.
    pub(super) fn leave(&mut self) -> usize {
        self.open.pop().unwrap()
    }

    pub(super) fn end(&mut self, number: usize) {
        self.ended.push(number);
    }

    fn current(&mut self) -> (&mut Expected, Limits) {
        let at = *self.open.last().unwrap();
        (&mut self.spans[at], self.limits)
    }

    pub(super) fn set(&mut self, key: usize, value: &Val) {
        let (span, limits) = self.current();
        let value = value.decoded(limits);
        match span.attributes.iter().position(|(known, _)| known == KEYS[key]) {
            Some(at) => span.attributes[at].1 = value,
            None if span.attributes.len() < limits.attributes as usize => {
                span.attributes.push((KEYS[key].to_owned(), value));
            }
            None => span.dropped[0] += 1,
        }
    }

    pub(super) fn set_special(&mut self, special: usize, text: &str) {
        let (span, limits) = self.current();
        let text = start_of(text, limits);
        let kinds = ["internal", "server", "client", "producer", "consumer"];
        match SPECIAL[special] {
            "otel.name" => text.clone_into(&mut span.name),
            "otel.kind" => {
                let known = kinds.iter().position(|kind| kind.eq_ignore_ascii_case(text));
                span.kind = known.map_or(span.kind, |at| at as i32 + 1);
            }
            "otel.status_code" if text.eq_ignore_ascii_case("ok") => span.code = Some(true),
            "otel.status_code" if text.eq_ignore_ascii_case("error") => span.code = Some(false),
            "otel.status_description" if !text.is_empty() => text.clone_into(&mut span.words),
            _ => {}
        }
    }

    pub(super) fn event(
        &mut self,
        fails: bool,
        fields: &[Option<Val>; 2],
        message: &str,
        target: &str,
    ) {
        let (span, limits) = self.current();
        span.has_failed |= fails;
        if span.events.len() == limits.events as usize {
            span.dropped[1] += 1;
            return;
        }
        let level = if fails { "ERROR" } else { "DEBUG" };
        let text = |text: &str| AttributeValue::Text(start_of(text, limits).to_owned());
        let ours = [("level", text(level)), ("target", text(target))];
        let theirs = KEYS
            .iter()
            .zip(fields)
            .filter_map(|(key, value)| Some((*key, value.as_ref()?.decoded(limits))));
        let attributes = ours.into_iter().chain(theirs).map(|(key, value)| (key.to_owned(), value));
        let name = start_of(message, limits).to_owned();
        span.events.push((name, attributes.take(limits.attributes as usize).collect()));
    }

    pub(super) fn link(&mut self, to: usize) {
        let (span, limits) = self.current();
        if span.links.len() == limits.links as usize {
            span.dropped[2] += 1;
        } else {
            span.links.push(to);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    /// The spans in the order in which they ended, knowing each other by their places in it.
    pub(super) fn in_order_of_end(&self) -> Vec<Expected> {
        let place = |number: usize| self.ended.iter().position(|&ended| ended == number).unwrap();
        let placed = |&number: &usize| {
            let span = self.spans[number].clone();
            let links = span.links.iter().map(|&to| place(to)).collect();
            Expected { parent: span.parent.map(place), links, ..span }
        };
        self.ended.iter().map(placed).collect()
    }
}

impl Val {
    /// The value that a decoder should find.
    fn decoded(&self, limits: Limits) -> AttributeValue {
        let integer = |value: Option<i64>, text: String| match value {
            Some(value) => AttributeValue::Integer(value),
            None => AttributeValue::Text(start_of(&text, limits).to_owned()),
        };
        match self {
            Val::Signed(value) => AttributeValue::Integer(*value),
            Val::Unsigned(value) => integer(i64::try_from(*value).ok(), value.to_string()),
            Val::Wide(value) => integer(i64::try_from(*value).ok(), value.to_string()),
            Val::WideUnsigned(value) => integer(i64::try_from(*value).ok(), value.to_string()),
            Val::Double(value) => AttributeValue::Double(*value),
            Val::Boolean(value) => AttributeValue::Boolean(*value),
            Val::Text(text) | Val::Formatted(text) => {
                AttributeValue::Text(start_of(text, limits).to_owned())
            }
            Val::Bytes(bytes) => AttributeValue::Bytes(
                bytes[..bytes.len().min(limits.value_bytes as usize)].to_vec(),
            ),
            Val::Array(values) => {
                AttributeValue::Array(as_far_as_there_is_room(limits, values, |value, left| {
                    let value = value.decoded(left);
                    (any_value(&value).encoded_len(), value)
                }))
            }
            Val::Map(entries) => AttributeValue::Map(as_far_as_there_is_room(
                limits,
                entries,
                |(key, value), left| {
                    let entry = (key.clone(), value.decoded(left));
                    (key_value(&entry).encoded_len(), entry)
                },
            )),
        }
    }
}

/// The first values, of which none begins behind the limit. `decode` says how long each is.
fn as_far_as_there_is_room<V, D>(
    limits: Limits,
    values: impl IntoIterator<Item = V>,
    decode: impl Fn(V, Limits) -> (usize, D),
) -> Vec<D> {
    let mut left = limits.value_bytes;
    let mut decoded = Vec::new();
    for value in values {
        if left == 0 {
            break;
        }
        let (len, value) = decode(value, Limits { value_bytes: left, ..limits });
        left = left.saturating_sub((1 + length_delimiter_len(len) + len) as u32);
        decoded.push(value);
    }
    decoded
}

/// The value as the generated types write it.
fn any_value(value: &AttributeValue) -> AnyValue {
    let value = match value.clone() {
        AttributeValue::Text(text) => Value::StringValue(text),
        AttributeValue::Boolean(boolean) => Value::BoolValue(boolean),
        AttributeValue::Integer(integer) => Value::IntValue(integer),
        AttributeValue::Double(double) => Value::DoubleValue(double),
        AttributeValue::Bytes(bytes) => Value::BytesValue(bytes),
        AttributeValue::Array(values) => {
            Value::ArrayValue(ArrayValue { values: values.iter().map(any_value).collect() })
        }
        AttributeValue::Map(entries) => {
            Value::KvlistValue(KeyValueList { values: entries.iter().map(key_value).collect() })
        }
        AttributeValue::Empty => return AnyValue::default(),
    };
    AnyValue { value: Some(value) }
}

fn key_value((key, value): &(String, AttributeValue)) -> KeyValue {
    KeyValue { key: key.clone(), value: Some(any_value(value)), ..KeyValue::default() }
}

fn start_of(text: &str, limits: Limits) -> &str {
    let fits = |end: &usize| *end <= limits.value_bytes as usize;
    let ends = text.char_indices().map(|(at, char)| at + char.len_utf8());
    &text[..ends.take_while(fits).last().unwrap_or(0)]
}
