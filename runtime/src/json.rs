//! JSON, written piece by piece into a text. What is written is also safe to show on a terminal.
//!
//! Source: <https://www.rfc-editor.org/rfc/rfc8259>.

use std::fmt::Write as _;

/// An object with what `fields` writes.
pub(crate) fn object(out: &mut String, fields: impl FnOnce(&mut String)) {
    out.push('{');
    fields(out);
    out.push('}');
}

/// A field that holds a list.
pub(crate) fn list<T>(out: &mut String, name: &str, values: &[T], write: impl Fn(&mut String, &T)) {
    key(out, name);
    array_of(out, values, write);
}

/// A list.
pub(crate) fn array_of<T>(out: &mut String, values: &[T], write: impl Fn(&mut String, &T)) {
    out.push('[');
    for value in values {
        separate(out);
        write(out, value);
    }
    out.push(']');
}

/// The name of the next field, and the comma before it where one is needed.
pub(crate) fn key(out: &mut String, name: &str) {
    separate(out);
    string(out, name);
    out.push(':');
}

/// What opens an object or a list is followed by its first entry; texts end in quotes, so nothing else looks like it.
fn separate(out: &mut String) {
    if !out.ends_with(['{', '[']) {
        out.push(',');
    }
}

/// A field that holds a text.
pub(crate) fn text(out: &mut String, name: &str, value: &str) {
    key(out, name);
    string(out, value);
}

/// The same where the text is not empty.
pub(crate) fn text_if_any(out: &mut String, name: &str, value: &str) {
    if !value.is_empty() {
        text(out, name, value);
    }
}

/// A field that holds a number.
pub(crate) fn number(out: &mut String, name: &str, value: impl Into<u64>) {
    raw(out, name, &value.into().to_string());
}

/// The same where the number is not 0.
pub(crate) fn number_if_any(out: &mut String, name: &str, value: u32) {
    if value > 0 {
        number(out, name, value);
    }
}

/// A field whose value is JSON already.
pub(crate) fn raw(out: &mut String, name: &str, value: &str) {
    key(out, name);
    out.push_str(value);
}

/// Escapes what JSON asks for, and what would act on a terminal that shows the line.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc8259#section-7>.
pub(crate) fn string(out: &mut String, text: &str) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if acts_on_terminal(char) => {
                for unit in char.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            _ => out.push(char),
        }
    }
    out.push('"');
}

/// Whether a character moves the cursor, changes how a terminal behaves, reorders the text around it, or hides.
///
/// Sources: <https://www.unicode.org/reports/tr9/>, <https://trojansource.codes>.
pub(crate) fn acts_on_terminal(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
