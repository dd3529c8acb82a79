//! Spans as tests compare them: who belongs to whom by name, values as text, and what must hold of all spans there are.

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use std::collections::{BTreeMap, BTreeSet};

/// A span without what differs from run to run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// The parent's name; nothing for a root.
    pub parent: Option<String>,
    /// The kind in capitals, such as `INTERNAL`.
    pub kind: String,
    /// Keys and values, sorted. A text stands in quotes.
    pub attributes: Vec<(String, String)>,
    /// In the order in which they happened: names and attributes.
    pub events: Vec<(String, Vec<(String, String)>)>,
    /// The names of the spans that it follows from, the flags of each link, and how many attributes it has.
    pub links: Vec<(String, u32, usize)>,
    /// The status in capitals, such as `UNSET`, and what it says.
    pub status: (String, String),
    /// The flags of OTLP.
    pub flags: u32,
    /// The state that vendors pass on.
    pub trace_state: String,
    /// How many attributes, events and links were dropped.
    pub dropped: [u32; 3],
}

/// The spans by their names, which must differ.
#[track_caller]
#[must_use]
pub fn show<'a>(spans: impl IntoIterator<Item = &'a Span>) -> BTreeMap<String, Shown> {
    let spans: Vec<&Span> = spans.into_iter().collect();
    let names: BTreeMap<&[u8], &str> =
        spans.iter().map(|span| (&span.span_id[..], span.name.as_str())).collect();
    let shown: BTreeMap<_, _> =
        spans.iter().map(|span| (span.name.clone(), shown(span, &names))).collect();
    assert_eq!(shown.len(), spans.len(), "names differ: {:?}", names.values());
    shown
}

fn shown(span: &Span, names: &BTreeMap<&[u8], &str>) -> Shown {
    let name_of =
        |id: &[u8]| names.get(id).map_or_else(|| "a stranger".to_owned(), |&name| name.to_owned());
    let link = |link: &Link| (name_of(&link.span_id), link.flags, link.attributes.len());
    let event = |event: &Event| (event.name.clone(), attributes(&event.attributes));
    let status = span.status.clone().unwrap_or_default();
    let prefix = |name: &str, prefix| name.strip_prefix(prefix).unwrap_or(name).to_owned();
    Shown {
        parent: (!span.parent_span_id.is_empty()).then(|| name_of(&span.parent_span_id)),
        kind: prefix(span.kind().as_str_name(), "SPAN_KIND_"),
        attributes: attributes(&span.attributes),
        events: span.events.iter().map(event).collect(),
        links: span.links.iter().map(link).collect(),
        status: (prefix(status.code().as_str_name(), "STATUS_CODE_"), status.message),
        flags: span.flags,
        trace_state: span.trace_state.clone(),
        dropped: [
            span.dropped_attributes_count,
            span.dropped_events_count,
            span.dropped_links_count,
        ],
    }
}

/// Attributes as they are compared.
#[must_use]
pub fn attributes(attributes: &[KeyValue]) -> Vec<(String, String)> {
    let shown = |attribute: &KeyValue| (attribute.key.clone(), text(attribute.value.as_ref()));
    let mut shown: Vec<_> = attributes.iter().map(shown).collect();
    shown.sort();
    shown
}

fn text(value: Option<&AnyValue>) -> String {
    let value = value.and_then(|value| value.value.as_ref());
    match value {
        Some(Value::StringValue(text)) => format!("{text:?}"),
        Some(Value::BoolValue(flag)) => flag.to_string(),
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::DoubleValue(number)) => format!("{number:?}"),
        Some(Value::BytesValue(bytes)) => format!("bytes {bytes:?}"),
        Some(Value::ArrayValue(array)) => {
            let values: Vec<_> = array.values.iter().map(|value| text(Some(value))).collect();
            format!("[{}]", values.join(", "))
        }
        Some(other) => format!("{other:?}"),
        None => "nothing".to_owned(),
    }
}

/// Holds of all spans that a program sends, whatever they are.
#[track_caller]
pub fn assert_valid(spans: &[&Span]) {
    let ids: BTreeMap<&[u8], &Span> = spans.iter().map(|&span| (&span.span_id[..], span)).collect();
    assert_eq!(ids.len(), spans.len(), "ids differ");
    for span in spans {
        assert!(
            span.trace_id.len() == 16 && span.trace_id.iter().any(|&byte| byte != 0),
            "{span:#?}"
        );
        assert!(span.span_id.len() == 8 && span.span_id.iter().any(|&byte| byte != 0), "{span:#?}");
        assert!(
            span.start_time_unix_nano > 0 && span.start_time_unix_nano <= span.end_time_unix_nano,
            "{span:#?}"
        );
        let keys: BTreeSet<&str> =
            span.attributes.iter().map(|attribute| attribute.key.as_str()).collect();
        assert_eq!(keys.len(), span.attributes.len(), "a key stands once: {span:#?}");
        let times = span.events.iter().map(|event| event.time_unix_nano);
        assert!(times.clone().is_sorted(), "{span:#?}");
        assert!(times.into_iter().all(|time| time >= span.start_time_unix_nano), "{span:#?}");
        if !span.parent_span_id.is_empty() {
            let parent = ids.get(&span.parent_span_id[..]);
            assert!(parent.is_some_and(|parent| parent.trace_id == span.trace_id), "{span:#?}");
        }
    }
}
