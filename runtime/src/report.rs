//! What the runtime says to people: lines on standard error, and nothing where that is closed.

use std::io::Write;

/// Writes a text at once, so that lines of other processes do not come between.
pub(crate) fn say(text: &str) {
    // There is nobody to tell that nobody can be told.
    let _ = std::io::stderr().lock().write_all(told(text).as_bytes());
}

/// The same in a forked child, where whoever held standard error's lock may have stayed with the parent.
pub(crate) fn say_in_child(text: &str) {
    #[cfg(unix)]
    if let Ok(stderr) = std::os::fd::AsFd::as_fd(&std::io::stderr()).try_clone_to_owned() {
        let _ = std::fs::File::from(stderr).write_all(told(text).as_bytes());
    }
    // Nothing is forked elsewhere.
    #[cfg(not(unix))]
    say(text);
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
