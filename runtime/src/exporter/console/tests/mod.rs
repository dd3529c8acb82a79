//! The console as its users meet it: batches of bytes go in, text comes out.

mod assembling;
mod hostile;
mod json;
mod looks;

use super::{ConsoleExporter, Style};
use crate::batch::{Batch, Chunk, Resource};
use crate::plan::ConsoleFormat;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link, SpanKind};
use opentelemetry_proto::tonic::trace::v1::{Span, Status, status::StatusCode};
use prost::Message;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

/// 2026-08-01T14:03:22.123Z, when the spans of the tests start.
const START: u64 = 1_785_593_002_123_000_000;
const TRACE: u128 = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736;
/// A parent that belongs to another process.
const REMOTE: u32 = 0x301;

/// A console and what it has written.
struct Console {
    exporter: ConsoleExporter,
    screen: Screen,
}

impl Console {
    fn tree() -> Console {
        Console::new(ConsoleFormat::Tree, Style::Plain)
    }

    fn new(format: ConsoleFormat, style: Style) -> Console {
        let screen = Screen::default();
        Console { exporter: ConsoleExporter::new(format, style, Box::new(screen.clone())), screen }
    }

    fn fit(mut self, columns: usize) -> Console {
        self.exporter = self.exporter.fit(columns);
        self
    }

    /// What an export of `spans` writes.
    fn export(&mut self, spans: impl IntoIterator<Item = Span>) -> String {
        self.exporter.export(&batch(spans)).unwrap();
        self.screen.take()
    }

    fn flush(&mut self) -> String {
        self.exporter.flush().unwrap();
        self.screen.take()
    }
}

/// Compares with a text that begins on a line of its own.
#[track_caller]
fn check(actual: &str, expected: &str) {
    let actual = format!("\n{actual}");
    assert!(actual == expected, "found:{actual}expected:{expected}");
}

#[derive(Clone, Default)]
struct Screen(Arc<Mutex<Vec<u8>>>);

impl Screen {
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn batch(spans: impl IntoIterator<Item = Span>) -> Batch {
    let mut batch = Batch::empty(Arc::new(Resource::new([("service.name", "planner")])));
    batch.push(chunk(spans.into_iter().map(|span| span.encode_to_vec())));
    batch
}

fn chunk(spans: impl IntoIterator<Item = Vec<u8>>) -> Chunk {
    let (mut bytes, mut count) = (Vec::new(), 0);
    for span in spans {
        bytes.push(Chunk::SPAN);
        prost::encode_length_delimiter(span.len(), &mut bytes).unwrap();
        bytes.extend(span);
        count += 1;
    }
    Chunk::new(bytes.into(), count)
}

/// A span without a parent, from 0 to 1,000 µs.
fn span(id: u64, name: &str) -> Span {
    let span = Span {
        trace_id: TRACE.to_be_bytes().to_vec(),
        span_id: id.to_be_bytes().to_vec(),
        flags: 0x101,
        name: name.into(),
        kind: SpanKind::Internal.into(),
        ..Span::default()
    };
    span.micros(0, 1_000)
}

fn attribute(key: &str, value: impl Into<Value>) -> KeyValue {
    let value = Some(AnyValue { value: Some(value.into()) });
    KeyValue { key: key.into(), value, ..KeyValue::default() }
}

fn text(text: &str) -> Value {
    Value::StringValue(text.into())
}

fn int(number: i64) -> Value {
    Value::IntValue(number)
}

/// An event so many µs after the start.
fn event<const N: usize>(micros: u64, name: &str, attributes: [(&str, Value); N]) -> Event {
    Event {
        time_unix_nano: START + micros * 1_000,
        name: name.into(),
        attributes: attributes.into_iter().map(|(key, value)| attribute(key, value)).collect(),
        dropped_attributes_count: 0,
    }
}

/// A span is told as what is special about it.
trait Told {
    fn in_trace(self, trace: u128) -> Self;
    fn under(self, parent: u64) -> Self;
    fn under_remote(self, parent: u64) -> Self;
    /// From and to so many µs after the start.
    fn micros(self, from: u64, to: u64) -> Self;
    fn with(self, key: &str, value: Value) -> Self;
    fn failed(self, message: &str) -> Self;
    fn event(self, event: Event) -> Self;
    fn link(self, trace: u128, span: u64) -> Self;
}

impl Told for Span {
    fn in_trace(self, trace: u128) -> Span {
        Span { trace_id: trace.to_be_bytes().to_vec(), ..self }
    }

    fn under(self, parent: u64) -> Span {
        Span { parent_span_id: parent.to_be_bytes().to_vec(), ..self }
    }

    fn under_remote(self, parent: u64) -> Span {
        Span { flags: REMOTE, ..self.under(parent) }
    }

    fn micros(self, from: u64, to: u64) -> Span {
        let (start_time_unix_nano, end_time_unix_nano) = (START + from * 1_000, START + to * 1_000);
        Span { start_time_unix_nano, end_time_unix_nano, ..self }
    }

    fn with(mut self, key: &str, value: Value) -> Span {
        self.attributes.push(attribute(key, value));
        self
    }

    fn failed(self, message: &str) -> Span {
        let status = Status { message: message.into(), code: StatusCode::Error.into() };
        Span { status: Some(status), ..self }
    }

    fn event(mut self, event: Event) -> Span {
        self.events.push(event);
        self
    }

    fn link(mut self, trace: u128, span: u64) -> Span {
        self.links.push(Link {
            trace_id: trace.to_be_bytes().to_vec(),
            span_id: span.to_be_bytes().to_vec(),
            ..Link::default()
        });
        self
    }
}
