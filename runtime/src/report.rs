//! What the runtime says to people: lines on standard error, and nothing where that is closed.

use std::io::Write;

/// Writes a text at once, so that lines of other processes do not come between.
pub(crate) fn say(text: &str) {
    // There is nobody to tell that nobody can be told.
    let _ = std::io::stderr().lock().write_all(told(text).as_bytes());
}

/// The text under our name, its further lines indented below the first.
fn told(text: &str) -> String {
    let mut told = String::from("synndicate: ");
    for (at, line) in text.lines().enumerate() {
        if at > 0 && !line.is_empty() {
            told.push_str("  ");
        }
        told.push_str(line);
        told.push('\n');
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stand_below_the_first_and_empty_ones_stay_empty() {
        let text = told("2 mistakes\n\nerror: one\n  in a file");
        assert_eq!(text, "synndicate: 2 mistakes\n\n  error: one\n    in a file\n");
    }
}
