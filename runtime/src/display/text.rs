//! Text as a terminal shows it: nothing in it acts on the terminal, and its width is known.
//!
//! Names, values and messages come from anywhere, also from a request's sender. A `Printable` is the only way for them to
//! reach the output, so that no caller can forget to escape.

use crate::json::acts_on_terminal;
use std::fmt::Write as _;

/// Text without control characters, escape sequences or marks that reorder what stands beside it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Printable {
    text: String,
    columns: usize,
}

impl Printable {
    /// Escapes what is not to be shown as it is: `\n`, `\u{1b}`.
    pub(crate) fn new(raw: &str) -> Printable {
        let mut text = String::with_capacity(raw.len());
        for char in raw.chars() {
            if acts_on_terminal(char) {
                text.extend(char.escape_default());
            } else {
                text.push(char);
            }
        }
        Printable { columns: columns(&text), text }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// How many columns of a terminal it takes.
    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    /// Shortens what takes more than `room` columns and says how many characters are missing.
    pub(crate) fn cut(self, room: usize) -> Printable {
        if self.columns <= room {
            return self;
        }
        let characters = self.text.chars().count();
        let mark = format!("…(+{characters} chars)").chars().count();
        let mut text = String::new();
        let (mut used, mut kept) = (0, 0);
        for char in self.text.chars() {
            used += char_columns(char);
            if used + mark > room {
                break;
            }
            text.push(char);
            kept += 1;
        }
        let _ = write!(text, "…(+{} chars)", characters - kept);
        Printable { columns: columns(&text), text }
    }
}

fn columns(text: &str) -> usize {
    text.chars().map(char_columns).sum()
}

/// The columns of one character, near enough for alignment: marks that combine take none, East Asian and emoji take two.
///
/// Source: <https://www.unicode.org/reports/tr11/>.
fn char_columns(char: char) -> usize {
    match char {
        '\u{300}'..='\u{36f}'
        | '\u{483}'..='\u{489}'
        | '\u{591}'..='\u{5bd}'
        | '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{65f}'
        | '\u{93c}'
        | '\u{94d}'
        | '\u{e31}'
        | '\u{e34}'..='\u{e3a}'
        | '\u{e47}'..='\u{e4e}'
        | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}'
        | '\u{200c}'..='\u{200d}'
        | '\u{20d0}'..='\u{20ff}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{fe20}'..='\u{fe2f}'
        | '\u{e0100}'..='\u{e01ef}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{231a}'..='\u{231b}'
        | '\u{23e9}'..='\u{23ec}'
        | '\u{26a1}'
        | '\u{2705}'
        | '\u{274c}'
        | '\u{2728}'
        | '\u{2e80}'..='\u{303e}'
        | '\u{3041}'..='\u{a4cf}'
        | '\u{a960}'..='\u{a97f}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff01}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1f64f}'
        | '\u{1f680}'..='\u{1f6ff}'
        | '\u{1f900}'..='\u{1f9ff}'
        | '\u{1fa70}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_escaped_and_the_rest_is_kept() {
        let shown = |raw| Printable::new(raw).text;
        assert_eq!(shown("a\x1b[2Jb\r\n\tc\x07\x7f"), r"a\u{1b}[2Jb\r\n\tc\u{7}\u{7f}");
        assert_eq!(shown("\u{9b}31m"), r"\u{9b}31m", "the one-character form of ESC [");
        assert_eq!(shown("user\u{202e}txt.exe\u{2066}"), r"user\u{202e}txt.exe\u{2066}");
        assert_eq!(shown("Größe 日本 👩‍🚀 c:\\x"), "Größe 日本 👩‍🚀 c:\\x");
    }

    #[test]
    fn columns_count_wide_characters_twice_and_combining_ones_not_at_all() {
        for (text, columns) in
            [("", 0), ("abc", 3), ("日本", 4), ("e\u{301}", 1), ("ok ✅", 5), ("한글🚀", 6)]
        {
            assert_eq!(Printable::new(text).columns(), columns, "{text}");
        }
    }

    #[test]
    fn a_long_text_is_cut_to_the_room_and_says_what_is_missing() {
        assert_eq!(Printable::new("short").cut(5).text, "short");
        let cut = Printable::new(&"x".repeat(1000)).cut(30);
        assert_eq!(cut.text, "xxxxxxxxxxxxxxxx…(+984 chars)");
        let wide = Printable::new(&"日".repeat(100)).cut(20);
        assert_eq!((wide.text.as_str(), wide.columns), ("日日日…(+97 chars)", 18));
        assert_eq!(Printable::new("no room").cut(0).text, "…(+7 chars)");
    }
}
