//! Standard output: text as it is, and lines whose parts stand below each other.

use crate::display::{Canvas, Paint, Printable, Style};
use crate::settings::Terminal;
use std::io::{self, IsTerminal, Write};

/// Writes a text at once. Where nobody reads it, the code still says how it went.
pub(super) fn write(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Lines for people.
pub(super) struct Page(Canvas);

impl Page {
    /// With colours where standard output is a terminal that shows them. What `terminal` says of standard error is not asked.
    pub(super) fn new(terminal: Terminal) -> Page {
        let attached = io::stdout().is_terminal();
        Page(Canvas::new(Style::choose(&Terminal { attached, ..terminal })))
    }

    /// Continues the line with a text at this column, or two further where that has been passed.
    pub(super) fn at(&mut self, column: usize, paint: Paint, text: &str) -> &mut Page {
        if column > 0 {
            self.0.align(column, 2);
        }
        self.0.print(paint, &Printable::new(text));
        self
    }

    pub(super) fn end_line(&mut self) {
        self.0.end_line();
    }

    /// Lines of a text, all at this column.
    pub(super) fn lines(&mut self, column: usize, paint: Paint, text: &str) {
        for line in text.lines() {
            self.at(column, paint, line).end_line();
        }
    }

    /// Writes all of it.
    pub(super) fn show(self) {
        write(&self.0.into_text());
    }
}
