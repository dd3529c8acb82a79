//! Captured spans, decoded by types that the recorder does not know.

use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1 as otlp;
use prost::Message;
use std::fmt;

/// Captured spans, in the order in which they ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spans(Vec<Span>);

/// A captured span.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[expect(clippy::struct_field_names, reason = "an id of a span is called so")]
pub struct Span {
    /// The name.
    pub name: String,
    /// The trace it belongs to.
    pub trace_id: u128,
    /// Its own id.
    pub span_id: u64,
    /// Its parent's id; `None` for a root.
    pub parent_span_id: Option<u64>,
    /// The kind by its number in OTLP: 1 internal, 2 server, 3 client, 4 producer, 5 consumer.
    pub kind: i32,
    /// Flags of OTLP: the lowest bit says sampled, 0x200 that the parent is in another process.
    pub flags: u32,
    /// Nanoseconds since 1970.
    pub start: u64,
    /// Nanoseconds since 1970.
    pub end: u64,
    /// In the order in which they stand in the span.
    pub attributes: Vec<(String, AttributeValue)>,
    /// In the order in which they happened.
    pub events: Vec<Event>,
    /// Other spans it follows from.
    pub links: Vec<Link>,
    /// Whether it failed.
    pub status: Status,
    /// How many attributes, events and links were over a limit.
    pub dropped: [u32; 3],
}

/// An event of a captured span.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// The name; for a `tracing` event its message.
    pub name: String,
    /// Nanoseconds since 1970.
    pub time: u64,
    /// In the order in which they stand in the event.
    pub attributes: Vec<(String, AttributeValue)>,
}

/// A link of a captured span.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Link {
    /// The other span's trace.
    pub trace_id: u128,
    /// The other span.
    pub span_id: u64,
}

/// The status of a captured span.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Status {
    /// Nobody has said anything.
    #[default]
    Unset,
    /// It was said to have succeeded.
    Ok,
    /// It failed; with what was said about it, if anything.
    Error(String),
}

/// The value of a captured attribute.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum AttributeValue {
    /// A text.
    Text(String),
    /// A boolean.
    Boolean(bool),
    /// An integer.
    Integer(i64),
    /// A floating point number.
    Double(f64),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Several values.
    Array(Vec<AttributeValue>),
    /// Values with names.
    Map(Vec<(String, AttributeValue)>),
    /// No value.
    Empty,
}

impl Spans {
    /// Decodes spans that stand one after the other as `ScopeSpans.spans`.
    ///
    /// # Panics
    ///
    /// When they are not valid OTLP.
    #[expect(clippy::panic, reason = "spans that cannot be decoded are a failed test")]
    pub(crate) fn decode(bytes: &[u8]) -> Spans {
        match otlp::ScopeSpans::decode(bytes) {
            Ok(scope) => Spans(scope.spans.into_iter().map(Span::from).collect()),
            Err(error) => panic!("the recorder wrote invalid OTLP: {error}"),
        }
    }

    /// All spans with this name.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &Span> {
        self.0.iter().filter(move |span| span.name == name)
    }

    /// The only span with this name.
    ///
    /// # Panics
    ///
    /// When there is none or more than one; the message shows all spans as a tree.
    #[track_caller]
    #[must_use]
    #[expect(clippy::panic, reason = "an assertion")]
    pub fn one(&self, name: &str) -> &Span {
        let mut named = self.named(name);
        match (named.next(), named.count()) {
            (Some(span), 0) => span,
            (found, more) => panic!(
                "{} spans are named `{name}` among\n{self}",
                usize::from(found.is_some()) + more
            ),
        }
    }

    /// The spans.
    pub fn iter(&self) -> std::slice::Iter<'_, Span> {
        self.0.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn children(&self, parent: Option<u64>) -> impl Iterator<Item = &Span> {
        let known = move |id: u64| self.0.iter().any(|span| span.span_id == id);
        self.0.iter().filter(move |span| match parent {
            Some(parent) => span.parent_span_id == Some(parent),
            None => span.parent_span_id.is_none_or(|id| !known(id)),
        })
    }
}

impl<'a> IntoIterator for &'a Spans {
    type Item = &'a Span;
    type IntoIter = std::slice::Iter<'a, Span>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The spans as an indented tree, with their attributes.
impl fmt::Display for Spans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut open: Vec<(usize, &Span)> = self.children(None).map(|root| (0, root)).collect();
        open.reverse();
        while let Some((depth, span)) = open.pop() {
            write!(f, "{:indent$}{}", "", span.name, indent = depth * 2)?;
            for (key, value) in &span.attributes {
                write!(f, " {key}={value:?}")?;
            }
            writeln!(f)?;
            let at = open.len();
            open.extend(self.children(Some(span.span_id)).map(|child| (depth + 1, child)));
            if let Some(children) = open.get_mut(at..) {
                children.reverse();
            }
        }
        Ok(())
    }
}

