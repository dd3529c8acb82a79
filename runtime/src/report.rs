//! What the runtime says to people: lines on standard error, and nothing where that is closed.

#[cfg(feature = "log")]
use crate::forked;
use std::io::{self, Write};

/// Writes a text at once, so that lines of other processes do not come between.
pub(crate) fn say(text: &str) {
    // There is nobody to tell that nobody can be told.
    let _ = io::stderr().lock().write_all(told(text).as_bytes());
}

/// The same in a forked child.
pub(crate) fn say_in_child(text: &str) {
    let _ = write_in_child(told(text).as_bytes());
}

/// Writes to standard error without its lock: in a forked child, whoever held that may have stayed with the parent.
#[cfg(unix)]
fn write_in_child(bytes: &[u8]) -> io::Result<()> {
    let stderr = std::os::fd::AsFd::as_fd(&io::stderr()).try_clone_to_owned()?;
    std::fs::File::from(stderr).write_all(bytes)
}

/// Nothing is forked here.
#[cfg(not(unix))]
fn write_in_child(bytes: &[u8]) -> io::Result<()> {
    io::stderr().write_all(bytes)
}

/// Standard error, in a forked child too.
#[cfg(feature = "log")]
pub(crate) struct Stderr;

#[cfg(feature = "log")]
impl Write for Stderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !forked::is_child() {
            return io::stderr().write(bytes);
        }
        write_in_child(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        // It keeps nothing back.
        Ok(())
    }
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
