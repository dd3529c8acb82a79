//! What the runtime says to people: lines on standard error, and nothing where that is closed.

use std::io::Write;

/// Writes a text; its further lines are indented below the first.
pub(crate) fn say(text: &str) {
    let text = text.replace('\n', "\n  ");
    // There is nobody to tell that nobody can be told.
    let _ = writeln!(std::io::stderr().lock(), "synndicate: {text}");
}
