//! Lines of painted text: knows the column it is at, so that others can align and wrap.

use super::style::{Paint, Style};
use super::text::Printable;

/// What ends every paint.
const RESET: &str = "\x1b[0m";

#[derive(Debug)]
pub(crate) struct Canvas {
    style: Style,
    text: String,
    /// What the text's end is painted in; always normal in plain style.
    paint: Paint,
    /// Where the next text goes; blanks before it are written with it, so that no line ends in blanks.
    column: usize,
    blanks: usize,
}

impl Canvas {
    pub(crate) fn new(style: Style) -> Canvas {
        Canvas { style, text: String::new(), paint: Paint::Normal, column: 0, blanks: 0 }
    }

    pub(crate) fn column(&self) -> usize {
        self.column
    }

    /// Appends text that came from elsewhere.
    pub(crate) fn print(&mut self, paint: Paint, text: &Printable) {
        self.append(paint, text.as_str());
        self.column += text.columns();
    }

    /// Appends text of our own; each of its characters takes one column.
    pub(crate) fn mark(&mut self, paint: Paint, text: &'static str) {
        self.append(paint, text);
        self.column += text.chars().count();
    }

    /// Goes on at `column`, or `gap` further where that has been passed.
    pub(crate) fn align(&mut self, column: usize, gap: usize) {
        let target = column.max(self.column + gap);
        self.blanks += target - self.column;
        self.column = target;
    }

    pub(crate) fn end_line(&mut self) {
        self.end_paint();
        self.text.push('\n');
        (self.column, self.blanks) = (0, 0);
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }

    fn append(&mut self, paint: Paint, text: &str) {
        if text.is_empty() {
            return;
        }
        let is_new = paint != self.paint;
        if is_new {
            self.end_paint();
        }
        let blanks = std::mem::take(&mut self.blanks);
        self.text.extend(std::iter::repeat_n(' ', blanks));
        if is_new && self.style == Style::Colour {
            self.text.push_str(paint.sequence());
            self.paint = paint;
        }
        self.text.push_str(text);
    }

    fn end_paint(&mut self) {
        if self.paint != Paint::Normal {
            self.text.push_str(RESET);
            self.paint = Paint::Normal;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(style: Style) -> String {
        let mut canvas = Canvas::new(style);
        canvas.print(Paint::Error, &Printable::new("日本"));
        canvas.align(6, 1);
        canvas.mark(Paint::Normal, "a");
        canvas.align(6, 1);
        canvas.mark(Paint::Dim, "b");
        canvas.align(9, 1);
        canvas.mark(Paint::Dim, "c");
        canvas.align(40, 1);
        canvas.end_line();
        canvas.into_text()
    }

    #[test]
    fn text_is_aligned_by_columns_and_lines_end_without_blanks() {
        assert_eq!(draw(Style::Plain), "日本  a b c\n");
    }

    #[test]
    fn colour_adds_sequences_and_changes_nothing_else() {
        assert_eq!(draw(Style::Colour), "\x1b[31m日本\x1b[0m  a \x1b[2mb c\x1b[0m\n");
    }
}
