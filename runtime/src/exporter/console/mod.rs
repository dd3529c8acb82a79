//! Spans for people: the finished trace as a tree on the program's own terminal, or JSON lines for programs that read along.
//!
//! Uses `batch` (spans as bytes, decoded here with the generated types of OTLP), `display`, and nothing else of this crate but the
//! plan's format. It must never read the environment, ask what it writes to, look at a clock, or decide when to write: settings,
//! terminal and output are arguments, time is what the spans say.
//!
//! - **Tree.** A trace is shown when its local root has ended: the span without a parent, or whose parent belongs to another
//!   process. Spans that end after it follow as a small tree that names their parent. What waits for a root is bounded; the
//!   oldest trace is then shown as it is, marked as incomplete, and so is everything at a flush.
//! - **JSON lines.** Each span is a line of its own when it arrives, in whatever order that is:
//!
//! | key | value |
//! |---|---|
//! | `trace_id`, `span_id` | hexadecimal |
//! | `parent_span_id` | hexadecimal, or `null` for a root |
//! | `parent_is_remote` | `true`; only where the parent belongs to another process |
//! | `trace_state` | W3C `tracestate`; only where there is one |
//! | `flags` | OTLP's flags as a number; the lowest eight bits are W3C's |
//! | `name` | |
//! | `kind` | `internal` `server` `client` `producer` `consumer` |
//! | `start` | RFC 3339, UTC, nine digits of a second |
//! | `start_unix_nano`, `end_unix_nano`, `duration_nano` | integers |
//! | `status` | `unset` `ok` `error` |
//! | `status_message` | only where there is one |
//! | `attributes` | an object; integers, floats, booleans, lists and objects as such, bytes in hexadecimal, `"NaN"` `"Infinity"` `"-Infinity"` |
//! | `events` | a list of `name`, `time_unix_nano`, `attributes`, `dropped_attributes` |
//! | `links` | a list of `trace_id`, `span_id`, `trace_state`, `flags`, `attributes`, `dropped_attributes` |
//! | `dropped_attributes`, `dropped_events`, `dropped_links` | how many the limits took; only where it is not 0 |
//! | `resource` | the attributes of the process, `service.name` among them |
//!
//! Bytes that are no span are reported as `{"unreadable_spans":1,"error":"…"}`.

mod bar;
mod header;
mod item;
mod json;
mod render;
mod room;
mod shown;
#[cfg(test)]
mod tests;
mod traces;
mod tree;
mod value;

use super::decoded::{Decoded, Unreadable};
use crate::batch::Batch;
use crate::display::{Canvas, Paint, Printable, Style, units};
use crate::plan::{Console, ConsoleFormat};
use room::Room;
use std::io::{self, Write};
use traces::{Fragment, Limits, Traces};

/// Shows spans on an output that people or programs read.
pub(crate) struct ConsoleExporter {
    face: Face,
    out: Box<dyn Write + Send>,
}

impl ConsoleExporter {
    /// How wide a terminal is that does not say so.
    const COLUMNS: usize = 100;

    /// A console that writes to standard error, as what stands there wants it.
    pub(crate) fn on_stderr(console: &Console) -> Self {
        let Console { format, terminal } = console;
        let exporter =
            ConsoleExporter::new(*format, Style::choose(terminal), Box::new(io::stderr()));
        if !terminal.attached {
            return exporter;
        }
        exporter.fit(terminal.columns.unwrap_or(ConsoleExporter::COLUMNS))
    }

    /// A console that writes to `out`, whole lines at once. Nothing is cut; [`fit`](Self::fit) is for terminals.
    pub(crate) fn new(format: ConsoleFormat, style: Style, out: Box<dyn Write + Send>) -> Self {
        let face = match format {
            ConsoleFormat::Tree => Face::Tree(Box::new(Tree::new(style))),
            ConsoleFormat::Json => Face::Json,
        };
        ConsoleExporter { face, out }
    }

    /// Makes a tree fit into a terminal of so many columns: long texts are cut, long lists of siblings folded, both marked.
    pub(crate) fn fit(mut self, columns: usize) -> Self {
        if let Face::Tree(tree) = &mut self.face {
            tree.room = Room::Terminal(columns);
        }
        self
    }

    /// Takes the batch's spans and writes the traces that are finished now, or cannot wait any longer.
    ///
    /// # Errors
    ///
    /// When the output cannot be written. The batch has been taken all the same: what was due is lost, as the error says,
    /// and what waits for its root goes on waiting. So the batch is not to be exported again.
    pub(crate) fn export(&mut self, batch: &Batch) -> Result<(), io::Error> {
        let decoded = Decoded::of(batch);
        let output = match &mut self.face {
            Face::Tree(tree) => tree.take(decoded),
            Face::Json => json_lines(&decoded),
        };
        self.write(&output)
    }

    /// Writes all that still waits for its root, marked as incomplete.
    ///
    /// # Errors
    ///
    /// When the output cannot be written; what was to be written is lost then.
    pub(crate) fn flush(&mut self) -> Result<(), io::Error> {
        let output = match &mut self.face {
            Face::Tree(tree) => tree.take_all(),
            Face::Json => Output::default(),
        };
        self.write(&output)
    }

    fn write(&mut self, Output { text, spans }: &Output) -> Result<(), io::Error> {
        if text.is_empty() {
            return Ok(());
        }
        let written = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
        written.map_err(|error| {
            let spans = units::count(*spans as u64, "span");
            io::Error::new(
                error.kind(),
                format!("{spans} could not be written to the console: {error}"),
            )
        })
    }
}

enum Face {
    Tree(Box<Tree>),
    Json,
}

/// What is to be written at once, and how many spans that is.
#[derive(Default)]
struct Output {
    text: String,
    spans: usize,
}

fn json_lines(decoded: &Decoded) -> Output {
    let mut text = String::new();
    for span in &decoded.spans {
        json::span_line(&mut text, span, &decoded.resource);
    }
    if let Some(Unreadable { spans, error }) = &decoded.unreadable {
        json::unreadable_line(&mut text, *spans, error);
    }
    Output { text, spans: decoded.spans.len() }
}

struct Tree {
    traces: Traces,
    style: Style,
    room: Room,
    /// `service.name`, as the last batch had it.
    service: String,
}

impl Tree {
    fn new(style: Style) -> Tree {
        let traces = Traces::new(Limits::default());
        Tree { traces, style, room: Room::Endless, service: String::new() }
    }

    fn take(&mut self, decoded: Decoded) -> Output {
        decoded.service().clone_into(&mut self.service);
        for span in decoded.spans {
            self.traces.add(span);
        }
        let due = self.traces.take_due();
        let mut output = self.render(&due);
        if let Some(unreadable) = decoded.unreadable {
            output.text.push_str(&unreadable_note(&unreadable, self.style));
        }
        output
    }

    fn take_all(&mut self) -> Output {
        let all = self.traces.take_all();
        self.render(&all)
    }

    fn render(&self, fragments: &[Fragment]) -> Output {
        let mut output = Output::default();
        for fragment in fragments {
            output.text += &render::fragment(fragment, &self.service, self.style, self.room);
            output.spans += fragment.spans.len();
        }
        output
    }
}

fn unreadable_note(Unreadable { spans, error }: &Unreadable, style: Style) -> String {
    let spans = units::count(*spans, "span");
    let mut canvas = Canvas::new(style);
    canvas.print(Paint::Error, &Printable::new(&format!("✗ {spans} could not be read: {error}")));
    canvas.end_line();
    canvas.end_line();
    canvas.into_text()
}