impl Span {
    /// The value of an attribute.
    #[must_use]
    pub fn attribute(&self, key: &str) -> Option<&AttributeValue> {
        find(&self.attributes, key)
    }

    /// Whether `parent` is its parent.
    #[must_use]
    pub fn is_child_of(&self, parent: &Span) -> bool {
        self.parent_span_id == Some(parent.span_id) && self.trace_id == parent.trace_id
    }

    /// Whether it has no parent.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.parent_span_id.is_none()
    }
}

impl Event {
    /// The value of an attribute.
    #[must_use]
    pub fn attribute(&self, key: &str) -> Option<&AttributeValue> {
        find(&self.attributes, key)
    }
}

fn find<'a>(attributes: &'a [(String, AttributeValue)], key: &str) -> Option<&'a AttributeValue> {
    attributes.iter().find(|(known, _)| known == key).map(|(_, value)| value)
}

impl From<otlp::Span> for Span {
    fn from(span: otlp::Span) -> Span {
        Span {
            name: span.name,
            trace_id: trace_id(&span.trace_id),
            span_id: span_id(&span.span_id).unwrap_or_default(),
            parent_span_id: span_id(&span.parent_span_id),
            kind: span.kind,
            flags: span.flags,
            start: span.start_time_unix_nano,
            end: span.end_time_unix_nano,
            attributes: attributes(span.attributes),
            events: span.events.into_iter().map(Event::from).collect(),
            links: span.links.iter().map(Link::from).collect(),
            status: span.status.map_or(Status::Unset, Status::from),
            dropped: [
                span.dropped_attributes_count,
                span.dropped_events_count,
                span.dropped_links_count,
            ],
        }
    }
}

fn trace_id(bytes: &[u8]) -> u128 {
    bytes.try_into().map_or(0, u128::from_be_bytes)
}

fn span_id(bytes: &[u8]) -> Option<u64> {
    bytes.try_into().map(u64::from_be_bytes).ok()
}

fn attributes(pairs: Vec<KeyValue>) -> Vec<(String, AttributeValue)> {
    let value = |pair: KeyValue| pair.value.and_then(|value| value.value).into();
    pairs.into_iter().map(|pair| (pair.key.clone(), value(pair))).collect()
}

impl From<otlp::span::Event> for Event {
    fn from(event: otlp::span::Event) -> Event {
        let attributes = attributes(event.attributes);
        Event { name: event.name, time: event.time_unix_nano, attributes }
    }
}

impl From<&otlp::span::Link> for Link {
    fn from(link: &otlp::span::Link) -> Link {
        Link {
            trace_id: trace_id(&link.trace_id),
            span_id: span_id(&link.span_id).unwrap_or_default(),
        }
    }
}

impl From<otlp::Status> for Status {
    fn from(status: otlp::Status) -> Status {
        match status.code {
            1 => Status::Ok,
            2 => Status::Error(status.message),
            _ => Status::Unset,
        }
    }
}

impl From<Option<any_value::Value>> for AttributeValue {
    fn from(value: Option<any_value::Value>) -> AttributeValue {
        use any_value::Value;
        match value {
            Some(Value::StringValue(text)) => AttributeValue::Text(text),
            Some(Value::BoolValue(boolean)) => AttributeValue::Boolean(boolean),
            Some(Value::IntValue(integer)) => AttributeValue::Integer(integer),
            Some(Value::DoubleValue(double)) => AttributeValue::Double(double),
            Some(Value::BytesValue(bytes)) => AttributeValue::Bytes(bytes),
            Some(Value::ArrayValue(array)) => {
                let values = array.values.into_iter().map(|value| value.value.into());
                AttributeValue::Array(values.collect())
            }
            Some(Value::KvlistValue(list)) => AttributeValue::Map(attributes(list.values)),
            _ => AttributeValue::Empty,
        }
    }
}

impl From<&str> for AttributeValue {
    fn from(text: &str) -> AttributeValue {
        AttributeValue::Text(text.to_owned())
    }
}

impl From<bool> for AttributeValue {
    fn from(boolean: bool) -> AttributeValue {
        AttributeValue::Boolean(boolean)
    }
}

impl From<i64> for AttributeValue {
    fn from(integer: i64) -> AttributeValue {
        AttributeValue::Integer(integer)
    }
}

impl From<f64> for AttributeValue {
    fn from(double: f64) -> AttributeValue {
        AttributeValue::Double(double)
    }
}
