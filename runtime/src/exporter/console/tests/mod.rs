//! The console as its users meet it: batches of bytes go in, text comes out.

mod assembling;
mod hostile;
mod json;
mod looks;

use super::{ConsoleExporter, Style};
use crate::batch::{Batch, Chunk, Resource};
use crate::exporter::decoded::samples::*;
use crate::plan::ConsoleFormat;
use opentelemetry_proto::tonic::common::v1::AnyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use prost::Message;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

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
