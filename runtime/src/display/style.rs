//! Whether to use colours, and which.

use crate::plan::Terminal;

/// Plain text or colours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Style {
    Plain,
    Colour,
}

impl Style {
    /// Colours on a terminal that is not `dumb`, or where they are forced; never against `NO_COLOR`.
    pub(crate) fn choose(terminal: &Terminal) -> Style {
        let capable = terminal.attached && !terminal.dumb;
        if !terminal.no_color && (terminal.forced || capable) {
            Style::Colour
        } else {
            Style::Plain
        }
    }
}

/// How a piece of text stands out, by its meaning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Paint {
    /// As the terminal has it.
    Normal,
    /// What is looked at first: the service, the topmost spans.
    Strong,
    /// What is there for those who look closer: keys, ids, the lines of the tree.
    Dim,
    /// When a span ran.
    Bar,
    /// What a span is: its kind, its links.
    Note,
    /// What is fine, as the level of an event.
    Good,
    /// What is missing or unusual.
    Warning,
    Error,
}

impl Paint {
    /// The terminal's own sixteen colours, so that they fit its background.
    ///
    /// Source: <https://en.wikipedia.org/wiki/ANSI_escape_code#SGR>.
    pub(crate) fn sequence(self) -> &'static str {
        match self {
            Paint::Normal => "",
            Paint::Strong => "\x1b[1m",
            Paint::Dim => "\x1b[2m",
            Paint::Bar => "\x1b[36m",
            Paint::Note => "\x1b[34m",
            Paint::Good => "\x1b[32m",
            Paint::Warning => "\x1b[33m",
            Paint::Error => "\x1b[31m",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMINAL: Terminal =
        Terminal { attached: true, dumb: false, no_color: false, forced: false, columns: None };
    const PIPE: Terminal = Terminal { attached: false, ..TERMINAL };

    #[track_caller]
    fn check(terminal: Terminal, expected: Style) {
        assert_eq!(Style::choose(&terminal), expected, "{terminal:?}");
    }

    #[test]
    fn a_terminal_gets_colours_and_a_pipe_or_dumb_terminal_none() {
        check(TERMINAL, Style::Colour);
        check(PIPE, Style::Plain);
        check(Terminal { dumb: true, ..TERMINAL }, Style::Plain);
    }

    #[test]
    fn colours_can_be_forced_into_a_pipe() {
        check(Terminal { forced: true, ..PIPE }, Style::Colour);
        check(Terminal { forced: true, dumb: true, ..PIPE }, Style::Colour);
    }

    #[test]
    fn who_wants_no_colours_gets_none() {
        check(Terminal { no_color: true, ..TERMINAL }, Style::Plain);
        check(Terminal { no_color: true, forced: true, ..TERMINAL }, Style::Plain);
    }
}
