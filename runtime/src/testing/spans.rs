//! Captured spans, and what can be asked of them.

/// Captured spans, in the order in which they ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spans(pub(super) Vec<Span>);

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
}

impl<'a> IntoIterator for &'a Spans {
    type Item = &'a Span;
    type IntoIter = std::slice::Iter<'a, Span>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
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
